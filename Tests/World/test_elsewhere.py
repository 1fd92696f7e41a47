# SPDX-License-Identifier: Apache-2.0
"""A server that sends its clients to another one (RFC 8489 §10): what follows it, and with what."""
import os
import sys
from urllib.parse import quote

import pytest
import stun
from browsing import gathered, launch
from playwright.sync_api import sync_playwright

USER, PASSWORD, REALM = "ana", "correct horse", "turn.test"
# All that the two servers share.
SHARED = [f"realm={REALM}", f"user={USER}:{PASSWORD}"]
PROGRAMS = os.path.join(os.path.dirname(__file__), "programs")


@pytest.fixture(scope="module")
def other(world):
    return world.host("dual").serve(SHARED)


@pytest.fixture(scope="module")
def first(world, other):
    lines = [f"alternate-server={other.host.address(4)}:3478", f"alternate-server=[{other.host.address(6)}]:3478"]
    return world.host("dual").serve([*SHARED, *lines])


@pytest.fixture(scope="module")
def playwright(world):
    with sync_playwright() as running:
        yield running


@pytest.mark.parametrize("line", ["public", "home"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_chromium_gets_its_relay_at_the_other_server(world, playwright, client, first, other, line, transport):
    url = f"turn:{first.host.address(4)}:3478?transport={transport}"
    browser = launch(playwright, world, client(line))
    try:
        said = gathered(browser, url, (USER, PASSWORD))
    finally:
        browser.close()
    assert any(each.startswith(f"relay {other.host.address(4)} ") for each in said), said


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_libnice_gets_its_relay_at_the_other_server(client, first, other, transport):
    where = f"turn://{USER}:{quote(PASSWORD)}@{first.host.address(4)}:3478?transport={transport}"
    status, said = client("public").run(["/usr/bin/python3", f"{PROGRAMS}/nice.py", where])
    assert status == 0 and f"relay {other.host.address(4)} " in said, said


def test_libjuice_talks_over_relays_of_the_other_server(client, first, other):
    status, said = client("public").run([sys.executable, f"{PROGRAMS}/juice.py", first.host.address(4), "3478", USER, PASSWORD], 40)
    assert status == 0 and f"relay {other.host.address(4)}" in said, said


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_first_request_is_taken_with_what_the_other_server_has_told(client, first, other, transport, family):
    """As libwebrtc goes on: with the realm and the nonce of the answer, in IPv4 behind a NAT that gives it another port."""
    wish = [(stun.TRANSPORT, stun.UDP), (stun.FAMILY, stun.IPV4 if family == 4 else stun.IPV6)]
    with client("symmetric" if family == 4 else "public").inside():
        one, two = (
            stun.Client(server.link(transport, server.host.address(family)), USER, PASSWORD) for server in (first, other))
    sent = one.request(stun.ALLOCATE, *wish)
    assert sent.error == 300 and sent.address(0x8023, masked=False) == (other.host.address(family), 3478)
    two.realm, two.nonce, two.key = sent[stun.REALM], sent[stun.NONCE], one.key
    answer = two.exchange(stun.encode(stun.ALLOCATE, attributes=[*wish, *two.credentials()], key=two.key))
    assert answer.error == 0 and answer.address(stun.RELAYED_ADDRESS)[0] == other.host.address(family)
    # Good for that request alone: the next needs a nonce of the other server's own.
    refused = two.exchange(stun.encode(stun.REFRESH, attributes=two.credentials(), key=two.key))
    assert refused.error == 438
    assert two.refresh(0).error == 0
    for each in (one, two):
        each.close()
