# SPDX-License-Identifier: Apache-2.0
"""People, channels and walkie-talkies as clients that this project did not write see them."""
import asyncio
import contextlib
import json
import socket
import time
import urllib.error
import urllib.parse
import urllib.request

import socketio
import websockets

WEB = ["listening-ip=127.0.0.1", "relay-ip=127.0.0.1", "web-port={web_port}", "web-listening-ip=127.0.0.1", "user-rate=100000", "room-rate=100000"]

PATIENCE = 20


def run(coroutine):
    """Runs a test that waits for many things at once; nothing in it takes longer than two minutes."""
    async def limited():
        async with asyncio.timeout(120):
            return await coroutine
    return asyncio.run(limited())


def started(serve, *lines):
    """A server with the web and these lines, once its web answers: the relay answers a little earlier."""
    server = serve([*WEB, *lines])
    for _ in range(500):
        server.must_live()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", server.web_port)).close()
            return server
        time.sleep(0.02)
    raise AssertionError(f"no web at {server.web_port}; its log:\n{server.said()}")


def http(server, method, path, body=None, key=None):
    """(status, JSON or None) of a request."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{server.web_port}{path}", data, method=method)
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        return error.code, None


def history(server, channel, **query):
    fields = urllib.parse.urlencode({"channel": channel, **query})
    status, answer = http(server, "GET", f"/api/history?{fields}")
    assert status == 200
    return answer["messages"]


class Person:
    """Somebody with a name and a secret."""

    def __init__(self, server, name):
        status, answer = http(server, "POST", "/api/users", {"name": name})
        assert status == 201
        self.name, self.id, self.secret = name, answer["userId"], answer["secret"]
        self.key = f"{self.id}:{self.secret}"


def chat(server, one, other):
    status, answer = http(server, "POST", "/api/chats", {"members": [one.id, other.id]}, key=one.key)
    assert status in (200, 201)
    return answer["chatId"]


class Device:
    """A telephone of somebody: an unmodified Socket.IO client, and everything that it was told."""

    def __init__(self, server, person, transports):
        self.url = f"http://127.0.0.1:{server.web_port}"
        self.person, self.transports = person, transports
        self.heard = []
        self.changed = asyncio.Event()
        self.client = socketio.AsyncClient(reconnection=False)
        self.client.on("*", self.hear)

    async def hear(self, event, *data):
        self.heard.append((event, data[0] if data else None))
        self.changed.set()

    async def connect(self):
        auth = {"userId": self.person.id, "secret": self.person.secret}
        await self.client.connect(self.url, auth=auth, transports=self.transports, wait_timeout=PATIENCE)
        await self.next("webrtc-config")
        return self

    async def say(self, event, **data):
        await self.client.emit(event, data)

    async def next(self, event):
        """The data of the next event of that name; others stay where they are."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for index, (name, data) in enumerate(self.heard):
                    if name == event:
                        del self.heard[index]
                        return data
                self.changed.clear()
                await self.changed.wait()

    async def settle(self):
        """Comes back when everything that was said before has been answered."""
        done = asyncio.Event()
        await self.client.emit("settle", callback=done.set)
        async with asyncio.timeout(PATIENCE):
            await done.wait()

    def names(self):
        """What was heard and not asked for, presence left out."""
        return [name for name, _ in self.heard if name != "presence"]


@contextlib.asynccontextmanager
async def devices(server, transports, *people):
    """A connected device for each of the people."""
    made = [Device(server, person, transports) for person in people]
    try:
        for device in made:
            await device.connect()
        yield made
    finally:
        for device in made:
            await device.client.disconnect()


def door(server, path):
    return websockets.connect(f"ws://127.0.0.1:{server.web_port}{path}", open_timeout=PATIENCE, max_size=None)


async def say(link, type, **fields):
    await link.send(json.dumps({"type": type, **fields}))


async def hear(link, type, timeout=PATIENCE):
    """The next message of that type; others before it are passed over."""
    async with asyncio.timeout(timeout):
        while True:
            message = json.loads(await link.recv())
            if message["type"] == type:
                return message


async def quiet(link):
    """What was heard until a ping is answered, so until everything said before has been looked at."""
    await say(link, "ping", t="quiet")
    heard = []
    async with asyncio.timeout(PATIENCE):
        while True:
            message = json.loads(await link.recv())
            if message["type"] == "pong" and message.get("t") == "quiet":
                return heard
            heard.append(message)


async def closed(link):
    """The code that the server closes with."""
    async with asyncio.timeout(PATIENCE):
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await link.recv()
        return link.close_code
