# SPDX-License-Identifier: Apache-2.0
"""The lines that clients are on."""


class Client:
    """Somebody on a line of their own; on this one nothing is in the way."""

    families = (4, 6)

    def __init__(self, world, kind):
        self.world, self.kind = world, kind
        self.namespace = world.namespace(f"client{next(world.numbers)}")
        self.inside, self.run, self.start = self.namespace.inside, self.namespace.run, self.namespace.start
        self.build()

    def build(self):
        self.network = self.world.attach(self.namespace, self.families)
        self.namespace.ip(*self.network.lines())
        # The address that the world sees of it, in each family.
        self.seen = {family: self.network.address(family) for family in self.families}


class IPv6Only(Client):
    families = (6,)


class Firewalled(Client):
    """Behind a firewall that turns away what its rules do not let out."""

    rules = ""

    def build(self):
        super().build()
        self.namespace.nft(f"""table inet firewall {{
            chain leaving {{
                type filter hook output priority 0
                oif lo accept
                meta l4proto ipv6-icmp accept
                ct state established accept
                udp dport 53 accept
                {self.rules}
            }}
        }}""")


class Only443(Firewalled):
    rules = "tcp dport 443 accept\nreject"


class NoUDP(Firewalled):
    rules = "meta l4proto udp reject"


class Routed(Client):
    """Behind a router of their own; `private` is what the router calls them."""

    families = (4,)
    private = ["192.168.1.2"]
    mtu = 1500

    def build(self):
        self.gateway = self.world.namespace(f"{self.namespace.name}gw")
        self.network = self.world.attach(self.gateway, self.families)
        self.gateway.ip(*self.network.lines())
        self.gateway.forwards()
        self.gateway.wires("lan", self.namespace, "eth0")
        self.seen = {family: self.network.address(family) for family in self.families}
        self.lan()

    def lan(self):
        self.gateway.ip("addr add 192.168.1.1/16 dev lan")
        self.namespace.ip(*(f"addr add {address}/16 dev eth0" for address in self.private))
        self.namespace.ip("route add default via 192.168.1.1")
        self.translates()


class Home(Routed):
    """Address-restricted NAT that keeps ports: in comes who was sent something, from whatever port."""

    def translates(self):
        self.gateway.nft(f"""table ip nat {{
            set known {{ type ipv4_addr . inet_service; flags dynamic; timeout 60s; size 65535; }}
            chain arriving {{
                type nat hook prerouting priority dstnat
                iif "eth0" meta l4proto udp ip saddr . udp dport @known dnat to {self.private[0]}
            }}
            chain passing {{
                type filter hook forward priority 0
                iif "lan" meta l4proto udp update @known {{ ip daddr . udp sport }};
            }}
            chain leaving {{ type nat hook postrouting priority srcnat; oif "eth0" masquerade; }}
        }}""")


class Symmetric(Routed):
    """NAT with a port of its own for each address and port that is spoken to."""

    def translates(self):
        self.gateway.nft(f"""table ip nat {{
            chain leaving {{ type nat hook postrouting priority srcnat; oif "eth0" masquerade fully-random; }}
        }}""")


class CarrierNAT(Symmetric):
    """Fifty behind one public address, as in a mobile network; `private` lists them all."""

    private = [f"100.64.0.{number}" for number in range(2, 52)]

    def lan(self):
        self.gateway.ip("addr add 100.64.0.1/10 dev lan")
        self.namespace.ip(*(f"addr add {address}/10 dev eth0" for address in self.private))
        self.namespace.ip("route add default via 100.64.0.1")
        self.translates()


class Small(Routed):
    """A path on which packets longer than 1,280 bytes do not pass, which nobody knows until one is sent."""

    families = (4, 6)

    def lan(self):
        number = self.network.number
        self.gateway.ip("link set eth0 mtu 1280", f"addr add 45.{number}.1.1/24 dev lan", f"addr add 2a01:db9:{number:x}:1::1/64 dev lan nodad")
        self.namespace.ip(
            f"addr add 45.{number}.1.10/24 dev eth0", f"addr add 2a01:db9:{number:x}:1::10/64 dev eth0 nodad",
            f"route add default via 45.{number}.1.1", f"route add default via 2a01:db9:{number:x}:1::1")
        self.seen = {4: f"45.{number}.1.10", 6: f"2a01:db9:{number:x}:1::10"}
        self.world.router.ip(
            f"link set net{number} mtu 1280", f"route add 45.{number}.1.0/24 via {self.network.address(4)}",
            f"route add 2a01:db9:{number:x}:1::/64 via {self.network.address(6)}")


KINDS = {
    "public": Client, "home": Home, "symmetric": Symmetric, "cgnat": CarrierNAT, "v6": IPv6Only,
    "443": Only443, "no-udp": NoUDP, "mtu": Small,
}
