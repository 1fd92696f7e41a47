# SPDX-License-Identifier: Apache-2.0
"""Many calls at once, over UDP and TCP, that count what is lost and how long nothing comes."""
import os
import select
import socket
import struct
import threading
import time

import stun
from server import PASSWORD, USER

CHANNEL, PACE, SIZE = 0x4000, 0.020, 160
HEADER = struct.Struct("!HHI")


class Way:
    """One direction of a call: what was sent, and what came, by number."""

    def __init__(self):
        self.sent, self.heard, self.last, self.gap = 0, bytearray(1 << 16), None, 0.0

    def hear(self, number, now):
        self.heard[number] += 1
        if self.last is not None:
            self.gap = max(self.gap, now - self.last)
        self.last = now

    @property
    def lost(self):
        return sum(1 for number in range(self.sent) if self.heard[number] == 0)

    @property
    def twice(self):
        return sum(1 for number in range(self.sent) if self.heard[number] > 1)


class Call:
    """A relayed client and its peer, which is a plain socket."""

    def __init__(self, address, transport):
        self.transport = transport
        link = stun.Datagrams(address) if transport == "udp" else stun.Stream(address)
        self.client = stun.Client(link, USER, PASSWORD)
        self.peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.peer.bind(("127.0.0.1", 0))
        assert self.client.allocate().error == 0
        assert self.client.bind(CHANNEL, self.peer.getsockname()).error == 0
        self.near = link.socket
        self.relayed = self.client.relayed
        self.up, self.down, self.rest = Way(), Way(), b""
        self.broken = False
        for each in (self.near, self.peer):
            each.setblocking(False)
            if each.type == socket.SOCK_DGRAM:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        if transport == "udp":
            self.near.connect(address)

    def send(self):
        """A packet each way."""
        packet = HEADER.pack(CHANNEL, SIZE, self.up.sent) + bytes(SIZE - 4)
        try:
            self.near.send(packet)
            self.up.sent += 1
        except ConnectionRefusedError:
            self.up.sent += 1
        except (BrokenPipeError, ConnectionResetError, BlockingIOError):
            self.broken = True
        self.peer.sendto(struct.pack("!I", self.down.sent) + bytes(SIZE - 4), self.relayed)
        self.down.sent += 1

    def hear_peer(self, now):
        while True:
            try:
                data = self.peer.recv(2000)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            self.up.hear(struct.unpack("!I", data[:4])[0], now)

    def hear_client(self, now):
        while True:
            try:
                data = self.near.recv(65536)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            except ConnectionResetError:
                data = b""
            if not data:
                self.broken = True
                return
            if self.transport == "tcp":
                data = self.rest + data
            while len(data) >= 8:
                kind, size, number = HEADER.unpack(data[:8])
                if kind != CHANNEL or size != SIZE:
                    self.broken = True
                    return
                if len(data) < 4 + size:
                    break
                self.down.hear(number, now)
                data = data[4 + size :]
            self.rest = data

    def close(self):
        self.near.close()
        self.peer.close()


class Traffic:
    """Calls whose packets flow, 50 a second each way, while the block runs."""

    def __init__(self, address, datagrams, streams):
        self.calls = [Call(address, "udp") for _ in range(datagrams)] + [Call(address, "tcp") for _ in range(streams)]
        self.late = 0.0

    def __enter__(self):
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def run(self):
        poll = select.epoll()
        ears = {}
        for call in self.calls:
            for each, hear in ((call.near, call.hear_client), (call.peer, call.hear_peer)):
                poll.register(each.fileno(), select.EPOLLIN)
                ears[each.fileno()] = (call, hear)
        # Calls are spread over the interval, as they are in life.
        start = time.monotonic()
        due = [start + PACE * index / len(self.calls) for index in range(len(self.calls))]
        while not self.over.is_set():
            now = time.monotonic()
            for index, call in enumerate(self.calls):
                if due[index] <= now and not call.broken:
                    self.late = max(self.late, now - due[index])
                    call.send()
                    due[index] += PACE
            self.listen(poll, ears, 0.002)
        end = time.monotonic() + 2
        while time.monotonic() < end and any(call.up.lost or call.down.lost for call in self.calls):
            self.listen(poll, ears, 0.05)

    def listen(self, poll, ears, seconds):
        for number, _ in poll.poll(seconds):
            call, hear = ears[number]
            if call.broken:
                poll.unregister(number)
                continue
            hear(time.monotonic())

    def ways(self, transport=None):
        return [way for call in self.calls if transport in (None, call.transport) for way in (call.up, call.down)]

    @property
    def broken(self):
        return sum(call.broken for call in self.calls)

    @property
    def sent(self):
        return sum(way.sent for way in self.ways())

    @property
    def lost(self):
        return sum(way.lost for way in self.ways())

    @property
    def twice(self):
        return sum(way.twice for way in self.ways())

    @property
    def gap(self):
        """The longest time in which a call heard nothing, in seconds."""
        return max(way.gap for way in self.ways())

    def close(self):
        for call in self.calls:
            call.close()
