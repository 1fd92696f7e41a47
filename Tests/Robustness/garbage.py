# SPDX-License-Identifier: Apache-2.0
"""Bad input from a seed: what line noise, scanners, broken clients and attackers send."""
import random
import struct

import stun

FRAME = b"GET /ws/rooms/%s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
UPGRADE = FRAME + b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"


class Garbage:
    """An endless, repeatable source of datagrams and of streams."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def bytes(self, most):
        return self.random.randbytes(self.random.randrange(most))

    def datagram(self):
        kinds = [self.noise, self.message, self.cut, self.flipped, self.overlong, self.channel, self.indication, self.dtls]
        return self.random.choice(kinds)()

    def noise(self):
        return self.bytes(1400)

    def attributes(self):
        known = [0x01, 0x06, 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1C,
                 0x1D, 0x1E, 0x20, 0x22, 0x8000, 0x8002, 0x8022, 0x8028]
        count = self.random.randrange(12)
        return [(self.random.choice(known + [self.random.randrange(0x10000)]), self.bytes(60)) for _ in range(count)]

    def message(self):
        """Well framed, senseless inside, now and then signed with a key that nobody has."""
        key = self.random.choice([None, None, b"guess"])
        method = self.random.choice([1, 3, 4, 6, 7, 8, 9, 10, 11, 12, self.random.randrange(4096)])
        return stun.encode(
            method, self.random.randrange(4), self.attributes(), self.random.randbytes(12), key,
            sha256=self.random.random() < 0.5, fingerprint=self.random.random() < 0.5,
        )

    def cut(self):
        data = self.message()
        return data[: self.random.randrange(len(data))]

    def flipped(self):
        data = bytearray(self.message())
        for _ in range(self.random.randrange(1, 9)):
            data[self.random.randrange(len(data))] ^= 1 << self.random.randrange(8)
        return bytes(data)

    def overlong(self):
        """A length, of the message or of an attribute, that promises more than there is."""
        data = bytearray(self.message())
        at = 2 if len(data) < 24 or self.random.random() < 0.5 else 22
        struct.pack_into("!H", data, at, self.random.choice([1, 3, 0x7FFC, 0xFFFC, 0xFFFF, self.random.randrange(0x10000)]))
        return bytes(data)

    def channel(self):
        return struct.pack("!HH", self.random.randrange(0x4000, 0x8000), self.random.randrange(0x10000)) + self.bytes(300)

    def indication(self):
        peer = (".".join(str(self.random.randrange(256)) for _ in range(4)), self.random.randrange(0x10000))
        return stun.encode(stun.SEND, stun.INDICATION, [(stun.PEER_ADDRESS, peer), (stun.PAYLOAD, self.bytes(300))])

    def dtls(self):
        return bytes([self.random.randrange(20, 64), 0xFE, self.random.choice([0xFF, 0xFD])]) + self.bytes(300)

    def stream(self):
        """Pieces of one stream, to be sent one after the other."""
        kinds = [self.noise, self.head, self.smuggled, self.endless, self.frames, self.hello, self.messages]
        data = self.random.choice(kinds)()
        pieces = []
        while data:
            size = self.random.randrange(1, max(2, min(len(data), 4000)) + 1)
            pieces.append(data[:size])
            data = data[size:]
        return pieces

    def head(self):
        """A request whose head breaks a rule."""
        target = self.random.choice([b"/", b"/%00", b"/../../etc/passwd", b"*", b"http://a b/", b"/" + b"a" * 9000, b""])
        method = self.random.choice([b"GET", b"get", b"POST", b"G\x00T", b"PRI", b"CONNECT", b"X" * 40])
        version = self.random.choice([b"HTTP/1.1", b"HTTP/9.9", b"HTTP/1.1 ", b"", b"\x80"])
        end = self.random.choice([b"\r\n", b"\n", b"\r"])
        fields = [b"Host: localhost", b"Host: localhost", b" folded: yes", b"no colon", b": empty", b"a\x00b: c",
                  b"Content-Length: -1", b"Content-Length: 99999999999999999999", b"X: " + b"y" * 17000]
        chosen = self.random.sample(fields, self.random.randrange(len(fields)))
        return method + b" " + target + b" " + version + end + end.join(chosen) + end + end + self.bytes(50)

    def smuggled(self):
        """Two readings of one body."""
        return (
            b"POST /api/rooms HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
            + self.random.choice([b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"Transfer-Encoding: gzip\r\n"])
            + b"\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        )

    def endless(self):
        """More fields than anybody needs, and no end."""
        return b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %d\r\n" % (i, i) for i in range(self.random.randrange(50, 2000)))

    def frames(self):
        """An upgrade, and frames that no client may send."""
        data = UPGRADE % bytes(self.random.choices(b"abcdefghijkmnopqrstuvwxyz", k=22))
        for _ in range(self.random.randrange(1, 20)):
            first = self.random.randrange(256)
            second = self.random.choice([0x80, 0x00]) | self.random.randrange(128)
            data += bytes([first, second]) + self.bytes(120)
        return data

    def hello(self):
        return b"\x16\x03\x01" + struct.pack("!H", self.random.randrange(0x10000)) + self.bytes(600)

    def messages(self):
        return b"".join(self.datagram() for _ in range(self.random.randrange(1, 20)))
