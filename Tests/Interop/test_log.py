# SPDX-License-Identifier: Apache-2.0
"""What the log says of sessions and refusals, and what it never says."""
import contextlib
import json
import time
import urllib.request

import pytest
from server import LOOPBACK, PASSWORD, PEERS, SECRET, USER, USERS, Server
from test_credentials import allocation, minted
from test_oauth import NORTH, ask, sealed

pytestmark = pytest.mark.ours


@contextlib.contextmanager
def logging(*lines):
    server = Server("sterna", LOOPBACK + PEERS + USERS + ["log-format=json", *lines])
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def lines(server, event, awaited=0):
    """The lines of one class, once so many have come and another has had time to."""
    deadline = time.monotonic() + 10
    while True:
        time.sleep(0.1)
        found = [each for each in map(json.loads, server.said().splitlines()) if each["event"] == event]
        if len(found) >= awaited or time.monotonic() > deadline:
            return found


def test_the_first_401_is_no_line_and_the_second_is_explained():
    with logging(f"static-auth-secret={SECRET}") as server:
        stranger = server.client(user=None)
        assert stranger.allocate().error == 401
        assert lines(server, "credentials") == []
        assert allocation(server, USER, "wrong").error == 401
        assert allocation(server, "eve", "wrong").error == 401
        assert allocation(server, *minted(seconds=-90)).error == 401
        told = lines(server, "credentials", 3)
        assert [each["reason"] for each in told] == ["wrong-password", "unknown-user", "expired"]
        assert "ran out 9" in told[2]["because"] and "clocks" in told[2]["because"]


def test_a_session_has_one_line_and_one_that_runs_at_the_end_has_its_reason():
    server = Server("sterna", LOOPBACK + PEERS + USERS + ["log-format=json"])
    server.wait()
    released, running = server.client(), server.client()
    assert released.allocate().error == 0 and running.allocate().error == 0
    assert released.refresh(0).error == 0
    (line,) = lines(server, "session", 1)
    assert line["reason"] == "released" and line["user"] == USER and line["transport"] == "udp"
    assert line["client"] == "%s:%d" % released.link.socket.getsockname()
    assert line["relayed"] == "%s:%d" % released.relayed
    server.process.terminate()
    server.process.wait(10)
    told = lines(server, "session")
    assert [each["reason"] for each in told] == ["released", "server stopped"]
    assert told[1]["client"] == "%s:%d" % running.link.socket.getsockname()
    server.stop()


def test_a_reached_quota_is_told_and_not_for_every_request():
    with logging("user-quota=1") as server:
        first = server.client()
        assert first.allocate().error == 0
        for _ in range(20):
            assert server.client().allocate().error == 486
        told = lines(server, "capacity", 1)
        assert told[0]["reason"] == "user-quota" and len(told) < 10


def test_no_secret_reaches_the_log_whatever_happens():
    names = ["log-min-level=debug", f"static-auth-secret={SECRET}", "oauth", f"oauth-key=north:A256GCM:{NORTH}"]
    names += ["server-name=blackdow.carleon.gov", "web-port={web_port}", "web-listening-ip=127.0.0.1"]
    with logging(*names) as server:
        user, password = minted()
        token = sealed()
        assert allocation(server, user, password).error == 0
        assert allocation(server, user, password[:-2] + "x=").error == 401
        assert allocation(server, USER, PASSWORD).error == 0
        assert allocation(server, USER, "a wrong password").error == 401
        assert ask(server, token)[0].error == 0
        assert ask(server, token, mac_key=b"another-mac-key-----")[0].error == 401
        request = urllib.request.Request(
            f"http://127.0.0.1:{server.web_port}/api/rooms", data=b'{"pin":"seven seas"}', method="POST"
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            room = json.load(answer)
        for path in (f"/r/{room['token']}", f"/api/rooms/{room['token']}", f"/api/webrtc-config?room={room['token']}"):
            urllib.request.urlopen(f"http://127.0.0.1:{server.web_port}{path}", timeout=5).read()
        time.sleep(0.2)
        with open(server.log, errors="replace") as file:
            said = file.read()
        secrets = [SECRET, PASSWORD, "a wrong password", password, NORTH, room["token"], room["ownerKey"], "seven seas"]
        secrets += ["mac-key-mac-key", "another-mac-key"]
        assert said.count("\n") > 10
        assert [each for each in secrets if each in said] == []
