# SPDX-License-Identifier: Apache-2.0
"""Attacks of one kind each, and how long an innocent caller waits meanwhile.

    make load PART=attacks

Every attack comes from processes of its own, from addresses that the innocent caller does not have. The exit status says
whether 99 of 100 things that the innocent caller asked for took less than 50 ms during each, which holds on a quiet machine.
"""
import contextlib
import itertools
import json
import multiprocessing
import os
import socket
import time

import stun
from innocent import Innocent
from inputs import HANDSHAKE_ERRORS, Person, Talk, Web, png

SECONDS = float(os.environ.get("SECONDS", 5))
LIMIT = 0.050
SOURCE = "127.0.66.1"


def until(end, once):
    """Does it again and again, whatever comes of it."""
    while time.monotonic() < end:
        with contextlib.suppress(*HANDSHAKE_ERRORS):
            once()


def talk(server, path):
    return Talk(server, path, SOURCE)


def raw(server):
    return socket.create_connection(("127.0.0.1", server.web_port), source_address=(SOURCE, 0), timeout=5)


def searches(server, end):
    web = Web(server, SOURCE)

    def once():
        web.link.request("GET", "/api/history?channel=own&limit=200&q=h+he+hel+o")
        web.link.getresponse().read()
    until(end, once)


def histories(server, end):
    web = Web(server, SOURCE)
    until(end, lambda: web.ask("GET", "/api/history?channel=own&limit=200"))


def huge_messages(server, end):
    """A mebibyte to a walkie-talkie in which somebody else, or nobody, has the air."""
    one = talk(server, "/ws?room=other&name=x")
    frame = b"\x03" + bytes((1 << 20) - 1)

    def once():
        nonlocal one
        try:
            one.send(frame, 2)
            time.sleep(0.017)
        except OSError:
            one = talk(server, "/ws?room=other&name=x")
    until(end, once)


def polls_that_hang_up(server, end):
    web = Web(server, SOURCE)

    def once():
        session = json.loads(web.ask("GET", "/socket.io/?EIO=4&transport=polling")[1:])["sid"]
        with raw(server) as poll:
            poll.sendall(f"GET /socket.io/?EIO=4&transport=polling&sid={session} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        web.ask("POST", f"/socket.io/?EIO=4&transport=polling&sid={session}", "1", kind="text/plain")
    until(end, once)


def renames(server, end):
    web = Web(server, SOURCE)
    ana, numbers = Person(web), itertools.count()
    name = [f"r{os.getpid()} q"]
    web.ask("POST", "/api/channels", {"name": name[0], "kind": "text"}, key=ana.key)

    def once():
        new = f"r{os.getpid()} {next(numbers)} q"
        web.ask("PATCH", "/api/channels/" + name[0].replace(" ", "%20"), {"name": new}, key=ana.key)
        name[0] = new
    until(end, once)


def rooms(server, end):
    web = Web(server, SOURCE)
    until(end, lambda: web.ask("POST", "/api/rooms", {"pin": "1234"}))


def pictures_that_nobody_reads(server, end):
    web = Web(server, SOURCE)
    made = web.ask("POST", "/api/images", png(1_000_000), key=Person(web).key, kind="image/png")
    links = []

    def once():
        links.append(raw(server))
        links[-1].sendall(f"GET {made['url']} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        if len(links) > 300:
            links.pop(0).close()
    until(end, once)


def uploads_without_end(server, end):
    links = []

    def once():
        links.append(raw(server))
        links[-1].sendall(b"POST /api/images HTTP/1.1\r\nHost: x\r\nContent-Length: 1900000\r\n\r\n" + bytes(1_000_000))
        if len(links) > 100:
            links.pop(0).close()
    until(end, once)


def coming_and_going(server, end):
    def once():
        one = talk(server, "/ws")
        one.ask("join", "presence", channel="other", name="x")
        one.close()
    until(end, once)


def messages(server, end):
    ones = [talk(server, "/ws") for _ in range(20)]
    for one in ones:
        one.ask("join", "presence", channel="other", name="x")

    def once():
        for one in ones:
            one.say("message", channel="other", text="x" * 3000)
            one.socket.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                one.socket.recv(1 << 20)
            one.socket.setblocking(True)
        time.sleep(0.02)
    until(end, once)


def garbage(server, end):
    def once():
        with raw(server) as link:
            link.sendall(os.urandom(5000))
            link.recv(100)
    until(end, once)


def datagrams(make, rate):
    def attack(server, end):
        links = []
        for number in range(1, 41):
            links.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            links[-1].bind((f"127.0.{number}.9", 0))
            links[-1].connect(("127.0.0.1", server.port))
            links[-1].setblocking(False)
        kept, due = [make() for _ in range(64)], time.monotonic()
        while time.monotonic() < end:
            for number in range(rate // 500):
                with contextlib.suppress(OSError):
                    links[number % 40].send(kept[number % 64])
            due = max(due + 1 / 500, time.monotonic() - 0.01)
            time.sleep(max(0, due - time.monotonic()))
    return attack


def forged():
    fields = [(stun.TRANSPORT, stun.UDP), (stun.USERNAME, b"ana"), (stun.REALM, b"example.org"), (stun.NONCE, b"n" * 40)]
    return stun.encode(stun.ALLOCATE, attributes=fields, key=b"k" * 16)


ATTACKS = {
    "searches": searches, "histories": histories, "messages of a mebibyte": huge_messages,
    "polls that hang up": polls_that_hang_up, "renames": renames, "rooms": rooms,
    "pictures that nobody reads": pictures_that_nobody_reads, "uploads without end": uploads_without_end,
    "coming and going": coming_and_going, "messages": messages, "garbage": garbage,
    "bindings": datagrams(lambda: stun.encode(stun.BINDING), 50_000), "forged requests": datagrams(forged, 10_000),
}


def attacks(start):
    """Prints how long the innocent caller waited during each."""
    server = start()
    print(f"attacks: how long an innocent caller waits, during {SECONDS:.0f} s of each")
    is_good = True
    with Innocent(server) as innocent:
        begin = time.monotonic()
        time.sleep(SECONDS)
        line("nothing", innocent, begin)
        for name, attack in ATTACKS.items():
            begin = time.monotonic()
            processes = [
                multiprocessing.Process(target=attack, args=(server, begin + SECONDS), daemon=True) for _ in range(2)]
            failed = len(innocent.failures)
            for process in processes:
                process.start()
            for process in processes:
                process.join(SECONDS + 20)
                process.kill()
            server.must_live()
            is_good = line(name, innocent, begin, innocent.failures[failed:]) and is_good
    server.stop()
    return is_good


def line(name, innocent, begin, failures=()):
    middle, late, last = (innocent.quantile(part, begin) for part in (0.5, 0.99, 1))
    is_good = late < LIMIT and not failures
    print(f"        {name:28} median {middle * 1000:6.1f} ms   p99 {late * 1000:7.1f} ms   longest {last * 1000:7.1f} ms"
          + ("" if is_good else "   TOO LONG") + "".join(f"\n            {each}" for each in failures[:3]), flush=True)
    return is_good
