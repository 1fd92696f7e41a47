# SPDX-License-Identifier: Apache-2.0
"""The public address of a host behind one-to-one NAT, found out rather than written down."""
import os
import socket
import struct
import subprocess
import sys
import threading

import pytest
import stun
from server import LOOPBACK, PEERS, USERS, Server

pytestmark = pytest.mark.ours

PRIVATE, PUBLIC = "10.7.0.5", "93.184.216.34"


def relayed(server, host="127.0.0.1"):
    client = server.client(host, source=(host, 0))
    assert client.allocate().error == 0, server.said()
    client.refresh(0)
    client.close()
    return client.relayed[0]


def test_a_name_is_looked_up():
    server = Server("sterna", ["listening-ip=127.0.0.1", "relay-ip=127.0.0.7", "external-ip=localhost", *USERS, *PEERS])
    try:
        server.wait()
        assert relayed(server) == "127.0.0.1"
    finally:
        server.stop()


def test_a_name_without_an_address_is_told_and_the_server_serves():
    server = Server("sterna", [*LOOPBACK, *USERS, *PEERS, "external-ip=nowhere.invalid"])
    try:
        server.wait(seconds=30)
        assert relayed(server) == "127.0.0.1"
        assert server.tells("nowhere.invalid has no address")
    finally:
        server.stop()


def test_auto_takes_what_the_named_server_sees():
    """In a network of its own, where the host has a private address and a STUN server says what it sees."""
    set_up = f'ip link set lo up && ip address add {PRIVATE}/32 dev lo && exec "$@"'
    inside = ["unshare", "-n", "sh", "-c", set_up, "sh"]
    if subprocess.run([*inside, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("no network namespace can be made here")
    program = [sys.executable, "-c", "import test_external; test_external.behind_nat()"]
    folder = os.path.dirname(os.path.abspath(__file__))
    done = subprocess.run([*inside, *program], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def behind_nat():
    """What is done inside that network."""
    observer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    observer.bind((PRIVATE, 0))
    asked = threading.Event()

    def observe():
        while True:
            request, client = observer.recvfrom(2000)
            asked.set()
            value = stun.address_value(PUBLIC, 1234, request[8:20])
            body = stun.attribute(stun.XOR_MAPPED_ADDRESS, value)
            observer.sendto(struct.pack("!HHI", 0x0101, len(body), stun.COOKIE) + request[8:20] + body, client)

    threading.Thread(target=observe, daemon=True).start()
    lines = [f"listening-ip={PRIVATE}", f"relay-ip={PRIVATE}", "external-ip=auto", *USERS]
    server = Server("sterna", [*lines, f"external-ip-server={PRIVATE}:{observer.getsockname()[1]}"])
    try:
        server.wait(PRIVATE)
        assert relayed(server, PRIVATE) == PUBLIC and asked.is_set(), server.said()
    finally:
        server.stop()
    asked.clear()
    server = Server("sterna", lines)
    try:
        server.wait(PRIVATE)
        assert relayed(server, PRIVATE) == PRIVATE and not asked.is_set()
        assert f"{PRIVATE} is not public, and there is nobody to ask" in server.said()
    finally:
        server.stop()
