# SPDX-License-Identifier: Apache-2.0
"""What becomes of calls while the disk is full, cannot be written, or holds much; and that it ends without a restart."""
import contextlib
import os
import re
import sqlite3
import subprocess
import time
import urllib.request

import pytest
from people import WEB, door, hear, history, http, run, say
from server import Server, USERS
from storing import database, end, enter, eventually, ready, start, write

pytestmark = [
    pytest.mark.ours, pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk of its own"),
]
SETTINGS = [*WEB, *USERS, "allow-loopback-peers", "prometheus", "prometheus-address=127.0.0.1"]


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True, capture_output=True, text=True)


def unmount(path):
    subprocess.run(["umount", "--lazy", path], capture_output=True)


@pytest.fixture
def server():
    """A server whose database has a small disk of its own."""
    server = Server("sterna", SETTINGS)
    server.lines.append(f"prometheus-port={server.port + 3}")
    server.data = os.path.join(server.folder, "data")
    os.mkdir(server.data)
    mount("-t", "tmpfs", "-o", "size=6m", "none", server.data)
    try:
        end(server)
        start(server)
        yield server
    finally:
        server.stop()
        unmount(server.data)


def storing(server):
    """What the metrics say of it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port + 3}/metrics", timeout=10) as answer:
        return int(re.search(r"^sterna_storing (\d)$", answer.read().decode(), re.MULTILINE)[1])


def calls_work(server):
    """Whether the relay gives an allocation, and a room is made and entered; the room."""
    client = server.client()
    assert client.allocate().error == 0
    client.refresh(0)
    status, room = http(server, "POST", "/api/rooms", {})
    assert status == 201
    assert enter(server, room["token"])["peerId"]
    return room["token"]


def is_refused(server):
    return write(server, "lost " * 800)["type"] == "error"


def fill(folder):
    """Leaves no byte free; the path of what takes them."""
    path = os.path.join(folder, "ballast")
    with open(path, "ab", buffering=0) as ballast:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    ballast.write(bytes(size))
    return path


def test_a_full_disk_hinders_no_call_and_is_forgiven_when_space_comes_back(server):
    assert write(server, "before")["type"] == "message"
    ballast = fill(server.data)
    # What SQLite has of the disk already takes some messages yet.
    assert eventually(lambda: is_refused(server)), "nobody is told that a message is kept"
    room = calls_work(server)
    status, reasons = ready(server)
    assert status == 503 and "full" in reasons[0] and "free space on the disk of “data-dir”" in reasons[0], reasons
    assert storing(server) == 0
    assert server.tells("nothing is being stored")
    os.remove(ballast)
    assert eventually(lambda: ready(server) == (200, [])), "without a restart, and without anybody who writes"
    assert storing(server) == 1
    assert write(server, "after")["type"] == "message"
    end(server)
    start(server)
    assert http(server, "GET", f"/api/rooms/{room}")[0] == 200, "the room of that time was written afterwards"
    assert [message["text"] for message in history(server, "general") if "lost" not in message["text"]] == ["before", "after"]


def test_a_server_starts_on_a_full_disk(server):
    status, room = http(server, "POST", "/api/rooms", {})
    assert status == 201
    end(server)
    ballast = fill(server.data)
    start(server)
    calls_work(server)
    assert http(server, "GET", f"/api/rooms/{room['token']}")[0] == 200, "what was kept before is there"
    status, reasons = ready(server)
    assert status == 503 and "full" in reasons[0] and "free space" in reasons[0], reasons
    os.remove(ballast)
    assert eventually(lambda: ready(server) == (200, []))
    assert write(server, "after")["type"] == "message"


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_written_can_be_read_and_hinders_no_call(server, what):
    status, before = http(server, "POST", "/api/rooms", {})
    assert status == 201
    assert write(server, "before")["type"] == "message"
    end(server)
    path = database(server) if what == "file" else server.data
    mount("--bind", path, path)
    mount("-o", "remount,bind,ro", path)
    try:
        start(server)
        room = calls_work(server)
        assert http(server, "GET", f"/api/rooms/{before['token']}")[0] == 200, "links of before are good"
        assert [message["text"] for message in history(server, "general")] == ["before"]
        assert is_refused(server)
        status, reasons = ready(server)
        assert status == 503 and "be writable by the service" in reasons[0], reasons
        assert storing(server) == 0
    finally:
        unmount(path)
    assert eventually(lambda: ready(server) == (200, [])), "without a restart"
    assert write(server, "after")["type"] == "message"
    end(server)
    start(server)
    assert http(server, "GET", f"/api/rooms/{room}")[0] == 200, "the room of that time was written afterwards"
    assert [message["text"] for message in history(server, "general")] == ["before", "after"]


def test_a_database_that_another_program_locks_later_is_used_again_when_it_lets_go(server):
    assert write(server, "before")["type"] == "message"
    with contextlib.closing(sqlite3.connect(database(server), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        calls_work(server)
        assert is_refused(server)
        assert [message["text"] for message in history(server, "general")] == ["before"], "who reads waits for nobody"
        status, reasons = ready(server)
        assert status == 503 and "end the other program" in reasons[0], reasons
    assert eventually(lambda: ready(server) == (200, []))
    assert write(server, "after")["type"] == "message"


@pytest.mark.long
def test_five_gigabytes_are_no_reason_to_wait(figure):
    server = Server("sterna", [*SETTINGS, "image-space=8G", "database-limit=16G"])
    server.lines.append(f"prometheus-port={server.port + 3}")
    try:
        server.wait()
        assert write(server, "before")["type"] == "message"
        end(server)
        with contextlib.closing(sqlite3.connect(database(server), isolation_level=None)) as disk:
            disk.execute("PRAGMA synchronous = OFF")
            disk.execute("BEGIN")
            disk.executemany(
                "INSERT INTO images (id, owner, type, created_at, size, bytes) VALUES (?, 'k', 'image/png', ?, ?, zeroblob(?))",
                ((f"image{number}", int(time.time() * 1000), 5 << 20, 5 << 20) for number in range(1000)))
            disk.executemany(
                "INSERT INTO messages (channel, author_key, author, text, sent_at) VALUES (1, 'k', 'Ana', ?, ?)",
                ((f"line {number} of a talk about {number % 97} terns", int(time.time() * 1000)) for number in range(300_000)))
            disk.execute("COMMIT")
            disk.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert os.path.getsize(database(server)) > 5 << 30
        os.truncate(server.log, 0)
        server.started = time.monotonic()
        server.process = server.start()
        answered = server.wait()
        figure(f"start with a database of 5 GiB: STUN answers after {answered * 1000:.0f} ms, all is open after "
               f"{(time.monotonic() - server.started) * 1000:.0f} ms")
        calls_work(server)
        assert write(server, "after")["type"] == "message"
        assert history(server, "general", limit=1)[0]["text"] == "after"
        assert eventually(lambda: ready(server) == (200, []))
    finally:
        server.stop()
