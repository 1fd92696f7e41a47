# SPDX-License-Identifier: Apache-2.0
"""Plays the hostile catalogue (Tests/HostileTests/cases.jsonl; the README beside it explains the words) over loopback.

The player shares nothing with the one in Swift but the cases. Silence is not waited for: a Binding request follows each
attack on the same socket, and when its answer comes first, the attack had none.
"""
import base64
import hashlib
import hmac
import json
import os
import socket
import struct
import zlib

import pytest
import stun
from server import ROOT

SECRET = "a secret of the operator"
PEERS = {"P1": "127.0.0.11", "P1b": "127.0.0.11", "P2": "127.0.0.12"}
METHODS = {"binding": 1, "allocate": 3, "refresh": 4, "send": 6, "create-permission": 8, "channel-bind": 9}
NAMES = {
    "USERNAME": 0x06, "MESSAGE-INTEGRITY": 0x08, "ERROR-CODE": 0x09, "UNKNOWN-ATTRIBUTES": 0x0A, "CHANNEL-NUMBER": 0x0C,
    "LIFETIME": 0x0D, "XOR-PEER-ADDRESS": 0x12, "DATA": 0x13, "REALM": 0x14, "NONCE": 0x15, "XOR-RELAYED-ADDRESS": 0x16,
    "REQUESTED-ADDRESS-FAMILY": 0x17, "EVEN-PORT": 0x18, "REQUESTED-TRANSPORT": 0x19, "DONT-FRAGMENT": 0x1A,
    "MESSAGE-INTEGRITY-SHA256": 0x1C, "PASSWORD-ALGORITHM": 0x1D, "USERHASH": 0x1E, "XOR-MAPPED-ADDRESS": 0x20,
    "RESERVATION-TOKEN": 0x22, "ADDITIONAL-ADDRESS-FAMILY": 0x8000, "ADDRESS-ERROR-CODE": 0x8001,
    "PASSWORD-ALGORITHMS": 0x8002, "SOFTWARE": 0x8022, "FINGERPRINT": 0x8028,
}
# `sends` counts what leaves for anywhere, which cannot be seen from here.
EXPECTATIONS = {"reply", "has", "lacks", "unknown", "lifetime", "maxBytes", "size", "relayed", "token", "peers", "data", "sends"}
# An address of the host is a relay address here, and a relay address may be a peer: these stay with the machine in memory.
ONLY_IN_MEMORY = {"PRM-033"}


def cases():
    with open(os.path.join(ROOT, "Tests", "HostileTests", "cases.jsonl")) as file:
        for case in map(json.loads, file):
            steps = case.get("steps", [])
            # Time cannot be told to a running server, and ports cannot be counted from outside.
            if steps and case["id"] not in ONLY_IN_MEMORY and not any("wait" in step or "free" in step for step in steps):
                yield pytest.param(case, id=case["id"])


def kind(name):
    return NAMES[name] if name in NAMES else int(name, 16)


class Account:
    def __init__(self, text, realm):
        name, _, rest = text.partition(":")
        if text.startswith("rest "):
            self.name = text[5:].encode()
            self.password = base64.b64encode(hmac.new(SECRET.encode(), self.name, hashlib.sha1).digest())
        elif text == "nfd":
            self.name, self.password = "Zoe\u0308".encode(), "password of Zo\u00eb".encode()
        else:
            self.name, self.password = name.encode(), (b"another password" if rest else b"password of " + name.encode())
        self.key = hashlib.md5(self.name + b":" + realm + b":" + self.password).digest()
        self.hash = hashlib.sha256(self.name + b":" + realm).digest()


class Actor:
    """Client A, B or C: its socket, the nonce it was told, what it sent."""

    def __init__(self, server, address):
        self.link = stun.Datagrams(("127.0.0.1", server.port), (address, 0))
        self.nonce, self.realm, self.sent = b"", b"", []


class Player:
    numbers = iter(range(1, 1 << 30))

    def __init__(self, server, case):
        number = next(self.numbers)
        self.actors = {
            name: Actor(server, f"127.1.{number >> 6 & 255}.{1 + (number & 63) * 3 + index}")
            for index, name in enumerate("ABC")
        }
        self.token, self.relayed, self.last = b"", None, None
        self.peers = {}
        for name, address in PEERS.items():
            self.peers[name] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.peers[name].bind((address, 0))
        given = case["given"]
        if given.startswith("fresh"):
            return
        for actor in self.actors.values():
            self.challenge(actor)
        if not given.startswith("allocated"):
            return
        family = [["REQUESTED-ADDRESS-FAMILY", "02000000"]] if "allocated(v6)" in given else []
        self.prepare("allocate", [["REQUESTED-TRANSPORT", "11000000"], *family])
        for word in given.split():
            inner = word[word.find("(") + 1 : -1].split(",")
            if word.startswith("permitted("):
                for peer in inner:
                    self.prepare("create-permission", [["XOR-PEER-ADDRESS", "@" + peer]])
            elif word.startswith("bound("):
                self.prepare("channel-bind", [["CHANNEL-NUMBER", inner[0] + "0000"], ["XOR-PEER-ADDRESS", "@" + inner[1]]])

    def close(self):
        actor = self.actors["A"]
        for actor in self.actors.values():
            # What is left is released, or the next cases would find no port.
            for name in ("alice", "bob"):
                if actor.nonce:
                    actor.link.send(self.compose({"request": "refresh", "as": name, "attributes": [["LIFETIME", "00000000"]]}, actor))
            actor.link.socket.close()
        for peer in self.peers.values():
            peer.close()

    def prepare(self, method, attributes):
        self.play({"request": method, "as": "alice", "attributes": attributes, "expect": {"reply": "success"}})

    def challenge(self, actor):
        answer = self.ask(actor, stun.encode(stun.ALLOCATE, attributes=[(stun.TRANSPORT, stun.UDP)]))
        actor.nonce, actor.realm = stun.Message(answer[0])[stun.NONCE], stun.Message(answer[0])[stun.REALM]

    def ask(self, actor, data):
        """Sends, then a Binding request; returns what came before its answer."""
        answers, probe = [], stun.encode(stun.BINDING)
        actor.link.send(data)
        actor.link.send(probe)
        while True:
            answer = actor.link.receive(3)
            if answer[8:20] == probe[8:20]:
                return answers
            answers.append(answer)

    def value(self, text, transaction):
        if text.startswith("*"):
            return b"a" * int(text[1:])
        if text == "@token":
            return self.token
        if "@" not in text:
            return bytes.fromhex(text)
        first, _, name = text.partition("@")
        if name in self.peers:
            host, port = self.peers[name].getsockname()
        else:
            host, _, port = name.rpartition(":")
        value = stun.address_value(host.strip("[]"), int(port), transaction)
        return bytes.fromhex(first) + value[1:] if first else value

    def compose(self, step, actor):
        if "raw" in step:
            return bytes.fromhex(step["raw"])
        if "again" in step:
            return actor.sent[-1 if step["again"] is True else -step["again"]][0]
        transaction = self.actors["A"].sent[-1][1] if "transaction" in step else os.urandom(12)
        bits = METHODS[step.get("request") or step["indication"]] | (0 if "request" in step else 0x10)
        body = bytearray()

        def append(name, value):
            body.extend(stun.attribute(name, value))

        def header(length):
            return struct.pack("!HHI", bits, length & 0xFFFF, stun.COOKIE) + transaction

        for name, text in step.get("attributes", []):
            append(kind(name), self.value(text, transaction))
        for _ in range(step.get("repeat", [0])[-1]):
            append(0xFFEE, b"")
        if step.get("as"):
            self.sign(step, actor, append, header, body, transaction)
        data = header(len(body)) + bytes(body)
        actor.sent.append((data, transaction))
        return data

    def sign(self, step, actor, append, header, body, transaction):
        realm = actor.realm
        if "realm" in step:
            realm = self.value(step["realm"], transaction) if step["realm"].startswith("*") else step["realm"].encode()
        account, omit, spoilt = Account(step["as"], realm), step.get("omit", []), step.get("integrity", {})

        def fingerprint():
            append(stun.FINGERPRINT, struct.pack("!I", zlib.crc32(header(len(body) + 8) + bytes(body)) ^ 0x5354554E))

        if "USERNAME" not in omit:
            if step.get("username") == "hash":
                append(stun.USERHASH, account.hash)
            else:
                append(stun.USERNAME, self.value(step["username"], transaction) if "username" in step else account.name)
        for name, text in step.get("second", []):
            append(kind(name), self.value(text, transaction))
        if "REALM" not in omit:
            append(stun.REALM, realm)
        if "NONCE" not in omit:
            append(stun.NONCE, self.nonce(step.get("nonce"), actor, transaction))
        if step.get("fingerprint") == "before":
            fingerprint()
        name, digest, size = (stun.INTEGRITY_SHA256, hashlib.sha256, 32) if spoilt.get("sha256") else (stun.INTEGRITY, hashlib.sha1, 20)
        covered = header(len(body) + (0 if "unadjusted" in spoilt else 4 + size)) + bytes(body)
        mac = bytearray(hmac.new(account.password if "key" in spoilt else account.key, covered, digest).digest())
        if "flip" in spoilt:
            mac[spoilt["flip"]] ^= 1
        if "value" in spoilt:
            mac = bytes.fromhex(spoilt["value"])
        if "length" in spoilt:
            mac = (bytes(mac) + bytes(64))[: spoilt["length"]]
        append(name, bytes(mac))
        for extra, text in step.get("after", []):
            append(kind(extra), self.value(text, transaction))
        if step.get("fingerprint") is True:
            fingerprint()

    def nonce(self, how, actor, transaction):
        if how is None:
            return actor.nonce
        if how == "of A":
            return self.actors["A"].nonce
        if how == "flipped":
            return actor.nonce[:-1] + bytes([actor.nonce[-1] ^ 1])
        if how == "ahead":
            return actor.nonce[:14] + bytes([actor.nonce[14] ^ 1]) + actor.nonce[15:]
        if how == "features":
            return actor.nonce[:9] + b"AAAA" + actor.nonce[13:]
        return self.value(how, transaction)

    def play(self, step):
        actor, expected = self.actors[step.get("from", "A")], step.get("expect", {})
        if "peer" in step:
            answers = self.from_peer(step, actor, expected)
        else:
            data = self.compose(step, actor)
            # What is longer than a UDP datagram can be goes no further than the kernel.
            answers = self.ask(actor, data) if len(data) <= 65507 else []
            wanted = expected.get("reply", "none")
            if not answers and "none" not in (wanted if isinstance(wanted, list) else [wanted]):
                # A request for which another worker is asked is answered behind the Binding request.
                answers = [actor.link.receive(3)]
        self.judge(answers, expected)

    def from_peer(self, step, actor, expected):
        self.peers[step["peer"]].sendto(bytes.fromhex(step["sends"]), self.relayed_first)
        try:
            return [actor.link.receive(2 if "data" in expected else 0.1)]
        except stun.Silence:
            return []

    def judge(self, answers, expected):
        message = self.message(answers[0]) if answers and answers[0][0] < 0x40 else None
        if "reply" in expected:
            said = "none" if not answers else "success" if message.kind == stun.SUCCESS else message.error
            wanted = expected["reply"] if isinstance(expected["reply"], list) else [expected["reply"]]
            assert said in wanted, f"the answer is {said}, not {wanted}"
            assert len(answers) <= 1
        assert len(answers[0] if answers else b"") <= expected.get("maxBytes", 65536)
        assert "size" not in expected or len(answers[0]) == expected["size"]
        assert set(expected) <= EXPECTATIONS, "somebody expects what nobody checks"
        for name in expected.get("has", []):
            assert message[kind(name)] is not None, f"{name} is missing"
        for name in expected.get("lacks", []):
            assert message[kind(name)] is None, f"{name} is there"
        if "unknown" in expected:
            value = message[stun.UNKNOWN]
            assert [value[at : at + 2].hex() for at in range(0, len(value), 2)] == expected["unknown"]
        if "lifetime" in expected:
            assert message.lifetime == expected["lifetime"]
        for name, wanted in expected.get("peers", {}).items():
            assert [data.hex() for data in self.heard(name, len(wanted))] == wanted, f"what {name} heard"
        if "data" in expected:
            self.judge_data(answers, message, *expected["data"])
        if message is not None and message[stun.RELAYED_ADDRESS] is not None:
            self.judge_relayed(message, expected)

    def message(self, data):
        """A message; one without the cookie, as RFC 3489 has them, is read as if it had it."""
        return stun.Message(data[:4] + struct.pack("!I", stun.COOKIE) + data[8:])

    def heard(self, name, count):
        peer, heard = self.peers[name], []
        peer.settimeout(2 if count else 0.02)
        try:
            while True:
                heard.append(peer.recv(65536))
                peer.settimeout(2 if len(heard) < count else 0.02)
        except TimeoutError:
            return heard

    def judge_data(self, answers, message, source, payload):
        assert len(answers) == 1
        payload = bytes.fromhex(payload)
        if isinstance(source, int):
            assert answers[0][: 4 + len(payload)] == struct.pack("!HH", source, len(payload)) + payload
        else:
            assert message[stun.PAYLOAD] == payload
            assert message.address(stun.PEER_ADDRESS) == self.peers[source].getsockname()

    def judge_relayed(self, message, expected):
        address, before, token = message.address(stun.RELAYED_ADDRESS), self.relayed, message[stun.RESERVATION_TOKEN]
        self.relayed_first = self.__dict__.get("relayed_first", address)
        how = expected.get("relayed")
        assert how != "same" or address == before
        assert how != "other" or address != before
        assert how != "even" or address[1] % 2 == 0
        assert how != "next" or address[1] == before[1] + 1
        assert "token" not in expected or token == self.token
        self.relayed, self.token = address, token or self.token


BASE = [
    "lt-cred-mech", "user=alice:password of alice", "user=bob:password of bob", "user=Zo\u00eb:password of Zo\u00eb",
    "use-auth-secret", f"static-auth-secret={SECRET}", "listening-ip=127.0.0.1", "relay-ip=127.0.0.5",
    "allowed-peer-ip=127.0.0.11-127.0.0.12",
]


@pytest.mark.ours
@pytest.mark.parametrize("case", list(cases()))
def test_the_server_does_what_the_rfcs_ask_of_each_attack(serve, case):
    server = serve(BASE if "without(v6)" in case["given"] else [*BASE, "relay-ip=::1"])
    player = Player(server, case)
    try:
        for step in case["steps"]:
            player.play(step)
    finally:
        player.close()
    server.must_live()
