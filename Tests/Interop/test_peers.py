# SPDX-License-Identifier: Apache-2.0
"""Peers are denied by default, in every form in which an address can be written."""
import socket

import pytest
import stun
from server import USERS

DENIED_IPV4 = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.1.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
]
DENIED_IPV6 = [
    "::",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::10.0.0.1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
ALLOWED = ["8.8.8.8", "2600::1"]

pytestmark = pytest.mark.ours


# The relay's own addresses: others' live ports on them are peers, so a permission for such an address is granted and
# every packet is judged by its port.
RELAY = ["listening-ip=127.0.0.1", "listening-ip=::1", "relay-ip=127.0.0.77", "relay-ip=::1"]
OWN = ["127.0.0.77", "::1"]


@pytest.fixture(scope="module")
def server(serve):
    return serve(RELAY + USERS)


@pytest.fixture(scope="module")
def clients(server):
    """An allocation of each family."""
    made = {}
    for host, family in (("127.0.0.1", stun.IPV4), ("::1", stun.IPV6)):
        made[family] = server.client(host)
        assert made[family].allocate((stun.FAMILY, family)).error == 0
    yield made
    for client in made.values():
        client.refresh(0)
        client.close()


def of_its_family(clients, address):
    return clients[stun.IPV6 if ":" in address else stun.IPV4]


@pytest.mark.parametrize("address", [each for each in DENIED_IPV4 + DENIED_IPV6 if each not in OWN])
def test_a_permission_is_forbidden(clients, address):
    assert of_its_family(clients, address).permit((address, 4000)).error == 403


@pytest.mark.parametrize("address", DENIED_IPV4 + DENIED_IPV6 + OWN)
def test_a_channel_is_forbidden(clients, address):
    assert of_its_family(clients, address).bind(0x4000, (address, 4000)).error == 403


@pytest.mark.parametrize("address", ALLOWED)
def test_a_public_address_is_permitted(clients, address):
    assert of_its_family(clients, address).permit((address, 4000)).error == 0


def test_a_list_with_one_forbidden_peer_is_refused_whole(clients):
    client = clients[stun.IPV4]
    assert client.permit(("8.8.4.4", 4000), ("10.0.0.1", 4000)).error == 403


def test_the_port_zero_is_no_peer(clients):
    assert clients[stun.IPV4].bind(0x4003, ("8.8.8.8", 0)).error in (400, 403)


def test_the_listener_itself_is_no_peer(clients, server):
    assert clients[stun.IPV4].bind(0x4004, ("127.0.0.1", server.port)).error == 403
    assert clients[stun.IPV6].bind(0x4004, ("::1", server.port)).error == 403


def test_nothing_is_sent_to_a_forbidden_peer(clients):
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.bind(("127.0.0.1", 0))
    far.settimeout(0.3)
    clients[stun.IPV4].send(far.getsockname(), b"knock")
    with pytest.raises(TimeoutError):
        far.recv(100)
    far.close()


def test_a_relayed_address_of_this_server_is_a_peer(clients, server):
    """Two people behind the same relay reach each other although the relay's own address is denied."""
    first, second = clients[stun.IPV4], server.client()
    assert second.allocate().error == 0
    assert first.bind(0x4010, second.relayed).error == 0
    assert second.permit(first.relayed).error == 0
    first.send_on(0x4010, b"through the relay twice")
    assert second.receive() == (first.relayed, b"through the relay twice")
    second.refresh(0)
    second.close()


def test_what_the_operator_allows_is_allowed_and_what_he_denies_is_denied(serve):
    lines = ["allowed-peer-ip=10.1.0.0-10.1.255.255", "denied-peer-ip=8.8.8.8"]
    client = serve(RELAY + USERS + lines).client()
    assert client.allocate().error == 0
    assert client.permit(("10.1.2.3", 4000)).error == 0
    assert client.permit(("10.2.0.1", 4000)).error == 403
    assert client.permit(("8.8.8.8", 4000)).error == 403
    assert client.permit(("8.8.4.4", 4000)).error == 0
    client.refresh(0)
    client.close()
