# SPDX-License-Identifier: Apache-2.0
"""The relays that Chromium gathers where it is told little: sent to another server, and over IPv6 alone."""
import contextlib

import pytest
from browsing import gathered, launch
from playwright.sync_api import sync_playwright

TRANSPORTS = ["udp", "tcp"]


@pytest.fixture(scope="module")
def browser(world, client):
    """browser(kind): Chromium on that line."""
    with contextlib.ExitStack() as open_browsers, sync_playwright() as playwright:
        made = {}

        def opened(kind):
            if kind not in made:
                made[kind] = open_browsers.enter_context(launch(playwright, world, client(kind)))
            return made[kind]

        yield opened
        open_browsers.close()


def url(host, family, transport):
    address = host.address(family)
    return f"turn:{address if family == 4 else f'[{address}]'}:3478?transport={transport}"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("family", [4, pytest.param(6, marks=pytest.mark.long)])
def test_chromium_follows_to_the_other_server(world, browser, transport, family):
    """An answer of 438 to an Allocate request is final for it (libwebrtc), so 300 has to come at once."""
    second = world.host("dual")
    first = world.host("dual").serve([f"alternate-server={second.address(4)}:3478", f"alternate-server=[{second.address(6)}]:3478"])
    other = second.serve([f"static-auth-secret={first.secret}"])
    said = gathered(browser("public"), url(first.host, family, transport), first.credentials())
    other.stop()
    first.stop()
    assert said == [f"relay {second.address(4)} {transport}"]


@pytest.mark.long
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_chromium_has_a_relay_over_ipv6_alone(world, browser, transport):
    server = world.host("dual").serve()
    said = gathered(browser("v6"), url(server.host, 6, transport), server.credentials())
    server.stop()
    assert said == [f"relay {server.host.address(4)} {transport}"]


@pytest.mark.long
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_chromium_has_a_relay_of_a_host_with_ipv6_alone(world, browser, transport):
    """Browsers name no family, which is to ask for IPv4 (RFC 8656 §7.2): the file says that they get their own."""
    server = world.host("v6").serve(["allocation-default-address-family=keep"])
    said = gathered(browser("v6"), url(server.host, 6, transport), server.credentials())
    server.stop()
    assert said == [f"relay {server.host.address(6)} {transport}"]
