# SPDX-License-Identifier: Apache-2.0
"""A server that sends its clients to another one (RFC 8489 §10): what follows it, and with what."""
import os
import sys

import pytest
import stun
from browsing import gathered, launch
from playwright.sync_api import sync_playwright

USER, PASSWORD, REALM = "ana", "correct horse", "turn.test"
# All that the two servers share.
SHARED = [f"realm={REALM}", f"user={USER}:{PASSWORD}"]
# Gathers with libnice over one transport and prints its relayed candidates.
NICE = """
import sys, gi
gi.require_version("Nice", "0.1")
from gi.repository import GLib, Nice
host, transport, user, password = sys.argv[1:]
loop = GLib.MainLoop()
agent = Nice.Agent.new(loop.get_context(), Nice.Compatibility.RFC5245)
stream = agent.add_stream(1)
kind = Nice.RelayType.TURN_UDP if transport == "udp" else Nice.RelayType.TURN_TCP
assert agent.set_relay_info(stream, 1, host, 3478, user, password, kind)
agent.attach_recv(stream, 1, loop.get_context(), lambda *_: None)
agent.connect("candidate-gathering-done", lambda *_: loop.quit())
GLib.timeout_add_seconds(20, loop.quit)
assert agent.gather_candidates(stream)
loop.run()
for candidate in agent.get_local_candidates(stream, 1):
    if candidate.type == Nice.CandidateType.RELAYED:
        print("relay", candidate.addr.dup_string())
"""


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


@pytest.mark.parametrize("line", ["public", "home", "v6"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_chromium_gets_its_relay_at_the_other_server(world, playwright, client, first, other, line, transport):
    family = 6 if line == "v6" else 4
    where = first.host.address(family)
    url = f"turn:{f'[{where}]' if family == 6 else where}:3478?transport={transport}"
    browser = launch(playwright, world, client(line))
    try:
        said = gathered(browser, url, (USER, PASSWORD))
    finally:
        browser.close()
    there = other.host.addresses
    assert any(each.split()[0] == "relay" and each.split()[1] in there[4] + there[6] for each in said), said


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_libnice_gets_its_relay_at_the_other_server(client, first, other, transport):
    command = ["/usr/bin/python3", "-c", NICE, first.host.address(4), transport, USER, PASSWORD]
    status, said = client("public").run(command, 40)
    assert status == 0 and f"relay {other.host.address(4)}" in said, said


def test_libjuice_talks_over_relays_of_the_other_server(client, first, other):
    program = os.path.join(os.path.dirname(__file__), "programs", "juice.py")
    status, said = client("public").run([sys.executable, program, first.host.address(4), "3478", USER, PASSWORD], 40)
    assert status == 0 and f"relay {other.host.address(4)}" in said, said


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_first_request_is_taken_with_what_the_other_server_has_told(client, first, other, transport):
    """As libwebrtc goes on: with the realm and the nonce of the answer, behind a NAT that gives it another port."""
    with client("symmetric").inside():
        one, two = (stun.Client(server.link(transport, server.host.address(4)), USER, PASSWORD) for server in (first, other))
    sent = one.allocate()
    assert sent.error == 300 and sent.address(0x8023, masked=False) == (other.host.address(4), 3478)
    two.realm, two.nonce, two.key = sent[stun.REALM], sent[stun.NONCE], one.key
    answer = two.exchange(stun.encode(stun.ALLOCATE, attributes=[(stun.TRANSPORT, stun.UDP), *two.credentials()], key=two.key))
    assert answer.error == 0 and answer.address(stun.RELAYED_ADDRESS)[0] == other.host.address(4)
    # Good for that request alone: the next needs a nonce of the other server's own.
    refused = two.exchange(stun.encode(stun.REFRESH, attributes=two.credentials(), key=two.key))
    assert refused.error == 438
    assert two.refresh(0).error == 0
    for each in (one, two):
        each.close()
