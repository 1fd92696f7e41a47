# SPDX-License-Identifier: Apache-2.0
"""The world's DNS: a few names, asked for over UDP. Browsers resolve the names of relays with a resolver of their own."""
import contextlib
import ipaddress
import select
import socket
import struct
import threading

ADDRESSES = {4: "45.0.0.53", 6: "2a01:db9::53"}


class Names:
    """Answers A and AAAA queries from `known`; every other name does not exist (RFC 1035 §4.1)."""

    def __init__(self, namespace):
        self.known, self.ends = {}, contextlib.ExitStack()
        # Without nodad the IPv6 address is nobody's until the kernel has had time to look, and cannot be bound before.
        namespace.ip(f"addr add {ADDRESSES[4]}/32 dev lo", f"addr add {ADDRESSES[6]}/128 dev lo nodad")
        with namespace.inside():
            self.sockets = [self.opened(family) for family in ADDRESSES]
        self.waker, self.stopper = socket.socketpair()
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def opened(self, family):
        made = self.ends.enter_context(socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_DGRAM))
        made.bind((ADDRESSES[family], 53))
        return made

    def serve(self):
        while True:
            for ready in select.select([self.waker, *self.sockets], [], [])[0]:
                if ready is self.waker:
                    return
                query, source = ready.recvfrom(512)
                with contextlib.suppress(OSError, ValueError, IndexError, struct.error):
                    ready.sendto(self.answer(query), source)

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind = struct.unpack("!H", query[at + 1 : at + 3])[0]
        addresses = self.known.get(".".join(labels).lower())
        packed = [ipaddress.ip_address(each).packed for each in addresses or []]
        packed = [each for each in packed if len(each) == {1: 4, 28: 16}.get(kind)]
        flags = 0x8580 if addresses is not None else 0x8583
        head = query[:2] + struct.pack("!HHHHH", flags, 1, len(packed), 0, 0)
        return head + query[12 : at + 5] + b"".join(
            struct.pack("!HHHIH", 0xC00C, kind, 1, 1, len(each)) + each for each in packed)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stopper.send(b"!")
        self.thread.join()
        self.ends.close()
        self.waker.close()
        self.stopper.close()
