# SPDX-License-Identifier: Apache-2.0
"""The walkie-talkie byte for byte, with the WebSocket client from PyPI."""
import asyncio
import json

import pytest
import websockets
from people import closed, door, run, started

pytestmark = pytest.mark.ours

TALK, RELEASE, CHUNK, PING, REPLAY = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"
GRANTED, DENIED, FREE, MEDIA, INFO, PONG = b"\x10", b"\x11", b"\x12", b"\x13", b"\x14", b"\x15"

HEAD = (b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01" + b"\xff" * 7
        + b"\x16\x54\xae\x6b\x8d\xae\x8b\x83\x81\x02\x86\x86A_OPUS")


def cluster(mark, size):
    """A cluster of unknown size with one block, as MediaRecorder writes it."""
    return (b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7 + b"\xe7\x81" + bytes([mark]) + b"\xa3"
            + (0x10000000 | size).to_bytes(4, "big") + bytes([mark]) * size)


@pytest.fixture
def server(serve):
    return started(serve, "talkie-silence=2")


def room(server, name, path="/ws", place="yard"):
    return door(server, f"{path}?room={place}&name={name}")


async def info(socket):
    frame = await socket.recv()
    assert frame[:1] == INFO, frame[:8]
    return json.loads(frame[1:])


async def signal(socket):
    """The next frame that is no PEER_INFO."""
    async with asyncio.timeout(20):
        while True:
            frame = await socket.recv()
            if frame[:1] != INFO:
                return frame


async def quiet(socket):
    """All frames until a ping of one's own comes back, PEER_INFO left out."""
    await socket.send(PING + b"quiet")
    frames = []
    while (frame := await signal(socket)) != PONG + b"quiet":
        frames.append(frame)
    return frames


@pytest.mark.parametrize("path", ["/ws", "/ws/talkie"])
def test_every_frame_of_the_interface(server, path):
    async def test():
        async with room(server, "Ana", path) as ana, room(server, "Ben", path) as ben:
            first = await info(ana)
            assert set(first) == {"you", "talker", "peers", "mime"}
            assert first["peers"] == [{"peerId": first["you"], "name": "Ana"}]
            assert first["talker"] is None and first["mime"] is None
            second = await info(ben)
            assert [peer["name"] for peer in second["peers"]] == ["Ana", "Ben"]

            await ben.send(TALK)
            assert await signal(ben) == GRANTED
            await ben.send(TALK)
            assert await signal(ben) == GRANTED, "again, because it is already"
            await ana.send(TALK)
            assert await signal(ana) == DENIED
            # A chunk or a release of somebody else changes nothing.
            await ana.send(CHUNK + b"not mine")
            await ana.send(RELEASE)
            assert await quiet(ana) == []
            frames = [HEAD + cluster(1, 500), cluster(2, 70000), cluster(3, 10)]
            for frame in frames:
                await ben.send(CHUNK + frame)
            for frame in frames:
                assert await signal(ana) == MEDIA + frame
            await ben.send(RELEASE)
            assert await signal(ana) == FREE
            assert await signal(ben) == FREE
            await ana.send(REPLAY)
            for frame in frames:
                assert await signal(ana) == MEDIA + frame
            await ana.send(PING + b"0123456789abcdef")
            assert await signal(ana) == PONG + b"0123456789abcdef"
    run(test())


def test_the_mime_type_is_read_from_the_stream(server):
    async def test():
        async with room(server, "Ana") as ana, room(server, "Ben") as ben:
            await ben.send(TALK)
            await ben.send(CHUNK + HEAD + cluster(1, 10))
            while (told := await info(ana))["mime"] is None:
                pass
            assert told["mime"].startswith(("video/webm", "audio/webm")) and "opus" in told["mime"]
    run(test())


def test_one_of_twenty_gets_the_air(server):
    async def test():
        sockets = [await room(server, f"P{index}", place="twenty") for index in range(20)]
        await asyncio.gather(*(socket.send(TALK) for socket in sockets))
        answers = await asyncio.gather(*(signal(socket) for socket in sockets))
        assert sorted(answers) == [GRANTED] + [DENIED] * 19
        talker = sockets[answers.index(GRANTED)]
        await talker.close()
        other = next(socket for socket in sockets if socket is not talker)
        assert await signal(other) == FREE, "the air is free when the talker is gone"
        for socket in sockets:
            await socket.close()
    run(test())


def test_silence_takes_the_air_back(server):
    async def test():
        async with room(server, "Ana") as ana:
            await ana.send(TALK)
            assert await signal(ana) == GRANTED
            assert await signal(ana) == FREE
    run(test())


def test_who_comes_late_begins_with_the_head_at_the_next_cluster(server):
    async def test():
        async with room(server, "Ana") as ana:
            await ana.send(TALK)
            await ana.send(CHUNK + HEAD + cluster(1, 100))
            await quiet(ana)
            async with room(server, "Ben") as ben:
                assert (await info(ben))["talker"] is not None
                assert await signal(ben) == MEDIA + HEAD
                # The rest of a cluster that began before is not for who missed its beginning.
                whole = cluster(2, 300)
                await ana.send(CHUNK + whole[:50])
                await ana.send(CHUNK + whole[50:] + cluster(3, 20))
                heard = b"".join([(await signal(ben))[1:] for _ in range(2)])
                assert heard == whole + cluster(3, 20)
    run(test())


def test_a_slow_listener_loses_whole_clusters_and_slows_nobody(server):
    """The slow one reads nothing while 24 MB are said; the other one has every byte meanwhile."""
    async def test():
        async with room(server, "Ana", place="slow") as ana, room(server, "Ben", place="slow") as ben:
            slow = await websockets.connect(
                f"ws://127.0.0.1:{server.web_port}/ws?room=slow&name=Cem", max_size=None, max_queue=1)
            await ana.send(TALK)
            assert await signal(ana) == GRANTED
            parts = [HEAD + cluster(0, 10)] + [cluster(1 + index % 200, 60_000) for index in range(400)]
            heard = bytearray()
            for part in parts:
                await ana.send(CHUNK + part)
                heard += (await signal(ben))[1:]
                # Sixty messages a second over a burst are all that one may send.
                await asyncio.sleep(1 / 55)
            assert bytes(heard) == b"".join(parts)

            async def talk_on():
                while True:
                    await ana.send(CHUNK + cluster(255, 10))
                    await asyncio.sleep(0.05)

            talking = asyncio.create_task(talk_on())
            got = bytearray()
            while not got.endswith(cluster(255, 10)):
                frame = await signal(slow)
                assert frame[:1] == MEDIA
                got += frame[1:]
            talking.cancel()
            # What arrived is the head and whole clusters, in the order in which they were said.
            rest, whole = bytes(got), []
            for part in parts + [cluster(255, 10)]:
                if rest.startswith(part):
                    rest = rest[len(part):]
                    whole.append(part)
            assert rest == b"" and whole[0] == parts[0]
            assert len(whole) < len(parts), "something was lost"
            await slow.close()
    run(test())


@pytest.mark.parametrize("frame, code", [
    (b"", 4400), (b"\x06", 4400), (b"\x10", 4400), (b"\x13abc", 4400), (b"\xff", 4400), (TALK + b"x", 4400),
    (RELEASE + b"x", 4400), (PING + b"x" * 17, 4400), ("text", 1003), (CHUNK + b"x" * (1 << 20), 1009),
])
def test_what_is_not_in_the_interface_closes(server, frame, code):
    async def test():
        async with room(server, "Ana") as ana:
            await ana.send(frame)
            assert await closed(ana) == code
    run(test())


@pytest.mark.parametrize("query", [
    "room=&name=Ana", "room=yard&name=", "room=yard", "room=a%00b&name=Ana", "room=yard&name=%E2%80%AEana",
    "room=" + "r" * 65 + "&name=Ana", "room=yard&name=" + "n" * 65, "room=%FF&name=Ana",
])
def test_a_bad_room_or_name_is_400_in_the_handshake(server, query):
    async def test():
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await door(server, f"/ws?{query}")
        assert refusal.value.response.status_code == 400
    run(test())


def test_names_that_only_look_different_are_the_same_room(server):
    async def test():
        async with door(server, "/ws?room=K%C3%BCche&name=Ana") as ana:
            await info(ana)
            async with door(server, "/ws?room=Ku%CC%88che&name=Ben") as ben:
                assert len((await info(ben))["peers"]) == 2
    run(test())
