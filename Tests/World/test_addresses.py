# SPDX-License-Identifier: Apache-2.0
"""A server goes by the addresses that its host really has, and by those that it gets and loses meanwhile."""
import contextlib
import socket
import time

import pytest
import stun
from hosts import Host
from relaying import goes_through, refused, version

CONFIGURATION = "/etc/sterna/sterna.conf"
IPV4, IPV6, BOTH = [(stun.FAMILY, stun.IPV4)], [(stun.FAMILY, stun.IPV6)], [(stun.ADDITIONAL_FAMILY, stun.IPV6)]
# What strangers are given is tested elsewhere.
LINES = ["unauthorized-ratelimit-rps=0"]


class Private(Host):
    """In a network of private addresses, which nothing leaves; `neighbour` is somebody there."""

    families = (4,)

    def build(self):
        self.addresses = {4: ["192.168.2.3"], 6: []}
        self.neighbour = self.world.namespace(f"{self.namespace.name}lan")
        self.namespace.wires("eth0", self.neighbour, "eth0")
        self.namespace.ip("addr add 192.168.2.3/24 dev eth0")
        self.neighbour.ip("addr add 192.168.2.9/24 dev eth0")


def sterna(server, *words):
    """(exit status, output) of the program on the server's host."""
    return server.host.run(["chroot", server.root, "/usr/bin/sterna", *words])


def client_at(server, address, transport="udp"):
    """A client of whoever is inside, to this address of the server."""
    return stun.Client(server.link(transport, address), *server.credentials())


def until(holds, what, seconds=10):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what() if callable(what) else what
        time.sleep(0.05)


def pass_between(one, other):
    """Sends both ways between two allocations by what clients were told of them."""
    for each, peer in ((one, other), (other, one)):
        assert each.permit(peer.relayed).error == 0
    for sender, receiver in ((one, other), (other, one)):
        sender.send(receiver.relayed, b"to " + repr(receiver.relayed).encode())
        assert receiver.receive() == (sender.relayed, b"to " + repr(receiver.relayed).encode())
    # Over channels, and more than one worker's turn.
    assert one.bind(0x4000, other.relayed).error == 0 and other.bind(0x4001, one.relayed).error == 0
    for number in range(20):
        one.send_on(0x4000, b"%d" % number)
        assert other.receive() == (0x4001, b"%d" % number)


# Where a first client comes in, who decided for all others once.
FIRST = {
    "dual": ["127.0.0.1", "::1", 4, 6],
    "several": ["127.0.0.1", "::1", 4, 6],
    "cloud": ["127.0.0.1", "::1", "10.0.0.5", 4],
    "v6": ["::1", 6],
}


@pytest.mark.parametrize("kind, first", [(kind, first) for kind, all_of_them in FIRST.items() for first in all_of_them])
def test_clients_reach_each_other_whoever_came_first(world, client, kind, first):
    host, somebody = world.host(kind), client("public")
    # As coturn's files have it: the public address, though the host may have it itself.
    lines = LINES if kind in ("v6", "cloud") else [*LINES, f"external-ip={host.address(4)}"]
    family = 6 if kind == "v6" else 4
    asked = IPV6 if kind == "v6" else IPV4
    with host.serve([*lines, "workers=4"]) as server, contextlib.ExitStack() as ends:
        with somebody.inside():
            for way in host.families:
                server.answers(way)
        with (somebody if isinstance(first, int) else host).inside():
            before = client_at(server, host.address(first) if isinstance(first, int) else first)
            ends.callback(before.close)
            assert before.allocate(*asked).error == 0, server.said()
            assert before.relayed[0] == host.address(family)
        with somebody.inside():
            others = [server.turn("udp", family) for _ in range(3)] + [server.turn("tcp", family)]
            for other in others:
                ends.callback(other.close)
                assert other.allocate(*asked).error == 0
                assert other.relayed[0] == host.address(family)
        for one, other in zip(others, [*others[1:], before]):
            pass_between(one, other)


def test_a_rule_against_the_private_address_is_none_against_the_public_one(world, client):
    """coturn's usual denied-peer-ip=10.0.0.0-10.255.255.255 in a cloud: clients still reach each other."""
    host = world.host("cloud")
    with host.serve([*LINES, "denied-peer-ip=10.0.0.0-10.255.255.255"]) as server, client("public").inside():
        one, other = server.turn("udp"), server.turn("udp")
        assert one.allocate().error == 0 and other.allocate().error == 0
        pass_between(one, other)
        assert one.permit(("10.0.0.5", 80)).error == 403
        one.close(), other.close()


def test_who_comes_over_one_family_is_relayed_from_the_other(world, client, peer):
    host = world.host("dual")
    with host.serve(LINES) as server, client("public").inside():
        for way in (4, 6):
            server.answers(way)
            for asked, families in ((IPV4, [4]), (IPV6, [6]), (BOTH, [4, 6]), ([], [4])):
                turn = server.turn("udp", way)
                answer = turn.allocate(*asked)
                relayed = answer.addresses(stun.RELAYED_ADDRESS)
                assert [each[0] for each in relayed] == [host.address(family) for family in families]
                for each in relayed:
                    goes_through(turn, peer, each)
                turn.close()


@pytest.mark.parametrize("kind, missing", [("v4", 6), ("v6", 4), ("cloud", 6)])
def test_a_family_without_a_routable_address_is_not_offered(world, client, kind, missing):
    host = world.host(kind)
    way = 4 if missing == 6 else 6
    # Loopback and link-local addresses, and a bridge's, are there and count for nothing.
    host.namespace.ip(
        "link add bridge0 type veth peer name inside0", "link set bridge0 up", "link set inside0 up",
        "addr add 172.17.0.1/16 dev bridge0")
    with host.serve(LINES) as server:
        with client("public").inside():
            server.answers(way)
        for inside, at in ((client("public"), host.address(way)), (host, "127.0.0.1"), (host, "::1")):
            with inside.inside():
                turn = client_at(server, at)
                began = time.monotonic()
                assert turn.allocate(*(IPV6 if missing == 6 else IPV4)).error == 440, server.said()
                assert time.monotonic() - began < 1
                if missing == 6:
                    answer = turn.allocate(*BOTH)
                    assert answer.error == 0 and refused(answer) == [6]
                turn.close()


def test_a_host_with_ipv6_alone_is_ready_and_told_what_browsers_are(world):
    host = world.host("v6")
    with host.serve(["web-port=80"]) as server:
        status, page = host.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "http://[::1]/readyz"])
        assert (status, page) == (0, "200")
        assert server.tells("allocation-default-address-family=ipv6")


def test_loopback_is_relayed_from_where_the_operator_says_so(world):
    host = world.host("v4")
    with host.serve([*LINES, "allow-loopback-peers"]) as server, host.inside():
        turn = client_at(server, "::1")
        answer = turn.allocate(*BOTH)
        assert [each[0] for each in answer.addresses(stun.RELAYED_ADDRESS)] == ["127.0.0.1", "::1"]
        turn.close()


# MARK: addresses that come and go


def listening_service(port=80):
    """Something on the host that listens everywhere."""
    made = socket.create_server(("0.0.0.0", port), backlog=8)
    made.settimeout(0.2)
    return made


@pytest.mark.parametrize("how", ["addr add 9.9.9.9/32 dev lo", "route add local 9.9.9.0/24 dev lo"])
def test_an_address_that_comes_later_is_the_servers_own_at_once(world, client, how):
    """What listens on every address of the host is reached through the relay by none of them."""
    host = world.host("dual")
    with host.inside(), listening_service(8080) as victim, host.serve(LINES) as server:
        with client("public").inside():
            turn, datagrams = server.turn("tcp"), server.turn("udp")
            assert turn.allocate(transport=stun.TCP).error == 0 and datagrams.allocate().error == 0
            assert datagrams.permit(("9.9.9.9", 8080)).error == 0
            host.namespace.ip(how)
            assert server.tells("come=9.9.9.")

            def is_refused():
                return turn.request(stun.CONNECT, (stun.PEER_ADDRESS, ("9.9.9.9", 8080))).error == 403

            until(is_refused, "the host's new address is still somebody else's", 5)
            for port in (22, 3478, 8080):
                assert turn.request(stun.CONNECT, (stun.PEER_ADDRESS, ("9.9.9.9", port))).error == 403
                assert datagrams.bind(0x4000, ("9.9.9.9", port)).error == 403
            with contextlib.suppress(TimeoutError):
                # One that came before the server could know is none that goes on.
                victim.accept()[0].close()
            turn.close(), datagrams.close()


@pytest.mark.parametrize("named", [False, True])
def test_an_address_that_comes_late_is_served(world, client, peer, named):
    host = world.host("late")
    comes = {family: host.network.address(family, 10) for family in (4, 6)}
    lines = [f"listening-ip={comes[4]}", f"listening-ip={comes[6]}", f"relay-ip={comes[4]}", f"relay-ip={comes[6]}"]
    with host.serve([*LINES, *(lines if named else [])]) as server:
        if named:
            for address in comes.values():
                assert server.tells(f"waiting for listening-ip={address}")
            server.wait_for(f"STATUS=serving STUN and TURN, web; waiting for {comes[4]}, {comes[6]}")
        heard = len(server.heard)
        host.arrives()

        def has_come():
            told = [line for line in server.said().splitlines() if "addresses have changed" in line]
            return all(any(address in line for line in told) for address in comes.values())

        until(has_come, server.said)
        if named:
            server.wait_for("STATUS=serving STUN and TURN, web", since=heard)
            assert server.tells(f"the host has {comes[4]} now")
        for family in (4, 6):
            for transport in ("udp", "tcp", "tls"):
                with client("public").inside():
                    server.answers(family)
                    turn = server.turn(transport, family)
                    assert turn.allocate(*BOTH).error == 0, server.said()
                    goes_through(turn, peer, turn.relayed)
                    turn.close()


def test_every_kind_of_listener_waits_for_its_address(world, client):
    host = world.host("v4")
    late = host.network.address(4, 99)
    lines = ["prometheus", f"prometheus-address={late}", "web-port=80", f"web-listening-ip={late}", "tcp-proxy-port=3480"]
    with host.serve([*lines, f"listening-ip={late}", "no-web-udp"]) as server:
        for key in ("listening-ip", "web-listening-ip", "prometheus-address"):
            assert server.tells(f"waiting for {key}={late}")
        host.comes(99)
        with client("public").inside():
            for port, path in ((80, "/healthz"), (9641, "/metrics")):
                status, said = client("public").run(["curl", "-sS", f"http://{late}:{port}{path}"])
                assert status == 0, said
            socket.create_connection((late, 3480), 5).close()


def test_calls_go_on_where_the_address_changes(world, client, peer):
    """One family changes (DHCP): clients of the other one keep their calls, and new ones get the new address."""
    host = world.host("changing")
    with host.serve(LINES) as server, client("public").inside():
        server.answers(6)
        there, across = server.turn("udp", 6), server.turn("tcp", 6)
        assert there.allocate(*IPV6).error == 0 and across.allocate(*IPV4).error == 0
        before = across.relayed[0]
        assert before == host.address(4)
        host.families = (4,)
        host.changes()
        assert server.tells("addresses have changed")
        goes_through(there, peer, there.relayed)

        def is_refused():
            # Nobody reaches it there any more, and it says so.
            return across.refresh(600).error == 437

        until(is_refused, server.said, 5)
        assert server.tells("addressGone") or "addressGone" in server.said()
        assert across.allocate(*IPV4).error == 0 and across.relayed[0] == host.address(4) != before
        goes_through(across, peer, across.relayed)
        # The address that was is nobody's of this server: somebody else may have it.
        assert there.permit((before, 9)).error in (0, 403, 443)
        there.close(), across.close()


def test_both_families_change_and_new_clients_are_served_at_once(world, client, peer):
    """Also by a worker that has not heard of it yet: nobody is refused, and nobody is told an address that is gone."""
    host = world.host("changing")
    with host.serve(LINES) as server:
        for _ in range(3):
            host.changes()
            with client("public").inside():
                for way in (4, 6):
                    server.answers(way)
                    turn = server.turn("udp", way)
                    answer = turn.allocate(*BOTH)
                    assert answer.error == 0, server.said()
                    assert [each[0] for each in answer.addresses(stun.RELAYED_ADDRESS)] == [host.address(4), host.address(6)]
                    goes_through(turn, peer, turn.relayed)
                    turn.close()


def test_a_privacy_address_is_not_what_others_are_relayed_from(world, client):
    """Stable addresses come before those of a day, and those whose time is up come last."""
    host = world.host("dual")
    stable, old = host.address(6), host.network.address(6, 77)
    host.namespace.ip(f"addr add {old}/64 dev eth0 nodad preferred_lft 0")
    with host.serve(LINES) as server, client("public").inside():
        turn = server.turn("udp", 4)
        assert turn.allocate(*IPV6).error == 0 and turn.relayed[0] == stable
        turn.close()


def test_a_vip_is_served_where_it_is(world, client, peer):
    host = world.host("several")
    vip = host.address(4)
    with host.serve(LINES) as server, client("public").inside():
        server.answers(6)
        for address in [*host.addresses[4], *host.addresses[6]]:
            turn = client_at(server, address)
            assert turn.allocate(*(IPV6 if ":" in address else IPV4)).error == 0
            assert turn.relayed[0] == address
            goes_through(turn, peer, turn.relayed)
            turn.close()
        host.namespace.ip(f"addr del {vip}/32 dev eth0")
        assert server.tells(f"gone={vip}")
        host.namespace.ip(f"addr add {vip}/32 dev eth0")
        assert server.tells(f"come={vip}")
        turn = client_at(server, vip)
        assert turn.allocate().error == 0 and turn.relayed[0] == vip
        turn.close()


# MARK: what the operator is told


def test_a_relay_ip_of_another_host_is_a_mistake_of_the_file(world):
    host = world.host("cloud")
    with host.serve() as server:
        server.configure([*server.lines, "relay-ip=45.99.0.1"])
        line = server.read(CONFIGURATION).splitlines().index("relay-ip=45.99.0.1") + 1
        for verb in (["config"], ["config", "--import", CONFIGURATION], ["serve", "--config", CONFIGURATION]):
            status, said = sterna(server, *verb)
            assert status == 78, said
            place = f"{line}   mistake" if "--import" in verb else f"sterna.conf:{line}: "
            told = next(each for each in said.splitlines() if place in each)
            assert "relay-ip=45.99.0.1 is not an address of this host, which has 10.0.0.5" in told, said
            assert "right would be external-ip=45.99.0.1 and relay-ip=10.0.0.5" in said


def test_a_listening_ip_of_another_host_is_told_and_that_it_is_waited_for(world):
    """As the server does, and coturn: what is said of the file is what a start would do."""
    host = world.host("cloud")
    with host.serve() as server:
        server.configure(["listening-ip=45.99.0.1"])
        for verb in (["config"], ["config", "--import", CONFIGURATION]):
            status, said = sterna(server, *verb)
            assert status == 0 and "listening-ip=45.99.0.1 is not an address of this host, which has 10.0.0.5" in said, said
            assert "it is waited for, and behind one-to-one NAT never comes: there, listening-ip=10.0.0.5 and external-ip=45.99.0.1" in said
            assert said.rstrip(".\n").endswith(", once this host has 45.99.0.1"), said


def test_nobody_to_ask_for_the_public_address_is_told_with_what_to_do(world):
    host = world.host("cloud")
    host.lines = []
    with host.serve(["external-ip=auto"]) as server:
        told = "external-ip=auto: 10.0.0.5 is not public, and there is nobody to ask; write external-ip= and the public address"
        assert server.tells(told)
        assert server.said().count(told) == 1
        status, said = sterna(server, "config")
        assert status == 0 and told in said


@pytest.mark.parametrize("kind", ["dual", "v4", "several"])
def test_external_ip_auto_is_right_where_the_host_has_a_public_address(world, kind):
    with world.host(kind).serve(["external-ip=auto"]) as server:
        status, said = sterna(server, "config")
        assert status == 0 and "nothing to complain about" in said, said
        assert "nobody to ask" not in server.said()


def test_private_peers_are_denied_in_a_private_network_and_that_is_said(world):
    host = Private(world, "private")
    with host.serve(LINES) as server, host.neighbour.inside():
        advice = "allowed-peer-ip=192.168.2.0/24"
        assert server.tells(advice)
        turn = server.turn("udp")
        assert turn.allocate().error == 0 and turn.relayed[0] == "192.168.2.3"
        answer = turn.permit(("192.168.2.9", 9))
        told = f"192.168.2.9 is denied unless {advice} opens all of that: a private address (RFC 1918) of this server's own network"
        # A reason phrase may be cut, but not in what it advises.
        assert answer.error == 403 and answer[stun.ERROR_CODE][4:].decode() == f"Forbidden: {told}"[:127]
        assert server.tells(told)
        turn.close()
        status, said = sterna(server, "config", "--import", CONFIGURATION)
        assert status == 0 and advice in said
    with host.serve([*LINES, advice]) as server, host.neighbour.inside():
        turn = server.turn("udp")
        assert turn.allocate().error == 0 and turn.permit(("192.168.2.9", 9)).error == 0
        assert turn.permit(("10.0.0.9", 9)).error == 403
        turn.close()
        assert advice not in server.said()
