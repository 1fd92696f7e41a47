# SPDX-License-Identifier: Apache-2.0
"""Every kind of host for every kind of client, over every transport: bytes arrive at a peer and come back."""
import contextlib
import itertools
import time

import clients
import hosts
import pytest
import stun
from relaying import ASKED, expected, goes_through, refused, version
from table import FAMILIES, TRANSPORTS

# Every pair of kinds is in what always runs; the rest takes minutes.
CELLS = [
    pytest.param(*cell, marks=[] if sum(places) % 4 == 0 else pytest.mark.long, id="-".join(cell))
    for (places, cell) in (
        (tuple(place for place, _ in chosen), tuple(name for _, name in chosen))
        for chosen in itertools.product(*map(enumerate, (hosts.KINDS, clients.KINDS, TRANSPORTS, FAMILIES)))
    )
]
# Load tests from one address need it; the tests of what strangers are given are elsewhere.
LINES = ["unauthorized-ratelimit-rps=0"]


@pytest.fixture(scope="module")
def server(world, client, request):
    """server(kind): the package running on this kind of host, for as long as its rows are run."""
    running = {}

    def serve(kind):
        if kind not in running:
            for other in running.values():
                other.stop()
            running.clear()
            host = world.host(kind)
            running[kind] = host.serve(LINES)
            if kind == "late":
                seconds = 15 if request.config.getoption("--long") else 2
                time.sleep(seconds)
                host.arrives()
                with client("public").inside():
                    running[kind].follows()
        return running[kind]

    return serve


@pytest.fixture
def serving(server, client, kind, line):
    """The server of a cell. A host whose addresses change has others for each kind of client."""
    running = server(kind)
    if kind == "changing" and running.host.met != line:
        running.host.met = line
        running.host.changes()
        with client("public").inside():
            running.follows()
    return running


def ways(host, client, transport):
    """The families in which this client reaches this host over this transport."""
    if client.kind in ("443", "no-udp") and transport in ("udp", "dtls") or client.kind == "443" and transport != "443":
        return []
    return [family for family in host.families if family in client.families]


@pytest.mark.parametrize("kind, line, transport, family", CELLS)
def test_cell(serving, client, peer, cells, kind, line, transport, family):
    cells.cells[kind, line, transport, family] = "!"
    cells.cells[kind, line, transport, family] = cell(serving, client(line), peer, transport, family)


def cell(serving, client, peer, transport, family):
    """What came of it, as the table has it."""
    open_ways, said = ways(serving.host, client, transport), set()
    with client.inside():
        for way in open_ways:
            said.add(asked(serving, client, peer, transport, way, family))
        for way in set(serving.host.families) - set(open_ways):
            with pytest.raises((OSError, stun.Silence)):
                serving.turn(transport, way).exchange(stun.encode(stun.BINDING), 1)
    assert len(said) <= 1, f"it depends on the family of the way there: {said}"
    return said.pop() if said else "-"


def asked(serving, client, peer, transport, way, family):
    turn = serving.turn(transport, way)
    with contextlib.closing(turn):
        given, denied = expected(family, serving.host.families)
        began = time.monotonic()
        answer = turn.allocate(*ASKED[family])
        if not given:
            assert answer.error == 440, f"answered {answer.error}, and there is no address of {family}"
            assert time.monotonic() - began < 1
            return "440"
        assert answer.error == 0, f"refused with {answer.error}: {answer[stun.ERROR_CODE]}"
        relayed = answer.addresses(stun.RELAYED_ADDRESS)
        assert [version(each) for each in relayed] == given and refused(answer) == denied
        assert answer.address(stun.XOR_MAPPED_ADDRESS)[0] == client.seen[way]
        for each in relayed:
            assert each[0] in serving.host.addresses[version(each)], f"{each} is not what the world reaches this host by"
            goes_through(turn, peer, each, 1200 if client.kind == "mtu" else 200)
        assert turn.refresh(0).error == 0
        return "+".join(str(each) for each in given)
