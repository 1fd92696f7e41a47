# SPDX-License-Identifier: Apache-2.0
"""What is shipped for other programs is read by those programs."""
import os
import re
import time

import debian
import pytest
from server import LOOPBACK, USERS, Server

pytestmark = pytest.mark.long

PROXIES = os.path.join(debian.ROOT, "packaging", "proxies")
NAME = "call.example.org"


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """A Debian with the proxies, and a certificate where their configurations look for one."""
    system = debian.Debian(str(tmp_path_factory.mktemp("proxies") / "root"))
    with system.mounted():
        system.does("apt-get", "update", "-qq")
        system.does("apt-get", "install", "-y", "-q", "--no-install-recommends", "nginx-light", "haproxy", "fail2ban", "openssl")
        live = f"/etc/letsencrypt/live/{NAME}"
        os.makedirs(system.path(live))
        system.does(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
            f"/CN={NAME}", "-keyout", f"{live}/privkey.pem", "-out", f"{live}/fullchain.pem")
        system.write(f"/etc/haproxy/{NAME}.pem", system.read(f"{live}/fullchain.pem") + system.read(f"{live}/privkey.pem"))
        yield system


def snippet(name):
    with open(os.path.join(PROXIES, name)) as file:
        return file.read()


def test_nginx_takes_the_snippet(system):
    system.write("/etc/nginx/conf.d/sterna.conf", snippet("nginx.conf"))
    assert "test is successful" in system.does("nginx", "-t")


def test_haproxy_takes_the_snippet(system):
    system.write("/etc/haproxy/haproxy.cfg", snippet("haproxy.cfg"))
    assert "error" not in system.does("haproxy", "-c", "-f", "/etc/haproxy/haproxy.cfg").lower()


def line_of_a_wrong_password(host):
    """What the journal gets when somebody guesses: the server's own line behind syslog's words."""
    server = Server("sterna", LOOPBACK + USERS)
    server.wait()
    client = server.client(host, password="a guess")
    try:
        assert client.allocate().error == 401
        for _ in range(100):
            found = [line for line in server.said().splitlines() if " credentials: " in line]
            if found:
                return "Nov 26 07:00:00 host sterna[71]: " + found[0].split(" info ", 1)[1]
            time.sleep(0.05)
        raise AssertionError(server.said())
    finally:
        client.close()
        assert server.stop()


def matches(system, line):
    with open(os.path.join(debian.ROOT, "packaging", "fail2ban", "sterna.conf")) as file:
        system.write("/etc/fail2ban/filter.d/sterna.conf", file.read())
    said = system.does("fail2ban-regex", "-v", line, "/etc/fail2ban/filter.d/sterna.conf")
    return int(re.search(r"(\d+) matched", said)[1]), said


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_fail2ban_finds_those_who_guess(system, host):
    count, said = matches(system, line_of_a_wrong_password(host))
    assert count == 1 and host in said


def test_fail2ban_leaves_sessions_alone(system):
    assert matches(system, "Nov 26 07:00:00 host sterna[71]: session: a session ended user=ana client=198.51.100.7:40000")[0] == 0
