# SPDX-License-Identifier: Apache-2.0
"""Thousands of WebSockets on one thread: just enough of RFC 6455 to be a crowd, and cheap enough to be a large one."""
import base64
import os
import select
import socket
import struct

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n")


class Member:
    """One WebSocket. `heard(member, opcode, payload)` is told every message."""

    def __init__(self, port, path, source=None):
        own = (source, 0) if source else None
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30, source_address=own)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(HANDSHAKE.format(path=path, port=port, key=key).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            more = self.socket.recv(65536)
            assert more, f"no answer to the handshake: {answer!r}"
            answer += more
        head, self.buffer = answer.split(b"\r\n\r\n", 1)
        assert b" 101 " in head.split(b"\r\n")[0], head
        self.buffer = bytearray(self.buffer)
        self.isOver = False

    def send(self, payload, opcode=1):
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
        # A mask of zeros hides nothing, which costs nothing.
        self.socket.setblocking(True)
        self.socket.sendall(head + bytes(4) + payload)
        self.socket.setblocking(False)

    def messages(self):
        """What has come: (opcode, payload) of every whole frame."""
        buffer, start, found = self.buffer, 0, []
        while len(buffer) - start >= 2:
            size, at = buffer[start + 1], start + 2
            if size == 126:
                if len(buffer) - start < 4:
                    break
                size, at = int.from_bytes(buffer[start + 2:start + 4], "big"), start + 4
            elif size == 127:
                if len(buffer) - start < 10:
                    break
                size, at = int.from_bytes(buffer[start + 2:start + 10], "big"), start + 10
            if len(buffer) < at + size:
                break
            found.append((buffer[start] & 15, bytes(memoryview(buffer)[at:at + size])))
            start = at + size
        if start:
            del buffer[:start]
        return found


class Crowd:
    """All members, and one epoll over them."""

    def __init__(self, heard):
        self.heard = heard
        self.members = {}
        # Those who are connected and read nothing; let go of together with the others.
        self.stalled = []
        self.poll = select.epoll()

    def add(self, member):
        member.socket.setblocking(False)
        self.members[member.socket.fileno()] = member
        self.poll.register(member.socket.fileno(), select.EPOLLIN)
        return member

    def listen(self, seconds):
        """Reads whatever comes within so many seconds at most, and then what is left of that turn."""
        for number, _ in self.poll.poll(seconds, 1024):
            member = self.members[number]
            try:
                data = member.socket.recv(1 << 18)
            except BlockingIOError:
                continue
            except ConnectionResetError:
                data = b""
            if not data:
                member.isOver = True
                self.poll.unregister(number)
                continue
            member.buffer += data
            for opcode, payload in member.messages():
                if opcode == 9:
                    member.send(payload, 10)
                else:
                    self.heard(member, opcode, payload)

    def close(self):
        for member in self.members.values():
            member.socket.close()
        for each in self.stalled:
            getattr(each, "socket", each).close()
        self.poll.close()
