# SPDX-License-Identifier: Apache-2.0
"""Starts the server under test on free ports with a configuration of its own, and ends it.

The same lines configure Sterna and coturn, because Sterna reads coturn's names: a test that fails against both is a
wrong test.
"""
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import psutil
import stun

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# BINARY in the environment names another one: a debug build, or the one that a package has installed.
BINARY = os.environ.get("BINARY") or os.path.join(ROOT, ".build", "release-static", "release", "sterna")

USER, PASSWORD, REALM, SECRET = "ana", "correct horse", "sterna.test", "north wind"

USERS = ["lt-cred-mech", f"user={USER}:{PASSWORD}"]
REST = ["use-auth-secret", f"static-auth-secret={SECRET}"]
LOOPBACK = ["listening-ip=127.0.0.1", "listening-ip=::1", "relay-ip=127.0.0.1", "relay-ip=::1"]
# Relays to peers on this machine, which are denied otherwise.
PEERS = ["allow-loopback-peers"]


def free_ports(count):
    """The first of `count` neighbouring ports that nobody holds, over UDP and TCP; below those the kernel gives away."""
    for _ in range(1000):
        first = random.randrange(10000, 32000 - count)
        sockets = []
        try:
            for port in range(first, first + count):
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    sockets.append(socket.socket(socket.AF_INET6, kind))
                    sockets[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                    sockets[-1].bind(("::", port))
            return first
        except OSError:
            continue
        finally:
            for each in sockets:
                each.close()
    raise RuntimeError("no free ports")


def dial(port, source="127.0.0.1", seconds=5):
    """A connection to a port of the server; the ports of the web are opened a moment after those of the relay."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(source, 0))
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


class Server:
    """A running server. `port` speaks STUN and TURN, `relays` is the range of its relayed ports."""

    def __init__(self, product, lines, relays=200):
        self.product = product
        self.folder = tempfile.mkdtemp(prefix="sterna-test-")
        self.port = free_ports(5)
        self.tls_port, self.web_port, self.proxy_port = self.port + 1, self.port + 2, self.port + 4
        first = free_ports(relays)
        self.relays = range(first, first + relays)
        self.log = os.path.join(self.folder, "log")
        self.data = self.folder
        self.lines = [
            f"listening-port={self.port}",
            f"min-port={first}",
            f"max-port={first + relays - 1}",
            f"realm={REALM}",
            *(line.format(**vars(self)) for line in lines),
        ]
        self.started = time.monotonic()
        self.process = self.start()

    def start(self):
        ours = [f"data-dir={self.data}"]
        theirs = ["no-cli", "log-file=stdout", "simple-log", f"pidfile={self.folder}/pid", f"userdb={self.folder}/db"]
        coturn = self.product == "coturn"
        lines = self.lines + (theirs if coturn else ours)
        lines = [line for line in lines if not (coturn and line.split("=")[0] in OURS)]
        path = os.path.join(self.folder, "sterna.conf")
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")
        command = ["turnserver", "-c", path] if coturn else [BINARY, "serve", "--config", path]
        with open(self.log, "w") as log:
            environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=environment)

    def wait(self, host="127.0.0.1", seconds=60.0):
        """Waits until everything is open, and for an answer to a Binding request; returns the seconds from the start to that.

        The relay answers before the web, the metrics and the administration listen: a test that waited for the relay alone
        would be refused on a busy machine.
        """
        answered = self.wait_for_binding(host, seconds)
        if self.product == "sterna":
            self.wait_until_ready(seconds)
        return answered

    def wait_for_binding(self, host, seconds):
        link = stun.Datagrams((host, self.port))
        try:
            while time.monotonic() < self.started + seconds:
                self.must_live()
                try:
                    link.send(stun.encode(stun.BINDING))
                    link.receive(0.02)
                    return time.monotonic() - self.started
                except (stun.Silence, ConnectionRefusedError):
                    continue
        finally:
            link.socket.close()
        raise AssertionError(f"no answer on {host}:{self.port} within {seconds} s; its log:\n{self.said()}")

    def wait_until_ready(self, seconds=60.0):
        """Waits until its log says that everything is open."""
        while not self.is_ready():
            self.must_live()
            assert time.monotonic() < self.started + seconds, f"not ready within {seconds} s; its log:\n{self.said()}"
            time.sleep(0.01)

    def is_ready(self):
        """Whether the whole log has the line, in text or in JSON."""
        with open(self.log, errors="replace") as file:
            return any(" ready: " in line or '"event":"ready"' in line for line in file)

    def rewrite(self, lines):
        """Gives the configuration other lines, which the next reload or start reads."""
        self.lines = lines
        with open(os.path.join(self.folder, "sterna.conf"), "w") as file:
            file.write("\n".join([*lines, f"data-dir={self.data}"]) + "\n")

    def reload(self, seconds=60.0):
        """Has it read its configuration again, and waits until it says so."""
        before = self.said().count("reloaded")
        self.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + seconds
        while self.said().count("reloaded") == before:
            assert time.monotonic() < deadline, f"no reload within {seconds} s; its log:\n{self.said()}"
            time.sleep(0.02)

    def client(self, host="127.0.0.1", user=USER, password=PASSWORD, source=None):
        return stun.Client(stun.Datagrams((host, self.port), source), user, password)

    def must_live(self):
        status = self.process.poll()
        assert status is None, f"{self.product} ended with status {status}; its log:\n{self.said()}"

    def memory(self):
        """Bytes of memory that the process has in use."""
        return psutil.Process(self.process.pid).memory_info().rss

    def said(self):
        with open(self.log, errors="replace") as file:
            return file.read()[-8000:]

    def tells(self, words, seconds=60.0):
        """Whether the log comes to hold these words: it is written by a thread of its own."""
        deadline = time.monotonic() + seconds
        while words not in self.said():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def stop(self):
        """Asks it to end. True when it had been alive until now and went in time."""
        alive = self.process.poll() is None
        self.process.send_signal(signal.SIGTERM) if alive else None
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            alive = False
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        return alive


# Keys that coturn does not know; its configuration is written without them.
OURS = {
    "rfc8656-channel-numbers", "web-port", "web-tls-port", "web-listening-ip", "no-web-udp", "data-dir", "room-scoped-relay",
    "trusted-proxy", "web-proxy-protocol",
}
