# SPDX-License-Identifier: Apache-2.0
"""What pages of other sites and makers of pictures might find out, as HTTP sees it."""
import http.client
import json
import os

import pytest
import websockets
from people import PATIENCE, Person, run, started

pytestmark = pytest.mark.ours

PICTURES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "MediaTests", "Pictures")


@pytest.fixture
def server(serve):
    return started(serve)


def asked(server, path, host, method="GET", **headers):
    """(status, body) of a request for that host."""
    link = http.client.HTTPConnection("127.0.0.1", server.web_port, timeout=PATIENCE)
    link.request(method, path, headers={"Host": host, **headers})
    answer = link.getresponse()
    return answer.status, answer.read()


@pytest.mark.parametrize("path", ["/api/channels", "/api/webrtc-config", "/socket.io/?EIO=4&transport=polling"])
def test_a_name_that_leads_here_and_is_not_ours_is_sent_away_with_what_to_write(server, path):
    for host in ("127.0.0.1", f"127.0.0.1:{server.web_port}", "localhost", "[::1]", "203.0.113.9", "sterna:8080", "sterna.test"):
        assert asked(server, path, host)[0] == 200, host
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"):
        status, body = asked(server, path, host)
        assert status == 421
        assert f"public-url=https://{host.split(':')[0]}" in json.loads(body)["detail"]
    assert server.tells("This server is not known as “")


@pytest.mark.parametrize("path", ["/ws", "/ws/voice", "/ws?room=yard&name=Ana", "/socket.io/?EIO=4&transport=websocket"])
def test_nor_is_a_socket_opened_there_by_a_page_that_has_the_name(server, path):
    async def test():
        for host, opens in (("evil.example", False), ("sterna.test", True)):
            url = f"ws://{host}:{server.web_port}{path}"
            try:
                async with websockets.connect(url, host="127.0.0.1", port=server.web_port, origin=f"http://{host}:{server.web_port}"):
                    assert opens
            except websockets.InvalidStatus as refusal:
                assert not opens and refusal.response.status_code == 421
    run(test())


def test_pages_and_probes_are_served_under_every_name(server):
    for path in ("/", "/healthz", "/chat"):
        assert asked(server, path, "evil.example")[0] == 200


def test_public_url_and_allowed_origins_are_names_of_ours_and_a_trusted_proxy_is_believed(serve):
    named = started(serve, "public-url=http://call.example.org:81", "allowed-origin=https://www.example.net")
    for host, status in (("call.example.org", 200), ("www.example.net", 200), ("example.org", 421)):
        assert asked(named, "/api/channels", host)[0] == status
    proxied = started(serve, "trusted-proxy=127.0.0.1")
    assert asked(proxied, "/api/channels", "call.example.org", **{"X-Forwarded-For": "203.0.113.5"})[0] == 200


@pytest.mark.parametrize("name", ["turned.jpg", "turned.png", "turned.webp", "turned.avif", "moving.gif"])
def test_a_picture_loses_what_tells_of_its_maker(server, name):
    person = Person(server, "Ana")
    with open(os.path.join(PICTURES, name), "rb") as file:
        picture = file.read()
    assert b"SECRET" in picture
    link = http.client.HTTPConnection("127.0.0.1", server.web_port, timeout=PATIENCE)
    link.request("POST", "/api/images", picture, {"Authorization": f"Bearer {person.key}"})
    answer = link.getresponse()
    made = json.loads(answer.read())
    assert answer.status == 201
    status, kept = asked(server, made["url"], "127.0.0.1")
    assert status == 200 and b"SECRET" not in kept and len(kept) == made["size"]
    assert kept[:3] == picture[:3]
