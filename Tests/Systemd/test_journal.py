# SPDX-License-Identifier: Apache-2.0
"""What the journal of a systemd has of the service: records with fields, by which an operator asks for them."""
import os
import signal
import subprocess

import pytest
from units import as_shipped, configure, journal, records, show, systemctl, wait_for  # noqa: I001
from server import PASSWORD, USER
from traffic import Traffic
import stun

ADDRESS = ("127.0.0.1", 3478)

pytestmark = pytest.mark.skipif(
    not os.path.exists("/run/systemd/system/") or not os.path.exists("/results"), reason="runs in Tests/Systemd/boot alone"
)


@pytest.fixture(autouse=True)
def started():
    systemctl("reset-failed", check=False)
    configure("log-min-level=debug")
    systemctl("restart", "sterna.service")
    yield
    systemctl("stop", "sterna.service")
    as_shipped()


def of_this_run(*matches):
    return records(f"_SYSTEMD_INVOCATION_ID={show('InvocationID')}", *matches)


def test_a_session_is_found_by_the_name_that_the_list_of_sessions_has_for_it():
    client = stun.Client(stun.Datagrams(ADDRESS), USER, PASSWORD)
    assert client.allocate().error == 0
    # A peer that is refused is a line of the same session.
    assert client.permit(("10.0.0.1", 9)).error == 403
    listed = subprocess.run(["sterna", "sessions"], capture_output=True, text=True, check=True).stdout
    session = next(line.split()[0] for line in listed.splitlines() if USER in line)
    assert client.refresh(0).error == 0
    wait_for(lambda: len(of_this_run(f"SESSION={session}")) == 2)
    refused, ended = of_this_run(f"SESSION={session}")
    assert (refused["EVENT"], refused["PEER"], refused["CODE"], refused["PRIORITY"]) == ("refused", "10.0.0.1:9", "403", "7")
    assert (ended["EVENT"], ended["USER"], ended["REASON"], ended["PRIORITY"]) == ("session", USER, "released", "6")
    assert ended["CLIENT"] == "%s:%d" % client.link.socket.getsockname()
    assert ended["SYSLOG_IDENTIFIER"] == "sterna" and ended["_PID"] == show("MainPID")
    assert ended["MESSAGE"].startswith(f"session: a session ended session={session} user={USER} ")


def test_priorities_are_the_journals_own():
    wait_for(lambda: of_this_run("EVENT=ready"))
    assert {each["PRIORITY"] for each in of_this_run("EVENT=ready")} == {"6"}
    assert of_this_run("EVENT=ready", "-p", "warning") == []


def test_whoever_guesses_leaves_the_line_that_fail2ban_looks_for():
    client = stun.Client(stun.Datagrams(ADDRESS), USER, "a guess")
    assert client.allocate().error == 401
    wait_for(lambda: of_this_run("EVENT=credentials"))
    (line,) = of_this_run("EVENT=credentials")
    assert line["MESSAGE"].startswith("credentials: ") and " client=127.0.0.1:" in line["MESSAGE"]


def test_a_configuration_that_cannot_be_served_is_told_with_its_place_and_stays_in_the_status():
    systemctl("stop", "sterna.service")
    configure("min-port=eleven")
    systemctl("start", "sterna.service", check=False)
    wait_for(lambda: show("ActiveState") == "failed")
    (line,) = of_this_run("EVENT=configuration", "-p", "err")
    assert line["AT"].startswith("/etc/sterna/sterna.conf:") and "eleven" in line["MESSAGE"]
    assert "eleven" in show("StatusText") and show("ExecMainStatus") == "78" and show("NRestarts") == "0"


def test_the_last_words_arrive():
    systemctl("stop", "sterna.service")
    assert "SIGTERM came" in journal()


def test_a_journal_that_stands_still_stops_no_packet():
    """More lines than its socket takes are said meanwhile; the calls hear nothing of it."""
    daemon = int(systemctl("show", "--property", "MainPID", "--value", "systemd-journald.service"))
    with Traffic(ADDRESS, 10, 4) as calls:
        os.kill(daemon, signal.SIGSTOP)
        try:
            guesser = stun.Datagrams(ADDRESS)
            for _ in range(3000):
                guesser.send(stun.encode(stun.BINDING, attributes=[(0x7FFF, b"")]))
            client = stun.Client(stun.Datagrams(ADDRESS), USER, PASSWORD)
            for _ in range(300):
                assert client.allocate().error in (0, 437)
                assert client.refresh(0).error == 0
        finally:
            os.kill(daemon, signal.SIGCONT)
    assert (calls.lost, calls.broken) == (0, 0)
    calls.close()
    wait_for(lambda: of_this_run("EVENT=session"))
