# SPDX-License-Identifier: Apache-2.0
"""Whose word counts: every verb of every signaling, said from the same room, from another one, and from none.

A row is a verb and what comes of it in each of the three places: what somebody in the room then hears (`tells`), the code
that the sender is answered with, or nothing at all (`silence`).
"""
import asyncio
import json

import pytest
import websockets
from people import Person, chat, closed, devices, door, hear, http, quiet, run, say, started

pytestmark = pytest.mark.ours

CANDIDATE = {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdpMid": "0"}
SAME, OTHER, NONE = "same room", "other room", "no room"


@pytest.fixture
def server(serve):
    return started(serve)


def tells(type):
    return ("tells", type)


def answers(code):
    return ("answers", code)


def closes(code):
    return ("closes", code)


SILENCE = ("silence", None)


async def check(outcome, sender, listener):
    """Looks for what was to come of it, and that nothing else did."""
    what, value = outcome
    if what == "closes":
        assert await closed(sender) == value
    elif what == "answers":
        assert (await hear(sender, "error"))["code"] == value
    elif what == "tells":
        await hear(listener, value)
    else:
        assert [message for message in await quiet(sender) if message["type"] == "error"] == []
    if what != "tells":
        assert [m for m in await quiet(listener) if m["type"] not in ("presence", "peer-joined")] == []


TEXT = {
    "message": ({"channel": "general", "text": "x"}, tells("message"), answers("not-joined"), answers("not-joined")),
    "typing": ({"channel": "general"}, tells("typing"), answers("not-joined"), answers("not-joined")),
    "leave": ({"channel": "general"}, tells("presence"), answers("not-joined"), answers("not-joined")),
    "edit": ({"id": "theirs", "text": "x"}, answers("not-yours"), answers("not-yours"), answers("not-yours")),
    "delete": ({"id": "theirs"}, answers("not-yours"), answers("not-yours"), answers("not-yours")),
    "watch": ({"on": True}, SILENCE, SILENCE, SILENCE),
    "ping": ({}, SILENCE, SILENCE, SILENCE),
}


@pytest.mark.parametrize("place", [SAME, OTHER, NONE])
@pytest.mark.parametrize("verb", TEXT)
def test_a_text_channel_hears_those_who_joined_it(server, verb, place):
    fields, *outcomes = TEXT[verb]
    outcome = outcomes[[SAME, OTHER, NONE].index(place)]

    async def test():
        owner = Person(server, "Owner")
        http(server, "POST", "/api/channels", {"name": "other", "kind": "text"}, key=owner.key)
        async with door(server, "/ws") as listener, door(server, "/ws") as sender:
            await say(listener, "join", channel="general", name="Ana")
            await say(listener, "message", channel="general", text="theirs")
            theirs = (await hear(listener, "message"))["id"]
            if place != NONE:
                await say(sender, "join", channel="general" if place == SAME else "other", name="Ben")
                await hear(sender, "presence")
            await quiet(listener)
            await say(sender, verb, **{**fields, **({"id": theirs} if "id" in fields else {})})
            await check(outcome, sender, listener)
    run(test())


VOICE = {
    "offer": ({"to": "peer", "sdp": "v=0"}, tells("offer"), answers("no-such-peer"), answers("not-joined")),
    "answer": ({"to": "peer", "sdp": "v=0"}, tells("answer"), answers("no-such-peer"), answers("not-joined")),
    "candidate": (
        {"to": "peer", "candidate": CANDIDATE}, tells("candidate"), answers("no-such-peer"), answers("not-joined")),
    "state": ({"muted": True, "deafened": False}, tells("state"), SILENCE, answers("not-joined")),
    "speaking": ({"on": True}, tells("speaking"), SILENCE, answers("not-joined")),
    "leave": ({}, tells("peer-left"), SILENCE, answers("not-joined")),
    "ping": ({}, SILENCE, SILENCE, SILENCE),
}


@pytest.mark.parametrize("place", [SAME, OTHER, NONE])
@pytest.mark.parametrize("verb", VOICE)
def test_a_voice_channel_hears_those_inside(server, verb, place):
    fields, *outcomes = VOICE[verb]
    outcome = outcomes[[SAME, OTHER, NONE].index(place)]

    async def test():
        owner = Person(server, "Owner")
        http(server, "POST", "/api/channels", {"name": "Balcony", "kind": "voice"}, key=owner.key)
        async with door(server, "/ws/voice") as listener, door(server, "/ws/voice") as sender:
            await say(listener, "join", channel="Lounge", name="Ana")
            peer = (await hear(listener, "joined"))["peerId"]
            if place != NONE:
                await say(sender, "join", channel="Lounge" if place == SAME else "Balcony", name="Ben")
                await hear(sender, "joined")
            await quiet(listener)
            await say(sender, verb, **{**fields, **({"to": peer} if "to" in fields else {})})
            await check(outcome, sender, listener)
    run(test())


ROOM = {
    "offer": ({"to": "peer", "sdp": "v=0"}, tells("offer"), answers("no-such-peer"), closes(4401)),
    "answer": ({"to": "peer", "sdp": "v=0"}, tells("answer"), answers("no-such-peer"), closes(4401)),
    "candidate": ({"to": "peer", "candidate": CANDIDATE}, tells("candidate"), answers("no-such-peer"), closes(4401)),
    "state": ({"audio": True, "video": False, "screen": False}, tells("state"), SILENCE, closes(4401)),
    "bye": ({}, tells("peer-left"), closes(1000), closes(4401)),
}


@pytest.mark.parametrize("place", [SAME, OTHER, NONE])
@pytest.mark.parametrize("verb", ROOM)
def test_a_call_by_link_hears_those_with_a_seat(server, verb, place):
    fields, *outcomes = ROOM[verb]
    outcome = outcomes[[SAME, OTHER, NONE].index(place)]

    async def test():
        here, there = (http(server, "POST", "/api/rooms")[1]["token"] for _ in range(2))
        room = there if place == OTHER else here
        async with door(server, f"/ws/rooms/{here}") as listener, door(server, f"/ws/rooms/{room}") as sender:
            await say(listener, "join", name="Ana")
            peer = (await hear(listener, "joined"))["peerId"]
            if place != NONE:
                await say(sender, "join", name="Ben")
                await hear(sender, "joined")
            await quiet(listener)
            await say(sender, verb, **{**fields, **({"to": peer} if "to" in fields else {})})
            await check(outcome, sender, listener)
    run(test())


TALKIE = {
    "PTT_ON": (b"\x01", b"\x14"), "PTT_OFF": (b"\x02", None), "MEDIA_CHUNK": (b"\x03data", None),
    "PING": (b"\x04x", None), "REPLAY": (b"\x05", None),
}


@pytest.mark.parametrize("place", [SAME, OTHER])
@pytest.mark.parametrize("verb", TALKIE)
def test_a_walkie_talkie_hears_its_own_room(server, verb, place):
    """There is no socket without a room; who has not got the air can say nothing but that it wants it."""
    frame, told = TALKIE[verb]

    async def settle(socket):
        await socket.send(b"\x04settle")
        frames = []
        async with asyncio.timeout(20):
            while (heard := await socket.recv()) != b"\x15settle":
                frames.append(heard)
        return frames

    async def test():
        room = "yard" if place == SAME else "porch"
        async with door(server, "/ws?room=yard&name=Ana") as listener, door(server, f"/ws?room={room}&name=Ben") as sender:
            await settle(sender)
            await settle(listener)
            await sender.send(frame)
            await settle(sender)
            heard = await settle(listener)
            assert [each[:1] for each in heard] == ([told] if told and place == SAME else [])
    run(test())


OFFER, ANSWER = {"type": "offer", "sdp": "v=0 offer"}, {"type": "answer", "sdp": "v=0 answer"}
CALL = {
    "call:initiate": {"offer": OFFER, "video": False},
    "call:answer": {"answer": ANSWER},
    "call:ice-candidate": {"candidate": CANDIDATE},
    "call:renegotiate": {"description": OFFER},
    "call:reject": {},
    "call:end": {"reason": "hangup"},
}


@pytest.mark.parametrize("state", ["ringing", "running"])
@pytest.mark.parametrize("place", [OTHER, NONE])
@pytest.mark.parametrize("verb", CALL)
def test_a_call_hears_the_members_of_its_chat(server, verb, place, state):
    """What members may say is in test_calls; here a stranger with a chat elsewhere, and one with none, say everything."""
    async def test():
        ana, ben, eve, dan = (Person(server, name) for name in ("Ana", "Ben", "Eve", "Dan"))
        room = chat(server, ana, ben)
        if place == OTHER:
            chat(server, eve, dan)
        async with devices(server, ["websocket"], ana, ben, eve) as (a, b, e):
            await a.say("call:initiate", chatId=room, offer=OFFER, video=False)
            await b.next("call:offer")
            await a.next("call:ringing")
            if state == "running":
                await b.say("call:answer", chatId=room, answer=ANSWER)
                await a.next("call:answer")
            await e.say(verb, chatId=room, **CALL[verb])
            assert await e.next("call:error") == {"chatId": room, "message": "Access denied"}
            for device in (e, a, b):
                await device.settle()
                assert device.names() == []
    run(test())


@pytest.mark.parametrize("verb", CALL)
def test_an_event_before_who_one_is_ends_the_session(server, verb):
    async def test():
        async with door(server, "/socket.io/?EIO=4&transport=websocket") as socket:
            assert (await socket.recv())[:1] == "0"
            await socket.send("42" + json.dumps([verb, {"chatId": "x", **CALL[verb]}]))
            assert await closed(socket) == 1000
    run(test())
