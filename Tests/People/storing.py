# SPDX-License-Identifier: Apache-2.0
"""A server whose database fares ill, seen by those who want something kept."""
import json
import os
import signal
import time
import urllib.error
import urllib.request

from people import door, hear, run, say


def database(server):
    return os.path.join(server.data, "sterna.db")


def started_with(server, spoil):
    """Ends the server, has its database spoiled, and starts it again."""
    end(server)
    assert not os.path.exists(database(server) + "-wal"), "everything is in the one file"
    spoil(database(server))
    start(server)


def end(server):
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(20)


def start(server):
    os.truncate(server.log, 0)
    server.started = time.monotonic()
    server.process = server.start()
    server.wait()


def ready(server):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.web_port}/readyz", timeout=10) as answer:
            return answer.status, json.load(answer)["reasons"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["reasons"]


def eventually(holds, seconds=40):
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def write(server, text, channel="general"):
    """What the writer of a message is told."""
    async def test():
        async with door(server, "/ws") as link:
            await say(link, "join", channel=channel, name="Ana")
            await hear(link, "presence")
            await say(link, "message", channel=channel, text=text, nonce="n")
            while True:
                message = json.loads(await link.recv())
                if message["type"] in ("message", "error"):
                    return message
    return run(test())


def enter(server, token):
    """What somebody is told who goes into a room."""
    async def test():
        async with door(server, f"/ws/rooms/{token}") as link:
            await say(link, "join", name="Ana")
            return await hear(link, "joined")
    return run(test())
