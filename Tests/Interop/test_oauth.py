# SPDX-License-Identifier: Apache-2.0
"""Access tokens (RFC 7635): coturn's own client with its built-in keys, and tokens that coturn's tool seals."""
import base64
import json
import subprocess
import time

import pytest
import stun
import turnutils
from server import LOOPBACK, PEERS, REALM, USERS, Server

pytestmark = pytest.mark.ours

# The keys that are compiled into turnutils_uclient -J, which takes one of them by chance.
NORTH = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEK"
UNION = "MTIzNDU2Nzg5MDEyMzQ1Ngo="
OLD_EMPIRE = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIK"
KEYS = [
    "oauth",
    "server-name=blackdow.carleon.gov",
    f"oauth-key=north:A256GCM:{NORTH}",
    f"oauth-key=union:A128GCM:{UNION}",
    f"oauth-key=oldempire:A256GCM:{OLD_EMPIRE}",
]
SERVER_NAME = "blackdow.carleon.gov"
MAC_KEY = b"mac-key-mac-key-mac-"


@pytest.fixture
def server(serve):
    return serve(LOOPBACK + USERS + PEERS + KEYS)


@pytest.fixture
def changing(product):
    """A server of one test's own, which it may reconfigure."""
    server = Server(product, LOOPBACK + KEYS)
    server.wait()
    yield server
    assert server.stop()


def sealed(lifetime=600, age=0, kid="north", key=NORTH, algorithm="A256GCM", name=SERVER_NAME):
    """A token of turnutils_oauth."""
    command = ["turnutils_oauth", "-e", "-i", name, "-j", kid, "-k", key, "-n", algorithm]
    command += ["-l", str(int(time.time())), "-m", "86400"]
    command += ["-o", base64.b64encode(b"nonce-12byte").decode(), "-p", base64.b64encode(MAC_KEY).decode()]
    command += ["-q", str((int(time.time()) - age) << 16), "-r", str(lifetime)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert said.returncode == 0 and "access_token" in said.stdout, said
    return base64.b64decode(json.loads(said.stdout)["access_token"])


def ask(server, token, kid="north", mac_key=MAC_KEY, method=stun.ALLOCATE, client=None, more=()):
    """An answer to a request under an access token, and the client that asked."""
    client = client or server.client(user=None)
    if client.nonce is None:
        client.nonce = client.allocate()[stun.NONCE]
    attributes = [*more, (stun.TRANSPORT, stun.UDP)] if method == stun.ALLOCATE else list(more)
    attributes += [(stun.ACCESS_TOKEN, token)] if token else []
    attributes += [(stun.USERNAME, kid.encode()), (stun.REALM, REALM.encode()), (stun.NONCE, client.nonce)]
    return client.exchange(stun.encode(method, attributes=attributes, key=mac_key)), client


@pytest.mark.parametrize("options", ["-y -c", "-y -c -s", "-y -c -t"])
def test_uclient_loses_nothing_with_its_own_tokens(server, options):
    traffic = turnutils.uclient(server, "-J", *options.split(), credentials=("-u", "north"))
    assert traffic.sent == 60 and (traffic.received, traffic.lost) == (60, 0), traffic.said


def test_a_challenge_names_the_server_that_tokens_are_sealed_for(server):
    answer = server.client(user=None).allocate()
    assert answer.error == 401
    assert answer[stun.THIRD_PARTY_AUTHORIZATION] == SERVER_NAME.encode()


@pytest.mark.parametrize("kid, key, algorithm", [("north", NORTH, "A256GCM"), ("union", UNION, "A128GCM")])
def test_a_token_of_coturns_tool_allocates_no_longer_than_it_is_good(server, kid, key, algorithm):
    answer, _ = ask(server, sealed(lifetime=90, age=10, kid=kid, key=key, algorithm=algorithm), kid)
    assert answer.error == 0
    assert answer.is_signed_with(MAC_KEY)
    assert 75 <= answer.lifetime <= 85


@pytest.mark.parametrize(
    "wrong", [{"age": 700}, {"age": -60}, {"name": "elsewhere"}, {"key": OLD_EMPIRE}], ids=lambda each: next(iter(each))
)
def test_a_token_that_is_not_good_here_and_now_is_refused(server, wrong):
    answer, _ = ask(server, sealed(**wrong))
    assert answer.error == 401
    assert answer[stun.THIRD_PARTY_AUTHORIZATION] == SERVER_NAME.encode()


def test_a_reload_retires_a_key_and_leaves_the_sessions(changing):
    server = changing
    token = sealed()
    answer, client = ask(server, token)
    assert answer.error == 0
    server.rewrite([line for line in server.lines if not line.startswith("oauth-key=north:")])
    server.reload()
    refused, _ = ask(server, token)
    assert refused.error == 401
    # The allocation's own key goes on until its token ends.
    refreshed, _ = ask(server, None, method=stun.REFRESH, client=client)
    assert refreshed.error == 0
