# SPDX-License-Identifier: Apache-2.0
"""Starts the server as systemd does: hears what it notifies, keeps the descriptors that it stores, and passes them on.

Speaks sd_notify(3) and sd_listen_fds(3), so that restarts can be tested where systemd is not the first process.
"""
import array
import collections
import fcntl
import os
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time

import server as product


class Supervisor:
    """A supervised server. `store` is what it has stored, by name; `heard` every line that it notified."""

    def __init__(self, lines, relays=400, watchdog=None, folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="sterna-test-")
        self.port = product.free_ports(4)
        self.web_port = self.port + 2
        first = product.free_ports(relays)
        self.relays = range(first, first + relays)
        self.log = os.path.join(self.folder, "log")
        self.configuration = os.path.join(self.folder, "sterna.conf")
        self.write(lines)
        self.store = collections.defaultdict(list)
        self.heard, self.watchdog, self.process = [], watchdog, None
        self.changed = threading.Condition()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(os.path.join(self.folder, "notify"))
        # The server may be another user.
        os.chmod(os.path.join(self.folder, "notify"), 0o666)
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()
        self.sockets = []

    def write(self, lines):
        own = [
            f"listening-port={self.port}", f"min-port={self.relays[0]}", f"max-port={self.relays[-1]}",
            f"realm={product.REALM}", f"data-dir={self.folder}",
        ]
        with open(self.configuration, "w") as file:
            file.write("\n".join(own + [line.format(**vars(self)) for line in lines]) + "\n")

    # What the unit sets besides.
    variables = {}

    def command(self, program):
        return [program or product.BINARY, "serve", "--config", self.configuration]

    def commands_before(self):
        """What is run to its end before each start, and may store descriptors for it (ExecStartPre)."""
        return []

    def seen(self, name):
        """The path of a file in the folder as the server sees it."""
        return os.path.join(self.folder, name)

    # What the server tells

    def listen(self):
        while True:
            data, ancillary, _, _ = self.socket.recvmsg(
                4096, socket.CMSG_SPACE(4 * 253), socket.MSG_CMSG_CLOEXEC)
            descriptors = []
            for _, _, numbers in ancillary:
                descriptors += array.array("i", numbers)
            lines = data.decode().split("\n")
            fields = dict(line.split("=", 1) for line in lines)
            with self.changed:
                if "FDSTORE" in fields:
                    self.store[fields["FDNAME"]] += descriptors
                    descriptors = []
                if "FDSTOREREMOVE" in fields:
                    for number in self.store.pop(fields["FDNAME"], []):
                        os.close(number)
                self.heard += lines
                for number in descriptors:
                    os.close(number)
                self.changed.notify_all()

    def wait_for(self, line, seconds=30, since=0):
        """Waits until the server has notified a line that begins so."""
        with self.changed:
            if not self.changed.wait_for(lambda: any(said.startswith(line) for said in self.heard[since:]), seconds):
                raise AssertionError(f"no {line} within {seconds} s; heard {self.heard[since:]}; its log:\n{self.said()}")

    def stored(self, kind):
        """The descriptors in the store for which `kind` of their mode holds, as stat.S_ISREG."""
        return [number for numbers in self.store.values() for number in numbers if kind(os.fstat(number).st_mode)]

    # What is done to it

    def start(self, program=None, ready=True, seconds=30):
        """Starts the server, with all that is stored, and waits until it is ready."""
        since = len(self.heard)
        environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no", "NOTIFY_SOCKET": self.seen("notify"), **self.variables}
        for before in self.commands_before():
            done = subprocess.run(before, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            assert done.returncode == 0, f"{' '.join(before)} ended with {done.returncode}: {done.stdout}"
        with self.changed:
            passed = [(name, number) for name, numbers in self.store.items() for number in numbers]
        passed += self.sockets
        command = self.command(program)
        if passed:
            environment["LISTEN_FDS"] = str(len(passed))
            environment["LISTEN_FDNAMES"] = ":".join(name for name, _ in passed)
        if self.watchdog:
            environment["WATCHDOG_USEC"] = str(int(self.watchdog * 1e6))
        output = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.process = os.fork()
        if self.process == 0:
            try:
                os.dup2(output, 1)
                os.dup2(output, 2)
                high = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 500 + len(passed)) for _, number in passed]
                for index, number in enumerate(high):
                    os.dup2(number, 3 + index, inheritable=True)
                environment["LISTEN_PID"] = environment["WATCHDOG_PID"] = str(os.getpid())
                os.execve(command[0], command, environment)
            finally:
                os._exit(127)
        os.close(output)
        if ready:
            self.wait_for("READY=1", seconds, since)

    def end(self, number=signal.SIGTERM, seconds=20):
        """Ends the process; its status."""
        os.kill(self.process, number)
        return self.wait(seconds)

    def wait(self, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            process, status = os.waitpid(self.process, os.WNOHANG)
            if process:
                self.process = None
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.001)
        raise AssertionError(f"it did not end within {seconds} s; its log:\n{self.said()}")

    def restart(self, number=signal.SIGTERM, program=None):
        self.end(number)
        self.start(program)

    def tells(self, words, seconds=10):
        """Whether the log comes to hold these words: it is written by a thread of its own."""
        deadline = time.monotonic() + seconds
        while words not in self.said():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def said(self):
        try:
            with open(self.log, errors="replace") as file:
                return file.read()[-8000:]
        except OSError:
            return ""

    def stop(self):
        if self.process:
            self.end(signal.SIGKILL)
        for numbers in self.store.values():
            for number in numbers:
                os.close(number)
        self.store.clear()
        subprocess.run(["rm", "-rf", self.folder], check=True)
