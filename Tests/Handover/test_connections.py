# SPDX-License-Identifier: Apache-2.0
"""What relays TCP (RFC 6062) ends with the process, on both sides, and leaves the calls beside it and the next process alone."""
import signal
import socket
import time

import pytest
from server import LOOPBACK, PEERS, USERS
from supervisor import Supervisor
from test_tcp_relay import Relaying, accept, is_over, listening, read
from traffic import Traffic


@pytest.fixture
def supervisor():
    running = Supervisor(LOOPBACK + USERS + PEERS + ["workers=2"])
    running.start()
    yield running
    running.stop()


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
def test_connections_end_and_calls_go_on(supervisor, how):
    calls = Traffic(("127.0.0.1", supervisor.port), 4, 2)
    client = Relaying(supervisor)
    near, far = use(client)
    assert client.control.permit(("127.0.0.1", 0)).error == 0
    waiting = socket.create_connection(client.control.relayed, timeout=10)
    client.attempt()
    with calls:
        time.sleep(1)
        supervisor.restart(how)
        for link in (near, far, waiting, client.control.link.socket):
            assert is_over(link)
        again = Relaying(supervisor)
        for link in use(again):
            link.close()
        again.close()
        time.sleep(1)
    assert calls.broken == 0, supervisor.said()
    assert how == signal.SIGKILL or calls.lost == 0, supervisor.said()
    client.close()
    calls.close()
