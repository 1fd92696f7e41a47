# SPDX-License-Identifier: Apache-2.0
"""Somebody who follows a guide word by word, on a host of the world that has a Debian of its own."""
import contextlib
import json
import os
import re
import shlex
import shutil

from booted import Booted
from certificates import Certificates
from document import configured, steps
from namespaces import run
from substitutes import CERTBOT, NAME, OBSERVER, WARNINGS

CONFIGURATION = "/etc/sterna/sterna.conf"
AUTHORITY = "/etc/ssl/certs/world.pem"


class Follower(contextlib.ExitStack):
    """One host that is called `name`, from the bare Debian on. `others` are the machines beside it, by kind."""

    def __init__(self, world, kind, package, name=NAME):
        super().__init__()
        self.world, self.package, self.name = world, package, name
        # What `sterna check` may warn of.
        self.warnings = WARNINGS
        self.host = world.host(kind)
        self.others = {}
        # What a guide says, and what it is here.
        self.names = {}

    def __enter__(self):
        super().__enter__()
        self.debian = self.enter_context(Booted(self.host))
        self.certificates = Certificates(self.debian.folder, f"DNS:{self.name}", days=90)
        public = self.host.address(4)
        self.hosts = f"127.0.0.1 localhost\n::1 localhost\n{public} {self.name}\n"
        self.lay(self.debian.root)
        self.debian.write("/usr/local/bin/certbot", CERTBOT, 0o755)
        for name, file in (("fullchain", self.certificates.chain), ("privkey", self.certificates.key)):
            shutil.copy(file, self.debian.folder_of(f"/usr/share/authority/{name}.pem"))
        shutil.copy(self.package, self.debian.path("/root/" + os.path.basename(self.package)))
        return self

    def lay(self, root):
        """Names, and the authority that everybody here trusts."""
        with open(f"{root}/etc/hosts", "w") as file:
            file.write(self.hosts)
        shutil.copy(self.certificates.authority, root + AUTHORITY)
        digest = run("openssl", "x509", "-noout", "-hash", "-in", self.certificates.authority).strip()
        link = f"{root}/etc/ssl/certs/{digest}.0"
        if not os.path.lexists(link):
            os.symlink(os.path.basename(AUTHORITY), link)
        with open(f"{root}/etc/ssl/certs/ca-certificates.crt", "a") as bundle, open(self.certificates.authority) as file:
            bundle.write(file.read())

    def knows(self, name, address):
        """Has a name mean an address for everybody here."""
        self.hosts += f"{address} {name}\n"
        with open(self.debian.path("/etc/hosts"), "w") as file:
            file.write(self.hosts)

    def follow(self, guide):
        """Does what the steps say, in order."""
        for step in guide:
            text = self.said_here(step.text)
            try:
                if step.kind == "conf":
                    self.writes(text.splitlines())
                elif "on" in step.words:
                    self.elsewhere(step.words["on"], text)
                elif "if" not in step.words or self.debian.has(step.words["if"]):
                    self.types(text)
            except AssertionError as error:
                raise AssertionError(f"{step.place} {error}\n--- the journal:\n{self.debian.journal()}") from None

    def said_here(self, text):
        for word, meant in self.names.items():
            text = text.replace(word, meant)
        return text

    def writes(self, lines):
        """Writes lines into the configuration, as somebody with an editor does: owner and mode stay."""
        with open(self.debian.path(CONFIGURATION), "r+") as file:
            text = configured(file.read(), lines)
            file.seek(0)
            file.write(text)
            file.truncate()

    def types(self, text):
        """Types lines on the host; `sterna check` in a line of its own is judged by what it finds."""
        for part in filter(str.strip, re.split(r"^(sterna check.*\n?)", text, flags=re.M)):
            if part.startswith("sterna check"):
                self.judges(self.debian.types(part, check=False))
            else:
                self.debian.types(part)

    def judges(self, findings):
        """Takes what `sterna check` says for good unless there is something to do about the server."""
        assert " OK " in findings, findings
        for line in findings.splitlines():
            assert " FAIL " not in line, findings
            assert " WARN " not in line or any(words in line for words in self.warnings), findings

    def elsewhere(self, kind, text):
        """Types on another machine, which has the files of this one, with credentials that the host has printed."""
        user, password = self.credentials()
        self.debian.write("/var/tmp/password", password + "\n", 0o600)
        text = text.replace("--user NAME", f"--user {shlex.quote(user)}").replace("FILE", "/var/tmp/password")
        # A program finds its own words in /proc.
        mounted = f'mount -t proc proc "{self.debian.root}/proc" && exec chroot "{self.debian.root}" /bin/bash -e -c "$1"'
        status, said = self.other(kind).run(["unshare", "--mount", "sh", "-c", mounted, "sh", text])
        if text.startswith("sterna check"):
            return self.judges(said)
        assert status == 0, f"ended with {status} at a machine of kind {kind}:\n{text}\n--- it printed:\n{said}"

    def other(self, kind):
        kind = {"another": "public"}.get(kind, kind)
        if kind not in self.others:
            self.others[kind] = self.world.client(kind)
        return self.others[kind]

    def credentials(self):
        """What `sterna token` prints."""
        servers = json.loads(self.debian.types(f"sterna token --host {self.name}"))
        return next((each["username"], each["credential"]) for each in servers if "username" in each)


def followed(world, kind, package, *guides):
    """A follower who has done all of these steps."""
    follower = world.enter_context(Follower(world, kind, package))
    for guide in guides:
        follower.follow(guide)
    return follower


def install():
    """What first-install.md has done to install, for guides that begin there."""
    ((_, all_steps),) = steps("first-install.md")
    return all_steps[:1]


__all__ = ["Follower", "OBSERVER", "followed", "install", "steps"]
