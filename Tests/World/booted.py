# SPDX-License-Identifier: Apache-2.0
"""A Debian with a systemd of its own on a host of the world (Tests/World), over this machine's files, none of which it
changes."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from installed import laid
from namespaces import run

# What the shell of somebody who has logged in as root has.
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root", "TERM": "dumb"}


def can_boot():
    """Whether a systemd can be started here: it wants root, systemd-nspawn, and control groups to put itself into."""
    with open("/proc/self/mounts") as mounts:
        has_groups = re.search(r" /sys/fs/cgroup\S* cgroup2? ", mounts.read())
    return os.geteuid() == 0 and bool(shutil.which("systemd-nspawn")) and bool(has_groups)


class Booted(contextlib.ExitStack):
    """`types(text)` runs lines of a shell there as root."""

    def __init__(self, host):
        super().__init__()
        self.host = host

    def __enter__(self):
        super().__enter__()
        self.folder = tempfile.mkdtemp(prefix="sterna-booted-")
        self.callback(shutil.rmtree, self.folder, ignore_errors=True)
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.folder)
        self.callback(run, "umount", "-l", self.folder)
        self.root = os.path.join(self.folder, "root")
        laid("/", os.path.join(self.folder, "changes"), self.root)
        self.callback(run, "umount", "-l", self.root)
        # Services start here as they are installed, whatever this machine says of its own.
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.path("/usr/sbin/policy-rc.d"))
        self.boot()
        return self

    def path(self, inside):
        return self.root + inside

    def folder_of(self, inside):
        """The path, in a folder that is there."""
        os.makedirs(os.path.dirname(self.path(inside)), exist_ok=True)
        return self.path(inside)

    def write(self, inside, text, mode=0o644):
        with open(self.folder_of(inside), "w") as file:
            file.write(text)
        os.chmod(self.path(inside), mode)

    def has(self, program):
        """Whether there is such a program."""
        return self.types(f"command -v {program}", check=False) != ""

    def boot(self):
        self.console = open(os.path.join(self.folder, "console"), "w+")
        self.nspawn = subprocess.Popen(
            ["systemd-nspawn", "--quiet", f"--directory={self.root}", "--boot", "--register=no", "--keep-unit",
             f"--network-namespace-path={self.host.namespace.handle}", "--console=pipe", "--resolv-conf=off", "--timezone=off",
             "--", "systemd.unified_cgroup_hierarchy=0", "systemd.unit=basic.target"],
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=subprocess.STDOUT, start_new_session=True)
        self.callback(self.shut_down)
        deadline = time.monotonic() + 180
        while True:
            self.init = self.first_process()
            if self.init and "running" in self.types("systemctl is-system-running", check=False):
                return
            assert self.nspawn.poll() is None and time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def first_process(self):
        """Its systemd, as this machine numbers it."""
        with contextlib.suppress(OSError):
            for child in open(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read().split():
                if open(f"/proc/{child}/comm").read().strip() == "systemd":
                    return int(child)
        return None

    def said(self):
        self.console.flush()
        with open(self.console.name, errors="replace") as file:
            return file.read()[-3000:]

    def shut_down(self):
        """Without a word: nothing of it is kept."""
        if self.init:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.init, signal.SIGKILL)
        try:
            self.nspawn.wait(20)
        finally:
            self.console.close()

    def types(self, text, check=True, seconds=300):
        """What the lines print; the first that fails ends them, as it would end somebody who follows a guide."""
        done = subprocess.run(
            ["nsenter", f"--target={self.init}", "--mount", "--uts", "--ipc", "--net", "--pid", "--root",
             "/bin/bash", "-e", "-o", "pipefail", "-c", f"cd /root\n{text}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            env=ENVIRONMENT, timeout=seconds, cwd="/")
        assert not check or done.returncode == 0, f"ended with {done.returncode}:\n{text}\n--- it printed:\n{done.stdout}"
        return done.stdout

    def journal(self):
        return self.types("journalctl --no-pager -n 80 -u sterna -o cat", check=False)
