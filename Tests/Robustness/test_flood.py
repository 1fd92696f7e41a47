# SPDX-License-Identifier: Apache-2.0
"""Floods from many addresses while calls are relayed: the calls keep their packets, the log its size."""
import multiprocessing
import os
import socket
import time

import psutil
import pytest
import stun
from call import Call
from server import LOOPBACK, PEERS, USER, USERS

pytestmark = [pytest.mark.long, pytest.mark.ours]
CALLS, SECONDS = 10, 20


def forged():
    """An Allocate with integrity that nobody made, under a nonce that nobody gave."""
    fields = [
        (stun.TRANSPORT, stun.UDP), (stun.USERNAME, USER.encode()), (stun.REALM, b"example.org"), (stun.NONCE, b"n" * 40)]
    return stun.encode(stun.ALLOCATE, attributes=fields, key=b"k" * 16)


# What is sent, and how often a second.
FLOODS = {
    "garbage": (lambda: os.urandom(120), 100_000), "bindings": (lambda: stun.encode(stun.BINDING), 100_000),
    "as many bindings as can be sent": (lambda: stun.encode(stun.BINDING), 300_000),
    "forged requests": (forged, 20_000),
}


def flood(port, kind, counted, over):
    """Sends from forty addresses until it is over."""
    sources = []
    for number in range(1, 41):
        sources.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sources[-1].bind((f"127.0.{number}.1", 0))
        sources[-1].connect(("127.0.0.1", port))
        sources[-1].setblocking(False)
    make, rate = FLOODS[kind]
    messages = [make() for _ in range(64)]
    due = time.monotonic()
    while not over.is_set():
        for number in range(rate // 500):
            try:
                sources[number % 40].send(messages[number % 64])
            except OSError:
                pass
        counted.value += rate // 500
        due = max(due + 1 / 500, time.monotonic() - 0.01)
        time.sleep(max(0, due - time.monotonic()))


@pytest.fixture
def flooding():
    """flooding(server, kind): a flood from now to the end of the test; its count of datagrams."""
    running = []

    def begin(server, kind):
        counted, over = multiprocessing.Value("q", 0), multiprocessing.Event()
        process = multiprocessing.Process(target=flood, args=(server.port, kind, counted, over), daemon=True)
        process.start()
        running.append((process, over))
        return counted

    yield begin
    for process, over in running:
        over.set()
        process.join(10)


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_does_not_disturb_calls(serve, flooding, kind, figure):
    server = serve(LOOPBACK + USERS + PEERS)
    calls = [Call(server) for _ in range(CALLS)]
    memory = psutil.Process(server.process.pid).memory_info
    for call in calls:
        call.__enter__()
    time.sleep(1)
    before, began = memory().rss, time.monotonic()
    counted = flooding(server, kind)
    time.sleep(SECONDS)
    rate, grown = counted.value / (time.monotonic() - began), memory().rss - before
    for call in calls:
        call.__exit__()
    server.must_live()
    sent, lost = sum(sum(call.sent) for call in calls), sum(call.lost() for call in calls)
    figure(f"{kind}: {rate / 1000:.0f},000 datagrams a second beside {CALLS} calls: {lost} of their {sent} packets lost, "
           f"resident memory grew by {grown // 1024} KiB")
    assert sent > CALLS * SECONDS * 50
    assert lost * 1000 <= sent
    assert grown < 2 << 20


def test_a_flood_of_refusals_writes_a_bounded_log(serve, flooding, figure):
    server = serve(LOOPBACK + USERS + PEERS + ["log-min-level=debug"])
    time.sleep(1)
    before = len(server.said().splitlines())
    flooding(server, "forged requests")
    refused = server.client(password="wrong")
    began = time.monotonic()
    while time.monotonic() < began + 10:
        try:
            refused.allocate()
        except stun.Silence:
            pass
    lines = len(server.said().splitlines()) - before
    figure(f"debug log under a flood of forged requests: {lines / 10:.1f} lines a second")
    assert lines <= 10 * 10 * 4
