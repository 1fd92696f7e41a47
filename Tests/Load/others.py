# SPDX-License-Identifier: Apache-2.0
"""Crowds of others: idle, stalled and hostile ones, so many of each as are asked for, in places of their own."""
import hashlib
import itertools
import json
import os
import socket
import struct

import server as product
import stun
from crowd import Crowd, Member

PASSWORD = "correct horse"


def address(number):
    """An address of its own for every hundred of them."""
    return f"127.0.{100 + number // 20_000}.{1 + number // 100 % 200}"


def crowd_of():
    return Crowd(lambda *_: None)


def join(crowd, server, path, *said, opcode=1, reads=True, source=None):
    member = Member(server.web_port, path, source)
    for message in said:
        member.send(message if isinstance(message, bytes) else json.dumps(message).encode(), opcode)
    if reads:
        crowd.add(member)
    else:
        # Stalled: what is said to it is never read.
        crowd.stalled.append(member)
    if len(crowd.members) % 20 == 0:
        crowd.listen(0)
    return member


def relay(server, count):
    """Allocations with a permission and a channel each; a third of them has sent garbage since."""
    key = hashlib.md5(f"{product.USER}:{product.REALM}:{PASSWORD}".encode()).digest()
    crowd, made = crowd_of(), 0
    for number in range(count):
        link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            link.bind((address(number), 0))
        except OSError:
            break
        link.connect(("127.0.0.1", server.port))
        link.settimeout(10)
        link.send(stun.encode(stun.ALLOCATE, attributes=[(stun.TRANSPORT, stun.UDP)]))
        asked = stun.Message(link.recv(2048))
        fields = [(stun.USERNAME, product.USER.encode()), (stun.REALM, asked[stun.REALM]), (stun.NONCE, asked[stun.NONCE])]

        def ask(method, *attributes):
            link.send(stun.encode(method, attributes=[*attributes, *fields], key=key))
            return stun.Message(link.recv(2048))
        if ask(stun.ALLOCATE, (stun.TRANSPORT, stun.UDP), (stun.LIFETIME, struct.pack("!I", 3600))).error:
            link.close()
            break
        ask(stun.CHANNEL, (stun.CHANNEL_NUMBER, struct.pack("!HH", 0x4000, 0)), (stun.PEER_ADDRESS, ("127.0.0.1", 9)))
        if number % 3 == 0:
            link.send(os.urandom(40))
        crowd.stalled.append(link)
        made += 1
    return crowd, made


def rooms(server, count):
    """A room for each, one in four with somebody inside, one in eight with somebody who does not read."""
    from inputs import Web
    crowd, webs = crowd_of(), [Web(server, f"127.0.90.{number}") for number in range(1, 11)]
    for number in range(count):
        room = webs[number % 10].ask("POST", "/api/rooms", {})
        if number % 4 == 0:
            join(crowd, server, f"/ws/rooms/{room['token']}", {"type": "join", "name": "Other"}, reads=number % 8 != 0,
                 source=address(number))
    return crowd, count


def channels(server, count):
    """Members of other channels, fifty in each, of whom some watch voice and some do not read; a tenth of a thousand channels
    that people made."""
    from inputs import Person, Web
    crowd = crowd_of()
    kinds = min(200, max(1, count // 50))
    for number in range(kinds):
        if number % 50 == 0:
            # One person has fifty channels at most.
            web = Web(server, f"127.0.91.{1 + number // 50}")
            owner = Person(web)
        web.ask("POST", "/api/channels", {"name": f"other {number}", "kind": "text"}, key=owner.key)
    for number in range(count):
        said = [{"type": "join", "channel": f"other {number % kinds}", "name": f"O{number}"}]
        if number % 40 == 0:
            said.append({"type": "watch", "on": False})
        join(crowd, server, "/ws", *said, reads=number % 10 != 0, source=address(number))
    return crowd, count


def talkie(server, count):
    """Ten in each of many rooms, of whom one has talked, and one does not read."""
    from load import HEAD, cluster
    crowd = crowd_of()
    for number in range(count):
        member = join(crowd, server, f"/ws?room=other{number // 10}&name=O{number}", reads=number % 10 != 9, source=address(number))
        if number % 10 == 0:
            for frame in (b"\x01", b"\x03" + HEAD + cluster(1, 2000), b"\x02"):
                member.send(frame, 2)
    return crowd, count


def calls(server, count):
    """Sessions: half of them have a poll that is held, the others have hung up and are forgotten later."""
    crowd, made = crowd_of(), 0
    for number in range(count):
        try:
            link = socket.create_connection(("127.0.0.1", server.web_port), source_address=(address(number), 0), timeout=10)
        except OSError:
            break
        link.sendall(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"}"):
            more = link.recv(4096)
            if not more:
                break
            answer += more
        if b" 200 " not in answer:
            link.close()
            break
        made += 1
        session = json.loads(answer.split(b"\r\n\r\n", 1)[1][1:])["sid"]
        if number % 2:
            link.sendall(f"GET /socket.io/?EIO=4&transport=polling&sid={session} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            crowd.stalled.append(link)
        else:
            link.close()
    return crowd, made


CROWDS = {"relay": relay, "rooms": rooms, "channels": channels, "talkie": talkie, "calls": calls}
