# SPDX-License-Identifier: Apache-2.0
"""What becomes of calls and messages when the database is asked too much, holds much, or cannot be used at all."""
import contextlib
import json
import os
import socket
import sqlite3
import time
import urllib.request

import pytest
import stun
from people import Person, WEB, door, hear, history, http, run, say
from storing import database, enter, eventually, ready, started_with, write
from server import Server, USERS

pytestmark = pytest.mark.ours


@pytest.fixture
def server():
    server = Server("sterna", [*WEB, *USERS, "allow-loopback-peers", "image-size=5M"])
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def png(size):
    """A picture of that many bytes, in as much as anybody here looks into it."""
    data = os.urandom(size - 57)
    head = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + b"IHDR" + bytes(17)
    return head + len(data).to_bytes(4) + b"IDAT" + data + bytes(4) + bytes(4) + b"IEND" + bytes(4)


def foreign(path):
    with open(path, "wb") as file:
        file.write(b"a letter to my aunt, and no database at all\n" * 500)


def corrupt(path):
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(os.urandom(os.path.getsize(path) - 4096))


def directory(path):
    os.remove(path)
    os.mkdir(path)


@pytest.mark.parametrize("spoil", [foreign, corrupt, directory])
def test_a_database_that_cannot_be_used_takes_nothing_down(server, spoil):
    assert write(server, "before")["type"] == "message"
    started_with(server, spoil)
    # The relay works, rooms are made and entered, and the server says what is missing.
    client = server.client()
    assert client.allocate().error == 0
    client.refresh(0)
    status, room = http(server, "POST", "/api/rooms", {})
    assert status == 201
    assert enter(server, room["token"])["peerId"]
    status, reasons = ready(server)
    assert status == 503 and "Nothing is being stored: database: while" in reasons[0], reasons
    assert write(server, "lost")["type"] == "error", "nobody is told that a message is kept"
    assert http(server, "POST", "/api/users", {"name": "Eva"})[0] == 503
    assert server.tells("nothing is being stored")


def test_a_database_that_another_program_holds_is_used_once_it_is_free(server):
    status, room = http(server, "POST", "/api/rooms", {})
    assert status == 201
    holder = None

    def hold(path):
        nonlocal holder
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")

    began = time.monotonic()
    started_with(server, hold)
    assert server.client().binding().error == 0
    assert ready(server)[0] == 503
    holder.close()
    assert eventually(lambda: ready(server) == (200, []))
    assert http(server, "GET", f"/api/rooms/{room['token']}")[0] == 200, "the rooms of before are there again"
    assert write(server, "kept")["type"] == "message"
    assert time.monotonic() - began < 90


def test_an_answer_of_any_size_arrives_whole(server):
    # Fifty messages whose text is six times as long in JSON, and two hundred in four bytes a character.
    async def fill():
        async with door(server, "/ws") as link:
            await say(link, "join", channel="general", name="Ana")
            await hear(link, "presence")
            for number in range(60):
                await say(link, "message", channel="general", text=("\x01" if number < 50 else "\U0001f600") * 4000)
                await hear(link, "message")
    run(fill())
    kept = history(server, "general", limit=200)
    assert [len(message["text"]) for message in kept] == [4000] * 60
    person = Person(server, "Ana")
    for size in (1_000_000, 1 << 20, 5 << 20):
        picture = png(size)
        request = urllib.request.Request(f"http://127.0.0.1:{server.web_port}/api/images", picture, method="POST")
        request.add_header("Authorization", f"Bearer {person.key}")
        url = json.load(urllib.request.urlopen(request, timeout=20))["url"]
        with urllib.request.urlopen(f"http://127.0.0.1:{server.web_port}{url}", timeout=20) as answer:
            assert answer.read() == picture


def test_pictures_that_nobody_reads_take_little_memory_and_hinder_nobody(server):
    person = Person(server, "Ana")
    picture = png(1_000_000)
    request = urllib.request.Request(f"http://127.0.0.1:{server.web_port}/api/images", picture, method="POST")
    request.add_header("Authorization", f"Bearer {person.key}")
    url = json.load(urllib.request.urlopen(request, timeout=20))["url"]
    before, silent = server.memory(), []
    for _ in range(200):
        link = socket.socket()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        link.bind(("127.0.0.9", 0))
        link.connect(("127.0.0.1", server.web_port))
        link.sendall(f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        silent.append(link)
    # Somebody else has the picture, and everything that waits for the others is less than a quarter of it all.
    with urllib.request.urlopen(f"http://127.0.0.1:{server.web_port}{url}", timeout=20) as answer:
        assert answer.read() == picture
    assert eventually(lambda: server.memory() - before < 50 << 20), f"{(server.memory() - before) >> 20} MiB"
    for link in silent:
        link.close()


def test_a_search_is_bounded_and_nobody_waits_for_it(server, figure):
    http(server, "POST", "/api/rooms", {})
    with contextlib.closing(sqlite3.connect(database(server))) as disk:
        disk.execute("INSERT INTO channel_numbers (name) VALUES ('general') ON CONFLICT DO NOTHING")
        [[channel]] = disk.execute("SELECT number FROM channel_numbers WHERE name = 'general'").fetchall()
        disk.executemany(
            "INSERT INTO messages (channel, author_key, author, text, sent_at) VALUES (?, 'k', 'Ana', ?, ?)",
            ((channel, f"line {number} of a long talk about {number % 97} terns", int(time.time() * 1000))
             for number in range(60_000)))
        disk.commit()

    def ask(words, limit=50):
        began = time.monotonic()
        status, _ = http(server, "GET", f"/api/history?channel=general&limit={limit}&q={words}")
        return status, (time.monotonic() - began) * 1000

    times = {words: ask(words) for words in ("terns", "line+59999", "about+13", "t+l+o", "nothing", "lo+ta+te")}
    assert {status for status, _ in times.values()} <= {200, 503}, times
    assert times["line+59999"][0] == times["nothing"][0] == 200
    figure("search in 60,000 messages: " + ", ".join(f"{words} {ms:.0f} ms" for words, (_, ms) in times.items()))
    assert ask("+".join("abcdefghi"))[0] == 400, "too many words"
    assert ask("a" * 300)[0] == 400, "too long"
    # Beside somebody who searches all the time a message is written and a room is made.
    assert write(server, "meanwhile")["type"] == "message"
    assert http(server, "POST", "/api/rooms", {})[0] == 201
    assert 429 in {ask("terns")[0] for _ in range(70)}, "an address has so many searches a minute"
