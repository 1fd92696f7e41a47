# SPDX-License-Identifier: Apache-2.0
"""Which files coturn starts with and Sterna starts with, and why not, as a table.

`Tests/Interop/coturn-files` has a file of every kind that people run coturn with. COTURN_FILES names a folder of others, in which
the certificates below `CASES/` are made; the table is printed, and written where COTURN_TABLE says.
"""
import functools
import glob
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from certificates import Certificates
from server import BINARY

pytestmark = pytest.mark.ours

OURS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "coturn-files")
FOLDERS = [OURS, *filter(None, [os.environ.get("COTURN_FILES")])]
FILES = [path for folder in FOLDERS for path in sorted(glob.glob(os.path.join(folder, "*.conf")))]
ADDRESSES = ["10.0.0.5/24", "203.0.113.10/24", "192.168.2.3/24", "172.18.0.3/16", "2001:db8::10/64", "fd00:a::5/64"]

# Of our own files: where coturn starts and Sterna does not, and what it says; and where only Sterna does.
STOPS = {
    "another-key": "does not belong to the certificate",
    "empty-denial": "denied-peer-ip has no value",
    "nearly-a-peer-rule": "did you mean “allowed-peer-ip”?",
    "nearly-a-secret": "did you mean “static-auth-secret”?",
    "postgres": "psql-userdb is refused: Sterna reads SQLite only",
    "stranger-as-ca-file": "(CA-file) holds no issuer of the certificate",
}
BETTER = {"boolean-with-comment"}


def inside(*command):
    """The command in a network of its own, with the addresses that the files name."""
    script = "ip link set lo up; ip link add eth0 type veth peer name far; ip link set far up; ip link set eth0 up; for a in "
    script += " ".join(ADDRESSES) + '; do ip address add $a dev eth0 nodad 2>/dev/null || ip address add $a dev eth0; done; exec "$@"'
    return ["unshare", "-n", "sh", "-c", script, "sh", *command]


@pytest.fixture(scope="module", autouse=True)
def networks():
    if subprocess.run(inside("true"), stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("no network namespace can be made here")


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """What stands in braces in the files, and the folder that replaces `CASES/`."""
    folder = tmp_path_factory.mktemp("certificates")
    made = Certificates(folder)
    stranger = Certificates(tmp_path_factory.mktemp("stranger"))
    tls = folder / "operators" / "tls"
    tls.mkdir(parents=True)
    for source, name in ((made.chain, "fullchain.pem"), (made.key, "privkey.pem"), (stranger.key, "other.pem")):
        (tls / name).write_bytes(open(source, "rb").read())
    return {
        "{certificate}": made.chain, "{key}": made.key, "{other}": stranger.key, "{authority}": made.authority,
        "{stranger}": stranger.authority, "CASES": str(folder),
    }


@pytest.fixture(scope="module")
def table():
    """Rows of file, coturn, Sterna, why not; printed at the end."""
    rows = []
    yield rows
    text = "\n".join(f"{name:<28} {coturn:<7} {sterna:<7} {why}" for name, coturn, sterna, why in [("file", "coturn", "Sterna", "why not"), *sorted(rows)])
    print("\n" + text, file=sys.__stdout__)
    if path := os.environ.get("COTURN_TABLE"):
        with open(path, "w") as file:
            file.write(text + "\n")


def filled(path, folder, places):
    with open(path, "rb") as file:
        text = file.read()
    for word, meant in places.items():
        text = text.replace(word.encode(), meant.encode())
    copy = folder / os.path.basename(path)
    copy.write_bytes(text)
    return str(copy)


def lives(command, is_open, folder, seconds=60):
    """Whether the server is up: lives, and `is_open` with what it has said. What it has said, and how it ended."""
    with open(folder / "said", "w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=dict(os.environ, SWIFT_BACKTRACE="enable=no"))
        deadline = time.monotonic() + seconds
        try:
            while process.poll() is None and time.monotonic() < deadline:
                if is_open(process, (folder / "said").read_text(errors="replace")):
                    return True, "", 0
                time.sleep(0.02)
            return False, (folder / "said").read_text(errors="replace"), process.returncode
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()


def listens(process, said):
    """Whether coturn listens anywhere, as the kernel tells of its network."""
    sockets = ""
    try:
        # Until it has a network of its own, what it shows is what others listen at here.
        if os.readlink(f"/proc/{process.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            return False
    except OSError:
        return False
    for table in ("tcp", "udp", "tcp6", "udp6"):
        try:
            with open(f"/proc/{process.pid}/net/{table}") as file:
                sockets += "".join(file.readlines()[1:])
        except OSError:
            return False
    return sockets.count("\n") >= 2


@functools.cache
def coturn_is_there():
    return subprocess.run(["turnserver", "--version"], capture_output=True).returncode in (0, 255)


@pytest.mark.parametrize("path", FILES, ids=lambda path: os.path.splitext(os.path.basename(path))[0])
def test_a_file_that_coturn_starts_with_starts_or_says_in_a_sentence_why_not(path, tmp_path, places, table):
    name = os.path.splitext(os.path.basename(path))[0]
    file = filled(path, tmp_path, places)
    theirs = ["turnserver", "-c", file, "--no-cli", "--log-file=stdout", f"--pidfile={tmp_path}/pid"]
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").mkdir()
    coturn, _, _ = lives(inside(*theirs), listens, tmp_path / "theirs") if coturn_is_there() else (None, "", 0)
    socket = f"--admin-socket={tmp_path}/admin.sock"
    sterna, said, code = lives(inside(BINARY, "serve", "--config", file, socket), lambda _, log: " ready: " in log, tmp_path / "ours")
    judged = subprocess.run(inside(BINARY, "config", file), capture_output=True, text=True)
    reported = subprocess.run(inside(BINARY, "config", "--import", file), capture_output=True, text=True)
    errors = [line for line in said.splitlines() if ": warning: " not in line and " warning " not in line and " info " not in line]
    why = re.sub(r"^\S+( error failure)?: ", "", errors[-1]) if errors else ""
    table.append((name, {True: "starts", False: "stops", None: "-"}[coturn], "starts" if sterna else "stops", why.replace(str(tmp_path), "")))

    # What is judged beforehand is what happens.
    assert (judged.returncode == 0) == sterna, judged.stderr + said
    assert (reported.returncode == 0) == sterna, reported.stdout
    if sterna:
        assert reported.stdout.endswith("serves it as it is.\n"), reported.stdout
        assert not re.search(r"^\d+ +(mistake|refused) ", reported.stdout, re.M), reported.stdout
    else:
        # One sentence, the last thing that is said, and everywhere the same.
        assert code in (69, 78) and len(errors) == 1 and said.splitlines()[-1] == errors[0], said
        assert errors[0].split(": ", 2)[-1] in judged.stderr, judged.stderr
        assert judged.stderr.splitlines()[-1].find(" warning: ") < 0
        assert len(re.findall(r"^\d+ +(?:mistake|refused) ", reported.stdout, re.M)) == 1, reported.stdout
    if os.path.dirname(path) == OURS:
        assert STOPS.get(name, "") in why and sterna == (name not in STOPS), said
        assert coturn in (None, name not in BETTER)


def test_a_line_is_told_once_and_called_changed_only_where_it_is(tmp_path, places):
    done = subprocess.run(
        inside(BINARY, "config", "--import", filled(f"{OURS}/said-twice.conf", tmp_path, places)), capture_output=True, text=True)
    fates = re.findall(r"^\d+ +(\w+) ", done.stdout, re.M)
    assert fates == ["taken", "needless", "taken", "needless", "taken", "taken", "needless", "taken", "taken"], done.stdout
    assert "2 mistake" not in done.stdout and "changed" not in done.stdout
