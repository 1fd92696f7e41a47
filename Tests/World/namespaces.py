# SPDX-License-Identifier: Apache-2.0
"""Network namespaces, made with iproute2: what is in one sees no network but what is laid there."""
import contextlib
import ctypes
import os
import subprocess

LIBC = ctypes.CDLL(None, use_errno=True)
NEW_MOUNTS, NEW_NETWORK = 0x20000, 0x40000000
HANDLES = "/run/netns"
apart = False


def go_apart():
    """Takes this process out of the machine's network, with a /run/netns of its own; nothing else is left to undo.

    It has to be the process's only thread, or the first to ask: threads that are started later come along.
    """
    global apart
    if apart:
        return
    os.makedirs(HANDLES, exist_ok=True)
    if LIBC.unshare(NEW_MOUNTS | NEW_NETWORK) != 0:
        raise PermissionError("no namespace can be made: run this as root")
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", HANDLES)
    run("ip", "link", "set", "lo", "up")
    apart = True


def run(*command, **options):
    """What a command prints; an error that shows it when the command fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


class Namespace:
    """A machine on the network, as far as the network can tell."""

    def __init__(self, name):
        self.name, self.handle = name, f"{HANDLES}/{name}"
        run("ip", "netns", "add", name)
        # The routers' own link-local addresses are good at once, or the first packets of a world get lost.
        self.set("ipv6/conf/all/accept_dad", 0)
        self.set("ipv6/conf/default/accept_dad", 0)
        # As systemd sets it: when an address goes, others of its network stay.
        self.set("ipv4/conf/all/promote_secondaries", 1)
        self.ip("link set lo up")

    def remove(self):
        run("ip", "netns", "del", self.name)

    @contextlib.contextmanager
    def inside(self):
        """What this thread opens or starts meanwhile is in this namespace; a socket stays there."""
        with open("/proc/thread-self/ns/net") as home, open(self.handle) as there:
            assert LIBC.setns(there.fileno(), NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
            try:
                yield self
            finally:
                assert LIBC.setns(home.fileno(), NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())

    def command(self, words):
        """A command line that runs another one here."""
        return ["nsenter", f"--net={self.handle}", "--", *words]

    def run(self, words, seconds=60):
        """Runs a command to its end; (exit status, what it printed), the status None when it took too long."""
        try:
            done = subprocess.run(
                self.command(words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=seconds)
        except subprocess.TimeoutExpired as late:
            return None, (late.stdout or b"").decode(errors="replace")
        return done.returncode, done.stdout.decode(errors="replace")

    def start(self, words, **options):
        """Starts a command and returns its process."""
        return subprocess.Popen(self.command(words), **options)

    def ip(self, *lines):
        """Runs lines of ip(8), as “addr add 45.1.0.10/24 dev eth0”; IPv6 wants “nodad” to be good at once."""
        run("ip", "-n", self.name, "-batch", "-", input="\n".join(lines) + "\n")

    def nft(self, rules):
        """Loads rules of nft(8)."""
        run(*self.command(["nft", "-f", "-"]), input=rules)

    def set(self, path, value):
        """Writes a kernel setting, as ipv4/ip_forward."""
        with self.inside(), open(f"/proc/sys/net/{path}", "w") as file:
            file.write(str(value))

    def forwards(self):
        """Makes a router of it."""
        self.set("ipv4/ip_forward", 1)
        self.set("ipv6/conf/all/forwarding", 1)

    def wires(self, name, other, others_name):
        """Lays a cable to another namespace; both ends are up."""
        run("ip", "-n", self.name, "link", "add", name, "type", "veth", "peer", "name", others_name, "netns", other.name)
        self.ip(f"link set {name} up")
        other.ip(f"link set {others_name} up")
