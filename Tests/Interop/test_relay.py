# SPDX-License-Identifier: Apache-2.0
"""Data through an allocation, byte for byte, both ways; and what is not let through."""
import socket
import struct

import pytest
import stun
from server import LOOPBACK, PEERS, USERS

HOSTS = ["127.0.0.1", "::1"]


def family(host):
    return stun.IPV6 if ":" in host else stun.IPV4


@pytest.fixture
def server(serve):
    return serve(LOOPBACK + USERS + PEERS)


@pytest.fixture
def peer():
    """Opens plain UDP sockets: the far ends."""
    opened = []

    def open_one(host):
        opened.append(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM))
        opened[-1].bind((host, 0))
        opened[-1].settimeout(2)
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture(params=HOSTS)
def host(request):
    return request.param


@pytest.fixture
def client(server, host):
    client = server.client(host)
    answer = client.allocate((stun.FAMILY, family(host)))
    assert answer.error == 0
    yield client
    client.refresh(0)
    client.close()


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 160, 1200, 1472])
def test_indications_carry_every_size_both_ways(client, host, peer, size):
    far = peer(host)
    where, payload = far.getsockname()[:2], bytes(range(256)) * 6
    assert client.permit(where).error == 0
    client.send(where, payload[:size])
    data, source = far.recvfrom(2000)
    assert (data, source[:2]) == (payload[:size], client.relayed)
    far.sendto(payload[:size], client.relayed)
    assert client.receive() == (where, payload[:size])


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 160, 1200, 1472])
def test_channels_carry_every_size_both_ways(client, host, peer, size):
    far = peer(host)
    where, payload = far.getsockname()[:2], bytes(range(256)) * 6
    assert client.bind(0x4000, where).error == 0
    client.send_on(0x4000, payload[:size])
    data, source = far.recvfrom(2000)
    assert (data, source[:2]) == (payload[:size], client.relayed)
    far.sendto(payload[:size], client.relayed)
    assert client.receive() == (0x4000, payload[:size])


def test_a_stranger_is_not_heard(client, host, peer):
    friend, stranger = peer(host), peer("127.0.0.2" if host == "127.0.0.1" else host)
    if host == "127.0.0.1":
        assert client.permit(friend.getsockname()[:2]).error == 0
    stranger.sendto(b"let me in", client.relayed)
    with pytest.raises(stun.Silence):
        client.receive(0.3)


def test_nothing_leaves_without_a_permission(client, host, peer):
    far = peer(host)
    far.settimeout(0.3)
    client.send(far.getsockname()[:2], b"anybody there?")
    with pytest.raises(TimeoutError):
        far.recv(100)


def test_a_permission_is_for_an_address_and_not_for_a_port(client, host, peer):
    first, second = peer(host), peer(host)
    assert client.permit(first.getsockname()[:2]).error == 0
    second.sendto(b"same house", client.relayed)
    assert client.receive() == (second.getsockname()[:2], b"same house")


@pytest.mark.ours
def test_a_released_allocation_is_silent_and_its_port_is_free(server, host, peer):
    client, far = server.client(host), peer(host)
    assert client.allocate((stun.FAMILY, family(host))).error == 0
    assert client.bind(0x4001, far.getsockname()[:2]).error == 0
    assert client.refresh(0).error == 0
    far.sendto(b"too late", client.relayed)
    with pytest.raises((stun.Silence, ConnectionRefusedError)):
        client.receive(0.3)
    again = socket.socket(far.family, socket.SOCK_DGRAM)
    again.bind(client.relayed)
    again.close()
    assert client.refresh(600).error == 437


def test_a_channel_stays_with_its_peer_and_a_peer_with_its_channel(client, host, peer):
    first, second = peer(host).getsockname()[:2], peer(host).getsockname()[:2]
    assert client.bind(0x4000, first).error == 0
    assert client.bind(0x4000, first).error == 0
    assert client.bind(0x4000, second).error == 400
    assert client.bind(0x4001, first).error == 400


@pytest.mark.parametrize("number", [0x0000, 0x3FFF, 0x8000, 0xFFFF])
def test_a_number_outside_the_range_of_channels_is_refused(client, host, peer, number):
    assert client.bind(number, peer(host).getsockname()[:2]).error == 400


@pytest.mark.ours
@pytest.mark.parametrize("number", [0x5000, 0x7FFF])
def test_a_number_that_rfc_8656_took_away_is_bound_unless_the_operator_wants_it_refused(serve, client, host, peer, number):
    far = peer(host)
    assert client.bind(number, far.getsockname()[:2]).error == 0
    client.send_on(number, b"there")
    data, relayed = far.recvfrom(100)
    assert data == b"there"
    far.sendto(b"and back", relayed)
    assert client.receive() == (number, b"and back")
    strict = serve(LOOPBACK + USERS + PEERS + ["rfc8656-channel-numbers"]).client(host)
    assert strict.allocate(*([(stun.FAMILY, stun.IPV6)] if ":" in host else [])).error == 0
    assert strict.bind(number, far.getsockname()[:2]).error == 400
    strict.refresh(0)
    strict.close()


def test_a_peer_of_the_other_family_is_refused(client, host):
    other = "127.0.0.1" if ":" in host else "::1"
    assert client.permit((other, 4000)).error == 443


def test_a_dead_peer_does_not_stop_a_living_one(client, host, peer):
    dead, alive = peer(host), peer(host)
    gone, where = dead.getsockname()[:2], alive.getsockname()[:2]
    dead.close()
    assert client.bind(0x4000, gone).error == 0
    assert client.bind(0x4001, where).error == 0
    for number in range(50):
        client.send_on(0x4000, b"into the void")
        client.send_on(0x4001, struct.pack("!I", number))
    assert [alive.recv(100) for _ in range(50)] == [struct.pack("!I", number) for number in range(50)]


def test_two_relayed_addresses_talk_to_each_other(server, host):
    first, second = server.client(host), server.client(host)
    for each in (first, second):
        assert each.allocate((stun.FAMILY, family(host))).error == 0
    assert first.bind(0x4000, second.relayed).error == 0
    first.send_on(0x4000, b"not yet permitted")
    with pytest.raises(stun.Silence):
        second.receive(0.3)
    assert second.permit(first.relayed).error == 0
    for number in range(20):
        first.send_on(0x4000, b"there %d" % number)
        assert second.receive() == (first.relayed, b"there %d" % number)
        second.send(first.relayed, b"back %d" % number)
        assert first.receive() == (0x4000, b"back %d" % number)
    for each in (first, second):
        each.refresh(0)
        each.close()


def test_an_unknown_required_attribute_is_named_in_a_420(client):
    answer = client.request(stun.REFRESH, (0x7FF1, b"what"))
    assert answer.error == 420
    assert struct.pack("!H", 0x7FF1) in answer[stun.UNKNOWN]


@pytest.mark.ours
def test_an_unknown_transport_is_refused(server, host):
    client = server.client(host)
    assert client.allocate(transport=bytes([99, 0, 0, 0])).error == 442
    client.close()


def test_an_allocate_without_a_transport_is_refused(server, host):
    client = server.client(host)
    assert client.request(stun.ALLOCATE).error == 400
    client.close()
