# SPDX-License-Identifier: Apache-2.0
"""A call between two relayed clients that goes on while a test does something unpleasant."""
import select
import struct
import threading
import time

import stun

CHANNEL, PACE, SIZE = 0x4000, 0.020, 160


class Call:
    """Two clients of one server, each a channel to the other's relayed address; 50 packets a second each way.

    Used as a context: the packets flow while the block runs. `sent` and `heard` are per side; each packet bears its
    number, and `heard` keeps the numbers in the order of their arrival.
    """

    def __init__(self, server):
        self.sides = [server.client(), server.client()]
        for side in self.sides:
            assert side.allocate().error == 0
        for side, other in zip(self.sides, reversed(self.sides)):
            assert side.bind(CHANNEL, other.relayed).error == 0
        self.sent, self.heard = [0, 0], [[], []]
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def run(self):
        due = time.monotonic()
        while not self.over.is_set():
            for side, client in enumerate(self.sides):
                client.send_on(CHANNEL, struct.pack("!I", self.sent[side]) + bytes(SIZE - 4))
                self.sent[side] += 1
            due += PACE
            self.hear(due)
        self.hear(time.monotonic() + 0.5)

    def hear(self, until):
        sockets = [client.link.socket for client in self.sides]
        while (left := until - time.monotonic()) > 0:
            for ready in select.select(sockets, [], [], left)[0]:
                data = ready.recv(2000)
                if data[:2] == struct.pack("!H", CHANNEL):
                    self.heard[sockets.index(ready)].append(struct.unpack("!I", data[4:8])[0])

    def lost(self):
        """The packets that did not arrive exactly once, both ways together."""
        return sum(
            abs(self.heard[1 - side].count(number) - 1) for side in (0, 1) for number in range(self.sent[side])
        )

    def hang_up(self):
        for client in self.sides:
            client.refresh(0)
            client.close()
