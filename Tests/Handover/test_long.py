# SPDX-License-Identifier: Apache-2.0
"""Two minutes of 120 calls, restarted every ten seconds."""
import signal
import time

import pytest
from server import LOOPBACK, PEERS, USERS
from supervisor import Supervisor
from traffic import Traffic

pytestmark = pytest.mark.long

DATAGRAMS, STREAMS, SECONDS, INTERVAL = 100, 20, 120, 10


@pytest.fixture
def supervisor():
    supervisor = Supervisor(LOOPBACK + USERS + PEERS)
    supervisor.start()
    yield supervisor
    supervisor.stop()


def run(supervisor, number):
    calls = Traffic(("127.0.0.1", supervisor.port), DATAGRAMS, STREAMS)
    gaps = []
    with calls:
        for _ in range(SECONDS // INTERVAL):
            time.sleep(INTERVAL)
            for way in calls.ways():
                way.gap = 0.0
            began = time.monotonic()
            supervisor.restart(number)
            away = time.monotonic() - began
            time.sleep(1)
            gaps.append((calls.gap, away))
        time.sleep(1)
    calls.close()
    return calls, gaps


def test_restarts_under_120_calls_lose_nothing(supervisor, figure):
    calls, gaps = run(supervisor, signal.SIGTERM)
    longest, away = max(gap for gap, _ in gaps), max(away for _, away in gaps)
    figure(
        f"{len(gaps)} restarts, {DATAGRAMS} calls over UDP and {STREAMS} over TCP: {calls.lost} of {calls.sent} packets lost; "
        f"longest gap of a call {longest * 1000:.0f} ms, of the server {away * 1000:.0f} ms; "
        f"the generator was late by {calls.late * 1000:.0f} ms at most")
    assert (calls.lost, calls.twice, calls.broken) == (0, 0, 0), supervisor.said()
    assert longest < 0.150, f"a gap of {longest:.3f} s"


def test_kills_under_120_calls_lose_at_most_half_a_second(supervisor, figure):
    calls, gaps = run(supervisor, signal.SIGKILL)
    # Each kill is one loss: what a direction lost in all, over twelve kills.
    worst = max(way.lost for way in calls.ways())
    figure(
        f"{len(gaps)} kills: {calls.lost} of {calls.sent} packets lost, {worst} in one direction over all of them, "
        f"longest gap {max(gap for gap, _ in gaps) * 1000:.0f} ms")
    assert worst <= 25 and calls.broken == 0, supervisor.said()
