# SPDX-License-Identifier: Apache-2.0
"""What an operator does against abuse: `sterna rooms`, `channels` and `people`, against people who are connected."""
import asyncio
import contextlib
import json
import os
import subprocess
import time

import pytest
import server as tests
from people import PATIENCE, Person, chat, devices, door, hear, http, run, say, started

pytestmark = pytest.mark.ours


@pytest.fixture
def server(serve):
    server = started(serve, "admin-socket={folder}/admin.sock")
    server.socket = f"{server.folder}/admin.sock"
    return server


def sterna(server, *words, code=0):
    """What a verb prints; it must end with `code`."""
    done = subprocess.run(
        [tests.BINARY, words[0], *words[1:2], "--socket", server.socket, *words[2:]], capture_output=True, text=True,
        timeout=60, env=dict(os.environ, SWIFT_BACKTRACE="enable=no"))
    assert done.returncode == code, f"{words}: {done}"
    return done.stdout if code == 0 else done.stderr


def listed(server, verb, *words):
    return {entry["id"]: entry for entry in map(json.loads, sterna(server, verb, "list", "--json", *words).splitlines())}


def shown(server, verb, name):
    return json.loads(sterna(server, verb, "show", name, "--json"))


async def operate(server, *words, **options):
    """The same while sockets are listened to."""
    return await asyncio.to_thread(sterna, server, *words, **options)


async def closed(socket):
    """The code with which a socket is closed, once it is."""
    async with asyncio.timeout(PATIENCE):
        with contextlib.suppress(Exception):
            while True:
                await socket.recv()
        return socket.close_code


def test_a_room_is_named_by_what_opens_nothing_and_ended_with_a_reason(server):
    async def test():
        _, room = http(server, "POST", "/api/rooms", {})
        async with door(server, f"/ws/rooms/{room['token']}") as ana:
            await say(ana, "join", name="Ana")
            joined = await hear(ana, "joined")
            name, = (id for id, entry in listed(server, "rooms").items()
                     if any(one["peerId"] == joined["peerId"] for one in entry["people"]))
            assert room["token"] not in sterna(server, "rooms", "list")
            assert shown(server, "rooms", room["url"])["id"] == name
            assert shown(server, "rooms", name)["people"][0]["address"] == "127.0.0.1"
            await operate(server, "rooms", "end", name, "--reason", "spam")
            ended = await hear(ana, "ended")
            assert (ended["reason"], ended["message"]) == ("operator", "spam")
            assert await closed(ana) == 4410
        assert http(server, "GET", f"/api/rooms/{room['token']}")[0] == 410
        assert name not in listed(server, "rooms")
        assert listed(server, "rooms", "--all")[name]["ended"] == "operator"
        assert "has ended already" in sterna(server, "rooms", "end", name, code=69)
        sterna(server, "rooms", "delete", name)
        assert http(server, "GET", f"/api/rooms/{room['token']}")[0] == 404
        assert server.tells(f"moderation: an operator's order was done room={name} action=end reason=spam")
    run(test())


def test_a_channel_is_ended_deleted_and_told_why(server):
    async def test():
        ana = Person(server, "Ana")
        _, made = http(server, "POST", "/api/channels", {"name": "market", "kind": "text", "unlisted": True}, key=ana.key)
        async with door(server, "/ws") as ben:
            await say(ben, "join", channel="market", name="Ben", key=made["key"])
            await hear(ben, "welcome")
            assert shown(server, "channels", "market")["people"][0]["name"] == "Ben"
            await operate(server, "channels", "end", "market", "--reason", "fire drill")
            kicked = await hear(ben, "kicked")
            assert (kicked["banned"], kicked["message"]) == (False, "fire drill")
            await say(ben, "join", channel="market", name="Ben", key=made["key"])
            await hear(ben, "presence")
            await operate(server, "channels", "delete", "market", "--reason", "trade in tigers")
            assert (await hear(ben, "closed"))["message"] == "trade in tigers"
        assert "market" not in listed(server, "channels")
        assert "is in the configuration" in sterna(server, "channels", "delete", "general", code=69)
    run(test())


def test_a_ban_of_an_operator_holds_for_a_person_everywhere_and_for_an_address(server):
    async def test():
        ana, ben = Person(server, "Ana"), Person(server, "Ben")
        http(server, "POST", "/api/channels", {"name": "pier", "kind": "text"}, key=ana.key)
        http(server, "POST", "/api/channels", {"name": "deck", "kind": "voice"}, key=ana.key)
        async with door(server, "/ws") as text, door(server, "/ws/voice") as voice:
            for socket, channel, first in ((text, "pier", "welcome"), (voice, "deck", "joined")):
                await say(socket, "auth", userId=ben.id, secret=ben.secret)
                await say(socket, "join", channel=channel, name="Ben")
                await hear(socket, first)
                assert shown(server, "channels", channel)["people"][0]["userId"] == ben.id
                await operate(server, "channels", "ban", channel, ben.id, "--reason", "shouting")
                kicked = await hear(socket, "kicked")
                assert (kicked["banned"], kicked["message"]) == (True, "shouting")
                await say(socket, "join", channel=channel, name="Ben")
                assert (await hear(socket, "error"))["code"] == "banned"
                sterna(server, "channels", "unban", channel, ben.id)
                await say(socket, "join", channel=channel, name="Ben")
                await hear(socket, "presence" if socket is text else "joined")
            await operate(server, "channels", "ban", "pier", "127.0.0.1")
            assert (await hear(text, "kicked"))["banned"]
        assert shown(server, "channels", "pier")["bannedAddresses"] == ["127.0.0.1"]
        assert "neither the userId of a person nor an address" in sterna(
            server, "channels", "ban", "pier", "Ben", code=69)
        sterna(server, "channels", "unban", "pier", "*")
        assert shown(server, "channels", "pier")["bannedAddresses"] == []
    run(test())


def test_a_channel_of_the_configuration_is_given_to_somebody_and_stays_theirs(serve):
    server = started(serve, "admin-socket={folder}/admin.sock", "channel=text:harbour", "channel=text:mole")
    server.socket = f"{server.folder}/admin.sock"
    ana = Person(server, "Ana")
    assert listed(server, "channels")["harbour"]["owner"] is None
    assert http(server, "GET", "/api/channels/harbour/bans", key=ana.key)[0] == 403
    sterna(server, "channels", "give", "harbour", ana.id)
    assert "there is no person" in sterna(server, "channels", "give", "harbour", "nobody", code=69)
    assert http(server, "GET", "/api/channels/harbour/bans", key=ana.key)[0] == 200
    server.process.terminate()
    server.process.wait(PATIENCE)
    server.started = time.monotonic()
    server.process = server.start()
    server.wait()
    assert listed(server, "channels")["harbour"]["owner"] == ana.id
    assert listed(server, "channels")["mole"]["owner"] is None


@pytest.mark.parametrize("transports", [["polling"], ["websocket"]], ids=["polling", "websocket"])
def test_a_person_who_is_banned_is_gone_from_every_socket_and_known_nowhere(server, transports):
    async def test():
        ana, ben = Person(server, "Ana"), Person(server, "Ben")
        room = chat(server, ana, ben)
        async with devices(server, transports, ana, ben) as (phone, other), door(server, "/ws") as text:
            await say(text, "auth", userId=ben.id, secret=ben.secret)
            await say(text, "join", channel="general", name="Ben")
            await hear(text, "welcome")
            while not (await phone.next("presence"))["online"]:
                pass
            await operate(server, "people", "ban", ben.id, "--reason", "rings at night")
            assert (await hear(text, "kicked"))["message"] == "rings at night"
            assert await closed(text) == 4403
            while (await phone.next("presence"))["online"]:
                pass
            async with asyncio.timeout(PATIENCE):
                while other.client.connected:
                    await asyncio.sleep(0.05)
            await phone.say("call:initiate", chatId=room, offer={"type": "offer", "sdp": "v=0"})
            assert (await phone.next("call:error"))["message"] == "User offline"
        assert http(server, "GET", "/api/chats", key=ben.key)[0] == 403
        assert listed(server, "people")[ben.id]["banned"]["reason"] == "rings at night"
        async with door(server, "/ws") as text:
            await say(text, "auth", userId=ben.id, secret=ben.secret)
            assert await closed(text) == 4403
        sterna(server, "people", "unban", ben.id)
        assert http(server, "GET", "/api/chats", key=ben.key)[0] == 200
        sterna(server, "people", "delete", ben.id)
        assert http(server, "GET", "/api/chats", key=ana.key)[1]["chats"] == []
        assert http(server, "GET", "/api/chats", key=ben.key)[0] == 403
    run(test())


@pytest.mark.parametrize("words, code, said", [
    (("people", "show", "nobody"), 69, "there is no person “nobody”; “sterna people list” has them"),
    (("channels", "show", "nowhere"), 69, "there is no channel “nowhere”; “sterna channels list” has them"),
    (("rooms", "end", "00000000"), 69, "there is no room “00000000”"),
    (("rooms", "ban", "00000000"), 64, "“ban” is not understood; one of these would be: delete, end, list, show"),
    (("channels", "give", "general"), 64, "give needs two words more"),
    (("people", "end", "nobody", "--reason", "x" * 201), 69, "“reason” is not one line of 1 to 200 characters"),
    (("people", "end", "nobody", "--reason", "a\nb"), 69, "“reason” is not one line of 1 to 200 characters"),
    (("people", "list", "--all"), 64, "“--all” is not understood"),
])
def test_what_is_not_right_is_said_with_what_would_be(server, words, code, said):
    assert said in sterna(server, *words, code=code)


def test_a_name_that_a_terminal_would_obey_is_one_row(server):
    mallory = Person(server, "eve\u200b\u061croot\u00ad")
    rows = [line for line in sterna(server, "people", "list").splitlines() if mallory.id in line]
    assert len(rows) == 1 and "\u200b" not in rows[0]
