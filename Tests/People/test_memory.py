# SPDX-License-Identifier: Apache-2.0
"""A server that has nearly all the memory that it may take: calls go on, and nothing new begins until there is more."""
import contextlib
import socket
import urllib.error
import urllib.request

import pytest
from people import WEB, door, hear, http, run, say
from server import Server, USERS
from storing import eventually, ready

pytestmark = pytest.mark.ours
# The first is so small that several of it fit between what is short and what is exhausted.
SMALL, LARGE = 3 << 20, 12 << 20
LIMIT = 140 << 20


@pytest.fixture
def server(request):
    lines = getattr(request, "param", [f"memory-limit={LIMIT}"])
    server = Server("sterna", [*WEB, *USERS, "allow-loopback-peers", "image-size=20M", *lines])
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def upload(server, number, size=SMALL):
    """A picture of which the end does not come, from an address of its own; what is answered at once."""
    link = socket.socket()
    link.bind((f"127.0.{number // 200 + 1}.{number % 200 + 1}", 0))
    link.connect(("127.0.0.1", server.web_port))
    link.settimeout(10)
    link.sendall(f"POST /api/images HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {size + 1}\r\n\r\n".encode())
    answer = link.recv(64)
    if b"100 Continue" in answer:
        try:
            link.sendall(bytes(size))
        except OSError:
            pass
    return link, answer


def answer_to(server, method, path, body=None, fields=()):
    request = urllib.request.Request(f"http://127.0.0.1:{server.web_port}{path}", body, dict(fields), method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers["Retry-After"]
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Retry-After"]


UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}


def test_what_is_new_is_refused_near_the_limit_and_what_runs_goes_on(server):
    caller, callee = server.client(), server.client()
    for client in (caller, callee):
        assert client.allocate().error == 0
    assert caller.bind(0x4000, callee.relayed).error == 0 and callee.bind(0x4000, caller.relayed).error == 0
    status, room = http(server, "POST", "/api/rooms", {})
    assert status == 201

    async def during():
        async with door(server, f"/ws/rooms/{room['token']}") as link:
            await say(link, "join", name="Ana")
            await hear(link, "joined")
            links = []
            try:
                while server.memory() < LIMIT * 0.91:
                    before = server.memory()
                    link_of, answer = upload(server, len(links))
                    links.append(link_of)
                    assert b"100 Continue" in answer and len(links) < 60, answer
                    assert eventually(lambda: server.memory() > before + SMALL * 0.8), "it has not come"
                assert eventually(lambda: ready(server)[0] == 503)
                status, reasons = ready(server)
                assert status == 503 and "memory-limit, 140 MiB" in reasons[0], reasons
                link_of, answer = upload(server, len(links))
                links.append(link_of)
                assert b" 503 " in answer, answer
                # What runs goes on: the relayed call, the room, and whoever comes into it.
                caller.send_on(0x4000, b"still here")
                assert callee.link.receive(5)[4:] == b"still here"
                assert caller.refresh(600).error == 0
                await say(link, "ping", t=1)
                await hear(link, "pong")
                async with door(server, f"/ws/rooms/{room['token']}") as other:
                    await say(other, "join", name="Ben")
                    await hear(other, "joined")
                # What is new is told why not.
                assert server.client().allocate().error == 508
                assert answer_to(server, "POST", "/api/rooms", b"{}", {"Content-Type": "application/json"}) == (503, "10")
                assert answer_to(server, "GET", "/ws/talkie?room=a&name=b", fields=UPGRADE) == (503, "10")
                assert answer_to(server, "GET", "/socket.io/?EIO=4&transport=polling") == (503, "10")
                assert answer_to(server, "GET", "/healthz")[0] == 200
                assert server.tells("memory-limit")
            finally:
                for each in links:
                    each.close()
    run(during())
    assert eventually(lambda: ready(server) == (200, [])), "there is memory again"
    assert server.client().allocate().error == 0
    assert http(server, "POST", "/api/rooms", {})[0] == 201
    assert server.tells("everybody is served again")


@pytest.mark.parametrize("server", [[]], indirect=True)
def test_one_address_cannot_have_more_on_its_way_than_its_share(server):
    links, answers = [], []
    for _ in range(20):
        link = socket.create_connection(("127.0.0.1", server.web_port), source_address=("127.0.0.9", 0), timeout=10)
        link.sendall(f"POST /api/images HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {LARGE + 1}\r\n\r\n".encode())
        answers.append(link.recv(64))
        links.append(link)
        if b" 503 " in answers[-1]:
            break
        with contextlib.suppress(OSError):
            link.sendall(bytes(LARGE))
        # Read by the server, or still on its way to it: what counts is what it has.
        assert eventually(lambda: answer_to(server, "GET", "/healthz")[0] == 200)
    assert b" 503 " in answers[-1] and len(answers) > 1, answers
    # Somebody else is not told to wait.
    other, answer = upload(server, 7)
    assert b"100 Continue" in answer
    for link in [*links, other]:
        link.close()
