# SPDX-License-Identifier: Apache-2.0
"""Runs coturn's own clients and reads what they say."""
import contextlib
import re
import socket
import subprocess
import time
from dataclasses import dataclass

import stun
from server import PASSWORD, USER, free_ports


@dataclass
class Traffic:
    """What turnutils_uclient counted, and all that it printed."""

    sent: int
    received: int
    lost: int
    said: str


def run(command, seconds=60):
    """Runs a client to its end; returns (exit status, output)."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds)
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout.decode(errors="replace")


def uclient(server, *options, host="127.0.0.1", credentials=("-u", USER, "-w", PASSWORD), messages=30, port=None):
    """Sends `messages` messages per client, 20 ms apart; raises with the whole output when it did not come to its end."""
    command = ["turnutils_uclient", "-p", str(port or server.port), "-n", str(messages), *credentials, *options, host]
    status, said = run(command)
    counted = re.search(r"tot_send_msgs=(\d+), tot_recv_msgs=(\d+)\n(?!.*tot_send_msgs)", said, re.S)
    lost = re.search(r"Total lost packets (\d+)", said)
    assert status == 0 and counted and lost, f"{' '.join(command)}\nstatus {status}, said:\n{said}"
    return Traffic(int(counted[1]), int(counted[2]), int(lost[1]), said)


@contextlib.contextmanager
def peer(host):
    """An echoing peer of turnutils_peer; gives its port."""
    port = free_ports(1)
    process = subprocess.Popen(
        ["turnutils_peer", "-p", str(port), "-L", host], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        probe = stun.Datagrams((host, port))
        probe.socket.connect((host, port))
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            with contextlib.suppress(stun.Silence, ConnectionRefusedError):
                probe.socket.send(b"there?")
                probe.receive(0.05)
                break
        probe.socket.close()
        yield port
    finally:
        process.terminate()
        process.wait()


def stunclient(host, port):
    """The reflexive address that turnutils_stunclient printed, as (host, port)."""
    status, said = run(["turnutils_stunclient", "-p", str(port), host])
    found = re.search(r"UDP reflexive addr: (.+)", said)
    assert status == 0 and found, f"status {status}, said:\n{said}"
    text, _, number = found[1].strip().rpartition(":")
    return text.strip("[]"), int(number)
