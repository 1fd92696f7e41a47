# SPDX-License-Identifier: Apache-2.0
"""A call over HTTPS whose media only the relay carries, over each way to it; the browser checks the certificate."""
import pathlib
import subprocess

import pytest
from certificates import Certificates
from people import CHROMIUM, Person
from server import LOOPBACK, PEERS, REST

# The browser is left one of the URLs that the server gave it.
ONE_WAY = """
    const Real = RTCPeerConnection;
    const leave = given => ({ ...given, iceServers: (given?.iceServers ?? []).map(server => ({
        ...server, urls: [server.urls].flat().filter(url => url.startsWith("stun:") || url.match(PATTERN)),
    })).filter(server => server.urls.length > 0) });
    window.RTCPeerConnection = class extends Real {
        constructor(given) { super(leave(given)); }
        setConfiguration(given) { super.setConfiguration(leave(given)); }
    };
"""
WAYS = {"udp": "/^turn:.*transport=udp/", "tcp": "/^turn:.*transport=tcp/", "tls": "/^turns:/"}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secure_site(serve, certificates):
    """A server whose pages and relay share the port of HTTPS."""
    server = serve(LOOPBACK + REST + PEERS + [
        "tls-listening-port={port}", "web-tls-port={web_port}", "web-listening-ip=127.0.0.1", "room-rate=1000",
        f"cert={certificates.chain}", f"pkey={certificates.key}", "public-url=https://localhost:{web_port}",
    ])
    return f"https://localhost:{server.web_port}"


@pytest.fixture(scope="module")
def believer(playwright, certificates, tmp_path_factory):
    """Chromium in a home of its own, in which the tests' authority is trusted as an operator's would be."""
    home = tmp_path_factory.mktemp("home")
    store = pathlib.Path(home, ".pki", "nssdb")
    store.mkdir(parents=True)
    for arguments in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "tests", "-i", certificates.authority]):
        subprocess.run(["certutil", "-d", f"sql:{store}", *arguments], check=True, capture_output=True)
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=CHROMIUM, env={"HOME": str(home), "PATH": "/usr/bin:/bin"})
    yield browser
    browser.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_call_over_https_is_relayed_over_each_way(believer, secure_site, way):
    people = [Person(believer, secure_site, name) for name in ("Ana", "Ben")]
    try:
        for somebody in people:
            somebody.context.add_init_script(ONE_WAY.replace("PATTERN", WAYS[way]))
        ana, ben = people
        path = ana.start(relay="1")
        ana.join()
        ana.wait("waiting")
        ben.join(path, relay="1")
        for somebody in people:
            somebody.wait("connected", 20)
            link = somebody.wait_frames(10, 20)
            assert (link["local"]["type"], link["local"]["relayProtocol"]) == ("relay", way), link
    finally:
        for somebody in people:
            somebody.close()


def test_a_browser_that_does_not_know_the_authority_gets_no_page(chromium, secure_site):
    with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
        chromium.new_context().new_page().goto(secure_site)
