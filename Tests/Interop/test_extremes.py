# SPDX-License-Identifier: Apache-2.0
"""What goes to the edge: the largest datagrams, no descriptor left, ports that are nobody's, requests without end."""
import contextlib
import os
import resource
import socket
import statistics
import threading
import time

import psutil
import pytest
import stun
from server import LOOPBACK, PASSWORD, PEERS, USER, USERS

pytestmark = pytest.mark.ours


@pytest.fixture
def server(serve):
    # With one worker it is known whose descriptors are left.
    return serve(LOOPBACK + USERS + PEERS + ["workers=1", "user-quota=0"])


@contextlib.contextmanager
def far_end():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        far.bind(("127.0.0.1", 0))
        far.settimeout(2)
        yield far


def test_a_datagram_of_the_largest_size_arrives_or_is_lost_and_harms_nothing(server):
    client = server.client()
    with far_end() as far:
        assert client.allocate().error == 0
        where = far.getsockname()
        assert client.bind(0x4000, where).error == 0
        client.send_on(0x4000, bytes(65_503))
        far.sendto(bytes(65_507), client.relayed)
        client.send_on(0x4000, b"after")
        data = far.recv(70_000)
        assert data in (bytes(65_503), b"after")
        if len(data) > 5:
            assert far.recv(70_000) == b"after"
        far.sendto(b"and back", client.relayed)
        answer = client.receive()
        assert answer == (0x4000, b"and back") or len(answer[1]) > 65_000 and client.receive() == (0x4000, b"and back")
    client.refresh(0)
    client.close()


def test_no_descriptor_left_is_answered_with_508_until_one_is_free(server):
    clients = [server.client() for _ in range(6)]
    assert clients[0].allocate().error == 0
    taken = len(os.listdir(f"/proc/{server.process.pid}/fd"))
    limits = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (taken + 2, limits[1]))
    try:
        answers = [client.allocate().error for client in clients[1:]]
        assert 508 in answers and set(answers) <= {0, 508}, answers
        refused = clients[1:][answers.index(508)]
        assert clients[0].refresh(0).error == 0
        assert refused.allocate().error == 0
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, limits)
    server.must_live()
    for client in clients:
        client.refresh(0)
        client.close()


def test_a_port_that_is_nobodys_is_closed(server):
    client = server.client()
    assert client.allocate().error == 0
    def opened():
        return [place.laddr.port for place in psutil.Process(server.process.pid).net_connections("udp4")
                if place.laddr.port in server.relays]

    assert opened() == [client.relayed[1]]
    client.refresh(0)
    assert opened() == []
    client.close()


def test_refreshes_without_end_hinder_nobody_else(server, figure):
    """One client on a stream asks as fast as it is answered; another one's requests are answered meanwhile."""
    busy, other = stun.Client(stun.Stream(("127.0.0.1", server.port)), USER, PASSWORD), server.client()
    assert busy.allocate().error == 0 and other.allocate().error == 0
    over, count = threading.Event(), 0

    def ask():
        nonlocal count
        while not over.is_set():
            assert busy.refresh(600).error == 0
            count += 1

    asking = threading.Thread(target=ask)
    asking.start()
    trips = []
    try:
        until = time.monotonic() + 30
        while len(trips) < 200 or count < 100 and time.monotonic() < until:
            began = time.monotonic()
            assert other.refresh(600).error == 0
            trips.append((time.monotonic() - began) * 1000)
    finally:
        over.set()
        asking.join()
    assert count >= 100
    # Whoever asks meanwhile is answered at its first sending: repetition would begin after half a second.
    assert statistics.median(trips) < 500
    figure(f"beside {count} Refreshes on a stream another client's take {statistics.median(trips):.1f} ms")
    for client in (busy, other):
        client.refresh(0)
        client.close()


def test_a_broadcast_address_is_no_peer(server):
    client = server.client()
    assert client.allocate().error == 0
    with far_end() as far, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as all_hear:
        all_hear.bind(("0.0.0.0", 0))
        all_hear.settimeout(0.5)
        # The broadcast address of the loopback network: nothing leaves for it, whatever the policy says of its network.
        if client.permit(("127.255.255.255", 1)).error == 0:
            client.send(("127.255.255.255", all_hear.getsockname()[1]), b"everybody")
        with pytest.raises(TimeoutError):
            all_hear.recv(100)
        assert client.permit(far.getsockname()).error == 0
        client.send(far.getsockname(), b"one")
        assert far.recv(100) == b"one"
    client.refresh(0)
    client.close()
