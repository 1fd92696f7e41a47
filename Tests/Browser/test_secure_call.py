# SPDX-License-Identifier: Apache-2.0
"""A call over HTTPS whose media only the relay carries, over each way to it; the browser checks the certificate."""
import pytest
from certificates import Certificates
from people import WAYS, Person, believer
from server import LOOPBACK, PEERS, REST

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
def trusting(playwright, certificates, tmp_path_factory):
    browser = believer(playwright, certificates.authority, tmp_path_factory.mktemp("home"))
    yield browser
    browser.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_call_over_https_is_relayed_over_each_way(trusting, secure_site, way):
    people = [Person(trusting, secure_site, name) for name in ("Ana", "Ben")]
    try:
        for somebody in people:
            somebody.keep_to(way)
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
