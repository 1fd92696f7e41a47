# SPDX-License-Identifier: Apache-2.0
"""Relaying over TCP (RFC 6062) through restarts: relayed addresses go on, peers' connections end on both sides."""
import signal
import socket
import time

import pytest
from certificates import Certificates
from server import LOOPBACK, PEERS, USERS
from supervisor import Supervisor
from test_tcp_relay import Relaying, accept, is_over, listening, read
from traffic import Traffic


@pytest.fixture
def supervise():
    running = []

    def start(*lines):
        running.append(Supervisor(LOOPBACK + USERS + PEERS + ["workers=2", *lines]))
        running[-1].start()
        return running[-1]

    yield start
    for supervisor in running:
        supervisor.stop()


def use(client):
    """Uses a connection each way."""
    with listening() as listener:
        near = client.data(listener.getsockname())
        far, _ = accept(listener)
    near.sendall(b"there")
    assert read(far, 5) == b"there"
    far.sendall(b"back")
    assert read(near, 4) == b"back"
    return near, far


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["restart", "kill"])
def test_relayed_addresses_go_on_without_their_connections(supervise, how):
    supervisor = supervise()
    calls = Traffic(("127.0.0.1", supervisor.port), 4, 2)
    client = Relaying(supervisor)
    near, far = use(client)
    assert client.control.permit(("127.0.0.1", 0)).error == 0
    waiting = socket.create_connection(client.control.relayed, timeout=10)
    client.attempt()
    with calls:
        time.sleep(1)
        supervisor.restart(how)
        for link in (near, far, waiting):
            assert is_over(link)
        # The allocation, its address and its permissions are as they were.
        for link in use(client):
            link.close()
        with socket.create_connection(client.control.relayed, timeout=10) as peer:
            name, _ = client.attempt()
            near, _ = client.take(name)
            near.sendall(b"after")
            assert read(peer, 5) == b"after"
        assert client.control.refresh(0).error == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(client.control.relayed, timeout=5)
        time.sleep(1)
    assert calls.broken == 0, supervisor.said()
    assert how == signal.SIGKILL or calls.lost == 0, supervisor.said()
    client.close()
    calls.close()


def test_over_tls_everything_ends(supervise, tmp_path):
    """Its keys do not leave the process: what is kept of others is no hindrance to the next."""
    certificates = Certificates(tmp_path)
    supervisor = supervise(f"cert={certificates.chain}", f"pkey={certificates.key}")
    client = Relaying(supervisor, certificates.context())
    near, far = use(client)
    supervisor.restart()
    for link in (near, far, client.control.link.socket):
        assert is_over(link)
    client.close()
    for _ in range(2):
        again = Relaying(supervisor, certificates.context())
        for link in use(again):
            link.close()
        again.close()
