# SPDX-License-Identifier: Apache-2.0
"""A bare Debian in a folder, into which the package is installed as an operator would do it."""
import contextlib
import glob
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, ".build")
PACKAGES = os.path.join(BUILD, "deb")
BARE = os.path.join(BUILD, "debian-12.tar")
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")


def run(*command, check=True, **options):
    """What a command prints; an error that shows it when the command fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    assert not check or done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def package():
    """The package that `make deb` has built."""
    found = glob.glob(os.path.join(PACKAGES, "sterna_*.deb"))
    assert len(found) == 1, f"{len(found)} packages in {PACKAGES}; right would be one: run make deb"
    return found[0]


def bare():
    """A tar file of Debian 12 with what debootstrap thinks is the least; made once a checkout."""
    if not os.path.exists(BARE):
        folder = os.path.join(BUILD, "debian-12")
        shutil.rmtree(folder, ignore_errors=True)
        run("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", folder, MIRROR)
        run("tar", "-C", folder, "-cf", BARE + ".new", "--exclude=./var/cache/apt/archives/*.deb", ".")
        shutil.rmtree(folder)
        os.rename(BARE + ".new", BARE)
    return BARE


class Debian:
    """A Debian in a folder. Its programs see the folder alone; the network is the host's, or that of a namespace."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)
        run("tar", "-C", folder, "-xf", bare())
        shutil.copy("/etc/resolv.conf", self.path("/etc/resolv.conf"))
        # Nobody starts services here, as in a container's build.
        self.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)

    def path(self, inside):
        return os.path.join(self.folder, inside.lstrip("/"))

    def write(self, inside, text, mode=0o644):
        with open(self.path(inside), "w") as file:
            file.write(text)
        os.chmod(self.path(inside), mode)

    def read(self, inside):
        with open(self.path(inside)) as file:
            return file.read()

    def does(self, *command, check=True, **options):
        """Runs a command inside, as root; returns what it prints."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        return run("chroot", self.folder, *command, check=check, env=environment, **options)

    def installs(self, deb):
        """`apt install ./sterna.deb`, with what it depends on."""
        shutil.copy(deb, self.path("/tmp/sterna.deb"))
        self.does("apt-get", "update", "-qq")
        return self.does("apt-get", "install", "-y", "-q", "--no-install-recommends", "/tmp/sterna.deb")

    def files(self):
        """Every path outside of what changes by itself."""
        passing = ("proc", "sys", "dev", "run", "tmp", "var/cache", "var/lib/apt", "var/lib/dpkg", "var/log", "var/lib/systemd")
        found = set()
        for folder, folders, names in os.walk(self.folder):
            inside = os.path.relpath(folder, self.folder)
            folders[:] = [name for name in folders if os.path.normpath(os.path.join(inside, name)) not in passing]
            found |= {os.path.normpath(os.path.join("/", inside, name)) for name in [*folders, *names]}
        return found

    @contextlib.contextmanager
    def mounted(self):
        """With /proc, as a running system has it."""
        run("mount", "-t", "proc", "proc", self.path("/proc"))
        try:
            yield
        finally:
            run("umount", self.path("/proc"))

    def owner(self, inside):
        """`user:group mode` of a path inside, by the folder's own lists of users."""
        return self.does("stat", "-c", "%U:%G %a", inside).strip()


def repacked(deb, version, folder):
    """The same package under another version, for an upgrade."""
    tree, result = os.path.join(folder, "tree"), os.path.join(folder, f"sterna_{version}.deb")
    run("dpkg-deb", "-R", deb, tree)
    control = os.path.join(tree, "DEBIAN", "control")
    with open(control) as file:
        lines = [f"Version: {version}\n" if line.startswith("Version:") else line for line in file]
    with open(control, "w") as file:
        file.writelines(lines)
    run("dpkg-deb", "--root-owner-group", "-b", tree, result)
    shutil.rmtree(tree)
    return result
