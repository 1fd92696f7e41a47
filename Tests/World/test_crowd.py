# SPDX-License-Identifier: Apache-2.0
"""Fifty people behind one public address, with the limits as the package sets them."""
import concurrent.futures
import contextlib

import pytest
from relaying import goes_through, version


def call(server, client, peer, transport, source):
    """One of them: a relay, and something through it."""
    with client.inside():
        turn = server.turn(transport, 4, source=source)
    with contextlib.closing(turn):
        answer = turn.allocate()
        assert answer.error == 0, f"{source} is refused with {answer.error}"
        goes_through(turn, peer, turn.relayed)
        turn.refresh(0)
        return version(turn.relayed)


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "dtls", "443"])
def test_fifty_behind_one_address_all_get_through(world, client, peer, transport):
    somebody = client("cgnat")
    server = world.host("dual").serve()
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        calls = [pool.submit(call, server, somebody, peer, transport, source) for source in somebody.private]
        failed = [repr(each.exception()) for each in calls if each.exception()]
    server.stop()
    assert not failed, f"{len(failed)} of 50 did not get through: {failed[:3]}"
