# SPDX-License-Identifier: Apache-2.0
"""Calls go on while the server is restarted, killed, replaced, or does not start."""
import os
import signal
import subprocess
import socket
import stat
import time

import pytest
import stun
from server import BINARY, LOOPBACK, PASSWORD, PEERS, USER, USERS
from supervisor import Supervisor
from traffic import Traffic

LINES = LOOPBACK + USERS + PEERS


@pytest.fixture
def supervise():
    running = []

    def start(lines=LINES, **options):
        running.append(Supervisor(lines, **options))
        running[-1].start()
        return running[-1]

    yield start
    for supervisor in running:
        supervisor.stop()


@pytest.fixture
def talk():
    """Calls through a server: so many over UDP, so many over TCP."""
    opened = []

    def begin(supervisor, datagrams=10, streams=4):
        opened.append(Traffic(("127.0.0.1", supervisor.port), datagrams, streams))
        return opened[-1]

    yield begin
    for traffic in opened:
        traffic.close()


@pytest.mark.parametrize("times", [3])
def test_a_restart_loses_nothing(supervise, talk, figure, times):
    supervisor = supervise()
    calls = talk(supervisor)
    with calls:
        for _ in range(times):
            time.sleep(1)
            supervisor.restart()
        time.sleep(1)
    figure(f"restart: {calls.lost} of {calls.sent} packets lost, longest gap {calls.gap * 1000:.0f} ms")
    assert (calls.lost, calls.twice, calls.broken) == (0, 0, 0), supervisor.said()


def test_a_kill_loses_less_than_half_a_second(supervise, talk, figure):
    supervisor = supervise()
    calls = talk(supervisor)
    with calls:
        time.sleep(1)
        supervisor.restart(signal.SIGKILL)
        time.sleep(1)
    worst = max(way.lost for way in calls.ways())
    figure(f"kill -9: {calls.lost} of {calls.sent} packets lost, {worst} in one direction at most")
    assert worst <= 25 and calls.broken == 0, supervisor.said()


def test_it_becomes_the_program_in_its_place_and_loses_nothing(supervise, talk, figure):
    supervisor = supervise()
    process = supervisor.process
    calls = talk(supervisor)
    with calls:
        for _ in range(2):
            time.sleep(1)
            since = len(supervisor.heard)
            os.kill(process, signal.SIGUSR2)
            supervisor.wait_for("READY=1", since=since)
        time.sleep(1)
    figure(f"exec in place: {calls.lost} of {calls.sent} packets lost, longest gap {calls.gap * 1000:.0f} ms")
    assert (calls.lost, calls.twice, calls.broken) == (0, 0, 0), supervisor.said()
    assert supervisor.end() == 0


def test_the_operator_has_it_become_the_program_in_its_place(talk, tmp_path):
    supervisor = Supervisor([*LINES, f"admin-socket={tmp_path}/admin"])
    try:
        supervisor.start()
        process, calls = supervisor.process, talk(supervisor, 4, 2)
        with calls:
            time.sleep(0.5)
            done = subprocess.run(
                [BINARY, "reload", "--binary", "--socket", f"{tmp_path}/admin"], capture_output=True, text=True)
            time.sleep(0.5)
        assert done.returncode == 0, done.stderr
        assert "serves now, 6 sessions went along" in done.stdout
        assert supervisor.process == process
        assert (calls.lost, calls.twice, calls.broken) == (0, 0, 0), supervisor.said()
    finally:
        supervisor.stop()


def test_it_becomes_another_program_without_anybody_who_supervises(serve, talk):
    server = serve(LINES)
    calls = talk(server, 4, 2)
    with calls:
        time.sleep(0.5)
        server.process.send_signal(signal.SIGUSR2)
        time.sleep(1.5)
    assert (calls.lost, calls.broken) == (0, 0), server.said()
    server.must_live()


def test_a_program_that_does_not_start_is_not_become(supervise, talk, tmp_path):
    program = tmp_path / "sterna"
    program.write_bytes(open(BINARY, "rb").read())
    program.chmod(0o755)
    supervisor = Supervisor(LINES)
    try:
        supervisor.start(str(program))
        calls = talk(supervisor, 4, 2)
        with calls:
            program.unlink()
            program.write_text("#!/bin/sh\nexit 1\n")
            program.chmod(0o755)
            os.kill(supervisor.process, signal.SIGUSR2)
            time.sleep(1)
        assert (calls.lost, calls.broken) == (0, 0), supervisor.said()
        assert supervisor.tells("does not start")
    finally:
        supervisor.stop()


def test_a_program_that_crashes_at_start_three_times_ends_no_call(supervise, talk, tmp_path):
    supervisor = supervise()
    crashing = tmp_path / "crashing"
    crashing.write_text("#!/bin/sh\nkill -SEGV $$\n")
    crashing.chmod(0o755)
    calls = talk(supervisor)
    supervisor.end()
    for _ in range(3):
        supervisor.start(str(crashing), ready=False)
        assert supervisor.wait() == -signal.SIGSEGV
    supervisor.start()
    with calls:
        time.sleep(0.5)
    assert (calls.lost, calls.broken) == (0, 0), supervisor.said()


def test_what_kills_its_reader_twice_is_thrown_away(supervise, talk):
    supervisor = supervise()
    calls = talk(supervisor, 2, 1)
    for _ in range(3):
        supervisor.restart(signal.SIGKILL)
    assert supervisor.tells("thrown away: 2 processes died")
    assert calls.calls[0].client.binding().error == 0
    assert calls.calls[0].client.refresh(600).error == 437
    # The ports are free again, and nothing is held twice.
    assert len(supervisor.store) == 1


def test_ordinary_restarts_in_quick_succession_are_no_crashes(supervise, talk):
    supervisor = supervise()
    calls = talk(supervisor, 2, 1)
    for _ in range(4):
        supervisor.restart()
    with calls:
        time.sleep(0.3)
    assert (calls.lost, calls.broken) == (0, 0), supervisor.said()


def write_version(supervisor, version):
    """Makes every ledger in the store one of another version."""
    ledgers = supervisor.stored(stat.S_ISREG)
    assert ledgers
    for number in ledgers:
        assert os.pread(number, 8, 0)[::-1] == b"SternaLg"
        os.pwrite(number, version.to_bytes(4, "little"), 8)


def test_a_state_of_a_later_version_is_thrown_away_with_a_line(supervise, talk):
    supervisor = supervise()
    calls = talk(supervisor, 2, 1)
    supervisor.end()
    write_version(supervisor, 9)
    supervisor.start()
    assert supervisor.tells("thrown away: it is of version 9, and this program reads 1 to 1")
    client = calls.calls[0].client
    assert client.refresh(600).error == 437
    assert client.allocate().error == 0
    supervisor.restart()
    assert client.refresh(600).error == 0


def test_another_number_of_workers_moves_nobody(supervise, talk):
    supervisor = supervise([*LINES, "relay-threads=1"])
    calls = talk(supervisor, 12, 4)
    with calls:
        for workers in (3, 2, 5):
            time.sleep(0.5)
            supervisor.write([*LINES, f"relay-threads={workers}"])
            supervisor.restart()
        time.sleep(0.5)
    assert (calls.lost, calls.broken) == (0, 0), supervisor.said()
    # Requests find their allocation, too.
    for call in calls.calls:
        call.near.setblocking(True)
        assert call.client.refresh(600).error == 0


def test_a_message_over_tcp_may_be_cut_by_the_restart(supervise, talk):
    supervisor = supervise()
    for number in (signal.SIGTERM, signal.SIGKILL):
        calls = talk(supervisor, 0, 1)
        client, near = calls.calls[0].client, calls.calls[0].near
        near.setblocking(True)
        request = stun.encode(stun.BINDING)
        near.send(request[:13])
        time.sleep(0.3)
        supervisor.restart(number)
        near.send(request[13:])
        assert stun.Message(client.link.receive(5)).transaction == request[8:20]
        time.sleep(5.5)


def test_what_a_slow_client_over_tcp_has_not_read_arrives(supervise, talk):
    supervisor = supervise()
    calls = talk(supervisor, 0, 1)
    call = calls.calls[0]
    # As much as fills the buffers of the kernel, and waits in the server.
    for _ in range(40_000):
        call.peer.sendto(call.down.sent.to_bytes(4, "big") + bytes(156), call.relayed)
        call.down.sent += 1
        if call.down.sent % 50 == 0:
            time.sleep(0.001)
    time.sleep(0.5)
    supervisor.restart()
    time.sleep(0.2)
    while True:
        before = sum(call.down.heard)
        call.hear_client(time.monotonic())
        assert not call.broken, supervisor.said()
        if sum(call.down.heard) == before:
            break
        time.sleep(0.2)
    numbers = [number for number in range(call.down.sent) if call.down.heard[number]]
    assert numbers and call.down.twice == 0
    call.peer.sendto((50_000).to_bytes(4, "big") + bytes(156), call.relayed)
    time.sleep(0.5)
    call.hear_client(time.monotonic())
    assert call.down.heard[50_000] == 1 and not call.broken


def test_an_allocation_that_ended_leaves_no_port_behind(supervise, talk):
    supervisor = supervise()
    calls = talk(supervisor, 4, 2)
    ports = [call.relayed[1] for call in calls.calls]
    for call in calls.calls[:3]:
        call.near.setblocking(True)
        assert call.client.refresh(0).error == 0
    supervisor.restart()
    for port in ports[:3]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", port))
    for port in ports[3:]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            with pytest.raises(OSError):
                probe.bind(("127.0.0.1", port))


def test_sockets_without_a_state_and_a_state_without_sockets_are_let_go(supervise, talk):
    supervisor = supervise()
    calls = talk(supervisor, 3, 0)
    supervisor.end()
    # Half of a state: the bags are gone, or the ledgers of the relays.
    for number in supervisor.stored(stat.S_ISSOCK):
        for numbers in supervisor.store.values():
            if number in numbers:
                numbers.remove(number)
        os.close(number)
    supervisor.start()
    client = calls.calls[0].client
    calls.calls[0].near.setblocking(True)
    assert client.refresh(600).error == 437
    assert client.allocate().error == 0


def test_the_nonce_and_the_rest_credentials_of_before_are_good(supervise):
    supervisor = supervise()
    client = stun.Client(stun.Datagrams(("127.0.0.1", supervisor.port)), USER, PASSWORD)
    assert client.allocate().error == 0
    nonce = client.nonce
    supervisor.restart(signal.SIGKILL)
    assert client.refresh(600).error == 0
    assert client.nonce == nonce
    client.close()


def test_the_supervisor_hears_how_the_server_fares(supervise):
    supervisor = supervise(watchdog=1)
    since = len(supervisor.heard)
    supervisor.wait_for("WATCHDOG=1")
    os.kill(supervisor.process, signal.SIGHUP)
    supervisor.wait_for("RELOADING=1", since=since)
    supervisor.wait_for("MONOTONIC_USEC=", since=since)
    supervisor.wait_for("READY=1", since=since)
    assert any(line.startswith("STATUS=serving STUN and TURN") for line in supervisor.heard)
    assert supervisor.end() == 0
    assert "STOPPING=1" in supervisor.heard
