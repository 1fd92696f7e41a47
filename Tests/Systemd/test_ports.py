# SPDX-License-Identifier: Apache-2.0
"""Ports below 1024, ports that change and ports that somebody else has, under the unit as it is shipped."""
import os
import socket
import threading
import time

import pytest
from units import as_shipped, configure, has_page, journal, listeners, serves, show, systemctl, wait_for

pytestmark = pytest.mark.skipif(
    not os.path.exists("/run/systemd/system/") or not os.path.exists("/results"), reason="runs in Tests/Systemd/boot alone"
)


@pytest.fixture(autouse=True)
def stopped():
    systemctl("reset-failed", check=False)
    systemctl("stop", "sterna.service")
    yield
    systemctl("stop", "sterna.service")
    as_shipped()


def test_443_and_its_udp_serve_calls_and_the_process_has_no_capability():
    configure("listening-port=443", without=("listening-port",))
    systemctl("start", "sterna.service")
    assert serves(443, "udp") and serves(443, "tcp") and has_page(80)
    with open(f"/proc/{show('MainPID')}/status") as file:
        assert "CapEff:\t0000000000000000\n" in file.read()


def test_nothing_is_left_in_the_way_of_what_was_opened():
    """What opens the ports gives them away: the service alone has them."""
    configure("listening-port=443", without=("listening-port",))
    systemctl("start", "sterna.service")
    for _ in range(2):
        assert all("sterna" in line for line in listeners(80, 443).splitlines())
        assert listeners(443).count("udp") == 16
        systemctl("restart", "sterna.service")
        assert serves(443, "udp") and serves(443, "tcp")


def test_metrics_below_1024_are_served_and_stay_so_whatever_starts_the_program_again():
    """A restart opens the port anew; the program that takes this one's place has no right to, and is given it."""
    configure("prometheus", "prometheus-port=91")
    systemctl("start", "sterna.service")
    assert has_page(91, path="/metrics")
    systemctl("restart", "sterna.service")
    assert has_page(91, path="/metrics")
    generation = journal().count("becoming /usr/bin/sterna")
    systemctl("kill", "--kill-whom=main", "--signal=USR2", "sterna.service")
    wait_for(lambda: journal().count("becoming /usr/bin/sterna") > generation and has_page(91, path="/metrics"))
    assert show("NRestarts") == "0" and show("ActiveState") == "active"


@pytest.mark.parametrize("before, after", [(3478, 443), (443, 3478), (443, 444)])
def test_a_changed_port_is_served_after_a_restart_and_the_old_one_is_free(before, after):
    configure(f"listening-port={before}", without=("listening-port",))
    systemctl("start", "sterna.service")
    assert serves(before)
    configure(f"listening-port={after}", without=("listening-port",))
    systemctl("restart", "sterna.service")
    assert serves(after, "udp") and serves(after, "tcp")
    assert listeners(before) == ""
    assert show("NRestarts") == "0", journal()


@pytest.mark.parametrize("before, after", [("", "127.0.0.1"), ("127.0.0.1", ""), ("127.0.0.1", "127.0.0.2")])
def test_a_changed_address_at_the_same_port_is_served_after_a_restart(before, after):
    """The sockets of before are kept over a restart, and would be in the way: a wildcard has all addresses."""
    def at(address):
        lines = ["listening-port=443", "relay-ip=127.0.0.1"]
        configure(
            *lines, *([f"listening-ip={address}", f"web-listening-ip={address}"] if address else []),
            without=("listening-port", "listening-ip", "relay-ip", "web-listening-ip"))

    at(before)
    systemctl("start", "sterna.service")
    at(after)
    systemctl("restart", "sterna.service")
    address = after or "127.0.0.3"
    assert serves(443, "udp", address) and serves(443, "tcp", address) and has_page(80, address)
    assert show("NRestarts") == "0", journal()
    if after:
        assert all(f"{after}:" in line for line in listeners(80, 443).splitlines()), listeners(80, 443)


def test_a_reload_says_which_port_waits_for_a_restart():
    systemctl("start", "sterna.service")
    configure("listening-port=443", without=("listening-port",))
    systemctl("reload", "sterna.service")
    wait_for(lambda: "waiting=listening-port" in journal())
    assert serves(3478)
    systemctl("restart", "sterna.service")
    assert serves(443)


@pytest.mark.parametrize("words", [("stop",), ("disable", "--now")])
def test_what_is_stopped_has_no_port_any_more(words):
    configure("listening-port=443", without=("listening-port",))
    systemctl("start", "sterna.service")
    assert listeners(80, 443)
    systemctl(*words, "sterna.service")
    assert listeners(80, 443) == ""
    assert show("ActiveState") == "inactive"
    # Nobody who knocks wakes it up.
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", 80)) != 0
    assert show("ActiveState") == "inactive"
    if words[0] == "disable":
        systemctl("enable", "sterna.service")


@pytest.mark.parametrize("port, kind", [(3478, socket.SOCK_DGRAM), (3478, socket.SOCK_STREAM), (80, socket.SOCK_STREAM)])
def test_a_port_that_another_program_has_is_a_clear_end_and_no_loop(port, kind):
    with socket.socket(socket.AF_INET, kind) as holder:
        # What earlier tests have left at the port is over.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
        holder.bind(("127.0.0.1", port) if port == 3478 else ("0.0.0.0", port))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        systemctl("start", "sterna.service", check=False)
        wait_for(lambda: show("ActiveState") == "failed")
        # Longer than systemd waits before it starts a service again.
        time.sleep(1)
        assert (show("ActiveState"), show("NRestarts"), show("ExecMainStatus")) == ("failed", "0", "69"), journal()
        told = show("StatusText")
        assert str(port) in told and "is already in use by a program of the user root" in told
    systemctl("start", "sterna.service")
    assert serves(3478) and has_page(80)


def test_whoever_connects_to_a_proxys_port_during_a_restart_is_not_turned_away():
    configure("tcp-proxy-port=5350", "trusted-proxy=127.0.0.1")
    systemctl("start", "sterna.service")
    turned_away, over = [], threading.Event()

    def knock():
        while not over.is_set():
            try:
                socket.create_connection(("127.0.0.1", 5350), 5).close()
            except OSError as error:
                turned_away.append(error)
            time.sleep(0.002)

    knocking = threading.Thread(target=knock)
    knocking.start()
    try:
        for _ in range(3):
            systemctl("restart", "sterna.service")
    finally:
        over.set()
        knocking.join()
    assert turned_away == []
