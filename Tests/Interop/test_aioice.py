# SPDX-License-Identifier: Apache-2.0
"""aioice, the ICE of Python's WebRTC, allocates and relays."""
import asyncio

import aioice
import aioice.turn
import pytest
from aioice.ice import TransportPolicy
from aioice.stun import TransactionFailed
from server import LOOPBACK, PASSWORD, PEERS, USER, USERS


class Queue(asyncio.DatagramProtocol):
    """Keeps what arrives."""

    def __init__(self):
        self.arrived = asyncio.Queue()

    def datagram_received(self, data, source):
        self.arrived.put_nowait((data, source))


@pytest.fixture
def server(serve):
    return serve(LOOPBACK + USERS + PEERS)


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 20))


async def endpoint(server, host, password=PASSWORD):
    return await aioice.turn.create_turn_endpoint(
        Queue, server_addr=(host, server.port), username=USER, password=password
    )


def test_data_is_relayed_both_ways(server):
    async def talk():
        loop = asyncio.get_running_loop()
        far_transport, far = await loop.create_datagram_endpoint(Queue, local_addr=("127.0.0.1", 0))
        transport, near = await endpoint(server, "127.0.0.1")
        relayed = transport.get_extra_info("sockname")
        for number in range(50):
            transport.sendto(b"out %d" % number, far_transport.get_extra_info("sockname"))
            assert await far.arrived.get() == (b"out %d" % number, tuple(relayed))
            far_transport.sendto(b"back %d" % number, relayed)
            data, source = await near.arrived.get()
            assert (data, tuple(source)) == (b"back %d" % number, far_transport.get_extra_info("sockname"))
        transport.close()
        far_transport.close()

    run(talk())


def test_a_wrong_password_is_refused(server):
    with pytest.raises(TransactionFailed) as refusal:
        run(endpoint(server, "127.0.0.1", PASSWORD + "x"))
    assert refusal.value.response.attributes["ERROR-CODE"][0] == 401


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_two_agents_connect_over_relays_alone(server, transport):
    async def connect():
        agents = [
            aioice.Connection(
                ice_controlling=controlling,
                turn_server=("127.0.0.1", server.port),
                turn_username=USER,
                turn_password=PASSWORD,
                turn_transport=transport,
                transport_policy=TransportPolicy.RELAY,
            )
            for controlling in (True, False)
        ]
        for agent in agents:
            await agent.gather_candidates()
            assert agent.local_candidates and {each.type for each in agent.local_candidates} == {"relay"}
        for agent, other in zip(agents, reversed(agents)):
            agent.remote_username, agent.remote_password = other.local_username, other.local_password
            for candidate in other.local_candidates:
                await agent.add_remote_candidate(candidate)
            await agent.add_remote_candidate(None)
        await asyncio.gather(*(agent.connect() for agent in agents))
        for number in range(50):
            await agents[0].send(b"ping %d" % number)
            assert await agents[1].recv() == b"ping %d" % number
            await agents[1].send(b"pong %d" % number)
            assert await agents[0].recv() == b"pong %d" % number
        for agent in agents:
            await agent.close()

    run(connect())
