# SPDX-License-Identifier: Apache-2.0
"""The units under a systemd of their own, which `Tests/Systemd/boot` has booted: run there and nowhere else."""
import ctypes
import os
import pathlib
import signal
import subprocess
import time

import pytest
from units import as_shipped, has_page, journal, override, show, systemctl, wait_for  # noqa: I001
from traffic import Traffic

ADDRESS = ("127.0.0.1", 3478)

pytestmark = pytest.mark.skipif(
    not os.path.exists("/run/systemd/system/") or not os.path.exists("/results"), reason="runs in Tests/Systemd/boot alone"
)


@pytest.fixture(autouse=True)
def started():
    systemctl("reset-failed", check=False)
    systemctl("start", "sterna.service")
    yield
    systemctl("stop", "sterna.service")
    as_shipped()


@pytest.fixture
def calls():
    traffic = Traffic(ADDRESS, 10, 4)
    yield traffic
    traffic.close()


def test_the_service_is_started_when_it_says_that_it_is_ready():
    assert show("Type") == "notify"
    assert show("ActiveState") == "active"
    assert show("StatusText").startswith("serving STUN and TURN, web")
    # Everything that a restart needs is in the store: the state, the listeners, a bag for each worker at least.
    assert int(show("NFileDescriptorStore")) >= 5


def test_the_service_has_no_privilege_and_serves_ports_below_1024_all_the_same():
    status = pathlib.Path("/proc", show("MainPID"), "status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["Uid"].split()[0] != "0"
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(fields[name], 16) == 0, f"{name} is {fields[name]}"
    assert fields["NoNewPrivs"].strip() == "1" and fields["Seccomp"].strip() == "2"
    assert has_page(80)


def test_a_restart_loses_nothing(calls, figure):
    with calls:
        for _ in range(3):
            time.sleep(1)
            systemctl("restart", "sterna.service")
        time.sleep(1)
    figure(f"systemctl restart: {calls.lost} of {calls.sent} packets lost, longest gap {calls.gap * 1000:.0f} ms")
    assert (calls.lost, calls.broken) == (0, 0), journal()


def test_a_kill_loses_less_than_half_a_second(calls, figure):
    with calls:
        time.sleep(1)
        process = show("MainPID")
        os.kill(int(process), signal.SIGKILL)
        wait_for(lambda: show("MainPID") not in ("0", process) and show("ActiveState") == "active")
        time.sleep(1)
    worst = max(way.lost for way in calls.ways())
    figure(f"kill -9 under systemd: {calls.lost} of {calls.sent} packets lost, longest gap {calls.gap * 1000:.0f} ms")
    assert worst <= 25 and calls.broken == 0, journal()


def test_it_becomes_the_program_in_its_place_under_the_same_number(calls):
    process = show("MainPID")
    with calls:
        time.sleep(0.5)
        store = show("NFileDescriptorStore")
        os.kill(int(process), signal.SIGUSR2)
        wait_for(lambda: journal().count("becoming /usr/bin/sterna") >= 1)
        time.sleep(1.5)
    assert show("MainPID") == process
    assert (calls.lost, calls.broken) == (0, 0), journal()
    wait_for(lambda: show("NFileDescriptorStore") == store)


def test_a_reload_is_over_when_it_is_done():
    process = show("MainPID")
    before = journal().count("the configuration was reloaded")
    systemctl("reload", "sterna.service")
    wait_for(lambda: journal().count("the configuration was reloaded") > before)
    assert show("MainPID") == process and show("ActiveState") == "active"


def test_a_stuck_worker_starves_the_watchdog_and_the_calls_go_on(calls, figure):
    override("WatchdogSec=2", "WatchdogSignal=SIGKILL")
    systemctl("restart", "sterna.service")
    process = show("MainPID")
    # Fed while all is well.
    time.sleep(5)
    assert show("MainPID") == process, journal()
    task = next(
        int(task.name) for task in pathlib.Path("/proc", process, "task").iterdir()
        if (task / "comm").read_text().startswith("relay-"))
    libc = ctypes.CDLL(None, use_errno=True)
    seize, interrupt = 0x4206, 0x4207
    libc.ptrace.argtypes = [ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong]
    assert libc.ptrace(seize, task, 0, 0) == 0, os.strerror(ctypes.get_errno())
    assert libc.ptrace(interrupt, task, 0, 0) == 0

    def is_another():
        # Whoever traces a thread has to take its end, or the process never ends.
        try:
            os.waitpid(task, os.WNOHANG | 0x40000000)
        except ChildProcessError:
            pass
        return show("MainPID") not in ("0", process) and show("ActiveState") == "active"

    wait_for(is_another)
    assert "atchdog" in subprocess.run(["journalctl", "--no-pager", "-b"], capture_output=True, text=True).stdout
    with calls:
        time.sleep(0.5)
    assert (calls.lost, calls.broken) == (0, 0), journal()


def test_what_is_stopped_leaves_nothing_behind():
    assert int(show("NFileDescriptorStore")) > 0
    systemctl("stop", "sterna.service")
    assert show("NFileDescriptorStore") in ("0", "")
    assert show("ActiveState") == "inactive"
    systemctl("start", "sterna.service")


def test_the_hardening_is_what_it_is_said_to_be(figure):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=12", "--no-pager",
         "/etc/systemd/system/sterna.service"], capture_output=True, text=True)
    figure(next((line.strip() for line in done.stdout.splitlines() if "Overall exposure" in line), done.stderr))
    assert done.returncode == 0, done.stdout[-2000:]
