# SPDX-License-Identifier: Apache-2.0
"""Mixed traffic of everything that the server does, for so many minutes: memory, descriptors and latency must stay flat.

    make soak            ten minutes
    make soak T=60       an hour
    make soak T=10 HOSTILE=1    in the middle third one address is at its limits by every way at once

Prints a line every ten seconds. The exit status says whether, by medians of the second and of the last sixth of the time, the
process has grown by no more than a tenth and 8 MiB, holds no more than 32 descriptors more, and an innocent caller waits no
longer than twice as long and five milliseconds more; and whether nothing that the caller asked for has failed.
"""
import contextlib
import itertools
import json
import multiprocessing
import os
import random
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Interop"))
import stun
from attacks import ATTACKS, HANDSHAKE_ERRORS
from inputs import SDP, Link, Person, Talk, Web
from innocent import Innocent
from load import HEAD, ORDINARY, cluster, memory, start

MINUTES = float(os.environ.get("T", 10))
HOSTILE = bool(os.environ.get("HOSTILE"))
STEP = 10


def calls_over_the_relay(server, source):
    """Two allocations, a second of voice between them, and their end."""
    pair = [stun.Client(Link(server), "ana", "correct horse") for _ in range(2)]
    for client in pair:
        assert client.allocate().error == 0
    pair[0].bind(0x4000, pair[1].relayed)
    pair[1].bind(0x4000, pair[0].relayed)
    for _ in range(50):
        pair[0].send_on(0x4000, bytes(160))
        pair[1].receive(5)
        time.sleep(0.02)
    for client in pair:
        client.refresh(0)
        client.close()


def rooms(server, source):
    web = Web(server, source)
    room = web.ask("POST", "/api/rooms", {})
    talks = [Talk(server, f"/ws/rooms/{room['token']}", source) for _ in range(2)]
    for talk in talks:
        talk.ask("join", "joined", name="Guest")
    for _ in range(5):
        talks[0].say("offer", sdp=SDP)
        talks[1].hear(lambda payload: b'"offer"' in payload)
        time.sleep(0.1)
    for talk in talks:
        talk.close()
    web.ask("DELETE", f"/api/rooms/{room['token']}", key=room["ownerKey"])
    web.link.close()


def channels(server, source):
    talk = Talk(server, "/ws", source)
    talk.ask("join", "presence", channel="other", name=f"G{random.randrange(100)}")
    for number in range(10):
        talk.ask("message", "message", channel="other", text=f"line {number} of the day")
        time.sleep(0.1)
    talk.close()
    web = Web(server, source)
    web.ask("GET", "/api/history?channel=other&limit=20")
    web.link.close()


def walkie_talkies(server, source):
    name = f"soak{random.randrange(5)}"
    talk, other = (Talk(server, f"/ws?room={name}&name=G", source) for _ in range(2))
    talk.send(b"\x01", 2)
    if talk.hear(lambda frame: frame[:1] in (b"\x10", b"\x11"))[:1] == b"\x10":
        talk.send(b"\x03" + HEAD, 2)
        for number in range(10):
            talk.send(b"\x03" + cluster(number, 6000), 2)
            time.sleep(0.1)
        talk.send(b"\x02", 2)
    talk.close()
    other.close()


def messenger(server, source, people=[]):
    web = Web(server, source)
    if not people:
        people += [Person(web) for _ in range(2)]
    chat = web.ask("POST", "/api/chats", {"members": [person.id for person in people]}, key=people[0].key)["chatId"]
    talks = []
    for person in people:
        talk = Talk(server, "/socket.io/?EIO=4&transport=websocket", source)
        talk.hear(lambda payload: payload[:1] == b"0")
        talk.send(b"40" + json.dumps({"userId": person.id, "secret": person.secret}).encode())
        talk.hear(lambda payload: b"webrtc-config" in payload)
        talks.append(talk)
    talks[0].send(b"42" + json.dumps(["call:initiate", {"chatId": chat, "offer": {"type": "offer", "sdp": SDP}}]).encode())
    talks[1].hear(lambda payload: b"call:offer" in payload)
    talks[0].send(b"42" + json.dumps(["call:end", {"chatId": chat}]).encode())
    talks[1].hear(lambda payload: b"call:end" in payload)
    for talk in talks:
        talk.close()
    web.link.close()
    # No more than ten calls a minute are a person's.
    time.sleep(7)


TRAFFIC = [calls_over_the_relay, calls_over_the_relay, rooms, channels, walkie_talkies, messenger]


def traffic(server, kind, number, end):
    for turn in itertools.count():
        if time.monotonic() >= end:
            return
        with contextlib.suppress(*HANDSHAKE_ERRORS, stun.Silence):
            kind(server, f"127.0.{40 + number}.{1 + turn % 100}")
        time.sleep(0.2)


def begin(server, target, *arguments):
    process = multiprocessing.Process(target=target, args=(server, *arguments), daemon=True)
    process.start()
    return process


def middle(rows, column):
    return statistics.median(row[column] for row in rows)


def main():
    server = start(*ORDINARY, relays=2000)
    length = MINUTES * 60
    rows, attackers, ended = [], [], []
    with Innocent(server, 0.02) as innocent:
        began = time.monotonic()
        guests = [begin(server, traffic, kind, number, began + length) for number, kind in enumerate(TRAFFIC)]
        print(f"soak: {MINUTES:g} minutes of mixed traffic" + (", with a hostile address in the middle third" if HOSTILE else ""))
        print("        minute   memory   descriptors   median        p99", flush=True)
        while (now := time.monotonic() - began) < length:
            if HOSTILE and length / 3 <= now < length * 2 / 3 and not attackers:
                stop = began + length * 2 / 3
                attackers = [begin(server, attack, stop) for attack in ATTACKS.values()]
            if attackers and now >= length * 2 / 3 + 20 and not ended:
                for process in attackers:
                    process.kill()
                ended = attackers
            time.sleep(min(STEP, length - now))
            since = time.monotonic() - STEP
            rows.append((
                (time.monotonic() - began) / 60, memory(server) / (1 << 20), len(os.listdir(f"/proc/{server.process.pid}/fd")),
                innocent.quantile(0.5, since) * 1000, innocent.quantile(0.99, since) * 1000))
            print("        {:6.1f} {:6.1f} MiB {:9d} {:9.1f} ms {:9.1f} ms".format(*rows[-1])
                  + ("   hostile" if attackers and not ended else ""), flush=True)
        for process in guests:
            process.join(30)
            process.kill()
    server.must_live()
    sixth = max(1, len(rows) // 6)
    first, last = rows[sixth:2 * sixth] or rows[:1], rows[-sixth:]
    faults = []
    if middle(last, 1) > middle(first, 1) * 1.1 + 8:
        faults.append(f"memory grew from {middle(first, 1):.1f} to {middle(last, 1):.1f} MiB")
    if middle(last, 2) > middle(first, 2) + 32:
        faults.append(f"descriptors grew from {middle(first, 2):.0f} to {middle(last, 2):.0f}")
    if middle(last, 3) > middle(first, 3) * 2 + 5:
        faults.append(f"the caller waits {middle(last, 3):.1f} ms instead of {middle(first, 3):.1f}")
    faults += innocent.failures[:10]
    print(f"        from the second to the last sixth: memory {middle(first, 1):.1f} → {middle(last, 1):.1f} MiB, descriptors "
          f"{middle(first, 2):.0f} → {middle(last, 2):.0f}, median wait {middle(first, 3):.1f} → {middle(last, 3):.1f} ms; "
          f"{len(innocent.took)} asked for, {len(innocent.failures)} failed")
    print("        " + ("; ".join(faults) if faults else "flat"))
    server.stop()
    return not faults


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
