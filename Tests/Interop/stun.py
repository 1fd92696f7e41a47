# SPDX-License-Identifier: Apache-2.0
"""A small STUN and TURN client for probes, written from the RFCs alone and sharing nothing with the server.

`Message` and `encode` are the wire (RFC 8489 §5, §14); `Client` is one 5-tuple with the long-term mechanism (§9.2) and
the TURN verbs (RFC 8656). Everything blocks, with timeouts; nothing is retried but what the RFC retries.
"""
import hashlib
import hmac
import ipaddress
import os
import select
import socket
import struct
import time
import zlib

COOKIE = 0x2112A442
REQUEST, INDICATION, SUCCESS, FAILURE = range(4)

BINDING, ALLOCATE, REFRESH, SEND, DATA, PERMISSION, CHANNEL = 1, 3, 4, 6, 7, 8, 9
CONNECT, CONNECTION_BIND, CONNECTION_ATTEMPT = 0xA, 0xB, 0xC

MAPPED_ADDRESS, CHANGE_REQUEST, USERNAME, INTEGRITY, ERROR_CODE, UNKNOWN = 0x01, 0x03, 0x06, 0x08, 0x09, 0x0A
CHANNEL_NUMBER, LIFETIME, PEER_ADDRESS, PAYLOAD, REALM, NONCE, RELAYED_ADDRESS = 0x0C, 0x0D, 0x12, 0x13, 0x14, 0x15, 0x16
FAMILY, EVEN_PORT, TRANSPORT, DONT_FRAGMENT = 0x17, 0x18, 0x19, 0x1A
INTEGRITY_SHA256, ALGORITHM, USERHASH, XOR_MAPPED_ADDRESS, RESERVATION_TOKEN = 0x1C, 0x1D, 0x1E, 0x20, 0x22
PADDING, RESPONSE_PORT, CONNECTION_ID, ACCESS_TOKEN = 0x26, 0x27, 0x2A, 0x1B
ADDITIONAL_FAMILY, ADDRESS_ERROR, ALGORITHMS, ICMP = 0x8000, 0x8001, 0x8002, 0x8004
SOFTWARE, FINGERPRINT, RESPONSE_ORIGIN, OTHER_ADDRESS, MOBILITY = 0x8022, 0x8028, 0x802B, 0x802C, 0x8030
ORIGIN = 0x802F
THIRD_PARTY_AUTHORIZATION = 0x802E

UDP, TCP = bytes([17, 0, 0, 0]), bytes([6, 0, 0, 0])
IPV4, IPV6 = bytes([1, 0, 0, 0]), bytes([2, 0, 0, 0])


class Silence(Exception):
    """Nothing came in time."""


def attribute(kind, value=b""):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def mask(transaction):
    return struct.pack("!I", COOKIE) + transaction


def address_value(host, port, transaction=None):
    """The value of MAPPED-ADDRESS, or of XOR-MAPPED-ADDRESS when a transaction is given (RFC 8489 §14.1, §14.2)."""
    packed = ipaddress.ip_address(host).packed
    family = 1 if len(packed) == 4 else 2
    if transaction is not None:
        port ^= COOKIE >> 16
        packed = bytes(a ^ b for a, b in zip(packed, mask(transaction)))
    return struct.pack("!BBH", 0, family, port) + packed


def encode(method, kind=REQUEST, attributes=(), transaction=None, key=None, sha256=False, fingerprint=False):
    """A message. An attribute's value may be a pair (host, port): it is masked with the transaction."""
    transaction = transaction or os.urandom(12)
    bits = (method & 0xF) | (method & 0x70) << 1 | (method & 0xF80) << 2 | (kind & 1) << 4 | (kind & 2) << 7
    body = b""
    for name, value in attributes:
        body += attribute(name, address_value(*value, transaction) if isinstance(value, tuple) else value)

    def header(extra):
        return struct.pack("!HHI", bits, len(body) + extra, COOKIE) + transaction

    if key is not None and sha256:
        body += attribute(INTEGRITY_SHA256, hmac.new(key, header(36) + body, hashlib.sha256).digest())
    elif key is not None:
        body += attribute(INTEGRITY, hmac.new(key, header(24) + body, hashlib.sha1).digest())
    if fingerprint:
        body += attribute(FINGERPRINT, struct.pack("!I", zlib.crc32(header(8) + body) ^ 0x5354554E))
    return header(0) + body


class Message:
    """A parsed message; raises ValueError on anything that RFC 8489 §5 does not allow."""

    def __init__(self, data):
        if len(data) < 20:
            raise ValueError("shorter than a header")
        bits, length, cookie = struct.unpack("!HHI", data[:8])
        if bits & 0xC000 or cookie != COOKIE or length % 4 or length != len(data) - 20:
            raise ValueError("not a STUN message: " + data[:20].hex())
        self.raw, self.transaction = data, data[8:20]
        self.method = (bits & 0xF) | (bits >> 1 & 0x70) | (bits >> 2 & 0xF80)
        self.kind = (bits >> 4 & 1) | (bits >> 7 & 2)
        self.attributes, at = [], 20
        while at < len(data):
            name, size = struct.unpack("!HH", data[at : at + 4])
            if at + 4 + size > len(data):
                raise ValueError(f"attribute {name:#06x} runs past the end")
            self.attributes.append((name, data[at + 4 : at + 4 + size], at))
            at += 4 + size + -size % 4

    def __getitem__(self, name):
        return next((value for kind, value, _ in self.attributes if kind == name), None)

    def all(self, name):
        return [value for kind, value, _ in self.attributes if kind == name]

    def address(self, name, masked=True):
        return self.addresses(name, masked)[0] if self[name] is not None else None

    def addresses(self, name, masked=True):
        """The (host, port) of every attribute of that name."""
        found = []
        for value in self.all(name):
            port, packed = struct.unpack("!H", value[2:4])[0], value[4:]
            if masked:
                port ^= COOKIE >> 16
                packed = bytes(a ^ b for a, b in zip(packed, mask(self.transaction)))
            found.append((str(ipaddress.ip_address(packed)), port))
        return found

    @property
    def error(self):
        """The code of ERROR-CODE; 0 for a success."""
        value = self[ERROR_CODE]
        return 0 if value is None else value[2] * 100 + value[3]

    @property
    def lifetime(self):
        return struct.unpack("!I", self[LIFETIME])[0]

    def is_signed_with(self, key):
        """Whether MESSAGE-INTEGRITY (or -SHA256) is there and right (RFC 8489 §14.5, §14.6)."""
        for name, value, at in self.attributes:
            if name in (INTEGRITY, INTEGRITY_SHA256):
                covered = self.raw[:2] + struct.pack("!H", at - 20 + 4 + len(value)) + self.raw[4:at]
                digest = hashlib.sha1 if name == INTEGRITY else hashlib.sha256
                return hmac.compare_digest(hmac.new(key, covered, digest).digest()[: len(value)], value)
        return False

    def fingerprint_is_right(self):
        name, value, at = self.attributes[-1]
        return name == FINGERPRINT and struct.unpack("!I", value)[0] == zlib.crc32(self.raw[:at]) ^ 0x5354554E


class Datagrams:
    """A UDP socket that notices from where an answer came."""

    def __init__(self, server, source=None):
        family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind(source or ("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self.server, self.came_from = server, None
        self.resends = True

    def send(self, data):
        self.socket.sendto(data, self.server)

    def receive(self, seconds):
        if not select.select([self.socket], [], [], max(0, seconds))[0]:
            raise Silence
        data, self.came_from = self.socket.recvfrom(65536)[0:2]
        return data


class Stream:
    """A TCP or TLS connection, cut into messages (RFC 8489 §6.2.2, RFC 8656 §12.5: ChannelData is padded)."""

    def __init__(self, server, context=None, name=None, source=None):
        self.socket = socket.create_connection(server, timeout=5, source_address=source)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_hostname=name or server[0])
        self.rest, self.resends = b"", False

    def send(self, data):
        self.socket.sendall(data + bytes(-len(data) % 4))

    def receive(self, seconds):
        deadline = time.monotonic() + seconds
        while True:
            if len(self.rest) >= 4:
                size = struct.unpack("!H", self.rest[2:4])[0]
                size += 20 if self.rest[0] < 0x40 else 4
                whole = size + -size % 4
                if len(self.rest) >= whole:
                    data, self.rest = self.rest[:size], self.rest[whole:]
                    return data
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                more = self.socket.recv(65536)
            except TimeoutError:
                raise Silence from None
            if not more:
                raise ConnectionResetError("the server closed the connection")
            self.rest += more


class Client:
    """One 5-tuple that speaks TURN. Answers that arrive while waiting for something else are kept in `inbox`."""

    def __init__(self, link, user=None, password=None):
        self.link, self.user, self.password = link, user, password
        self.realm = self.nonce = self.key = None
        self.inbox = []

    def exchange(self, data, seconds=2.0):
        """Sends a request and returns the answer to its transaction; resent every 0.5 s over UDP."""
        deadline, resend = time.monotonic() + seconds, 0.0
        while time.monotonic() < deadline:
            if time.monotonic() >= resend:
                self.link.send(data)
                resend = time.monotonic() + 0.5 if self.link.resends else deadline
            try:
                answer = self.link.receive(min(resend, deadline) - time.monotonic())
            except Silence:
                continue
            if answer[0] < 0x40 and answer[8:20] == data[8:20]:
                return Message(answer)
            self.inbox.append(answer)
        raise Silence

    def credentials(self):
        if self.key is None:
            return []
        return [(USERNAME, self.user.encode()), (REALM, self.realm), (NONCE, self.nonce)]

    def request(self, method, *attributes):
        """A request with credentials once they are asked for (401) and again with a new nonce (438)."""
        for _ in range(3):
            answer = self.exchange(encode(method, REQUEST, [*attributes, *self.credentials()], key=self.key))
            asked = answer.error == 438 or (answer.error == 401 and self.key is None)
            if not asked or self.user is None or answer[NONCE] is None:
                return answer
            self.realm, self.nonce = answer[REALM], answer[NONCE]
            secret = b":".join([self.user.encode(), self.realm, self.password.encode()])
            self.key = hashlib.md5(secret).digest()
        return answer

    def binding(self):
        return self.exchange(encode(BINDING))

    def allocate(self, *attributes, transport=UDP):
        answer = self.request(ALLOCATE, (TRANSPORT, transport), *attributes)
        self.relayed = answer.address(RELAYED_ADDRESS)
        return answer

    def refresh(self, seconds):
        return self.request(REFRESH, (LIFETIME, struct.pack("!I", seconds)))

    def permit(self, *peers):
        return self.request(PERMISSION, *[(PEER_ADDRESS, peer) for peer in peers])

    def bind(self, number, peer):
        return self.request(CHANNEL, (CHANNEL_NUMBER, struct.pack("!HH", number, 0)), (PEER_ADDRESS, peer))

    def send(self, peer, payload, *attributes):
        self.link.send(encode(SEND, INDICATION, [(PEER_ADDRESS, peer), *attributes, (PAYLOAD, payload)]))

    def send_on(self, number, payload):
        self.link.send(struct.pack("!HH", number, len(payload)) + payload)

    def receive(self, seconds=2.0):
        """The next payload from a peer: (channel number or (host, port), bytes)."""
        deadline = time.monotonic() + seconds
        while True:
            data = self.inbox.pop(0) if self.inbox else self.link.receive(deadline - time.monotonic())
            if data[0] >= 0x40:
                number, size = struct.unpack("!HH", data[:4])
                return number, data[4 : 4 + size]
            message = Message(data)
            if (message.method, message.kind) == (DATA, INDICATION):
                return message.address(PEER_ADDRESS), message[PAYLOAD]

    def close(self):
        self.link.socket.close()
