# SPDX-License-Identifier: Apache-2.0
"""Text and voice channels with the WebSocket client from PyPI: what was told is on the disk, and nothing is told twice."""
import asyncio
import json
import os
import signal
import time
import urllib.error
import urllib.request

import pytest
import websockets
from people import PATIENCE, Person, closed, door, hear, history, http, quiet, run, say, started

pytestmark = pytest.mark.ours


@pytest.fixture
def server(serve):
    return started(serve)


def writer(server, name, channel="general", path="/ws", **fields):
    """A socket that has joined."""
    class Joined:
        async def __aenter__(self):
            self.socket = await door(server, path)
            await say(self.socket, "join", channel=channel, name=name, **fields)
            self.socket.welcome = await hear(self.socket, "welcome" if path == "/ws" else "joined")
            return self.socket

        async def __aexit__(self, *_):
            await self.socket.close()
    return Joined()


def channel_of(server, owner, name, kind="text", **options):
    """Makes a channel; its key, where it has one."""
    status, made = http(server, "POST", "/api/channels", {"name": name, "kind": kind, **options}, key=owner.key)
    assert status == 201
    return made.get("key")


def everything(server, channel):
    """The whole history, page by page."""
    messages, last = [], "0" * 16
    while page := history(server, channel, after=last, limit=200):
        messages += page
        last = page[-1]["id"]
    return messages


def test_every_message_of_the_interface(server):
    async def test():
        async with writer(server, "Ana") as ana, writer(server, "Ben") as ben:
            assert set(ana.welcome) == {"type", "peerId", "name", "channels"}
            there = await hear(ana, "presence")
            while len(there["online"]) < 2:
                there = await hear(ana, "presence")
            assert [entry["name"] for entry in there["online"]] == ["Ana", "Ben"]
            await say(ana, "typing", channel="general")
            assert await hear(ben, "typing") == {
                "type": "typing", "channel": "general", "peerId": ana.welcome["peerId"], "name": "Ana"}
            await say(ana, "message", channel="general", text="<b>héllo</b> 👋", nonce="n1")
            told, own = await hear(ben, "message"), await hear(ana, "message")
            assert told == own
            assert {key: told[key] for key in ("channel", "author", "text", "nonce")} == {
                "channel": "general", "author": "Ana", "text": "<b>héllo</b> 👋", "nonce": "n1"}
            kept = history(server, "general", after=told["id"][:-1] + "0", limit=200)
            assert {key: told[key] for key in ("id", "channel", "author", "mark", "text", "sentAt")} in kept
            await say(ana, "edit", id=told["id"], text="changed")
            assert (await hear(ben, "edited"))["text"] == "changed"
            await say(ben, "edit", id=told["id"], text="mine")
            assert (await hear(ben, "error"))["code"] == "not-yours"
            await say(ben, "delete", id=told["id"])
            assert (await hear(ben, "error"))["code"] == "not-yours"
            await say(ana, "delete", id=told["id"])
            assert await hear(ben, "deleted") == {"type": "deleted", "id": told["id"], "channel": "general"}
            await say(ben, "leave", channel="general")
            assert [entry["name"] for entry in (await hear(ana, "presence"))["online"]] == ["Ana"]
            await say(ana, "ping", t=7)
            assert await hear(ana, "pong") == {"type": "pong", "t": 7}
    run(test())


@pytest.mark.parametrize("message, code", [
    ({"type": "message", "channel": "general", "text": ""}, "bad-message"),
    ({"type": "message", "channel": "general", "text": " \n\t\u3000"}, "bad-message"),
    ({"type": "message", "channel": "general", "text": "x" * 4001}, "bad-message"),
    ({"type": "message", "channel": "general", "text": 1}, "bad-message"),
    ({"type": "message", "channel": "general", "text": "x", "nonce": ""}, "bad-message"),
    ({"type": "message", "channel": "general", "text": "x", "nonce": "n" * 65}, "bad-message"),
    ({"type": "message", "channel": "nowhere", "text": "x"}, "no-such-channel"),
    ({"type": "join", "channel": "nowhere", "name": "Ana"}, "no-such-channel"),
    ({"type": "join", "channel": "Lounge", "name": "Ana"}, "no-such-channel"),
    ({"type": "join", "channel": "general", "name": "a\u202eb"}, "bad-message"),
    ({"type": "edit", "id": "0", "text": "x"}, "not-yours"),
    ({"type": "delete", "id": "0" * 16}, "not-yours"),
    ({"type": "auth", "userId": "x", "secret": "y"}, "bad-message"),
    ({"type": "dance"}, "bad-message"),
])
def test_a_bad_message_is_told_and_the_socket_stays(server, message, code):
    async def test():
        async with writer(server, "Ana") as ana:
            await ana.send(json.dumps(message))
            assert (await hear(ana, "error"))["code"] == code
            await quiet(ana)
    run(test())


@pytest.mark.parametrize("frame, code", [
    ("[]", 4400), ("{}", 4400), ("nonsense", 4400), (b"\x01", 1003), ('{"type": "ping", "t": "' + "x" * 65536 + '"}', 1009),
    (json.dumps({"type": "auth", "userId": "nobody", "secret": "x"}), 4403),
])
@pytest.mark.parametrize("path", ["/ws", "/ws/voice"])
def test_what_is_no_message_closes(server, path, frame, code):
    async def test():
        async with door(server, path) as socket:
            await socket.send(frame)
            assert await closed(socket) == code
    run(test())


def test_haste_closes(server):
    async def test():
        async with door(server, "/ws") as socket:
            async def rush():
                for _ in range(500):
                    await say(socket, "ping")
            task = asyncio.create_task(rush())
            assert await closed(socket) == 4429
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    run(test())


@pytest.mark.parametrize("origin, status", [("https://evil.example", 403), ("null", 403)])
@pytest.mark.parametrize("path", ["/ws", "/ws/voice", "/ws?room=yard&name=Ana", "/socket.io/?EIO=4&transport=websocket"])
def test_pages_of_other_sites_are_kept_out(server, path, origin, status):
    async def test():
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(f"ws://127.0.0.1:{server.web_port}{path}", origin=origin)
        assert refusal.value.response.status_code == status
    run(test())


def test_a_person_owns_messages_across_sockets_and_the_owner_of_a_channel_puts_people_out(server):
    async def test():
        ana = Person(server, "Ana")
        key = channel_of(server, ana, "attic", unlisted=True)
        async with door(server, "/ws") as first, writer(server, "Ben", "attic", key=key) as ben:
            await say(first, "auth", userId=ana.id, secret=ana.secret)
            await say(first, "join", channel="attic", name="Ana")
            assert any(entry["name"] == "attic" and entry["mine"] for entry in (await hear(first, "welcome"))["channels"])
            assert not any(entry["name"] == "attic" for entry in ben.welcome["channels"])
            await say(first, "message", channel="attic", text="mine")
            id = (await hear(ben, "message"))["id"]
            await first.close()
            async with door(server, "/ws") as second:
                await say(second, "auth", userId=ana.id, secret=ana.secret)
                await say(second, "join", channel="attic", name="Ana")
                await say(second, "edit", id=id, text="still mine")
                assert (await hear(ben, "edited"))["text"] == "still mine"
            status, _ = http(server, "DELETE", f"/api/channels/attic/peers/{ben.welcome['peerId']}?ban=true", key=ana.key)
            assert status == 204
            assert await hear(ben, "kicked") == {"type": "kicked", "channel": "attic", "banned": True}
            await say(ben, "join", channel="attic", name="Ben", key=key)
            assert (await hear(ben, "error"))["code"] == "banned"
            assert http(server, "DELETE", "/api/channels/attic/bans/*", key=ana.key)[0] == 204
            await say(ben, "join", channel="attic", name="Ben", key=key)
            await hear(ben, "presence")
            assert http(server, "PATCH", "/api/channels/attic", {"name": "cellar"}, key=ana.key)[0] == 200
            assert (await hear(ben, "renamed"))["name"] == "cellar"
            assert [message["text"] for message in history(server, "cellar", key=key)] == ["still mine"]
            assert http(server, "GET", "/api/history?channel=cellar")[0] == 404
            assert http(server, "DELETE", "/api/channels/cellar", key=ana.key)[0] == 204
            await hear(ben, "closed")
    run(test())


def test_the_ninth_in_a_voice_channel_finds_it_full(server):
    async def test():
        ana = Person(server, "Ana")
        channel_of(server, ana, "full", kind="voice")
        sockets = [await door(server, "/ws/voice") for _ in range(9)]
        for index, socket in enumerate(sockets[:8]):
            await say(socket, "join", channel="full", name=f"P{index}")
            assert len((await hear(socket, "joined"))["peers"]) == index
        await say(sockets[8], "join", channel="full", name="P8")
        assert (await hear(sockets[8], "error"))["code"] == "room-full"
        await sockets[0].close()
        assert (await hear(sockets[1], "peer-left"))["reason"] == "lost"
        await say(sockets[8], "join", channel="full", name="P8")
        assert len((await hear(sockets[8], "joined"))["peers"]) == 7
        for socket in sockets:
            await socket.close()
    run(test())


class Chatter:
    """Writes as a page does: after a cut it asks for what it missed, then says again, with its nonce, what was not told."""

    def __init__(self, server, name, count):
        self.server, self.person = server, Person(server, name)
        self.texts = [f"{name} {index}" for index in range(count)]
        self.heard = []

    async def take_part(self, total, cut_at):
        """Stays until all `total` messages of everybody were heard; dies once, when it has heard `cut_at`."""
        while len(self.heard) < total:
            async with door(self.server, "/ws") as socket:
                await say(socket, "auth", userId=self.person.id, secret=self.person.secret)
                await say(socket, "join", channel="long", name=self.person.name)
                await hear(socket, "welcome")
                while page := await asyncio.to_thread(self.missed):
                    self.heard += page
                writing = asyncio.create_task(self.write(socket))
                try:
                    while len(self.heard) < total:
                        message = await hear(socket, "message")
                        # What came with the history was perhaps told as well.
                        if not self.heard or message["id"] > self.heard[-1]["id"]:
                            self.heard.append(message)
                        if len(self.heard) == cut_at:
                            socket.transport.abort()
                            await asyncio.sleep(10)
                            break
                finally:
                    writing.cancel()
                    await asyncio.gather(writing, return_exceptions=True)

    def missed(self):
        last = self.heard[-1]["id"] if self.heard else "0" * 16
        return history(self.server, "long", after=last, limit=200)

    async def write(self, socket):
        told = {message["text"] for message in self.heard}
        for text in self.texts:
            if text not in told:
                await say(socket, "message", channel="long", text=text, nonce=text)
                await asyncio.sleep(1 / 55)


def test_a_thousand_messages_and_a_cut_of_ten_seconds_in_the_middle(server):
    async def test():
        channel_of(server, Person(server, "Owner"), "long")
        ana, ben = Chatter(server, "Ana", 500), Chatter(server, "Ben", 500)
        await asyncio.gather(ana.take_part(1000, cut_at=400), ben.take_part(1000, cut_at=600))
        kept = everything(server, "long")
        for chatter in (ana, ben):
            assert [message["id"] for message in chatter.heard] == [message["id"] for message in kept]
            mine = [message["text"] for message in kept if message["author"] == chatter.person.name]
            assert mine == chatter.texts, "all, once, in order"
    run(test())


def test_what_was_told_is_there_after_kill_9(serve, figure):
    """Ten writers write as fast as they may until the server is killed; a new one has all that anybody was told."""
    server = started(serve, "message-retention=90d")

    async def storm():
        told = set()

        async def write(index):
            async with writer(server, f"W{index}") as socket:
                async def speak():
                    for number in range(10_000):
                        await say(socket, "message", channel="general", text=f"{index} {number}", nonce=f"{number}")
                        await asyncio.sleep(1 / 59)
                speaking = asyncio.create_task(speak())
                try:
                    while True:
                        message = json.loads(await socket.recv())
                        if message["type"] == "message":
                            told.add((message["id"], message["text"]))
                except websockets.ConnectionClosed:
                    pass
                finally:
                    speaking.cancel()
                    await asyncio.gather(speaking, return_exceptions=True)

        async def kill():
            await asyncio.sleep(5)
            os.kill(server.process.pid, signal.SIGKILL)
        await asyncio.gather(kill(), *(write(index) for index in range(10)))
        return told

    told = run(storm())
    server.process.wait()
    server.process = server.start()
    deadline = time.monotonic() + 20
    while True:
        try:
            kept = {(message["id"], message["text"]) for message in everything(server, "general")}
            break
        except (OSError, urllib.error.URLError):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert len(told) > 500
    assert told <= kept, f"{len(told - kept)} messages were told and are not there"
    assert len({text for _, text in kept}) == len(kept), "and none twice"
    figure(f"kill -9: {len(told)} messages were told within 5 s, all of them are there")
