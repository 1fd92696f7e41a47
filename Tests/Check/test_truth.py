# SPDX-License-Identifier: Apache-2.0
"""What `sterna check` must not say: causes that are not so, remedies that do not help, and what a terminal would obey."""
import contextlib
import os
import socket
import ssl
import struct
import subprocess
import threading

import pytest
import server
from certificates import Certificates
from checking import Checked, settings
from server import REST, SECRET

pytestmark = pytest.mark.ours

ROOT = os.geteuid() == 0
LOCAL = ["listening-ip=127.0.0.1", "relay-ip=127.0.0.1", "allow-loopback-peers"]
needs_root = pytest.mark.skipif(not ROOT, reason="namespaces are root's")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


def written(folder, *lines):
    path = folder / "sterna.conf"
    path.write_text("\n".join(["static-auth-secret=0123456789abcdef0123456789abcdef", *lines]) + "\n")
    return str(path)


def told(uri, *words, stdin=SECRET):
    return Checked(uri, "--secret-file", "-", *words, stdin=stdin)


# Closed ports


@pytest.mark.parametrize("uri", ["turn:127.0.0.1:{}?transport=udp", "turn:127.0.0.1:{}?transport=tcp", "turns:127.0.0.1:{}?transport=tcp"])
def test_a_closed_port_is_refused_because_nothing_listens_there_and_no_firewall_is_blamed(uri):
    checked = told(uri.format(server.free_ports(1)))
    found = checked.one("STUN", "FAIL", "refused")
    assert found["cause"] == "nothing-listens" and "ufw" not in found["remedy"]
    assert "Broken pipe" not in checked.told()


def test_a_port_of_another_service_is_not_called_closed():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def answer():
            with contextlib.suppress(OSError), listener.accept()[0] as client:
                client.recv(4096)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        found = told(f"turn:127.0.0.1:{listener.getsockname()[1]}?transport=tcp").one("STUN", "FAIL", "does not speak STUN")
        assert found["cause"] == "not-stun" and "ufw" not in found["remedy"]


# TLS as browsers open it


class Picky(threading.Thread):
    """Passes TLS on to TCP, for those only who name stun.turn by ALPN, as a proxy in front of several services does."""

    def __init__(self, certificates, behind):
        super().__init__(daemon=True)
        self.behind = behind
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificates.chain, certificates.key)
        self.context.set_alpn_protocols(["stun.turn"])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with contextlib.suppress(OSError), self.context.wrap_socket(client, server_side=True) as client:
            if client.selected_alpn_protocol() != "stun.turn":
                return
            behind = socket.create_connection(("127.0.0.1", self.behind))
            threading.Thread(target=self.pipe, args=(behind, client), daemon=True).start()
            self.pipe(client, behind)

    @staticmethod
    def pipe(source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(4096):
                sink.sendall(piece)


def test_who_answers_only_to_the_name_of_the_protocol_is_told_that_browsers_do_not_say_it(serve, certificates):
    picky = Picky(certificates, serve(LOCAL + REST).port)
    picky.start()
    checked = told(f"turns:127.0.0.1:{picky.port}?transport=tcp", "--ca", certificates.authority, "--host", "localhost")
    assert checked.one("STUN", "WARN", "stun.turn")["cause"] == "protocol-name-needed"
    checked.one("TURN", "OK", "allocates over tls")
    assert "ufw" not in checked.told()


def test_the_certificate_that_the_server_made_itself_is_looked_at(serve):
    running = serve(LOCAL + REST + [
        "tls-listening-port={tls_port}", "web-tls-port={web_port}", "web-listening-ip=127.0.0.1", "no-web-udp"])
    with open(settings(running)) as file:
        folder = next(line.split("=")[1].strip() for line in file if line.startswith("data-dir="))
    checked = Checked("--config", settings(running), "--ca", f"{folder}/tls/authority.pem")
    found = checked.one("TLS", "WARN", "made the certificate itself")
    assert found["cause"] == "certificate-self-made" and f"{folder}/tls/authority.pem" in found["remedy"]
    assert not checked.lines("TLS", "SKIP")


# Addresses


@pytest.fixture
def private():
    """A network namespace with a private address, as behind a NAT: the words that run a command there."""
    name = f"sterna-truth-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    for line in ("link set lo up", "link add eth0 type veth peer name far", "link set far up", "addr add 10.0.0.5/24 dev eth0", "link set eth0 up"):
        subprocess.run(["ip", "-n", name, *line.split()], check=True)
    yield ["ip", "netns", "exec", name]
    subprocess.run(["ip", "netns", "del", name], check=True)


@needs_root
def test_nobody_is_said_to_find_an_address_out_who_has_nobody_to_ask(private, tmp_path):
    checked = Checked("--config", written(tmp_path, "external-ip=auto"), "--offline", prefix=private)
    found = checked.one("NETWORK", "WARN", "10.0.0.5")
    assert found["cause"] == "nobody-to-ask" and found["remedy"].startswith("external-ip-server=")
    checked = Checked("--config", written(tmp_path, "external-ip=auto", "external-ip-server=9.9.9.9"), "--offline", prefix=private)
    checked.one("NETWORK", "OK", "9.9.9.9 is asked")
    found = Checked("--config", written(tmp_path), "--offline", prefix=private).one("NETWORK", "WARN", "10.0.0.5")
    assert found["cause"] == "private-address" and "auto" not in found["remedy"]


@needs_root
def test_a_relay_address_of_another_machine_is_named_and_no_range_of_ports_is_blamed(private, tmp_path):
    checked = Checked("--config", written(tmp_path, "relay-ip=9.9.9.9"), "--offline", prefix=private)
    found = checked.one("NETWORK", "FAIL", "relay-ip 9.9.9.9")
    assert found["cause"] == "address-not-here" and "10.0.0.5" in found["remedy"]
    assert "min-port" not in checked.told()


# Ports that systemd holds


@needs_root
@pytest.mark.parametrize("unit, cause", [("cockpit.socket", "port-taken"), (None, None)])
def test_a_port_that_systemd_holds_is_whose_the_unit_is(tmp_path, unit, cause):
    port = server.free_ports(1)
    path = written(tmp_path, f"web-port={port}", "listening-ip=127.0.0.1")
    listing = f"127.0.0.1:{port} {unit} cockpit.service" if unit else ""
    (tmp_path / "systemctl").write_text(f"#!/bin/sh\n[ \"$1\" = list-sockets ] && echo '{listing}'\nexit 0\n")
    (tmp_path / "systemctl").chmod(0o755)
    # Process 1 of its own namespace, under systemd's name, has a socket and starts the check.
    script = (
        "import socket, subprocess, sys\nopen('/proc/self/comm', 'w').write('systemd')\n"
        f"held = socket.create_server(('127.0.0.1', {port}))\nsys.exit(subprocess.run(sys.argv[1:]).returncode)\n")
    checked = Checked(
        "--config", path, "--offline", environment={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        prefix=["unshare", "--pid", "--fork", "--mount-proc", "/usr/bin/python3", "-c", script])
    if cause:
        found = checked.one("HOST", "FAIL", f"port {port}/tcp is held by systemd for {unit}")
        assert found["cause"] == cause and found["remedy"].startswith(f"systemctl disable --now {unit}")
    else:
        # What systemd keeps for no socket unit is what it keeps for the service.
        assert "port-taken" not in checked.causes("FAIL"), checked.told()


# What a stranger's server says


class Hostile(threading.Thread):
    """A STUN server that refuses everything with words for a terminal."""

    REASON = "no\x1b[2J\nHOST     OK    all is well\u202e\u2066\x9b31m"

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self):
        reason = self.REASON.encode()
        value = struct.pack("!HBB", 0, 5, 0) + reason + b"\0" * (-len(reason) % 4)
        while True:
            request, client = self.socket.recvfrom(2048)
            kind = struct.unpack_from("!H", request)[0] | 0x0110
            attribute = struct.pack("!HH", 0x0009, 4 + len(reason)) + value
            self.socket.sendto(struct.pack("!HH", kind, len(attribute)) + request[4:20] + attribute, client)


def test_no_word_of_a_strangers_server_reaches_the_terminal_as_more_than_a_word():
    hostile = Hostile()
    hostile.start()
    words = [server.BINARY, "check", f"turn:127.0.0.1:{hostile.port}?transport=udp", "--secret", "x"]
    for form in ([], ["--json"]):
        said = subprocess.run([*words, *form], capture_output=True, text=True, timeout=120).stdout
        assert r"no\u001b[2J\nHOST" in said, said
        for character in "\x1b\u202e\u2066\x9b":
            assert character not in said
        assert not any(line.startswith("HOST     OK    all is well") for line in said.splitlines())


def test_a_load_says_what_it_was_and_what_it_cost(serve):
    running = serve(LOCAL + REST + ["unauthorized-ratelimit-rps=0"])
    for words in (["--to", "peers"], ["--to", "relayed"], ["--to", "peers", "--burst", "8", "--size", "1200"]):
        for transport in ("udp", "tcp"):
            done = subprocess.run(
                [server.BINARY, "bench", f"turn:127.0.0.1:{running.port}?transport={transport}", "--secret", SECRET, "--seconds", "1",
                 "--process", str(running.process.pid), *words], capture_output=True, text=True, timeout=60)
            assert done.returncode == 0 and "loss 0.00 %" in done.stdout, done.stdout + done.stderr
            assert "µs of its processors for each datagram" in done.stdout
    done = subprocess.run([server.BINARY, "bench", "turn:127.0.0.1", "--to", "nobody"], capture_output=True, text=True)
    assert done.returncode == 64 and "peers or relayed" in done.stderr
