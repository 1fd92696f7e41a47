# SPDX-License-Identifier: Apache-2.0
"""A name server on 127.0.0.1:53 for one test: `names.py "NAME A ADDRESS" "NAME SRV TARGET PORT"…`"""
import socket
import struct
import sys

A, SRV = 1, 33


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def records():
    """Data by name and type."""
    found = {}
    for line in sys.argv[1:]:
        name, kind, *rest = line.split()
        if kind == "A":
            found[name, A] = socket.inet_aton(rest[0])
        else:
            found[name, SRV] = struct.pack("!HHH", 0, 0, int(rest[1])) + encoded(rest[0])
    return found


def asked(query):
    """The name, its end, and the type."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1:at + 1 + length].decode().lower())
        at += 1 + length
    return ".".join(labels), at + 5, struct.unpack_from("!H", query, at + 1)[0]


def main():
    zone = records()
    known = {name for name, _ in zone}
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 53))
    print("ready", flush=True)
    while True:
        query, client = listener.recvfrom(2048)
        name, end, kind = asked(query)
        data = zone.get((name, kind))
        code = 0 if name in known else 3
        answer = query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, 1 if data else 0, 0, 0) + query[12:end]
        if data:
            answer += struct.pack("!HHHIH", 0xC00C, kind, 1, 60, len(data)) + data
        listener.sendto(answer, client)


main()
