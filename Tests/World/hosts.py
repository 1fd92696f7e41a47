# SPDX-License-Identifier: Apache-2.0
"""The hosts that a server runs on."""
from service import Service


class Host:
    """A machine with a network of its own. `addresses[4]` and `addresses[6]` are what the world reaches it by."""

    families = (4, 6)
    # What its operator has to write because of where it stands.
    lines = []

    def __init__(self, world, kind):
        self.world, self.kind = world, kind
        self.namespace = world.namespace(f"host{next(world.numbers)}")
        self.addresses = {4: [], 6: []}
        self.inside, self.run, self.start = self.namespace.inside, self.namespace.run, self.namespace.start
        self.build()

    def build(self):
        self.network = self.world.attach(self.namespace, self.families)
        self.comes(10)

    def comes(self, last):
        """Gets the address with this last number in each family."""
        self.namespace.ip(*self.network.lines(last))
        for family in self.families:
            self.addresses[family].append(self.network.address(family, last))

    def goes(self, last):
        """Loses it again."""
        for family in self.families:
            address = self.network.address(family, last)
            self.namespace.ip(f"addr del {address}/{self.network.width(family)} dev {self.network.device}")
            self.addresses[family].remove(address)

    def address(self, family):
        """The address that clients are told."""
        return self.addresses[family][-1]

    def serve(self, lines=(), **options):
        """The installed package running here, with the default file, what the host needs and these lines."""
        return self.world.enter_context(Service(self, [*self.lines, *lines], **options))


class IPv4Only(Host):
    families = (4,)


class IPv6Only(Host):
    families = (6,)


class Cloud(Host):
    """Behind one-to-one NAT: the host knows 10.0.0.5, the world another address."""

    families = (4,)
    private, gateway = "10.0.0.5", "10.0.0.1"

    def build(self):
        gateway = self.world.namespace(f"{self.namespace.name}nat")
        self.network = self.world.attach(gateway, self.families)
        gateway.ip(*self.network.lines())
        gateway.forwards()
        gateway.wires("lan", self.namespace, "eth0")
        gateway.ip(f"addr add {self.gateway}/24 dev lan")
        self.namespace.ip(f"addr add {self.private}/24 dev eth0", f"route add default via {self.gateway}")
        public = self.network.address(4)
        self.addresses[4] = [public]
        gateway.nft(f"""table ip nat {{
            chain arriving {{ type nat hook prerouting priority dstnat; iif "eth0" {self.passes} dnat to {self.private}; }}
            chain leaving {{ type nat hook postrouting priority srcnat; oif "eth0" snat to {public}; }}
        }}""")
        self.lines = [f"external-ip={public}"]

    # What the NAT passes on.
    passes = ""


class HomeServer(Cloud):
    """Behind a home router that passes on the service's ports and no others."""

    private, gateway = "192.168.1.10", "192.168.1.1"
    passes = "meta l4proto { tcp, udp } th dport { 80, 443, 3478, 5349, 49152-65535 }"


class Clouds(Cloud):
    """Two public addresses, each in front of a private one of its own."""

    def build(self):
        gateway = self.world.namespace(f"{self.namespace.name}nat")
        self.network = self.world.attach(gateway, self.families)
        gateway.ip(*self.network.lines())
        gateway.ip(f"addr add {self.network.address(4, 11)}/24 dev eth0")
        gateway.forwards()
        gateway.wires("lan", self.namespace, "eth0")
        gateway.ip("addr add 10.0.0.1/24 dev lan")
        pairs = {self.network.address(4, 10): "10.0.0.5", self.network.address(4, 11): "10.0.0.6"}
        self.namespace.ip(*(f"addr add {private}/24 dev eth0" for private in pairs.values()), "route add default via 10.0.0.1")
        self.addresses[4] = list(reversed(pairs))
        arriving = "\n".join(f'iif "eth0" ip daddr {public} dnat to {private}' for public, private in pairs.items())
        leaving = "\n".join(f'oif "eth0" ip saddr {private} snat to {public}' for public, private in pairs.items())
        gateway.nft(f"""table ip nat {{
            chain arriving {{
                type nat hook prerouting priority dstnat
                {arriving}
            }}
            chain leaving {{
                type nat hook postrouting priority srcnat
                {leaving}
            }}
        }}""")
        self.lines = [f"external-ip={public}/{private}" for public, private in pairs.items()]


class Several(Host):
    """Two addresses of each family, and one that moves between hosts (a VIP, as keepalived sets it)."""

    def build(self):
        super().build()
        for family in self.families:
            for last, width in ((11, self.network.width(family)), (100, 32 if family == 4 else 128)):
                address = self.network.address(family, last)
                self.namespace.ip(f"addr add {address}/{width} dev eth0 nodad")
                self.addresses[family].append(address)


class Late(Host):
    """Has no address until `arrives`, as where DHCP is slow."""

    def build(self):
        self.network = self.world.attach(self.namespace, self.families)

    def arrives(self):
        self.comes(10)


class Changing(Host):
    """Gets other addresses now and then: IPv4 from DHCP, IPv6 from privacy addresses (RFC 8981)."""

    def build(self):
        super().build()
        # As systemd sets it: the next address of a network outlives the one before it.
        self.namespace.set("ipv4/conf/all/promote_secondaries", 1)
        # The last number of its addresses, and whom it has met with them.
        self.last, self.met = 10, None

    def changes(self):
        """The next addresses are there, and the ones before are gone."""
        before, self.last = self.last, self.last + 1
        self.comes(self.last)
        self.goes(before)
        # With the last address of a network the way out goes, too.
        self.namespace.ip(*(line for line in self.network.lines(self.last) if line.startswith("route")))


KINDS = {
    "dual": Host, "v4": IPv4Only, "v6": IPv6Only, "cloud": Cloud, "clouds": Clouds, "several": Several, "late": Late,
    "changing": Changing,
}
