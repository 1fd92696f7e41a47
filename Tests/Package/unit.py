# SPDX-License-Identifier: Apache-2.0
"""The installed program run as its unit says, by somebody who does what systemd does."""
import os
import shlex

import supervisor

# What sterna.service takes away and what it gives; the rest of its hardening is tried under a systemd (make systemd).
AS_UNIT = [
    "/usr/bin/setpriv", "--reuid=sterna", "--regid=sterna", "--init-groups", "--no-new-privs", "--bounding-set=-all",
    "--inh-caps=-all", "/usr/bin/sterna", "serve", "--config", "/etc/sterna/sterna.conf",
]


class Unit(supervisor.Supervisor):
    """sterna.service of a Debian in a folder."""

    variables = {"RUNTIME_DIRECTORY": "/run/sterna", "STATE_DIRECTORY": "/var/lib/sterna"}

    def __init__(self, system):
        self.system = system
        folder = system.path("/run/unit")
        os.makedirs(folder)
        super().__init__([], folder=folder)
        system.does("install", "-d", "-o", "sterna", "-g", "sterna", "/run/sterna")

    def write(self, lines):
        """The configuration is the package's and the operator's."""

    def command(self, program):
        return ["/usr/sbin/chroot", self.system.folder, *AS_UNIT]

    def commands_before(self):
        unit = self.system.read("/lib/systemd/system/sterna.service")
        commands = [line.split("=", 1)[1] for line in unit.splitlines() if line.startswith("ExecStartPre=")]
        return [["/usr/sbin/chroot", self.system.folder, *shlex.split(command.lstrip("-+"))] for command in commands]

    def seen(self, name):
        return f"/run/unit/{name}"
