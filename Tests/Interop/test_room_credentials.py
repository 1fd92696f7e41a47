# SPDX-License-Identifier: Apache-2.0
"""What a room gives to its people: credentials of their own for the relay, for as long as they stay."""
import json
import time
import urllib.request

import pytest
import stun
from websockets.sync.client import connect

pytestmark = pytest.mark.ours

LINES = ["listening-ip=127.0.0.1", "relay-ip=127.0.0.1", "web-port={web_port}", "web-listening-ip=127.0.0.1"]


def join(socket):
    """Takes a seat; returns what opens the relay."""
    socket.send(json.dumps({"type": "join", "name": "Ana"}))
    message = json.loads(socket.recv(5))
    assert message["type"] == "joined"
    return next(entry for entry in message["iceServers"] if "credential" in entry)


def client(server, relay):
    return stun.Client(stun.Datagrams(("127.0.0.1", server.port)), relay["username"], relay["credential"])


def until(answer, wanted, seconds=3):
    """Asks until the answer has the wanted code: the word goes from one thread to another."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        error = answer().error
        if error == wanted:
            return error
        time.sleep(0.05)
    return error


def test_credentials_open_the_relay_until_their_owner_leaves(serve):
    server = serve(LINES)
    request = urllib.request.Request(f"http://127.0.0.1:{server.web_port}/api/rooms", method="POST")
    token = json.load(urllib.request.urlopen(request, timeout=5))["token"]
    door = f"ws://127.0.0.1:{server.web_port}/ws/rooms/{token}"
    with connect(door) as ana, connect(door) as bob:
        relay, other = join(ana), join(bob)
        first, second = client(server, relay), client(server, other)
        assert first.allocate().error == 0
        assert second.allocate().error == 0

        ana.send(json.dumps({"type": "bye"}))
        assert until(lambda: first.refresh(600), 401) == 401
        assert client(server, relay).allocate().error == 401
        assert second.refresh(600).error == 0, "who stays keeps the relay"

        bob.send(json.dumps({"type": "bye"}))
        assert until(lambda: second.refresh(600), 401) == 401
