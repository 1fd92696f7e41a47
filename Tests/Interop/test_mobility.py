# SPDX-License-Identifier: Apache-2.0
"""Allocations follow their clients to other addresses (RFC 8016), whichever worker those come to."""
import pytest
import stun
import turnutils
from server import LOOPBACK, OLD_CHANNELS, PASSWORD, PEERS, USER, USERS

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


def test_without_the_setting_a_ticket_is_forbidden(serve):
    one = client(serve(LOOPBACK + USERS + PEERS))
    assert one.allocate(ASK).error == 405
    one.close()


@pytest.mark.parametrize("options", ["-y -c -M", "-y -c -M -t"])
def test_uclient_loses_nothing_where_it_moves(serve, options):
    server = serve(MOBILE + OLD_CHANNELS)
    traffic = turnutils.uclient(server, *options.split())
    assert traffic.sent > 0 and (traffic.received, traffic.lost) == (traffic.sent, 0), traffic.said
    server.must_live()
