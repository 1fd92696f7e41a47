# SPDX-License-Identifier: Apache-2.0
"""Browsers, the site they visit, and people in front of them."""
import contextlib
import os

import pytest
from people import CHROMIUM, FIREFOX, Person
from playwright.sync_api import sync_playwright
from server import LOOPBACK, PEERS, REST

SITE = LOOPBACK + REST + PEERS + [
    "web-port={web_port}",
    "web-listening-ip=127.0.0.1",
    "public-url=http://localhost:{web_port}",
    # Everybody in these tests comes from one address.
    "room-rate=1000",
    "user-rate=1000",
    # Nobody waits half a minute here for somebody who does not answer.
    "call-ringing=15",
]


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright):
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def firefox(playwright):
    browser = playwright.firefox.launch(
        channel="moz-firefox", executable_path="/usr/bin/firefox-esr", firefox_user_prefs=FIREFOX)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def site(serve):
    """The address of a server with the call page; SITE names one that runs already."""
    if os.environ.get("SITE"):
        return os.environ["SITE"]
    return f"http://localhost:{serve(SITE).web_port}"


@pytest.fixture
def person(chromium, site):
    """person(name): somebody with a window of Chromium; closed at the end, and the page must not have complained."""
    with contextlib.ExitStack() as windows:
        def come(name="", browser=chromium, **context):
            somebody = Person(browser, site, name, **context)
            windows.callback(somebody.close)
            return somebody

        yield come


@pytest.fixture
def couple(person):
    """couple(): two people in a call that only the relay carries."""

    def meet(**query):
        ana, ben = person("Ana"), person("Ben")
        path = ana.start(relay="1", **query)
        ana.join()
        ana.wait("waiting")
        ben.join(path, relay="1", **query)
        ana.wait("connected")
        ben.wait("connected")
        return ana, ben, path

    return meet


@pytest.fixture(scope="session")
def ask(chromium, site):
    """ask(module, body): what `body` returns when `m` is the module."""
    page = chromium.new_page()
    page.goto(site)
    root = page.evaluate("new URL('.', document.querySelector('script[src]').src).href")
    yield lambda module, body: page.evaluate(f"import('{root}{module}').then(m => {{ {body} }})")
    page.close()
