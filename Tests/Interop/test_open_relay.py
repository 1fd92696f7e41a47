# SPDX-License-Identifier: Apache-2.0
"""What a stranger tries who looks for an open relay, against a server as the package configures it: a secret, and nothing else."""
import secrets
import socket

import pytest
import stun
from server import LOOPBACK, PEERS, REALM
from test_credentials import minted

pytestmark = pytest.mark.ours

# What lists of default credentials have, and what is signed with secrets that anybody can guess.
GUESSES = [
    ("guest", "guest"), ("test", "test"), ("admin", "admin"), ("user", "password"), ("turn", "turn"), ("coturn", "coturn"),
    ("webrtc", "webrtc"), ("sterna", "sterna"), (REALM, REALM), ("", ""),
]
SECRETS = ["", "secret", "north", "static-auth-secret", "sterna", "changeme", REALM]


@pytest.fixture(scope="module")
def server(serve):
    lines = ["web-port={web_port}", "web-listening-ip=127.0.0.1", "unauthorized-ratelimit-rps=0"]
    return serve([*LOOPBACK, *PEERS, *lines, f"static-auth-secret={secrets.token_hex(32)}"])


@pytest.mark.parametrize("over", [stun.Datagrams, stun.Stream], ids=["udp", "tcp"])
def test_nobody_allocates_with_what_can_be_guessed(server, over):
    attempts = GUESSES + [minted(secret or " ") for secret in SECRETS]
    attempts += [("9999999999", "x"), ("9999999999:", ""), ("0:guest", "guest"), minted("north wind", seconds=-60)]
    for user, password in attempts:
        client = stun.Client(over(("127.0.0.1", server.port)), user, password)
        assert client.allocate().error in (400, 401), (user, password)
        client.close()


@pytest.mark.parametrize("over", [stun.Datagrams, stun.Stream], ids=["udp", "tcp"])
def test_without_credentials_nothing_is_granted_and_nothing_is_sent(server, over):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        client = stun.Client(over(("127.0.0.1", server.port)))
        assert client.allocate().error == 401
        # Nobody who shows nothing is told whether there would be something to refuse.
        assert client.permit(peer.getsockname()).error in (401, 437)
        assert client.bind(0x4000, peer.getsockname()).error in (401, 437)
        client.send(peer.getsockname(), b"for you")
        client.send_on(0x4000, b"for you")
        # What was sent before this is answered was looked at before it, over a stream and by the one worker of a client.
        assert client.binding().error == 0
        peer.setblocking(False)
        with pytest.raises(BlockingIOError):
            peer.recv(100)
        client.close()
