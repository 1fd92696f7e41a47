# SPDX-License-Identifier: Apache-2.0
"""The matrix as it is printed."""

TRANSPORTS = ["udp", "tcp", "tls", "dtls", "443"]
FAMILIES = ["default", "IPv4", "IPv6", "both"]
LEGEND = """\
A cell says what came of asking for a relayed address of the default family, IPv4, IPv6, and both, in this order:
4, 6: bytes went through a relay of this family to a peer and back; 440, 442: refused so at once, and rightly;
-: this client has no way to that port of that host; !: a failure; . : not run this time.""".splitlines()


class Table:
    """Cells by (host, client, transport, family)."""

    def __init__(self):
        self.cells = {}

    def lines(self):
        """A row for each kind of host and of client, a column for each transport."""
        rows = list(dict.fromkeys(key[:2] for key in self.cells))
        yield from LEGEND
        yield f"{'host':10} {'client':14}" + "".join(f" {transport:15}" for transport in TRANSPORTS)
        for host, client in rows:
            found = [[self.cells.get((host, client, transport, family), ".") for family in FAMILIES] for transport in TRANSPORTS]
            yield f"{host:10} {client:14}" + "".join(f" {' '.join(cell):15}" for cell in found)
        failed = sum(value == "!" for value in self.cells.values())
        yield f"{len(self.cells)} cells, {failed} failed"
