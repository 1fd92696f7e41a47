# SPDX-License-Identifier: Apache-2.0
"""coturn's own clients lose nothing: client to client and through a peer, channels and indications, both families."""
import concurrent.futures
import subprocess

import pytest
import turnutils
from server import LOOPBACK, PASSWORD, PEERS, REST, SECRET, USER, USERS

MESSAGES = 30
V4, V6 = "127.0.0.1", "::1"
KNOWN = ("-u", USER, "-w", PASSWORD)
MINTED = ("-u", "ben", "-W", SECRET)

# What is said of it: (host of the server, options; -x asks for an IPv6 relay, -s for indications, -c leaves RTCP out).
CLIENT_TO_CLIENT = {
    "channels over IPv4": (V4, "-y -c"),
    "channels over IPv6": (V6, "-y -c -x"),
    "both families at once": (V4, "-y -Z"),
    "both families at once, by an IPv6 client": (V6, "-y -Z -x"),
    "indications over IPv4": (V4, "-y -c -s"),
    "indications over IPv6": (V6, "-y -c -s -x"),
    "an IPv6 relay for an IPv4 client": (V4, "-y -c -x"),
    "an IPv4 relay asked for by name by an IPv6 client": (V6, "-y -c -X"),
    "ten clients at once": (V4, "-y -c -m 10"),
    "requests repeated and out of turn": (V4, "-y -c -G"),
    "padded channel data": (V4, "-y -c -D"),
    "messages of 1,200 bytes": (V4, "-y -c -l 1200"),
    "a few wrong requests between": (V4, "-y -c -N"),
    "datagrams that nobody may fragment": (V4, "-y -c -g"),
}
THROUGH_A_PEER = {
    "channels over IPv4": (V4, V4, "-c"),
    "channels over IPv6": (V6, V6, "-c -x"),
    "indications over IPv4": (V4, V4, "-c -s"),
    "indications over IPv6": (V6, V6, "-c -s -x"),
    "an IPv6 peer of an IPv4 client": (V4, V6, "-c -x"),
    "an IPv4 peer of an IPv6 client": (V6, V4, "-c -X"),
}


@pytest.fixture(scope="module")
def servers(serve):
    return {
        "a static user": (serve(LOOPBACK + USERS + PEERS), KNOWN),
        "a minted credential": (serve(LOOPBACK + REST + PEERS), MINTED),
    }


@pytest.fixture(scope="module")
def runs(servers):
    """All runs, begun at once: such a client spends its seconds sleeping."""

    def through_a_peer(server, host, peer, options, credentials):
        with turnutils.peer(peer) as port:
            where = ("-e", peer, "-r", str(port))
            return turnutils.uclient(
                server, *options.split(), *where, host=host, credentials=credentials, messages=MESSAGES
            )

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        begun = {}
        for who, (server, credentials) in servers.items():
            for name, (host, options) in CLIENT_TO_CLIENT.items():
                begun[who, "client to client", name] = pool.submit(
                    turnutils.uclient, server, *options.split(), host=host, credentials=credentials, messages=MESSAGES
                )
            for name, (host, peer, options) in THROUGH_A_PEER.items():
                begun[who, "through a peer", name] = pool.submit(
                    through_a_peer, server, host, peer, options, credentials
                )
        yield begun
        for future in begun.values():
            future.cancel()


def clients(options):
    """How many of uclient's clients send: -y makes two of each, -m says how many."""
    words = options.split()
    count = int(words[words.index("-m") + 1]) if "-m" in words else 1
    return max(2, count) if "-y" in words else count


@pytest.mark.parametrize("who", ["a static user", "a minted credential"])
@pytest.mark.parametrize("name", CLIENT_TO_CLIENT)
def test_nothing_is_lost_client_to_client(runs, who, name):
    traffic = runs[who, "client to client", name].result(120)
    assert traffic.sent == MESSAGES * clients(CLIENT_TO_CLIENT[name][1]), traffic.said
    assert (traffic.received, traffic.lost) == (traffic.sent, 0), traffic.said


@pytest.mark.parametrize("who", ["a static user", "a minted credential"])
@pytest.mark.parametrize("name", THROUGH_A_PEER)
def test_nothing_is_lost_through_a_peer(runs, who, name):
    traffic = runs[who, "through a peer", name].result(120)
    assert traffic.sent == MESSAGES, traffic.said
    assert (traffic.received, traffic.lost) == (traffic.sent, 0), traffic.said


@pytest.mark.parametrize("host", [V4, V6])
def test_stunclient_learns_its_reflexive_address(serve, host):
    server = serve(LOOPBACK + USERS + PEERS)
    assert turnutils.stunclient(host, server.port)[0] == host


def test_uclient_with_a_wrong_password_gets_no_allocation(serve):
    server = serve(LOOPBACK + USERS + PEERS)
    command = ["turnutils_uclient", "-y", "-c", "-p", str(server.port), "-u", USER, "-w", PASSWORD + "x", V4]
    status, said = turnutils.run(command)
    assert status != 0 and "Cannot complete Allocation" in said


def test_negative_protocol_tests_disturb_nobody_else(serve):
    """uclient -R sends mutilated requests and hangs on those that nobody can answer, with coturn too."""
    server = serve(LOOPBACK + USERS + PEERS)
    command = ["turnutils_uclient", "-y", "-c", "-R", "-n", "50", "-p", str(server.port), "-u", USER, "-w", PASSWORD, V4]
    mutilating = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(6)]
    try:
        traffic = turnutils.uclient(server, "-y", "-c", messages=100)
        assert (traffic.sent, traffic.received, traffic.lost) == (200, 200, 0), traffic.said
    finally:
        for each in mutilating:
            each.kill()
            each.wait()
    server.must_live()
