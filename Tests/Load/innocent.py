# SPDX-License-Identifier: Apache-2.0
"""Somebody who does nothing out of the ordinary, and how long everything takes for them."""
import threading
import time

import stun
from inputs import Link, Talk, Web


class Innocent:
    """Asks for a page's health, speaks in a room, writes in a channel, refreshes an allocation and relays a packet, in turns.

    `took` has (when, what, seconds) of everything; what failed is in `failures`.
    """

    def __init__(self, server, pause=0.01):
        self.server, self.pause = server, pause
        self.took, self.failures = [], []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        room = Web(self.server, "127.0.0.2").ask("POST", "/api/rooms", {})
        self.web = Web(self.server, "127.0.0.2")
        self.room = Talk(self.server, f"/ws/rooms/{room['token']}")
        self.room.ask("join", "joined", name="Innocent")
        self.channel = Talk(self.server, "/ws")
        self.channel.ask("join", "presence", channel="own", name="Innocent")
        self.caller, self.callee = (stun.Client(Link(self.server), "ana", "correct horse") for _ in range(2))
        for client in (self.caller, self.callee):
            assert client.allocate().error == 0
        self.renew()
        self.ways = {
            "health": lambda: self.web.ask("GET", "/healthz"), "room": lambda: self.room.ask("ping", "pong"),
            "message": lambda: self.channel.ask("message", "message", channel="own", text="hello"),
            "refresh": lambda: self.caller.refresh(600), "packet": self.packet,
        }
        self.thread.start()
        return self

    def renew(self):
        """Allocations, permissions and channels end after some minutes."""
        self.renewed = time.monotonic()
        for client, other in ((self.caller, self.callee), (self.callee, self.caller)):
            assert client.refresh(600).error == 0
            assert client.bind(0x4000, other.relayed).error == 0

    def packet(self):
        self.caller.send_on(0x4000, b"x" * 160)
        self.callee.receive(5)

    def run(self):
        while not self.over.is_set():
            ways = dict(self.ways, **({"renewal": self.renew} if time.monotonic() > self.renewed + 60 else {}))
            for name, way in ways.items():
                began = time.monotonic()
                try:
                    way()
                except Exception as error:
                    self.failures.append(f"{name}: {type(error).__name__} {error}")
                    if len(self.failures) > 20:
                        return
                    continue
                self.took.append((began, name, time.monotonic() - began))
            self.over.wait(self.pause)

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(60)
        for each in (self.room, self.channel, self.caller, self.callee):
            each.close()

    def quantile(self, part, since=0, until=float("inf"), way=None):
        """So many seconds or less it took for a part of what was asked in that time."""
        times = sorted(took for at, name, took in self.took if since <= at < until and way in (None, name))
        return times[min(len(times) - 1, int(len(times) * part))] if times else float("nan")
