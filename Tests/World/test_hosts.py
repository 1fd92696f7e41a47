# SPDX-License-Identifier: Apache-2.0
"""What is particular about each kind of host."""
import contextlib
import time

import hosts
import pytest
import stun
from relaying import goes_through, meet
from table import TRANSPORTS


def allocated(server, transport="udp", family=4, address=None, asked=None):
    """A client with a relay of this family, which it asks for by name."""
    turn = server.turn(transport, family, address)
    asked = asked or family
    answer = turn.allocate((stun.FAMILY, stun.IPV4 if asked == 4 else stun.IPV6))
    assert answer.error == 0, f"refused with {answer.error} at {address or server.host.address(family)}"
    return turn


@pytest.mark.parametrize("order", [(4, 6), (6, 4)], ids=["IPv4-first", "IPv6-first"])
@pytest.mark.parametrize("kind", [kind for kind in hosts.KINDS if kind != "late"])
def test_two_clients_of_one_host_meet_whoever_came_first(world, client, kind, order):
    """What a host takes for its own address must not depend on the first allocation since the start."""
    host = world.host(kind)
    server = host.serve()
    for family in (family for family in order if family in host.families):
        pair = []
        for line in ("public", "symmetric" if family == 4 else "v6"):
            with client(line).inside():
                pair.append(allocated(server, family=family))
        meet(*pair)
        for turn in pair:
            turn.refresh(0)
            turn.close()
    server.stop()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_nobody_relays_is_refused_at_once(client, several, transport):
    with client("public").inside(), contextlib.closing(several.turn(transport, 4)) as turn:
        assert turn.allocate(transport=bytes([132, 0, 0, 0])).error == 442


def test_an_address_that_comes_late_is_served_when_it_comes(world, client, peer, request):
    host = world.host("late")
    server = host.serve()
    # What a slow DHCP takes; a short run is content with less.
    time.sleep(15 if request.config.getoption("--long") else 2)
    host.arrives()
    with client("public").inside():
        server.follows()
        for family in (4, 6):
            for asked in (4, 6):
                with contextlib.closing(allocated(server, family=family, asked=asked)) as turn:
                    assert turn.relayed[0] == host.address(asked)
                    goes_through(turn, peer, turn.relayed)
    server.stop()


def test_calls_go_on_while_other_addresses_come_and_go(world, client, peer):
    """IPv6 privacy addresses (RFC 8981), and a lease of DHCP that brings another address."""
    host = world.host("dual")
    server = host.serve()
    steady, passing = host.address(6), host.network.address(6, 70)
    with client("public").inside():
        staying = [allocated(server, transport, 6, steady) for transport in ("udp", "tcp", "tls", "dtls")]
        host.namespace.ip(f"addr add {passing}/64 dev eth0 nodad")
        short = allocated(server, "udp", 6, passing)
        goes_through(short, peer, short.relayed)
        host.namespace.ip(f"addr change {passing}/64 dev eth0 preferred_lft 0")
        goes_through(short, peer, short.relayed)
        host.namespace.ip(f"addr del {passing}/64 dev eth0")
        host.comes(11)
        server.follows()
        for turn in staying:
            goes_through(turn, peer, turn.relayed)
        for family in (4, 6):
            with contextlib.closing(allocated(server, "udp", family)) as turn:
                assert turn.relayed[0] == host.address(family)
                goes_through(turn, peer, turn.relayed)
    server.stop()


def test_a_new_address_serves_at_once_and_an_old_one_is_given_up(world, client, peer):
    host = world.host("changing")
    server = host.serve()
    with client("public").inside():
        for _ in range(3):
            host.changes()
            server.follows()
            for family in (4, 6):
                for asked in (4, 6):
                    with contextlib.closing(allocated(server, family=family, asked=asked)) as turn:
                        assert turn.relayed[0] == host.address(asked)
                        goes_through(turn, peer, turn.relayed)
    server.stop()


@pytest.mark.parametrize("transport", ["udp", "tcp", "dtls"])
def test_each_of_several_addresses_relays_on_itself(world, client, peer, several, transport):
    for family in (4, 6):
        for address in several.host.addresses[family]:
            with client("public").inside(), contextlib.closing(allocated(several, transport, family, address)) as turn:
                assert turn.relayed[0] == address
                goes_through(turn, peer, turn.relayed)


def test_relays_on_two_addresses_of_one_host_reach_each_other(client, several):
    for family in (4, 6):
        first, *others = several.host.addresses[family]
        for other in others:
            with client("public").inside():
                meet(allocated(several, "udp", family, first), allocated(several, "tcp", family, other))


def test_an_address_that_moves_to_another_host_and_back_serves_again(client, peer, several):
    vip = several.host.address(4)
    with client("public").inside():
        staying = allocated(several, "udp", 4, several.host.addresses[4][0])
        several.host.namespace.ip(f"addr del {vip}/32 dev eth0")
        goes_through(staying, peer, staying.relayed)
        several.host.namespace.ip(f"addr add {vip}/32 dev eth0")
        with contextlib.closing(allocated(several, "udp", 4, vip)) as turn:
            goes_through(turn, peer, turn.relayed)


@pytest.fixture(scope="module")
def several(world):
    return world.host("several").serve()
