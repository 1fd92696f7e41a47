# SPDX-License-Identifier: Apache-2.0
"""A server that sends its clients to another one (RFC 8489 §10)."""
import pytest
import stun
import turnutils
from server import PASSWORD, PEERS, USER, USERS, Server

HERE, THERE = "127.0.0.1", "127.0.0.2"
ALTERNATE_SERVER = 0x8023

pytestmark = pytest.mark.ours


@pytest.fixture(scope="module")
def other(serve):
    return serve([f"listening-ip={HERE}", f"listening-ip={THERE}", *USERS, *PEERS])


@pytest.fixture(scope="module")
def server(other):
    lines = [f"listening-ip={HERE}", "listening-ip=::1", "relay-ip=::1", f"alternate-server={THERE}:{other.port}"]
    server = Server("sterna", [*lines, *USERS, *PEERS])
    server.wait()
    yield server
    assert server.stop()


@pytest.mark.parametrize("options", [(), ("-t",)], ids=["udp", "tcp"])
def test_uclient_follows(server, other, options):
    traffic = turnutils.uclient(server, "-v", "-y", "-c", *options)
    assert "error 300 (Try Alternate)" in traffic.said
    assert f"Connected to: {THERE}:{other.port}" in traffic.said
    assert (traffic.received, traffic.lost) == (traffic.sent, 0)


def test_only_who_has_shown_credentials_is_sent_there_and_can_tell_that_the_answer_is_ours(server, other):
    client = server.client(HERE)
    challenge = client.exchange(stun.encode(stun.ALLOCATE, attributes=[(stun.TRANSPORT, stun.UDP)]))
    assert challenge.error == 401 and challenge[ALTERNATE_SERVER] is None
    answer = client.allocate()
    assert answer.error == 300 and answer.is_signed_with(client.key)
    assert answer.address(ALTERNATE_SERVER, masked=False) == (THERE, other.port)
    client.close()


def test_a_client_of_a_family_that_no_other_server_has_is_served(server):
    client = server.client("::1")
    assert client.allocate((stun.FAMILY, stun.IPV6)).error == 0
    client.refresh(0)
    client.close()


@pytest.mark.parametrize("link", [stun.Datagrams, stun.Stream], ids=["udp", "tcp"])
def test_the_other_server_takes_the_first_request_with_what_the_client_was_told(server, other, link):
    """libwebrtc goes on with the realm and the nonce that it has, and gives up when those are refused."""
    first = stun.Client(link((HERE, server.port)), USER, PASSWORD)
    sent = first.allocate()
    assert sent.error == 300
    second = stun.Client(link((THERE, other.port)), USER, PASSWORD)
    second.realm, second.nonce, second.key = sent[stun.REALM], sent[stun.NONCE], first.key
    attributes = [(stun.TRANSPORT, stun.UDP), *second.credentials()]
    assert second.exchange(stun.encode(stun.ALLOCATE, attributes=attributes, key=second.key)).error == 0
    assert second.refresh(0).error == 0
    for client in (first, second):
        client.close()
