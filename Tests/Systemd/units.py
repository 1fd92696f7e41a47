# SPDX-License-Identifier: Apache-2.0
"""What the tests of Tests/Systemd do to the unit, and what they see of it."""
import json
import pathlib
import subprocess
import sys
import time
import urllib.request

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "Handover"), str(TESTS / "Interop")]
import stun  # noqa: E402

CONFIGURATION = pathlib.Path("/etc/sterna/sterna.conf")
SHIPPED = CONFIGURATION.read_text() if CONFIGURATION.exists() else ""


def systemctl(*words, check=True):
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True)
    assert not check or done.returncode == 0, f"systemctl {' '.join(words)}: {done.stderr}\n{journal()}"
    return done.stdout.strip()


def show(name):
    return systemctl("show", "--property", name, "--value", "sterna.service")


def journal():
    return subprocess.run(
        ["journalctl", "--no-pager", "-n", "60", "-u", "sterna.service"], capture_output=True, text=True
    ).stdout


def records(*matches):
    """The records of the journal that have these fields, oldest first."""
    said = subprocess.run(
        ["journalctl", "--no-pager", "-o", "json", "-u", "sterna.service", *matches], capture_output=True, text=True)
    return [json.loads(line) for line in said.stdout.splitlines()]


def override(*lines):
    """Changes the unit for this test, without a restart."""
    folder = pathlib.Path("/run/systemd/system/sterna.service.d")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "test.conf").write_text("[Service]\n" + "\n".join(lines) + "\n")
    systemctl("daemon-reload")


def as_shipped():
    """Takes back what a test has changed of the unit and of the configuration."""
    CONFIGURATION.write_text(SHIPPED)
    changed = pathlib.Path("/run/systemd/system/sterna.service.d/test.conf")
    if changed.exists():
        changed.unlink()
        systemctl("daemon-reload")


def configure(*lines, without=()):
    """Writes the configuration with other lines; a restart or a reload takes them up."""
    kept = [line for line in SHIPPED.splitlines() if line.split("=")[0] not in without]
    CONFIGURATION.write_text("\n".join([*kept, *lines]) + "\n")


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, journal()
        time.sleep(0.05)


def serves(port, transport="udp", address="127.0.0.1"):
    """Whether a Binding is answered there."""
    try:
        link = (stun.Datagrams if transport == "udp" else stun.Stream)((address, port))
    except OSError:
        return False
    try:
        link.send(stun.encode(stun.BINDING))
        link.receive(2)
        return True
    except (stun.Silence, OSError):
        return False
    finally:
        link.socket.close()


def has_page(port, address="127.0.0.1", path="/healthz"):
    """Whether the web answers there, or the metrics."""
    try:
        return urllib.request.urlopen(f"http://{address}:{port}{path}", timeout=5).status == 200
    except OSError:
        return False


def listeners(*ports):
    """Who has any of these ports, as `ss` says; an empty text when nobody has."""
    chosen = " or ".join(f"sport = :{port}" for port in ports)
    return subprocess.run(["ss", "-Hlntup", chosen], capture_output=True, text=True, check=True).stdout.strip()
