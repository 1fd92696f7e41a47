# SPDX-License-Identifier: Apache-2.0
"""The installed program run as its unit says, by somebody who does what systemd does."""
import os
import socket

import supervisor

# What sterna.service takes away and what it gives; the rest of its hardening is tried under a systemd (make systemd).
AS_UNIT = [
    "/usr/bin/setpriv", "--reuid=sterna", "--regid=sterna", "--init-groups", "--no-new-privs", "--bounding-set=-all",
    "--inh-caps=-all", "/usr/bin/sterna", "serve", "--config", "/etc/sterna/sterna.conf",
]


class Unit(supervisor.Supervisor):
    """sterna.service and sterna.socket of a Debian in a folder, with 80 and 443 of `address`."""

    variables = {"RUNTIME_DIRECTORY": "/run/sterna", "STATE_DIRECTORY": "/var/lib/sterna"}

    def __init__(self, system, address):
        self.system = system
        folder = system.path("/run/unit")
        os.makedirs(folder)
        super().__init__([], folder=folder)
        system.does("install", "-d", "-o", "sterna", "-g", "sterna", "/run/sterna")
        self.listeners = [socket.create_server((address, port)) for port in (80, 443)]
        self.sockets = [("sterna.socket", listener.fileno()) for listener in self.listeners]

    def write(self, lines):
        """The configuration is the package's and the operator's."""

    def command(self, program):
        return ["/usr/sbin/chroot", self.system.folder, *AS_UNIT]

    def seen(self, name):
        return f"/run/unit/{name}"

    def stop(self):
        super().stop()
        for listener in self.listeners:
            listener.close()
