# SPDX-License-Identifier: Apache-2.0
"""python-socketio, as it comes from PyPI, in both roles of a call, with two devices on each side."""
import asyncio
import contextlib
import json
import urllib.error
import urllib.request

import pytest
import socketio
from people import Person, chat, devices, http, run, started

pytestmark = pytest.mark.ours

OFFER = {"type": "offer", "sdp": "v=0 offer"}
ANSWER = {"type": "answer", "sdp": "v=0 answer"}
CANDIDATE = {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdpMid": "0", "sdpMLineIndex": 0}

TRANSPORTS = [["polling"], ["websocket"], ["polling", "websocket"]]
names = {"ids": ["polling", "websocket", "upgraded"]}


@pytest.fixture
def server(serve):
    return started(serve)


@contextlib.asynccontextmanager
async def scene(server, transports):
    """Ana and Ben with two devices each, and their chat."""
    ana, ben = Person(server, "Ana"), Person(server, "Ben")
    room = chat(server, ana, ben)
    async with devices(server, transports, ana, ana, ben, ben) as four:
        yield room, *four


def log(server, person):
    return http(server, "GET", "/api/calls", key=person.key)[1]["calls"]


async def logged(server, person):
    """The newest entry of the call log, once it is there."""
    for _ in range(100):
        if entries := log(server, person):
            return entries[0]
        await asyncio.sleep(0.05)
    raise AssertionError("no call in the log")


@pytest.mark.parametrize("transports", TRANSPORTS, **names)
def test_a_call_is_placed_answered_and_ended(server, transports):
    async def test():
        async with scene(server, transports) as (room, ana, other_ana, ben, other_ben):
            await ana.say("call:initiate", chatId=room, offer=OFFER, video=True)
            for device in (ben, other_ben):
                offer = await device.next("call:offer")
                assert offer == {
                    "chatId": room, "offer": OFFER, "video": True, "callerId": ana.person.id, "callerName": "Ana"}
            assert await ana.next("call:ringing") == {"chatId": room}
            await ana.say("call:ice-candidate", chatId=room, candidate=CANDIDATE)
            await ben.say("call:ice-candidate", chatId=room, candidate=CANDIDATE)
            await ana.settle()
            await ben.say("call:answer", chatId=room, answer=ANSWER)
            assert await ana.next("call:answer") == {"chatId": room, "answer": ANSWER}
            # What was sent before the answer was kept, on either side.
            for device in (ana, ben):
                assert await device.next("call:ice-candidate") == {"chatId": room, "candidate": CANDIDATE}
            assert await other_ben.next("call:end") == {"chatId": room, "reason": "answered-elsewhere"}
            await ben.say("call:renegotiate", chatId=room, description=OFFER)
            assert await ana.next("call:renegotiate") == {"chatId": room, "description": OFFER}
            await ana.say("call:renegotiate", chatId=room, description=ANSWER)
            assert await ben.next("call:renegotiate") == {"chatId": room, "description": ANSWER}
            # Those who do not hold the call have no say in it.
            for device in (other_ana, other_ben):
                await device.say("call:end", chatId=room, reason="hangup")
                await device.say("call:renegotiate", chatId=room, description=OFFER)
                await device.settle()
            await ben.say("call:end", chatId=room, reason="hangup")
            assert await ana.next("call:end") == {"chatId": room, "reason": "hangup"}
            await ben.settle()
            for device in (ana, other_ana, ben, other_ben):
                assert device.names() == []
            entry = await logged(server, ana.person)
            assert (entry["outcome"], entry["direction"], entry["name"]) == ("answered", "outgoing", "Ben")
    run(test())


@pytest.mark.parametrize("transports", TRANSPORTS, **names)
def test_a_call_is_rejected(server, transports):
    async def test():
        async with scene(server, transports) as (room, ana, _, ben, other_ben):
            await ben.say("call:initiate", chatId=room, offer=OFFER, video=False)
            await ana.next("call:offer")
            await ana.say("call:reject", chatId=room)
            assert await ben.next("call:rejected") == {"chatId": room}
            # Older clients listen for the name that they send.
            assert await ben.next("call:reject") == {"chatId": room}
            await other_ben.settle()
            assert other_ben.names() == []
            assert (await logged(server, ana.person))["missed"] is False
    run(test())


@pytest.mark.parametrize("transports", TRANSPORTS, **names)
def test_a_call_that_nobody_answers_is_missed(serve, transports):
    server = started(serve, "call-ringing=2")

    async def test():
        async with scene(server, transports) as (room, ana, _, ben, other_ben):
            await ana.say("call:initiate", chatId=room, offer=OFFER, video=False)
            await ben.next("call:offer")
            assert await ana.next("call:no-answer") == {"chatId": room}
            for device in (ben, other_ben):
                assert await device.next("call:end") == {"chatId": room, "reason": "no-answer"}
            entry = await logged(server, ben.person)
            assert (entry["missed"], entry["outcome"], entry["direction"]) == (True, "no-answer", "incoming")
    run(test())


def test_who_is_busy_away_or_cancelled_on(server):
    async def test():
        ana, ben, cem = (Person(server, name) for name in ("Ana", "Ben", "Cem"))
        with_ben, with_cem = chat(server, ana, ben), chat(server, cem, ana)
        async with devices(server, ["websocket"], ana, cem) as (a, c):
            await a.say("call:initiate", chatId=with_ben, offer=OFFER, video=False)
            assert (await a.next("call:error"))["message"] == "User offline"
            async with devices(server, ["polling"], ben) as (b,):
                assert await a.next("presence") is not None
                await a.say("call:initiate", chatId=with_ben, offer=OFFER, video=False)
                await b.next("call:offer")
                await c.say("call:initiate", chatId=with_cem, offer=OFFER, video=False)
                assert await c.next("call:busy") == {"chatId": with_cem}
                await a.say("call:end", chatId=with_ben, reason="cancelled")
                assert await b.next("call:end") == {"chatId": with_ben, "reason": "cancelled"}
                await a.say("call:initiate", chatId=with_ben, offer=OFFER, video=False)
                await b.next("call:offer")
                await a.client.disconnect()
                assert (await b.next("call:end"))["reason"] == "lost"
    run(test())


def test_both_call_at_once_and_one_call_comes_of_it(server):
    async def test():
        async with scene(server, ["websocket"]) as (room, ana, _, ben, _):
            await asyncio.gather(*(
                device.say("call:initiate", chatId=room, offer=OFFER, video=False) for device in (ana, ben)))
            await ana.settle()
            await ben.settle()
            offered = [device for device in (ana, ben) if "call:offer" in device.names()]
            assert len(offered) == 1, "who came second has the offer of who came first"
            other = ben if offered[0] is ana else ana
            await offered[0].say("call:answer", chatId=room, answer=ANSWER)
            await other.next("call:answer")
    run(test())


def test_the_callee_moves_to_another_device(server):
    async def test():
        ana, ben = Person(server, "Ana"), Person(server, "Ben")
        room = chat(server, ana, ben)
        async with devices(server, ["websocket"], ana, ben) as (a, b):
            await a.say("call:initiate", chatId=room, offer=OFFER, video=False)
            await b.next("call:offer")
            await b.say("call:answer", chatId=room, answer=ANSWER)
            await a.next("call:answer")
            await b.client.disconnect()
            await a.settle()
            await a.say("call:renegotiate", chatId=room, description=OFFER)
            async with devices(server, ["polling"], ben) as (again,):
                assert (await again.next("call:renegotiate"))["description"] == OFFER
                await again.say("call:end", chatId=room)
                assert (await a.next("call:end"))["reason"] == "hangup"
    run(test())


def test_a_stranger_is_refused_and_nothing_else_happens(server):
    async def test():
        for auth in ({}, {"userId": "nobody", "secret": "x"}, {"userId": 1}):
            client = socketio.AsyncClient(reconnection=False)
            refused = asyncio.get_running_loop().create_future()
            client.on("connect_error", refused.set_result)
            with pytest.raises(socketio.exceptions.ConnectionError):
                await client.connect(f"http://127.0.0.1:{server.web_port}", auth=auth, wait_timeout=5)
            assert await refused == {"message": "Not authorised"}
            await client.disconnect()
    run(test())


@pytest.mark.parametrize("query, code", [
    ("EIO=3&transport=polling", 5), ("transport=polling", 5), ("EIO=4", 0), ("EIO=4&transport=smoke", 0),
    ("EIO=4&transport=polling&sid=unknown", 1), ("EIO=4&transport=websocket", 0),
])
def test_what_is_no_request_of_engine_io_is_refused_by_its_numbers(server, query, code):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(f"http://127.0.0.1:{server.web_port}/socket.io/?{query}", timeout=5)
    assert refusal.value.code == 400
    assert json.load(refusal.value)["code"] == code


def test_bad_offers_answers_and_haste_are_told(server):
    async def test():
        async with scene(server, ["websocket"]) as (room, ana, _, ben, _):
            for offer in (None, {}, {"type": "offer"}, {"type": "offer", "sdp": "x"}, ANSWER,
                          {"type": "offer", "sdp": "v=0" + "x" * 61440}):
                await ana.say("call:initiate", chatId=room, offer=offer, video=False)
                assert await ana.next("call:error") == {"chatId": room, "message": "Bad offer"}
            await ana.say("call:initiate", chatId=room, offer=OFFER, video="yes")
            assert (await ana.next("call:error"))["message"] == "Bad offer"
            for _ in range(10):
                await ana.say("call:initiate", chatId=room, offer=OFFER, video=False)
                await ben.next("call:offer")
                await ben.say("call:answer", chatId=room, answer=OFFER)
                assert (await ben.next("call:error"))["message"] == "Bad answer"
                await ana.say("call:initiate", chatId=room, offer=OFFER, video=False)
                assert (await ana.next("call:error"))["message"] == "Already calling"
                await ana.say("call:end", chatId=room)
                await ben.next("call:end")
            await ana.say("call:initiate", chatId=room, offer=OFFER, video=False)
            assert (await ana.next("call:error"))["message"] == "Too fast"
    run(test())
