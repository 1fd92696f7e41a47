# SPDX-License-Identifier: Apache-2.0
"""Several realms in one server: pages of other sites are asked for theirs, with quotas of their own."""
import pytest
import stun
import turnutils
from server import LOOPBACK, PEERS, REALM, REST, SECRET

pytestmark = pytest.mark.ours

SITE, OTHER = "https://www.other.test", "other.test"
LINES = [*LOOPBACK, *REST, *PEERS, f"origin-to-realm={SITE} {OTHER}", f"realm-quota={OTHER} 0 4"]


@pytest.fixture(scope="module")
def server(serve):
    return serve(LINES)


@pytest.mark.parametrize("origin, realm", [(SITE, OTHER), ("https://else.test", REALM), (None, REALM)])
def test_the_realm_follows_the_origin(server, origin, realm):
    client = server.client()
    attributes = [(stun.TRANSPORT, stun.UDP)] + ([(stun.ORIGIN, origin.encode())] if origin else [])
    assert client.exchange(stun.encode(stun.ALLOCATE, attributes=attributes))[stun.REALM] == realm.encode()
    client.close()


def test_uclient_of_a_site_uses_its_realm(server):
    traffic = turnutils.uclient(server, "-y", "-c", "-o", SITE, credentials=("-u", "ben", "-W", SECRET))
    assert (traffic.received, traffic.lost) == (traffic.sent, 0), traffic.said
