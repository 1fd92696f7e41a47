# SPDX-License-Identifier: Apache-2.0
"""sterna.service on a host of the world."""
import base64
import contextlib
import hashlib
import hmac
import os
import shutil
import socket
import time

import dtls
import namespaces
import stun
import supervisor
from installed import inside
from unitfile import Units

CONFIGURATION = "/etc/sterna/sterna.conf"


class Service(supervisor.Supervisor):
    """The installed package, set up as on its first day, with a few lines of its operator, and started.

    `secret` is the one that the installation made; `files` (by name) are put beside the configuration.
    """

    def __init__(self, host, lines=(), certificate=True, ready=True):
        self.host, self.world = host, host.world
        package = self.world.installed()
        self.root = package.root(host.namespace.name)
        self.units = Units(self.root)
        self.variables = self.units.variables()
        with host.inside():
            super().__init__([], folder=self.path("/run/unit"))
        self.port, self.tls_port, self.web_tls_port = 3478, 5349, 443
        for folder, mode in (("/run/sterna", "750"), ("/var/lib/sterna", "750")):
            self.does("install", "-d", "-m", mode, "-o", "sterna", "-g", "sterna", folder)
        self.lines = [*(self.certified() if certificate else []), *lines]
        self.shipped = self.read(CONFIGURATION)
        self.secret = next(line.split("=", 1)[1] for line in self.shipped.splitlines() if line.startswith("static-auth-secret="))
        self.configure(self.lines)
        self.start(ready=ready)

    def path(self, inside):
        path = self.root + inside
        os.makedirs(path if inside == "/run/unit" else os.path.dirname(path), exist_ok=True)
        return path

    def read(self, path):
        with open(self.root + path) as file:
            return file.read()

    def does(self, *command):
        """Runs a command on the host, as root; what it prints."""
        return inside(self.root, *command)

    def certified(self):
        """Puts a certificate of the world's authority there; the lines that name it."""
        for source, name in ((self.world.certificates.chain, "cert.pem"), (self.world.certificates.key, "key.pem")):
            shutil.copy(source, self.root + f"/etc/sterna/{name}")
            self.does("chown", "root:sterna", f"/etc/sterna/{name}")
            self.does("chmod", "640", f"/etc/sterna/{name}")
        return ["cert=/etc/sterna/cert.pem", "pkey=/etc/sterna/key.pem", "web-tls-port=443"]

    def configure(self, lines):
        """Writes the configuration: the shipped file, with these lines behind it."""
        with open(self.root + CONFIGURATION, "w") as file:
            file.write(self.shipped + "\n" + "\n".join(lines) + "\n")

    # What Supervisor asks for

    def write(self, lines):
        """The configuration is the package's and the operator's."""

    def seen(self, name):
        return f"/run/unit/{name}"

    def command(self, program):
        return self.entering(self.units.command())

    def commands_before(self):
        return [self.entering(command) for command in self.units.commands_before()]

    def entering(self, command):
        return ["/usr/bin/nsenter", f"--net={self.host.namespace.handle}", "--", "/usr/sbin/chroot", self.root, *command]

    def wait_for(self, line, seconds=30, since=0):
        """Waits for a line that it notifies, and no longer than it lives."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(AssertionError):
                return super().wait_for(line, 0.2, since)
            ended = os.waitid(os.P_PID, self.process, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            assert ended is None, f"it ended with {ended.si_status} before it said {line}; its log:\n{self.said()}"
        super().wait_for(line, 0, since)

    # What clients are told

    def credentials(self, seconds=3600):
        """A user name and a password for the next hour (TURN REST)."""
        user = f"{int(time.time()) + seconds}:ana"
        return user, base64.b64encode(hmac.new(self.secret.encode(), user.encode(), hashlib.sha1).digest()).decode()

    def link(self, transport, address, source=None):
        """A link for stun.Client from the namespace that the caller is in: udp, tcp, tls, dtls, or 443 for TLS there."""
        port = {"tls": self.tls_port, "dtls": self.tls_port, "443": self.web_tls_port}.get(transport, self.port)
        where, source = (address, port), (source or ("::" if ":" in address else "0.0.0.0"), 0)
        if transport == "udp":
            return stun.Datagrams(where, source)
        if transport == "dtls":
            return dtls.Records(where, self.world.certificates.authority, source)
        context = None if transport == "tcp" else self.world.certificates.context()
        return stun.Stream(where, context, name="turn.test", source=source)

    def turn(self, transport, family=4, address=None, source=None):
        """A TURN client over this transport to the host's address of this family (or this one), with credentials."""
        return stun.Client(self.link(transport, address or self.host.address(family), source), *self.credentials())

    def answers(self, family, seconds=10):
        """Waits until Binding requests to that address are answered; called inside a client's namespace."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(stun.Silence, OSError):
                return self.turn("udp", family).exchange(stun.encode(stun.BINDING), 0.5)
            time.sleep(0.05)
        raise AssertionError(f"no answer at {self.host.address(family)} within {seconds} s; its log:\n{self.said()}")

    def follows(self, seconds=5):
        """Waits until it relays at the addresses that its host has now; called inside a client's namespace.

        Each of its threads learns of a change for itself, so that a few answers say little.
        """
        for family in self.host.families:
            deadline, right = time.monotonic() + seconds, 0
            while right < 32:
                with contextlib.closing(self.turn("tcp", family)) as turn:
                    answer = turn.allocate((stun.FAMILY, stun.IPV4 if family == 4 else stun.IPV6))
                    right = right + 1 if answer.error == 0 and turn.relayed[0] == self.host.address(family) else 0
                assert right or time.monotonic() < deadline, (
                    f"{self.host.address(family)} is not relayed at within {seconds} s: {answer.error}; its log:\n{self.said()}")

    # As a context

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()
