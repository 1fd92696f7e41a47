# SPDX-License-Identifier: Apache-2.0
"""What one worker promised is asked for at another: where a client's packets arrive is the kernel's choice."""
import pytest
import stun
import turnutils
from server import LOOPBACK, PASSWORD, PEERS, USER, USERS

WORKERS = "workers=4"
RESERVE = (stun.EVEN_PORT, b"\x80")


def client(server, link):
    return stun.Client(link(("127.0.0.1", server.port)), USER, PASSWORD)


@pytest.mark.parametrize("link", [stun.Datagrams, stun.Stream])
def test_a_reservation_is_redeemed_wherever_the_second_client_arrives(serve, link):
    # Four pairs for each worker: ports that were not given back would be missed by the third round or so.
    server = serve(LOOPBACK + USERS + PEERS + ["min-port=49600", "max-port=49631", WORKERS])
    for _ in range(40):
        first, second = client(server, link), client(server, link)
        answer = first.allocate(RESERVE)
        assert answer.error == 0, answer.error
        host, port = first.relayed
        again = second.allocate((stun.RESERVATION_TOKEN, answer[stun.RESERVATION_TOKEN]))
        assert (again.error, second.relayed) == (0, (host, port + 1))
        for one, other in ((first, second), (second, first)):
            one.permit(other.relayed)
        second.send(first.relayed, b"from the reserved port")
        assert first.receive() == (second.relayed, b"from the reserved port")
        first.send(second.relayed, b"to the reserved port")
        assert second.receive() == (first.relayed, b"to the reserved port")
        third = client(server, link)
        assert third.allocate((stun.RESERVATION_TOKEN, answer[stun.RESERVATION_TOKEN])).error == 508
        for one in (first, second):
            assert one.refresh(0).error == 0
        for one in (first, second, third):
            one.close()


def test_uclient_finds_the_ports_that_it_reserves_for_rtcp(serve):
    server = serve(LOOPBACK + USERS + PEERS + [WORKERS])
    for _ in range(3):
        traffic = turnutils.uclient(server, "-y", messages=10)
        assert traffic.sent > 0 and (traffic.received, traffic.lost) == (traffic.sent, 0), traffic.said
    server.must_live()
