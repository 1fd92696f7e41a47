# SPDX-License-Identifier: Apache-2.0
"""People in a room keep their seats, and what was said is not lost, when the server is restarted or killed."""
import contextlib
import json
import signal
import urllib.request

import pytest
from server import LOOPBACK, PEERS, USERS
from supervisor import Supervisor
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

LINES = LOOPBACK + USERS + PEERS + ["web-port={web_port}", "web-listening-ip=127.0.0.1"]


class Page:
    """What a page does in a room, over one WebSocket after the other."""

    def __init__(self, supervisor, token):
        self.url = f"ws://127.0.0.1:{supervisor.web_port}/ws/rooms/{token}"
        self.resume, self.seen, self.said = None, 0, 0
        self.sockets = contextlib.ExitStack()

    def join(self):
        self.socket = self.sockets.enter_context(connect(self.url))
        join = {"type": "join", "name": "Ana"}
        if self.resume:
            join.update(resume=self.resume, ack=self.seen)
        self.socket.send(json.dumps(join))
        joined = self.hear("joined")
        self.resume = joined["resume"]
        return joined

    def hear(self, kind):
        while True:
            message = json.loads(self.socket.recv(timeout=10))
            self.seen = message.get("seq", self.seen)
            if message["type"] == kind:
                return message

    def say(self, **message):
        self.said += 1
        self.socket.send(json.dumps({**message, "seq": self.said, "ack": self.seen}))

    def is_told_to_come_back(self):
        try:
            while True:
                self.socket.recv(timeout=10)
        except ConnectionClosed as end:
            return end.rcvd is not None and end.rcvd.code == 1001


@pytest.fixture
def supervisor():
    supervisor = Supervisor(LINES)
    supervisor.start()
    yield supervisor
    supervisor.stop()


def make_room(supervisor):
    request = urllib.request.Request(f"http://127.0.0.1:{supervisor.web_port}/api/rooms", b"{}", method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["token"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_seats_and_what_was_not_heard_outlive_a_restart(supervisor, number):
    token = make_room(supervisor)
    ana, ben = Page(supervisor, token), Page(supervisor, token)
    first = ana.join()
    second = ben.join()
    ana.hear("peer-joined")
    ana.say(type="offer", sdp="v=0 the offer")
    ana.say(type="candidate", candidate="")
    # Ben has not read them when the server goes; Ana's page knows that they were taken.
    ana.socket.send(json.dumps({"type": "ping", "t": 1}))
    assert ana.hear("pong")["ack"] == 2
    supervisor.end(number)
    if number == signal.SIGTERM:
        assert ana.is_told_to_come_back()
    supervisor.start()
    again = ben.join()
    assert again["peerId"] == second["peerId"] and again["role"] == second["role"]
    assert again["peers"][0]["peerId"] == first["peerId"] and again["peers"][0]["away"]
    offer = ben.hear("offer")
    assert (offer["sdp"], offer["from"]) == ("v=0 the offer", first["peerId"])
    assert ben.hear("candidate")["candidate"] == ""
    back = ana.join()
    assert back["peerId"] == first["peerId"] and back["ack"] == 2
    assert ben.hear("peer-back")["peerId"] == first["peerId"]
    ben.say(type="answer", sdp="v=0 the answer")
    assert ana.hear("answer")["sdp"] == "v=0 the answer"
    # The credentials that were given out before are those of a server that is still there.
    assert first["iceServers"] and back["iceServers"]
