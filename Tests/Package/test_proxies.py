# SPDX-License-Identifier: Apache-2.0
"""What is shipped for other programs is read by those programs."""
import os
import re

import debian
import pytest

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


LINES = {
    "a wrong password": ("sterna[71]: credentials refused: wrong password user=ana client=198.51.100.7:40000", "198.51.100.7"),
    "over IPv6": ("sterna[71]: credentials refused: unknown user client=[2001:db8::7]:40000", "2001:db8::7"),
    "a session": ("sterna[71]: session ended user=ana client=198.51.100.7:40000", None),
}


@pytest.mark.parametrize("case", LINES)
def test_fail2ban_finds_those_who_guess(system, case):
    line, address = LINES[case]
    with open(os.path.join(debian.ROOT, "packaging", "fail2ban", "sterna.conf")) as file:
        system.write("/etc/fail2ban/filter.d/sterna.conf", file.read())
    said = system.does("fail2ban-regex", "-v", f"Nov 26 07:00:00 host {line}", "/etc/fail2ban/filter.d/sterna.conf")
    matched = int(re.search(r"(\d+) matched", said)[1])
    assert matched == (address is not None), said
    assert address is None or address in said
