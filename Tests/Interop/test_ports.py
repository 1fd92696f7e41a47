# SPDX-License-Identifier: Apache-2.0
"""`sterna ports`: what a firewall has to let in; what it opens for the service is tried under a systemd (make systemd)."""
import os
import subprocess

import pytest
from certificates import Certificates
from server import BINARY

pytestmark = pytest.mark.ours


def ports(*words, **environment):
    kept = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
    return subprocess.run([BINARY, "ports", *words], capture_output=True, text=True, timeout=60, env={**kept, **environment})


@pytest.fixture
def file(tmp_path):
    def write(*lines):
        path = tmp_path / "sterna.conf"
        path.write_text("\n".join(["listening-ip=127.0.0.1", f"data-dir={tmp_path}", *lines]) + "\n")
        return str(path)

    return write


def test_every_port_that_is_served_is_listed_once_and_no_other(file, tmp_path):
    made = Certificates(str(tmp_path))
    path = file(
        f"cert={made.chain}", f"pkey={made.key}", "web-port=80", "web-tls-port=443", "tcp-proxy-port=5350", "min-port=50000",
        "max-port=50999")
    done = ports("--config", path)
    assert done.returncode == 0, done.stderr
    listed = [line.split()[0] for line in done.stdout.splitlines()]
    assert sorted(listed) == sorted(
        ["80/tcp", "443/tcp", "443/udp", "3478/tcp", "3478/udp", "5349/tcp", "5349/udp", "5350/tcp", "50000-50999/udp"])


def test_without_a_certificate_there_is_no_port_for_it(file):
    listed = [line.split()[0] for line in ports("--config", file("no-tcp")).stdout.splitlines()]
    assert listed == ["3478/udp", "49152-65535/udp"]


def test_nothing_is_opened_for_nobody(file):
    done = ports("--open", "--config", file("listening-port=443"))
    assert done.returncode == 64 and "systemd" in done.stderr
