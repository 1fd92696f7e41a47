# SPDX-License-Identifier: Apache-2.0
"""Chromium on each kind of line, in calls that the relay alone carries."""
import contextlib

import pytest
from browsing import launch
from people import Person
from playwright.sync_api import sync_playwright

SITE = "https://turn.test"
# The line, and over what the page may be left to reach the relay.
ROWS = [
    pytest.param("443", None, "tls"),
    pytest.param("v6", None, "udp"),
    pytest.param("no-udp", None, "tcp", marks=pytest.mark.long),
    pytest.param("v6", "tls", "tls", marks=pytest.mark.long),
    pytest.param("public", "tcp", "tcp", marks=pytest.mark.long),
    *(pytest.param(line, None, "udp", marks=pytest.mark.long) for line in ("public", "home", "symmetric", "cgnat", "mtu")),
]


@pytest.fixture(scope="module")
def playwright(world):
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright, world, client):
    """browser(kind): Chromium on that line."""
    with contextlib.ExitStack() as open_browsers:
        made = {}

        def opened(kind):
            if kind not in made:
                made[kind] = open_browsers.enter_context(launch(playwright, world, client(kind)))
            return made[kind]

        yield opened


@pytest.fixture(scope="module")
def server(world):
    host = world.host("dual")
    world.names.known["turn.test"] = [host.address(4), host.address(6)]
    return host.serve([f"public-url={SITE}"])


@pytest.mark.parametrize("line, kept, protocol", ROWS)
def test_a_call_from_this_line_is_relayed(server, browser, line, kept, protocol):
    """Somebody on this line calls somebody whose line is like it, and pictures come both ways."""
    with contextlib.ExitStack() as windows:
        ana, ben = (Person(browser(line), SITE, name) for name in ("Ana", "Ben"))
        for somebody in (ana, ben):
            windows.callback(somebody.close)
            if kept:
                somebody.keep_to(kept)
        path = ana.start(relay="1")
        ana.join()
        ana.wait("waiting")
        ben.join(path, relay="1")
        for somebody in (ana, ben):
            somebody.wait("connected", 30)
            link = somebody.wait_frames(10, 30)
            assert (link["local"]["type"], link["local"]["relayProtocol"]) == ("relay", protocol), link
