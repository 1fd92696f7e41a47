# SPDX-License-Identifier: Apache-2.0
"""Answers leave from the address that was asked, and name the address that asked."""
import socket

import pytest
import stun
from server import PEERS, USERS

# Every address of 127.0.0.0/8 is this machine's: a wildcard listener hears all of them.
ASKED = ["127.0.0.1", "127.0.0.2", "127.9.8.7", "::1"]
# Where the allocation is made; no listening-ip: the listener is a wildcard.
WILDCARD = ["relay-ip=127.0.0.1", "relay-ip=::1"]

pytestmark = pytest.mark.ours


@pytest.fixture
def server(serve):
    return serve(WILDCARD + USERS + PEERS)


@pytest.mark.parametrize("host", ASKED)
def test_a_binding_is_answered_from_the_address_asked(server, host):
    client = server.client(host)
    answer = client.binding()
    assert client.link.came_from[:2] == (host, server.port)
    assert answer.address(stun.XOR_MAPPED_ADDRESS) == client.link.socket.getsockname()[:2]
    client.close()


@pytest.mark.parametrize("host", ASKED)
def test_relayed_data_comes_from_the_address_asked(server, host):
    client, far = server.client(host), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.bind(("127.0.0.1", 0))
    far.settimeout(2)
    assert client.allocate().error == 0
    assert client.bind(0x4000, far.getsockname()).error == 0
    client.send_on(0x4000, b"out")
    assert far.recv(100) == b"out"
    far.sendto(b"back", client.relayed)
    assert client.receive() == (0x4000, b"back")
    assert client.link.came_from[:2] == (host, server.port)
    client.refresh(0)
    client.close()
    far.close()


def test_clients_of_several_addresses_are_told_apart(server):
    clients = [server.client(host, source=(source, 0)) for host in ASKED[:3] for source in ("127.0.0.1", "127.0.0.5")]
    for client in clients:
        assert client.allocate().error == 0
        assert client.link.came_from[0] == client.link.server[0]
    assert len({client.relayed for client in clients}) == len(clients)
    for client in clients:
        client.refresh(0)
        client.close()
