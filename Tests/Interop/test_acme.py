# SPDX-License-Identifier: Apache-2.0
"""The folder that an ACME client proves a domain by (RFC 8555 §8.3): what lies in it is served, and nothing else."""
import http.client
import os

import pytest

TOKEN = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"
FOLDER = ".well-known/acme-challenge"

pytestmark = pytest.mark.ours


@pytest.fixture(scope="module")
def server(serve):
    server = serve(["listening-ip=127.0.0.1", "web-port={web_port}", "web-listening-ip=127.0.0.1", "acme-webroot={folder}/acme"])
    server.wait()
    # As certbot does: it wants the folder to be there, and makes what is in it.
    os.makedirs(os.path.join(server.folder, "acme", FOLDER))
    with open(os.path.join(server.folder, "acme", FOLDER, TOKEN), "w") as file:
        file.write(TOKEN + ".thumbprint")
    os.symlink("/etc/passwd", os.path.join(server.folder, "acme", FOLDER, "link"))
    return server


def get(server, path):
    connection = http.client.HTTPConnection("127.0.0.1", server.web_port, timeout=5)
    connection.request("GET", path, headers={"Host": "call.example.org"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_the_folder_is_made_where_the_server_can(server):
    assert os.path.isdir(os.path.join(server.folder, "acme"))


def test_a_challenge_is_answered(server):
    assert get(server, f"/{FOLDER}/{TOKEN}") == (200, f"{TOKEN}.thumbprint".encode())


@pytest.mark.parametrize("name", ["", "absent", "link", "..", "../../log", "%2e%2e/log", "a.b", "a/b", "x" * 129])
def test_nothing_else_is_served(server, name):
    status, body = get(server, f"/{FOLDER}/{name}")
    assert status in (400, 404) and b"root:" not in body
