# SPDX-License-Identifier: Apache-2.0
"""Allocations follow their clients to other addresses (RFC 8016), whichever worker those come to."""
import base64
import hashlib
import hmac
import time

import pytest
import stun
import turnutils
from server import LOOPBACK, PASSWORD, PEERS, REST, SECRET, USER, USERS

MOBILE = LOOPBACK + USERS + PEERS + ["mobility", "workers=4"]
ASK = (stun.MOBILITY, b"")


def client(server, link=stun.Datagrams):
    return stun.Client(link(("127.0.0.1", server.port)), USER, PASSWORD)


@pytest.mark.parametrize("link", [stun.Datagrams, stun.Stream])
def test_an_allocation_follows_its_client_to_any_worker(serve, link):
    server = serve(MOBILE)
    first, other = client(server, link), client(server)
    answer = first.allocate(ASK)
    ticket, relayed = answer[stun.MOBILITY], first.relayed
    other.allocate()
    other.permit(relayed)
    first.permit(other.relayed)
    for number in range(12):
        first.close()
        first = client(server, link)
        answer = first.request(stun.REFRESH, (stun.MOBILITY, ticket))
        assert answer.error == 0 and answer[stun.MOBILITY] != ticket
        assert stun.Message(answer.raw).lifetime > 0
        again = client(server, link)
        assert again.request(stun.REFRESH, (stun.MOBILITY, ticket)).error == 437
        again.close()
        ticket = answer[stun.MOBILITY]
        payload = b"from place %d" % number
        first.send(other.relayed, payload)
        assert other.receive() == (relayed, payload)
        other.send(relayed, payload)
        assert first.receive() == (other.relayed, payload)
    for one in (first, other):
        assert one.refresh(0).error == 0
        one.close()


@pytest.mark.parametrize("link", [stun.Datagrams, stun.Stream])
def test_an_allocation_follows_its_client_beyond_the_end_of_its_credentials(serve, link):
    """A minted credential is good for an hour or so; a call may last longer, and its client move."""
    server = serve(LOOPBACK + REST + PEERS + ["mobility", "workers=4"])
    name = f"{int(time.time()) + 3}:ana"
    password = base64.b64encode(hmac.new(SECRET.encode(), name.encode(), hashlib.sha1).digest()).decode()

    def guest():
        return stun.Client(link(("127.0.0.1", server.port)), name, password)

    near = guest()
    answer = near.allocate(ASK)
    relayed, ticket = near.relayed, answer[stun.MOBILITY]
    while (other := guest()).allocate().error == 0:
        assert other.refresh(0).error == 0
        other.close()
        time.sleep(0.2)
    # Some of these come to the worker that has it, and some to others.
    for number in range(12):
        near.close()
        near = guest()
        answer = near.request(stun.REFRESH, (stun.MOBILITY, ticket))
        assert answer.error == 0
        ticket = answer[stun.MOBILITY]
        assert near.permit(("127.0.0.1", 9)).error == 0
    assert relayed and near.refresh(0).error == 0
    near.close()


def test_without_the_setting_a_ticket_is_forbidden(serve):
    one = client(serve(LOOPBACK + USERS + PEERS))
    assert one.allocate(ASK).error == 405
    one.close()


@pytest.mark.parametrize("options", ["-y -c -M", "-y -c -M -t", "-y -c -M -Z"])
def test_uclient_loses_nothing_where_it_moves(serve, options):
    server = serve(MOBILE)
    traffic = turnutils.uclient(server, *options.split())
    assert traffic.sent > 0 and (traffic.received, traffic.lost) == (traffic.sent, 0), traffic.said
    assert "ERROR" not in traffic.said, traffic.said
    server.must_live()
