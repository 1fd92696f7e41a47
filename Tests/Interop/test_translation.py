# SPDX-License-Identifier: Apache-2.0
"""The IP header of what is relayed (RFC 8656 §13 to §16: the alternative behaviours), and what ICMP says (§11.5)."""
import select
import socket
import struct
import time

import pytest
import stun
from server import LOOPBACK, PEERS, USERS

HOSTS = ["127.0.0.1", "::1"]
# IP_RECVTTL and IP_RECVTOS, and their twins of IPv6; the socket module names only some.
RECEIVE = {4: (socket.IPPROTO_IP, 12, 13), 6: (socket.IPPROTO_IPV6, 51, 66)}
SEND = {4: (socket.IPPROTO_IP, socket.IP_TTL, socket.IP_TOS), 6: (socket.IPPROTO_IPV6, 16, 67)}
ETHERNET = 14


def version(host):
    return 6 if ":" in host else 4


@pytest.fixture
def server(serve):
    return serve(LOOPBACK + USERS + PEERS)


@pytest.fixture(params=HOSTS)
def host(request):
    return request.param


@pytest.fixture
def client(server, host):
    client = server.client(host)
    assert client.allocate((stun.FAMILY, stun.IPV6 if ":" in host else stun.IPV4), (stun.DONT_FRAGMENT, b"")).error == 0
    yield client
    client.refresh(0)
    client.close()


@pytest.fixture
def far(host):
    """A peer that sees the IP header's fields of what it gets."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as far:
        far.bind((host, 0))
        far.settimeout(3)
        level, hops, field = RECEIVE[version(host)]
        far.setsockopt(level, hops, 1)
        far.setsockopt(level, field, 1)
        yield far


def header(far):
    """(hop limit, traffic class) of the next datagram."""
    _, ancillary, _, _ = far.recvmsg(2000, 200)
    values = [struct.unpack("=i", data.ljust(4, b"\0")[:4])[0] for _, _, data in sorted(ancillary, key=lambda each: each[1])]
    found = {kind: struct.unpack("=i", data.ljust(4, b"\0")[:4])[0] for _, kind, data in ancillary}
    assert len(found) == 2, values
    # The hop limit has the lower number of the two in either family.
    return found[min(found)] if 2 in found or 52 in found else None, found[max(found)]


@pytest.mark.parametrize("hops, field", [(5, 0), (64, 0xB8), (200, 0x03)])
def test_what_leaves_has_this_hosts_hop_limit_and_no_traffic_class(client, host, far, hops, field):
    plain = socket.socket(far.family, socket.SOCK_DGRAM)
    level, set_hops, set_field = SEND[version(host)]
    plain.sendto(b"x", far.getsockname()[:2])
    usual = header(far)
    plain.close()
    client.link.socket.setsockopt(level, set_hops, hops)
    client.link.socket.setsockopt(level, set_field, field)
    where = far.getsockname()[:2]
    assert client.permit(where).error == 0
    client.send(where, b"hello")
    client_header = header(far)
    assert client_header == usual


def sniff(port):
    """A raw socket on loopback, and a function that waits for the IPv4 header of a datagram to the port."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
    raw.bind(("lo", 0))

    def wait():
        deadline = time.monotonic() + 3
        while select.select([raw], [], [], max(0, deadline - time.monotonic()))[0]:
            packet = raw.recv(65536)[ETHERNET:]
            size = (packet[0] & 15) * 4
            if packet[9] == 17 and struct.unpack("!H", packet[size + 2 : size + 4])[0] == port:
                return packet[:size]
        raise AssertionError("the datagram was not seen on loopback")

    return raw, wait


@pytest.mark.parametrize("forbid", [False, True])
def test_a_send_indication_says_whether_its_data_may_be_cut(server, forbid):
    """DONT-FRAGMENT in a Send indication sets DF in the datagram; without it DF is not set (RFC 8656 §11.2, §16)."""
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.bind(("127.0.0.1", 0))
    try:
        raw, wait = sniff(far.getsockname()[1])
    except PermissionError:
        pytest.skip("needs the right to open raw sockets")
    client = server.client("127.0.0.1")
    try:
        assert client.allocate((stun.DONT_FRAGMENT, b"")).error == 0
        assert client.permit(far.getsockname()).error == 0
        attributes = [(stun.PEER_ADDRESS, far.getsockname()), (stun.PAYLOAD, b"whole")]
        attributes += [(stun.DONT_FRAGMENT, b"")] if forbid else []
        client.link.send(stun.encode(stun.SEND, stun.INDICATION, attributes))
        flags = wait()[6]
        assert bool(flags & 0x40) == forbid
    finally:
        raw.close()
        far.close()
        client.refresh(0)
        client.close()


def test_a_client_is_told_that_a_peers_port_is_closed(client, host):
    """ICMP port unreachable: type 3, code 3; ICMPv6: type 1, code 4 (RFC 8656 §11.5, §18.13).

    The RFC's picture gives the type seven bits and the code nine, its text whole ICMP values, which have eight each: a
    byte each is what other implementations read.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind((host, 0))
        where = closed.getsockname()[:2]
    assert client.permit(where).error == 0
    client.send(where, b"anybody?")
    message = stun.Message(client.link.receive(5))
    assert (message.method, message.kind) == (stun.DATA, stun.INDICATION)
    assert message.address(stun.PEER_ADDRESS) == where
    reserved, kind, code, data = struct.unpack("!HBBI", message[stun.ICMP])
    assert (reserved, kind, code, data) == (0, *((1, 4) if ":" in host else (3, 3)), 0)
    assert message[stun.PAYLOAD] is None
