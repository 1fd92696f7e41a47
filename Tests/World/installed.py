# SPDX-License-Identifier: Apache-2.0
"""The package, installed over this machine's files, none of which it changes.

Each host gets a root of its own on top of that. The package is what `make deb` has built. With BINARY in the environment
what the package would bring is laid by hand around that program, a debug build for one.
"""
import contextlib
import os
import shutil
import subprocess

from namespaces import run

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("BINARY")


def laid(lower, upper, root):
    """Makes `root` show what is in `lower`, with changes going to `upper`."""
    for folder in (upper, root, upper + ".work"):
        os.makedirs(folder, exist_ok=True)
    run("mount", "-t", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={upper}.work", "overlay", root)


class Installed(contextlib.ExitStack):
    """A tmpfs with the layers in it; `root(name)` makes a host's."""

    def __init__(self, folder):
        super().__init__()
        self.folder = os.path.join(folder, "roots")
        os.makedirs(self.folder)
        os.chmod(folder, 0o755)

    def __enter__(self):
        self.mount("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.folder, at=self.folder)
        self.layer = os.path.join(self.folder, "package")
        root = os.path.join(self.folder, "installing")
        laid("/", self.layer, root)
        run("mount", "--bind", "/dev", root + "/dev")
        try:
            # Nobody starts services here, and no unit or user of this machine's own is in the way.
            self.write(root, "/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n")
            (self.lay_by_hand if BINARY else self.install)(root)
        finally:
            run("umount", root + "/dev", root)
        return self

    def mount(self, *command, at):
        run(*command)
        self.callback(run, "umount", "-l", at)

    @staticmethod
    def write(root, path, text):
        with open(root + path, "w") as file:
            file.write(text)
        os.chmod(root + path, 0o755)

    def install(self, root):
        found = [name for name in os.listdir(f"{ROOT}/.build/deb") if name.endswith(".deb")] if os.path.isdir(f"{ROOT}/.build/deb") else []
        assert len(found) == 1, f"{len(found)} packages in .build/deb; right would be one: run make deb"
        shutil.copy(f"{ROOT}/.build/deb/{found[0]}", root + "/tmp/sterna.deb")
        inside(root, "dpkg", "--install", "/tmp/sterna.deb")

    def lay_by_hand(self, root):
        for source, target, mode in (
            (BINARY, "/usr/bin/sterna", "755"),
            ("packaging/systemd/sterna.service", "/lib/systemd/system/sterna.service", "644"),
            ("packaging/sysusers/sterna.conf", "/usr/lib/sysusers.d/sterna.conf", "644"),
            ("etc/sterna.conf", "/usr/share/sterna/sterna.conf", "644"),
            ("packaging/debian/sterna.postinst", "/tmp/postinst", "755"),
        ):
            run("install", "-D", "-m", mode, os.path.join(ROOT, source), root + target)
        inside(root, "sh", "/tmp/postinst", "configure", "")

    def root(self, name):
        """A root with the package in it, as its first start finds it."""
        root = os.path.join(self.folder, name)
        laid(f"{self.layer}:/", root + ".changes", root)
        self.callback(run, "umount", "-l", root)
        for kind, path in (("proc", "/proc"), ("tmpfs", "/run"), ("tmpfs", "/tmp")):
            self.mount("mount", "-t", kind, kind, root + path, at=root + path)
        self.mount("mount", "--bind", "/dev", root + "/dev", at=root + "/dev")
        os.chmod(root + "/tmp", 0o1777)
        return root


def inside(root, *command, **options):
    """Runs a command in a root, as root; what it prints."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    return run("chroot", root, *command, env=environment, **options)
