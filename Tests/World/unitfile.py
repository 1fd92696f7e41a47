# SPDX-License-Identifier: Apache-2.0
"""What the unit says, and the command that does as much of it as can be done without a systemd."""
import collections
import os
import resource
import shlex


class UnitFile:
    """The settings of a unit file, each with all its values."""

    def __init__(self, path):
        self.values = collections.defaultdict(list)
        if not os.path.exists(path):
            return
        with open(path) as file:
            for line in file:
                name, equals, value = line.strip().partition("=")
                if equals and not name.startswith("#"):
                    self.values[name].append(value)

    def __getitem__(self, name):
        """The last value, or nothing."""
        return self.values[name][-1] if self.values[name] else ""


class Units:
    """sterna.service of a root."""

    def __init__(self, root):
        folder = next(path for path in (f"{root}/etc/systemd/system", f"{root}/lib/systemd/system")
                      if os.path.exists(f"{path}/sterna.service"))
        self.service = UnitFile(f"{folder}/sterna.service")

    def commands_before(self):
        """Run in the root as root before the server; `+` in front says that none of the unit's limits are theirs."""
        return [shlex.split(command.lstrip("-+")) for command in self.service.values["ExecStartPre"]]

    def command(self):
        """Run in the root as root, becomes the server with the unit's user, capabilities and limits."""
        user, group = self.service["User"], self.service["Group"]
        kept = self.service["AmbientCapabilities"].replace("CAP_", "").lower().split()
        kept = ",".join(["-all", *(f"+{name}" for name in kept)])
        return [
            "/usr/bin/prlimit", f"--nofile={self.files()}", "/usr/bin/setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups", "--no-new-privs",
            f"--inh-caps={kept}", f"--ambient-caps={kept}", f"--bounding-set={kept}",
            *shlex.split(self.service["ExecStart"]),
        ]

    def files(self):
        """How many files it may open: what the unit says, as far as whoever runs the tests may grant it."""
        granted = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        return min(int(self.service["LimitNOFILE"]), granted) if granted != resource.RLIM_INFINITY else self.service["LimitNOFILE"]

    def variables(self):
        """The environment that the unit gives."""
        given = dict(setting.split("=", 1) for line in self.service.values["Environment"] for setting in shlex.split(line))
        for kind, folder in (("Runtime", "/run"), ("State", "/var/lib"), ("Configuration", "/etc")):
            if self.service[f"{kind}Directory"]:
                given[f"{kind.upper()}_DIRECTORY"] = f"{folder}/{self.service[f'{kind}Directory']}"
        return given
