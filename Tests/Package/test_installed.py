# SPDX-License-Identifier: Apache-2.0
"""The installed package, run as its unit would run it: a call over 443, and the next version installed meanwhile."""
import os
import re
import shutil
import socket
import time

import debian
import pytest
import unit
from certificates import Certificates
from people import Person, believer
from playwright.sync_api import sync_playwright

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a folder becomes a system's root only for root")

OPERATOR = """
public-url=https://localhost
cert=/etc/sterna/certificate.pem
pkey=/etc/sterna/key.pem
web-tls-port=443
web-port=80
listening-ip=127.0.0.1
relay-ip=127.0.0.1
web-listening-ip=127.0.0.1
# What makes one machine serve as three.
allow-loopback-peers
listening-port={port}
tls-listening-port={tls_port}
min-port={relays.start}
max-port={last}
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    system = debian.Debian(str(tmp_path_factory.mktemp("debian") / "root"))
    os.chmod(tmp_path_factory.getbasetemp(), 0o755)
    with system.mounted():
        system.installs(debian.package())
        yield system


@pytest.fixture(scope="module")
def service(system, certificates):
    """The package as an operator has set it up, running."""
    for port in (80, 443):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                pytest.skip(f"another program has port {port}")
    for source, name in ((certificates.chain, "certificate.pem"), (certificates.key, "key.pem")):
        shutil.copy(source, system.path(f"/etc/sterna/{name}"))
        system.does("chown", "root:sterna", f"/etc/sterna/{name}")
        system.does("chmod", "640", f"/etc/sterna/{name}")
    running = unit.Unit(system)
    running.tls_port, running.last = running.port + 1, running.relays[-1]
    path = "/etc/sterna/sterna.conf"
    system.write(path, system.read(path) + OPERATOR.format(**vars(running)), 0o640)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser(certificates, tmp_path_factory):
    with sync_playwright() as playwright:
        browser = believer(playwright, certificates.authority, tmp_path_factory.mktemp("home"))
        yield browser
        browser.close()


@pytest.fixture
def call(service, browser):
    """call(way): two people in a call that only the relay carries, over that way."""
    people = [Person(browser, "https://localhost", name) for name in ("Ana", "Ben")]

    def begin(way):
        ana, ben = people
        for somebody in people:
            somebody.keep_to(way)
        path = ana.start(relay="1")
        ana.join()
        ana.wait("waiting")
        ben.join(path, relay="1")
        for somebody in people:
            somebody.wait("connected", 20)
            link = somebody.wait_frames(10, 20)
            assert (link["local"]["type"], link["local"]["relayProtocol"]) == ("relay", way), link
        return people

    yield begin
    for somebody in people:
        somebody.close()


def longest_pause(people, seconds, until_frames):
    """Watches pictures come for so long and then until all have got more; the longest time without one, in seconds."""
    counts, since, longest = [0] * len(people), [time.monotonic()] * len(people), 0.0
    end, enough = time.monotonic() + seconds, None
    while True:
        for index, somebody in enumerate(people):
            count, now = somebody.frames(), time.monotonic()
            if count != counts[index]:
                counts[index], since[index] = count, now
            longest = max(longest, now - since[index])
        if time.monotonic() > end:
            enough = enough or [count + until_frames for count in counts]
            # A page that began anew counts anew.
            if all(count >= wanted or count >= until_frames for count, wanted in zip(counts, enough)):
                return longest
            assert time.monotonic() < end + 30, people[0].story()
        time.sleep(0.02)


def test_it_serves_pages_and_its_operator_as_the_units_user(service, system, certificates):
    assert system.does("stat", "-c", "%U", f"/proc/{service.process}").strip() == "sterna"
    status = open(f"/proc/{service.process}/status").read()
    assert "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status
    said = debian.run("curl", "-sS", "--cacert", certificates.authority, "https://localhost/readyz")
    assert '"status":"ready"' in said, said
    moved = debian.run(
        "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "--resolve", "call.test:80:127.0.0.1",
        "http://call.test/talkie")
    assert moved == "308 https://localhost/talkie", moved
    assert "listening" in system.does("sterna", "status", "--socket", "/run/sterna/admin.sock")


@pytest.mark.parametrize("number, way, patience", [(1, "udp", 2), (2, "tls", 20)])
def test_a_call_goes_on_while_the_next_version_is_installed(call, service, system, tmp_path, figure, number, way, patience):
    people = call(way)
    version = f"0.1.0+{number}"
    system.installs(debian.repacked(debian.package(), version, str(tmp_path)))
    assert version in system.does("dpkg-query", "-W", "-f", "${Version}", "sterna")
    # As systemd does at the end of an upgrade: it ends the one and starts the other, with what was stored.
    process = service.process
    service.restart()
    assert service.process != process
    pause = longest_pause(people, 2, 10)
    figure(f"upgrade with a call over {way}: longest time without a picture {pause:.1f} s")
    assert pause < patience
    for somebody in people:
        somebody.wait("connected")
