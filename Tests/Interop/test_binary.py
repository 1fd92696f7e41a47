# SPDX-License-Identifier: Apache-2.0
"""The release binary: one file, no Swift library, started in under 100 ms, ended when asked."""
import os
import re
import shutil
import socket
import statistics
import subprocess
import time

import pytest
import stun
from server import BINARY, LOOPBACK, USERS, Server

pytestmark = pytest.mark.ours

WEB = ["web-port={web_port}", "web-listening-ip=127.0.0.1"]
STARTS = 11


def linked(program):
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return {os.path.basename(line.split()[0]) for line in said.splitlines()}


def test_it_links_the_libraries_of_the_committed_list_and_no_swift():
    with open(os.path.join(os.path.dirname(__file__), "libraries.txt")) as file:
        listed = {line.strip() for line in file if line.strip() and not line.startswith("#")}
    # Another processor's loader has another name.
    names = {re.sub(r"^ld-linux-.*", "ld-linux-x86-64.so.2", name) for name in linked(BINARY)}
    assert not [name for name in names if "swift" in name.lower() or "Foundation" in name]
    assert names - listed == set(), "linked, but not in libraries.txt"


def test_it_runs_alone_in_an_empty_folder(tmp_path):
    alone = shutil.copy(BINARY, tmp_path / "sterna")
    done = subprocess.run([alone, "version"], capture_output=True, text=True, cwd=tmp_path, env={}, timeout=60)
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d+\.\d+", done.stdout)


def health(port):
    """Whether /healthz answers 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as web:
            web.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return web.recv(1000).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def test_the_relay_and_the_pages_answer_after_every_start(figure):
    """From fork and exec to the answered Binding and the answered /healthz; `make figures` holds the time to a limit."""
    bindings, pages = [], []
    for _ in range(STARTS):
        server = Server("sterna", LOOPBACK + USERS + WEB)
        link = stun.Datagrams(("127.0.0.1", server.port))
        try:
            while True:
                server.must_live()
                assert time.monotonic() < server.started + 20, server.said()
                link.send(stun.encode(stun.BINDING))
                try:
                    link.receive(0.001)
                    break
                except (stun.Silence, ConnectionRefusedError):
                    continue
            bindings.append(time.monotonic() - server.started)
            while not health(server.web_port):
                assert time.monotonic() < server.started + 20, server.said()
                time.sleep(0.001)
            pages.append(time.monotonic() - server.started)
        finally:
            link.socket.close()
            assert server.stop()
    for name, times in (("Binding", bindings), ("/healthz", pages)):
        best, median, worst = (1000 * each for each in (min(times), statistics.median(times), max(times)))
        figure(f"start to {name}: best {best:.1f} ms, median {median:.1f} ms, worst {worst:.1f} ms")
        assert len(times) == STARTS


def test_a_wrong_configuration_is_refused_with_file_line_and_remedy(tmp_path):
    path = tmp_path / "sterna.conf"
    path.write_text("realm=sterna.test\nlistening-port=many\n")
    done = subprocess.run([BINARY, "serve", "--config", str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 78
    assert f"{path}:2" in done.stderr and "listening-port" in done.stderr


def test_a_missing_configuration_is_named(tmp_path):
    path = tmp_path / "nowhere.conf"
    done = subprocess.run([BINARY, "serve", "--config", str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 78
    assert str(path) in done.stderr


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        server = Server("sterna", ["listening-ip=127.0.0.1", f"listening-port={port}", *USERS])
        try:
            assert server.process.wait(10) != 0
            assert str(port) in server.said()
        finally:
            server.stop()
