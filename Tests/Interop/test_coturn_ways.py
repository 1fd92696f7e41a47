# SPDX-License-Identifier: Apache-2.0
"""What operators of coturn rely on works as there: ports, certificates, other servers by name, its own database."""
import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest
import stun
from certificates import Certificates
from server import BINARY, LOOPBACK, PEERS, USERS, Server, free_ports

pytestmark = pytest.mark.ours


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@contextlib.contextmanager
def serving(lines):
    server = Server("sterna", lines)
    try:
        yield server
    finally:
        server.stop()


def tls(certificates):
    return [f"cert={certificates.chain}", f"pkey={certificates.key}"]


def speaks(port, context=None):
    """What becomes of a Binding request over TCP, or over TLS with `context`: answered, closed or refused."""
    try:
        link = stun.Stream(("127.0.0.1", port), context, *(["localhost"] if context else []))
    except ConnectionRefusedError:
        return "refused"
    except (ssl.SSLError, ConnectionResetError, OSError):
        return "closed"
    try:
        link.send(stun.encode(stun.BINDING))
        link.receive(5)
        return "answered"
    except (ssl.SSLError, ConnectionResetError, BrokenPipeError, EOFError, AssertionError, OSError):
        return "closed"
    finally:
        link.socket.close()


def until(holds, seconds=15):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_alternative_ports_are_served_where_they_are_written(certificates):
    first = free_ports(2)
    with serving([
        *LOOPBACK, *USERS, *tls(certificates), "tls-listening-port={tls_port}", f"alt-listening-port={first}",
        f"alt-tls-listening-port={first + 1}",
    ]) as server:
        server.wait()
        assert speaks(first) == "answered"
        assert speaks(first + 1, certificates.context()) == "answered"
        link = stun.Datagrams(("127.0.0.1", first))
        link.send(stun.encode(stun.BINDING))
        assert stun.Message(link.receive(5)).address(stun.XOR_MAPPED_ADDRESS)
        link.socket.close()


def test_no_tcp_leaves_tls_alone_at_its_port(certificates):
    with serving([*LOOPBACK, *USERS, *tls(certificates), "no-tcp", "tls-listening-port={tls_port}"]) as server:
        server.wait()
        assert speaks(server.port) == "refused"
        assert speaks(server.tls_port) == "closed"
        assert speaks(server.tls_port, certificates.context()) == "answered"


def test_a_certificate_that_comes_later_is_shown_without_a_restart(certificates, tmp_path):
    """Where it is missing, everything but TLS is served, and the log says so as an error."""
    lines = [f"cert={tmp_path}/cert.pem", f"pkey={tmp_path}/key.pem", "tls-listening-port={tls_port}"]
    with serving([*LOOPBACK, *USERS, *lines]) as server:
        server.wait()
        assert f"error certificate: TLS and DTLS are not served: cannot read “{tmp_path}/cert.pem”" in server.said()
        assert speaks(server.port) == "answered"
        assert speaks(server.tls_port, certificates.context()) == "closed"
        shutil.copy(certificates.chain, tmp_path / "cert.pem")
        shutil.copy(certificates.key, tmp_path / "key.pem")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: speaks(server.tls_port, certificates.context()) == "answered")


def test_pages_do_not_lose_https_in_silence(tmp_path):
    with serving([*LOOPBACK, *USERS, "web-tls-port={web_port}", f"cert={tmp_path}/cert.pem"]) as server:
        assert server.process.wait(10) != 0
        assert f"cannot read “{tmp_path}/cert.pem”" in server.said().splitlines()[-1]


def test_issuers_in_ca_file_are_sent_with_the_certificate(tmp_path):
    """As a file of them beside a certificate alone: a client that knows the root only believes the chain."""
    openssl = Certificates.openssl
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
    path = lambda name: str(tmp_path / name)
    openssl("req", "-x509", *key, "-days", "2", "-keyout", path("root.key"), "-out", path("root.pem"), "-subj", "/CN=root",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    for name, issuer, extension in (
        ("middle", "root", "basicConstraints=critical,CA:TRUE"), ("leaf", "middle", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
    ):
        (tmp_path / "extensions").write_text(extension + "\n")
        openssl("req", *key, "-keyout", path(f"{name}.key"), "-out", path(f"{name}.csr"), "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", path(f"{name}.csr"), "-CA", path(f"{issuer}.pem"), "-CAkey", path(f"{issuer}.key"),
                "-days", "2", "-extfile", path("extensions"), "-out", path(f"{name}.pem"))
    context = ssl.create_default_context(cafile=path("root.pem"))
    lines = [*LOOPBACK, *USERS, "tls-listening-port={tls_port}", f"cert={path('leaf.pem')}", f"pkey={path('leaf.key')}"]
    with serving(lines) as server:
        server.wait()
        assert speaks(server.tls_port, context) == "closed"
    for issuers in ("middle.pem", "all.pem"):
        (tmp_path / "all.pem").write_text((tmp_path / "root.pem").read_text() + (tmp_path / "middle.pem").read_text())
        with serving([*lines, f"CA-file={path(issuers)}"]) as server:
            server.wait()
            assert speaks(server.tls_port, context) == "answered"


def test_another_server_is_followed_by_its_name():
    with serving([*LOOPBACK, *PEERS, *USERS, "alternate-server=localhost:3479"]) as server:
        server.wait()

        def sent():
            client = server.client()
            try:
                return client.allocate()
            finally:
                client.close()

        # Until the name is looked up, its clients are served here.
        until(lambda: sent().error == 300)
        assert sent().address(0x8023, masked=False) == ("127.0.0.1", 3479)


def test_a_private_peer_is_refused_with_the_line_that_would_allow_it():
    with serving([*LOOPBACK, *PEERS, *USERS]) as server:
        server.wait()
        client = server.client()
        client.allocate()
        answer = client.permit(("192.168.2.9", 0))
        assert answer.error == 403
        assert answer[stun.ERROR_CODE][4:].decode() == "Forbidden: 192.168.2.9 is a private address (RFC 1918), denied unless allowed-peer-ip names it"
        client.close()


# What needs a host of its own


def alone(script, *words):
    """Runs a script with a network and mounts of its own, as root."""
    done = subprocess.run(
        ["unshare", "-n", "-m", "--propagation", "private", "bash", "-ec", f"ip link set lo up\n{script}", "bash", *map(str, words)],
        capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has mounts of its own")
needs_turnadmin = pytest.mark.skipif(not shutil.which("turnadmin"), reason="there is no turnadmin")


@needs_root
@needs_turnadmin
@pytest.mark.parametrize("verb", ["config", "config --import", "serve --config"])
def test_users_of_coturns_own_database_are_found(tmp_path, verb):
    (tmp_path / "relay.conf").write_text("realm=example.org\nlt-cred-mech\nlistening-ip=127.0.0.1\n")
    said = alone(
        f"""
        mkdir $1/turn; cp /var/lib/turn/turndb $1/turn/; chgrp turnserver $1/turn/turndb; chmod 640 $1/turn/turndb
        mount --bind $1/turn /var/lib/turn
        turnadmin -a -u alice -r example.org -p pw; turnadmin -a -u bob -r example.net -p pw; turnadmin -s secret -r example.org
        timeout 2 $2 {verb} $1/relay.conf || true
        """, tmp_path, BINARY)
    assert (
        "coturn's own database /var/lib/turn/turndb has 1 user and 1 secret of the realm “example.org” and 1 user of others, as "
        "“example.net”, and they are not served; add userdb=/var/lib/turn/turndb, and let the user sterna into its group: "
        "usermod -aG turnserver sterna") in said


@needs_root
def test_whoever_holds_a_port_is_named(tmp_path):
    (tmp_path / "relay.conf").write_text("user=ana:secret\nrealm=example.org\nlistening-ip=127.0.0.1\n")
    holder = "turnserver -n -u a:b -r x -L 127.0.0.1 --no-cli --log-file=/dev/null --pidfile=$1/pid >/dev/null 2>&1 & "
    holder += "until ss -Hlun | grep -q :3478; do sleep 0.05; done; "
    for verb, code in (("config", 69), ("config --import", 0), ("serve --config", 69)):
        said = alone(holder + f'$2 {verb} $1/relay.conf || echo "ended with $?"; kill $!', tmp_path, BINARY)
        assert ("ended with 69" in said) == (code == 69), said
        if verb.startswith("config"):
            assert re.search(
                r": 3478/udp on 127\.0\.0\.1 is held by turnserver \(process \d+, user root\); systemctl disable --now coturn stops it",
                said), said
            assert re.search(r", once these give up its ports: turnserver \(process \d+, user root\): 3478/udp, 3478/tcp", said), said
        else:
            assert "3478/udp on 127.0.0.1 is already in use" in said


def test_turnservers_flags_start_it(tmp_path):
    port = free_ports(2)
    process = subprocess.Popen(
        [BINARY, "serve", "-n", "-va", "-o", "-f", "-p", str(port), "-L127.0.0.1", "-u", "ana:secret", "-r", "example.org", "-l",
         "stdout", f"--admin-socket={tmp_path}/socket"], stderr=subprocess.PIPE, text=True)
    try:
        said = ""
        for line in process.stderr:
            said += line
            if " ready: " in line:
                break
        assert f"STUN and TURN at 127.0.0.1:{port}/udp" in said
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
    finally:
        process.terminate()
        process.wait(10)
        process.stderr.close()


def test_the_last_line_before_it_gives_up_is_the_reason(tmp_path):
    path = tmp_path / "relay.conf"
    path.write_text("user=ana:secret\nmin-port=x\nzrest\nlog-file=/var/log/turn.log\n")
    done = subprocess.run([BINARY, "serve", "--config", path], capture_output=True, text=True)
    lines = done.stderr.splitlines()
    assert done.returncode == 78 and len(lines) == 3
    assert lines[-1] == f"{path}:2: min-port: “x” is not right; right would be a number from 1 to 65535"
