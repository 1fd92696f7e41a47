# SPDX-License-Identifier: Apache-2.0
"""A small Internet: a router, and hosts, clients and peers around it, each with networks of public addresses.

    with World() as world:
        server = world.host("dual").serve(["realm=example.org"])
        client = world.client("home")
        with client.inside():
            turn = server.turn("udp", 4)

README.md beside this says what there is.
"""
import contextlib
import itertools
import os
import shutil
import tempfile

import clients
import hosts
import namespaces
import naming
from certificates import Certificates
from installed import Installed
from naming import Names
from peers import Peer

NAME = "turn.test"


class World(contextlib.ExitStack):
    """All of it; what was made is taken down in reverse order at the end."""

    def __init__(self):
        super().__init__()
        namespaces.go_apart()
        self.folder = tempfile.mkdtemp(prefix="sterna-world-")
        self.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.numbers = itertools.count(1)
        self.router = self.namespace("internet")
        self.router.forwards()
        self.names = self.enter_context(Names(self.router))
        self.use_names()
        self.certificates = Certificates(self.folder, f"DNS:{NAME},DNS:localhost,IP:127.0.0.1", days=90)
        self.package = None

    def namespace(self, name):
        made = namespaces.Namespace(name)
        self.callback(made.remove)
        return made

    def use_names(self):
        """Everybody asks the world's DNS, for as long as there is a world."""
        path = os.path.join(self.folder, "resolv.conf")
        with open(path, "w") as file:
            file.writelines(f"nameserver {address}\n" for address in naming.ADDRESSES.values())
        namespaces.run("mount", "--bind", path, "/etc/resolv.conf")
        self.callback(namespaces.run, "umount", "-l", "/etc/resolv.conf")

    def installed(self):
        """The installed package; unpacked once, for all hosts."""
        if self.package is None:
            self.package = self.enter_context(Installed(self.folder))
        return self.package

    def attach(self, namespace, families=(4, 6), device="eth0"):
        """Wires a namespace to the router, which has a network for it; no address is given yet."""
        network = Network(next(self.numbers), families, device)
        self.router.wires(f"net{network.number}", namespace, device)
        for family in families:
            self.router.ip(f"addr add {network.gateway(family)}/{network.width(family)} dev net{network.number} nodad")
        return network

    def host(self, kind="dual"):
        """A host of this kind, on which nothing runs yet: see hosts.KINDS."""
        return hosts.KINDS[kind](self, kind)

    def client(self, kind="public"):
        """Somebody who wants a relay, on this kind of line: see clients.KINDS."""
        return clients.KINDS[kind](self, kind)

    def peer(self):
        """Somebody whom relays reach over both families, and who sends back what comes."""
        return self.enter_context(Peer(self))


class Network:
    """A network of public addresses between the router and one namespace."""

    def __init__(self, number, families, device):
        self.number, self.families, self.device = number, families, device

    def address(self, family, last=10):
        return f"45.{self.number}.0.{last}" if family == 4 else f"2a01:db9:{self.number:x}::{last}"

    def gateway(self, family):
        return self.address(family, 1)

    def width(self, family):
        return 24 if family == 4 else 64

    def lines(self, last=10):
        """What ip(8) is told for a namespace to have the address, and the way out."""
        for family in self.families:
            yield f"addr add {self.address(family, last)}/{self.width(family)} dev {self.device} nodad"
            yield f"route replace default via {self.gateway(family)} dev {self.device}"
