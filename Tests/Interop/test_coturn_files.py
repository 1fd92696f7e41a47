# SPDX-License-Identifier: Apache-2.0
"""Configurations as coturn and Debian ship them and as guides teach them start unchanged, each line accounted for."""
import os
import re
import signal
import subprocess

import pytest
from certificates import Certificates
from server import BINARY, ROOT

pytestmark = pytest.mark.ours

FIXTURES = os.path.join(ROOT, "Tests", "ConfigurationTests", "Fixtures")
NAMES = ["coturn-example", "debian", "jitsi", "nextcloud-talk", "synapse"]
# What the packages of coturn install, where they do.
INSTALLED = ["/etc/turnserver.conf", "/usr/share/doc/coturn/examples/etc/turnserver.conf"]


def paths():
    return [os.path.join(FIXTURES, f"{name}.conf") for name in NAMES] + [p for p in INSTALLED if os.access(p, os.R_OK)]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    made = Certificates(tmp_path_factory.mktemp("certificate"))
    return ["--cert", made.chain, "--pkey", made.key]


def settings(path):
    """The lines that are no comments, by number."""
    with open(path, errors="replace") as file:
        lines = dict(enumerate((line.strip() for line in file), 1))
    return {number: line for number, line in lines.items() if line and not line.startswith("#")}


@pytest.mark.parametrize("path", paths())
def test_every_line_is_accounted_for(path):
    done = subprocess.run([BINARY, "config", "--import", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = re.findall(r"^(\d+) +(\w+) +(.*)$", done.stdout, re.M)
    told = {int(number): fate for number, fate, _ in rows}
    assert set(settings(path)) <= set(told), done.stdout
    assert set(told.values()) <= {"taken", "changed", "needless", "dropped"}, done.stdout
    assert done.stdout.endswith(f"“sterna serve --config {path}” serves it as it is.\n")


@pytest.mark.parametrize("path", paths())
def test_it_starts_unchanged(path, certificate):
    """In a network of its own, so that its ports are free; only where the certificate lies is said beside the file."""
    inside = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if subprocess.run([*inside, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("no network namespace can be made here")
    flags = certificate if any(line.startswith("cert=") for line in settings(path).values()) else []
    process = subprocess.Popen(
        [*inside, BINARY, "serve", "--config", path, *flags], stderr=subprocess.PIPE, text=True,
        env=dict(os.environ, SWIFT_BACKTRACE="enable=no"),
    )
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if " ready: " in line:
                break
        assert " ready: " in said[-1], "".join(said)
        ask = ["nsenter", "-n", "-t", str(process.pid), "turnutils_stunclient", "127.0.0.1"]
        answer = subprocess.run(ask, capture_output=True, text=True, timeout=60)
        assert "UDP reflexive addr: 127.0.0.1" in answer.stdout, answer.stdout + "".join(said)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stderr.close()
