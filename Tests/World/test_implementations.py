# SPDX-License-Identifier: Apache-2.0
"""Other people's ICE and TURN, on lines of the world: aioice, libnice (GStreamer), libjuice (libdatachannel) and baresip."""
import asyncio
import contextlib
import os
import sys
from urllib.parse import quote

import aioice
import pytest
from aioice.ice import TransportPolicy
from sip import Telephone

PROGRAMS = os.path.join(os.path.dirname(__file__), "programs")
AIOICE = [("v6", "udp"), ("cgnat", "tcp")]
MORE_AIOICE = [(line, transport) for line in ("public", "home", "symmetric", "mtu") for transport in ("udp", "tcp")] + [
    ("no-udp", "tcp"), ("v6", "tcp"), ("cgnat", "udp")]


@pytest.fixture(scope="module")
def server(world):
    return world.host("dual").serve()


def literal(server, family):
    """The host's address as URIs have it."""
    address = server.host.address(family)
    return address if family == 4 else f"[{address}]"


def relays(said, host):
    """The relayed candidates that a program printed have to be addresses of the host."""
    found = [line.split() for line in said.splitlines() if line.startswith("relay")]
    return bool(found) and all(address in host.addresses[4] + host.addresses[6] for _, address, _ in found)


@pytest.mark.parametrize("line, transport", [
    *(pytest.param(*each) for each in AIOICE), *(pytest.param(*each, marks=pytest.mark.long) for each in MORE_AIOICE)])
def test_aioice_connects_over_relays_alone(server, client, line, transport):
    user, password = server.credentials()
    address = server.host.address(6 if line == "v6" else 4)

    async def connect():
        agents = [
            aioice.Connection(
                ice_controlling=controlling, turn_server=(address, server.port), turn_username=user, turn_password=password,
                turn_transport=transport, transport_policy=TransportPolicy.RELAY)
            for controlling in (True, False)
        ]
        for agent in agents:
            await agent.gather_candidates()
            assert {each.host for each in agent.local_candidates} == {server.host.address(4)}
        for agent, other in zip(agents, reversed(agents)):
            agent.remote_username, agent.remote_password = other.local_username, other.local_password
            for each in [*other.local_candidates, None]:
                await agent.add_remote_candidate(each)
        await asyncio.gather(*(agent.connect() for agent in agents))
        for agent, other in zip(agents, reversed(agents)):
            for number in range(20):
                await agent.send(b"message %d" % number)
                assert await other.recv() == b"message %d" % number
        for agent in agents:
            await agent.close()

    with client(line).inside():
        asyncio.run(asyncio.wait_for(connect(), 30))


@pytest.mark.long
@pytest.mark.parametrize("line, scheme, port, transport", [
    ("public", "turn", 3478, "udp"), ("home", "turn", 3478, "tcp"), ("symmetric", "turn", 3478, "udp"), ("v6", "turn", 3478, "udp"),
    ("v6", "turn", 3478, "tcp"), ("443", "turns", 443, "tcp"), ("mtu", "turn", 3478, "udp"),
])
def test_libnice_hears_over_relays_alone(server, client, line, scheme, port, transport):
    """At 443 libnice speaks TURN over TCP, without TLS, whatever the scheme."""
    user, password = (quote(each, safe="") for each in server.credentials())
    where = f"{literal(server, 6 if line == 'v6' else 4)}:{port}"
    status, said = client(line).run(
        ["/usr/bin/python3", f"{PROGRAMS}/nice.py", f"{scheme}://{user}:{password}@{where}?transport={transport}"])
    assert status == 0 and relays(said, server.host), said


@pytest.mark.long
@pytest.mark.parametrize("line", ["public", "home", "symmetric", "mtu"])
def test_libjuice_talks_over_relays_alone(server, client, line):
    """Over IPv6 libjuice makes nothing of a relay of IPv4, coturn's neither."""
    where = server.host.address(4)
    status, said = client(line).run([sys.executable, f"{PROGRAMS}/juice.py", where, str(server.port), *server.credentials()])
    assert status == 0 and relays(said, server.host), said


@pytest.mark.long
def test_two_telephones_hear_each_other_through_the_relay(world, server):
    lines, relay = [world.client("public") for _ in range(2)], server.host.address(4)
    with contextlib.ExitStack() as telephones:
        ben = Telephone(lines[1], "ben", server, relay)
        telephones.callback(ben.stop)
        ben.waits_for("baresip is ready", 10)
        ana = Telephone(lines[0], "ana", server, relay, "-e", f"/dial sip:ben@{ben.address}")
        telephones.callback(ana.stop)
        for somebody in (ana, ben):
            # Both directions, for a few seconds, as it measures them itself.
            somebody.waits_for(r"0:00:0[4-9]\] audio=6\d{4}/6\d{4}", 20)
            assert f"receiving from {relay}:" in somebody.said(), somebody.said()
    for here, there in ((ana, ben), (ben, ana)):
        # What was under way when one of them hung up does not count.
        assert here.received() > 0.95 * there.sent() > 100, here.said()
