# SPDX-License-Identifier: Apache-2.0
"""`sterna check` over real servers: a right one, and broken ones whose cause it has to name."""
import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest
import server
from certificates import Certificates
from checking import Checked, settings
from server import PASSWORD, REST, SECRET, USER, USERS

pytestmark = pytest.mark.ours

ROOT = os.geteuid() == 0
LOCAL = ["listening-ip=127.0.0.1", "relay-ip=127.0.0.1", "allow-loopback-peers"]


def tls(certificates):
    return ["tls-listening-port={tls_port}", f"cert={certificates.chain}", f"pkey={certificates.key}"]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def right(serve, certificates):
    """A server with everything, on loopback."""
    web = ["web-port={web_port}", "web-listening-ip=127.0.0.1", "public-url=http://localhost:{web_port}"]
    return serve(LOCAL + REST + tls(certificates) + web)


def test_a_server_that_is_right_has_no_failure_but_that_it_relays_to_loopback(right, certificates):
    checked = Checked("--config", settings(right), "--ca", certificates.authority)
    # What the test needs to run on one machine is what no real server should have.
    assert checked.failures() == {"POLICY"}, checked.told()
    checked.one("POLICY", "FAIL", "127.1.2.3 (loopback of the whole net)")
    # The tests' certificate lives for two days.
    found = checked.one("TLS", "WARN", "believed for localhost")
    assert f"127.0.0.1 tls {right.tls_port}, dtls {right.tls_port}" in found["text"] and found["cause"] == "certificate-ends"
    for layer in ("STUN", "TURN", "RELAY", "ABUSE", "CODEC", "WEB"):
        assert checked.lines(layer, "OK"), checked.told()
    figures = checked.one("RELAY", "OK", "two allocations")["figures"]
    assert figures["sent"] == 1000 and figures["lossPercent"] <= 1
    assert 0 < figures["roundTripP50Milliseconds"] <= figures["roundTripP99Milliseconds"]
    others = checked.one("RELAY", "OK", "100 packets there and back over each of")["text"]
    for transport in ("tcp", "tls", "dtls"):
        assert f"{transport} {right.port if transport == 'tcp' else right.tls_port}" in others
    checked.one("TURN", "OK", "TCP connections (RFC 6062)")
    checked.one("CODEC", "OK", "RFC 5769: 4 of 4 vectors, RFC 8489 (USERHASH, SHA-256): 2 of 2")
    checked.one("WEB", "OK", "the room is entered over its WebSocket (ws://localhost:")
    checked.one("ABUSE", "OK", "answers to strangers are limited to 10/s")
    assert checked.ice_servers[0]["urls"][0] == f"turn:localhost:{right.port}?transport=udp"


def test_another_server_is_judged_by_its_uri(right):
    uri = f"turn:127.0.0.1:{right.port}"
    checked = Checked(uri, "--secret-file", "-", stdin=SECRET + "\n")
    assert checked.failures() == {"POLICY"}, checked.told()
    checked.one("TURN", "OK", "a wrong password and an expired user are refused with 401")
    # It is this machine that sends them, whatever the URI says.
    checked.one("RELAY", "OK", "packets from a peer on this machine arrive")
    assert "from outside" not in checked.told()


def test_coturn_is_judged_by_its_uri():
    running = server.Server("coturn", LOCAL + REST)
    try:
        running.wait()
        checked = Checked(f"turn:127.0.0.1:{running.port}", "--secret-file", "-", stdin=SECRET)
        assert checked.failures() <= {"POLICY"}, checked.told()
        checked.one("TURN", "OK", "127.0.0.1 allocates over udp")
        checked.one("RELAY", "OK", "two allocations")
    finally:
        running.stop()


def test_a_certificate_that_expired_is_named(serve, tmp_path):
    certificates = Certificates(str(tmp_path))
    expire(certificates)
    running = serve(LOCAL + USERS + tls(certificates))
    checked = Checked("--config", settings(running), "--ca", certificates.authority)
    assert "certbot renew" in checked.one("TLS", "FAIL", "the certificate expired at 2020")["remedy"]


def expire(certificates):
    """Signs the key again, by itself, for a time that is over."""
    folder = os.path.dirname(certificates.key)
    index = os.path.join(folder, "index.txt")
    open(index, "w").close()
    config = os.path.join(folder, "ca.cnf")
    with open(config, "w") as file:
        file.write(
            f"[ca]\ndefault_ca=x\n[x]\ndatabase={index}\nnew_certs_dir={folder}\nrand_serial=yes\ndefault_md=sha256\n"
            "policy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n")
    request = os.path.join(folder, "expired.csr")
    certificates.openssl(
        "req", "-new", "-key", certificates.key, "-subj", "/CN=localhost", "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", request)
    certificates.openssl(
        "ca", "-batch", "-config", config, "-in", request, "-out", certificates.chain, "-notext", "-cert",
        certificates.authority, "-keyfile", os.path.join(folder, "ca.key"), "-startdate", "20200101000000Z", "-enddate",
        "20200601000000Z")


def test_a_certificate_for_another_name_is_named(right, certificates):
    checked = Checked("--config", settings(right), "--ca", certificates.authority, "--host", "turn.example.org")
    found = checked.one("TLS", "FAIL", "the certificate is for localhost")
    assert "clients ask for turn.example.org" in found["text"]


def test_an_authority_that_nobody_knows_is_named(right):
    checked = Checked("--config", settings(right))
    assert "fullchain.pem" in checked.one("TLS", "FAIL", "no browser believes the certificate")["remedy"]


def test_a_name_without_an_address_is_named(right):
    checked = Checked("--config", settings(right), "--public-url=http://nobody.invalid", "--offline")
    checked.one("DNS", "SKIP", "--offline")
    checked = Checked("--config", settings(right), "--public-url=http://nobody.invalid")
    assert "A record" in checked.one("DNS", "FAIL", "nobody.invalid has no address")["remedy"]


def test_another_secret_than_the_server_has_is_named(right):
    checked = Checked("--config", settings(right), "--static-auth-secret=south wind")
    assert "restart" in checked.one("TURN", "FAIL", "the credentials are not accepted")["remedy"]
    checked = Checked(f"turn:127.0.0.1:{right.port}?transport=udp", "--secret-file", "-", stdin="south wind")
    assert "secret is not" in checked.one("TURN", "FAIL", "the credentials are not accepted")["remedy"]


def test_a_wrong_password_is_named(serve):
    running = serve(LOCAL + USERS)
    uri = f"turn:127.0.0.1:{running.port}?transport=udp"
    checked = Checked(uri, "--user", USER, "--password-file", "-", stdin="no horse")
    assert "password" in checked.one("TURN", "FAIL", "401")["remedy"]
    checked = Checked(uri, "--user", USER, "--password-file", "-", stdin=PASSWORD)
    checked.one("TURN", "OK", "allocates over udp")


@pytest.mark.parametrize("hours, words", [(1, "60 minutes ahead"), (-3, "3 hours behind")])
def test_a_clock_that_is_wrong_is_named(tmp_path, hours, words):
    port = server.free_ports(1)
    path = tmp_path / "sterna.conf"
    path.write_text("\n".join([f"listening-port={port}", "no-tcp", *LOCAL, *REST]) + "\n")
    process = subprocess.Popen(
        ["faketime", "-f", f"{hours:+}h", server.BINARY, "serve", "--config", str(path)], stderr=subprocess.DEVNULL,
        env=dict(os.environ, FAKETIME_DONT_FAKE_MONOTONIC="1"), start_new_session=True)
    try:
        time.sleep(1.5)
        found = Checked("--config", str(path)).one("TURN", "FAIL", f"the server's clock is about {words}")
        assert "timedatectl" in found["remedy"]
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def test_an_open_peer_policy_is_named(serve):
    running = serve(["listening-ip=127.0.0.1", "relay-ip=127.0.0.1", "allowed-peer-ip=0.0.0.0-255.255.255.255", *REST])
    checked = Checked("--config", settings(running))
    found = checked.one("POLICY", "FAIL", "169.254.169.254 (cloud metadata)")
    assert "10.0.0.1 (private network)" in found["text"] and "allowed-peer-ip" in found["remedy"]


def test_a_port_that_another_program_holds_is_named(tmp_path):
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind(("127.0.0.1", 0))
    path = tmp_path / "sterna.conf"
    path.write_text(f"listening-port={other.getsockname()[1]}\nno-tcp\nlistening-ip=127.0.0.1\nstatic-auth-secret=x\n")
    found = Checked("--config", str(path), "--offline").one("HOST", "FAIL", "is held by python")
    assert f"process {os.getpid()}" in found["text"]
    other.close()


def test_a_server_that_does_not_run_is_named(tmp_path):
    path = tmp_path / "sterna.conf"
    path.write_text(f"listening-port={server.free_ports(1)}\nlistening-ip=127.0.0.1\nstatic-auth-secret=x\n")
    checked = Checked("--config", str(path))
    assert "systemctl start sterna" in checked.one("HOST", "FAIL", "Sterna is not running")["remedy"]
    assert checked.status == 2


def test_an_external_address_that_nobody_reaches_is_named(right):
    checked = Checked("--config", settings(right), "--external-ip=10.1.2.3", "--offline")
    checked.one("NETWORK", "FAIL", "external-ip 10.1.2.3 is a private address")


class Observer(threading.Thread):
    """A STUN server that tells everybody that they are 9.9.9.10."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self):
        cookie = 0x2112A442
        address = int.from_bytes(bytes([9, 9, 9, 10]), "big") ^ cookie
        while True:
            request, client = self.socket.recvfrom(2048)
            value = struct.pack("!BBHI", 0, 1, client[1] ^ cookie >> 16, address)
            self.socket.sendto(
                struct.pack("!HHI", 0x0101, 12, cookie) + request[8:20] + struct.pack("!HH", 0x0020, 8) + value, client)


def test_an_observer_outside_that_sees_another_address_than_clients_are_told_is_believed(right):
    observer = Observer()
    observer.start()
    checked = Checked("--config", settings(right), "--external-ip=9.9.9.11", "--observer", f"127.0.0.1:{observer.port}")
    found = checked.one("NETWORK", "FAIL", "127.0.0.1 sees this machine as 9.9.9.10, and clients are told 9.9.9.11")
    assert found["remedy"] == "external-ip=9.9.9.10"
    checked = Checked("--config", settings(right), "--external-ip=9.9.9.10", "--observer", f"127.0.0.1:{observer.port}")
    checked.one("NETWORK", "OK", "127.0.0.1 outside: this machine is 9.9.9.10")


class Proxy(threading.Thread):
    """A web proxy that knows nothing of WebSockets: it hands on one request at a time, without its Upgrade."""

    def __init__(self, behind):
        super().__init__(daemon=True)
        self.behind = behind
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self):
        while True:
            client, _ = self.listener.accept()
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"upgrade:", b"connection:"))]
            behind = socket.create_connection(("127.0.0.1", self.behind))
            with contextlib.suppress(ConnectionError), client, behind:
                behind.sendall(b"\r\n".join([lines[0], b"Connection: close", *lines[1:]]))
                while piece := behind.recv(4096):
                    client.sendall(piece)


def test_a_proxy_in_front_that_lets_no_websocket_through_is_named(right):
    proxy = Proxy(right.web_port)
    proxy.start()
    place = f"http://localhost:{proxy.port}"
    checked = Checked("--config", settings(right), f"--public-url={place}")
    checked.one("WEB", "OK", f"{place} leads to this server")
    found = checked.one("WEB", "FAIL", f"the room's WebSocket (ws://localhost:{proxy.port}) answers HTTP 4")
    assert "Upgrade" in found["remedy"]


def test_a_public_url_behind_which_nobody_is_is_named(right):
    place = f"http://localhost:{server.free_ports(1)}"
    checked = Checked("--config", settings(right), f"--public-url={place}")
    assert "proxy" in checked.one("WEB", "FAIL", f"{place} does not lead to this server")["remedy"]


def test_a_mistake_in_the_file_is_named_with_its_line(tmp_path):
    path = tmp_path / "sterna.conf"
    path.write_text("static-auth-secret=x\nlistening-port=many\n")
    found = Checked("--config", str(path)).one("CONFIG", "FAIL", f"{path}:2")
    assert "from 1 to 65535" in found["remedy"]
    path.write_text("static-auth-secret=x\nlistning-port=3478\n")
    assert "listening-port" in Checked("--config", str(path)).one("CONFIG", "WARN", f"{path}:2")["remedy"]


def test_a_command_line_that_is_wrong_is_refused():
    for words in (["turn:"], ["turn:x?transport=sctp"], ["--user"], ["turn:127.0.0.1", "--user", "x"]):
        done = subprocess.run([server.BINARY, "check", *words], capture_output=True, text=True)
        assert done.returncode == 64 and "sterna check:" in done.stderr, words


@pytest.mark.skipif(not ROOT, reason="only root can ask what another user may read")
def test_rights_that_the_servers_user_lacks_are_named(tmp_path, certificates):
    folder = tmp_path / "live"
    folder.mkdir(mode=0o755)
    for name in ("chain", "key"):
        shutil.copy(getattr(certificates, name), folder / f"{name}.pem")
    os.chmod(folder / "key.pem", 0o600)
    for each in [tmp_path, *tmp_path.parents]:
        if str(each).startswith("/tmp/"):
            os.chmod(each, os.stat(each).st_mode | 0o055)
    port = server.free_ports(1)
    # Somebody without rights holds the server's port, under the server's name.
    holder = subprocess.Popen(
        ["setpriv", "--reuid=65534", "--clear-groups", "/usr/bin/python3", "-c",
         f"import socket,time\nopen('/proc/self/comm','w').write('sterna')\ns=socket.socket(socket.AF_INET,"
         f"socket.SOCK_DGRAM)\ns.bind(('127.0.0.1',{port}))\nprint(flush=True)\ntime.sleep(60)"], stdout=subprocess.PIPE)
    holder.stdout.readline()
    path = tmp_path / "sterna.conf"
    path.write_text(
        f"listening-port={port}\nlistening-ip=127.0.0.1\nstatic-auth-secret=x\n"
        f"cert={folder}/chain.pem\npkey={folder}/key.pem\n")
    try:
        found = Checked("--config", str(path), "--offline").one("HOST", "FAIL", "user nobody may not read")
        assert f"“{folder}/key.pem”" in found["text"]
        assert found["remedy"] == f"setfacl -m u:nobody:r {folder}/key.pem"
    finally:
        holder.kill()
        holder.wait()


@pytest.mark.skipif(not ROOT, reason="a file of /proc is covered in a mount namespace")
def test_small_socket_buffers_are_named(right, tmp_path):
    size = tmp_path / "rmem_max"
    size.write_text("212992\n")
    inside = f'mount --bind {size} /proc/sys/net/core/rmem_max && exec "$0" "$@"'
    checked = Checked(
        "--config", settings(right), "--offline", prefix=["unshare", "--mount", "sh", "-c", inside])
    assert "sysctl" in checked.one("HOST", "WARN", "socket buffers end at 212992 bytes")["remedy"]


@pytest.mark.skipif(not ROOT, reason="/run is covered in a mount namespace")
@pytest.mark.parametrize("restarts, verdict", [(0, "OK"), (3, "WARN")])
def test_what_systemd_says_of_the_unit_is_told(right, tmp_path, restarts, verdict):
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(
        f"#!/bin/sh\n[ \"$1 $2\" = 'show sterna.service' ] && printf 'WatchdogUSec=30s\\nNRestarts={restarts}\\n"
        "StatusText=2 calls\\n'\n")
    systemctl.chmod(0o755)
    inside = (
        "mount -t tmpfs none /run && mkdir -p /run/systemd/system /run/systemd/units && "
        'ln -s 1 /run/systemd/units/invocation:sterna.service && exec "$0" "$@"')
    checked = Checked(
        "--config", settings(right), prefix=["unshare", "--mount", "sh", "-c", inside],
        environment={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    checked.one("SYSTEMD", "OK", "sterna.service is active, watchdog 30s, it says: 2 calls")
    if restarts:
        assert "journalctl" in checked.one("SYSTEMD", verdict, "had to start the server again 3 times")["remedy"]
    else:
        assert not checked.lines("SYSTEMD", "WARN")


NAMES = os.path.join(os.path.dirname(__file__), "names.py")


def wait_for_udp(inside):
    """Until the server in the namespace has bound its port."""
    for _ in range(100):
        if "0D96" in subprocess.run([*inside, "cat", "/proc/net/udp"], capture_output=True, text=True).stdout:
            return
        time.sleep(0.1)


@pytest.fixture
def walled(tmp_path):
    """walled(lines, rules): a server in a network of its own with a public address and a firewall."""
    name = f"sterna-check-{os.getpid()}"
    running = []

    def start(lines, rules=(), names=None):
        def run(*words):
            subprocess.run(words, check=True, capture_output=True)

        run("ip", "netns", "add", name)
        inside = ["ip", "netns", "exec", name]
        run(*inside, "ip", "link", "set", "lo", "up")
        run(*inside, "ip", "link", "add", "wan", "type", "veth", "peer", "name", "far")
        run(*inside, "ip", "link", "set", "far", "up")
        run(*inside, "ip", "addr", "add", "8.8.4.7/24", "dev", "wan")
        run(*inside, "ip", "link", "set", "wan", "up")
        run(*inside, "nft", "add table inet f; add chain inet f in { type filter hook input priority 0; };")
        for rule in rules:
            run(*inside, "nft", f"add rule inet f in {rule} drop")
        path = tmp_path / "sterna.conf"
        path.write_text("\n".join(["static-auth-secret=x", "min-port=50000", "max-port=50100", *lines]) + "\n")
        running.append(subprocess.Popen(
            [*inside, server.BINARY, "serve", "--config", str(path)], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL))
        wait_for_udp(inside)
        if names is None:
            return Checked("--config", str(path), prefix=inside)
        zone = subprocess.Popen([*inside, sys.executable, NAMES, *names], stdout=subprocess.PIPE)
        zone.stdout.readline()
        running.append(zone)
        resolver = tmp_path / "resolv.conf"
        resolver.write_text("nameserver 127.0.0.1\n")
        covered = f'mount --bind {resolver} /etc/resolv.conf && exec "$0" "$@"'
        return Checked("--config", str(path), prefix=[*inside, "unshare", "--mount", "sh", "-c", covered])

    yield start
    for process in running:
        process.terminate()
        process.wait(10)
    subprocess.run(["ip", "netns", "del", name], check=False)


needs_network = pytest.mark.skipif(not ROOT, reason="network namespaces are root's")


@needs_network
def test_a_public_server_without_faults_has_no_failure(walled):
    checked = walled([])
    assert checked.failures() == set(), checked.told()
    checked.one("NETWORK", "OK", "public address 8.8.4.7")
    checked.one("RELAY", "OK", "packets from a peer on this machine arrive")
    checked.one("POLICY", "OK", "127.0.0.1")


@needs_network
def test_closed_udp_is_named(walled):
    checked = walled([], ["udp dport 3478"])
    found = checked.one("STUN", "FAIL", "udp 8.8.4.7:3478: no answer")
    assert found["cause"] == "no-answer" and "3478/udp" in found["remedy"]


@needs_network
def test_a_closed_relay_range_is_named(walled):
    checked = walled([], ["udp dport 50000-50100"])
    found = checked.one("RELAY", "FAIL", "packets from a peer on this machine do not arrive")
    assert "50000:50100/udp" in found["remedy"]


@needs_network
def test_a_wrong_external_address_is_named(walled):
    checked = walled(["external-ip=9.9.9.10"])
    found = checked.one("NETWORK", "FAIL", "external-ip says 9.9.9.10")
    assert "8.8.4.7" in found["text"]


@needs_network
def test_srv_records_are_held_against_what_is_served(walled):
    checked = walled(
        ["public-url=http://turn.example.org"], names=[
            "turn.example.org A 8.8.4.7", "_turn._udp.example.org SRV turn.example.org 3478",
            "_turn._tcp.example.org SRV turn.example.org 3479", "_stun._udp.example.org SRV elsewhere.example.org 1"])
    checked.one("DNS", "OK", "SRV records are right: _turn._udp.example.org 3478")
    found = checked.one("DNS", "WARN", "_turn._tcp.example.org says port 3479")
    assert found["remedy"] == "correct the record: port 3478"
