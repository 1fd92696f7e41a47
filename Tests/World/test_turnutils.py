# SPDX-License-Identifier: Apache-2.0
"""Debian's turnutils_uclient against the file as the package lays it: nothing is lost, and it prints no error.

Not among its modes here: -b (SCTP), -U (ciphers without encryption), -J (access tokens with keys of coturn's own tests),
-I (peers that were not permitted, which a relay has to refuse), -R (requests that nobody can answer, on which it hangs), -B
and -O (which end before anything could be counted), -M over TLS and DTLS (where it gives up in half of its runs, against
coturn, too), -P (peers that open connections, of which it has none outside of its own host), and RTCP to a peer (which it
sends to the port after the peer's, where nobody is).
"""
import concurrent.futures
import re

import pytest
import turnutils

MESSAGES = 20
TRANSPORTS = {"udp": ("", 3478), "tcp": ("-t", 3478), "tls": ("-t -S", 5349), "dtls": ("-S", 5349), "443": ("-t -S", 443)}

# Two of its clients that send to each other; options, and how many messages come of one that is sent for each.
TO_EACH_OTHER = {
    "channels": "-y -c",
    "indications": "-y -c -s",
    "RTP and RTCP": "-y",
    "an IPv6 relay": "-y -c -x",
    "an IPv4 relay by name": "-y -c -X",
    "both families": "-y -Z",
    "both families, by indications": "-y -Z -s",
    "followed clients": "-y -c -M",
    "followed clients of both families": "-y -Z -M",
    "padded channel data": "-y -c -D",
    "requests repeated and out of turn": "-y -c -G",
    "a few wrong requests": "-y -c -N",
    "ten clients": "-y -c -m 10",
    "1,200 bytes": "-y -c -l 1200",
    "whole datagrams": "-y -c -g",
}
TO_A_PEER = {
    "channels": "-c", "indications": "-c -s", "channels over IPv6": "-c -x", "indications over IPv6": "-c -s -x",
}
OVER_TCP = {"TCP to each other": "-T", "TCP to each other over IPv6": "-T -x"}
# What is always run; the rest takes longer.
QUICK = {"channels", "both families", "followed clients", "TCP to each other"}
# It tries TLS 1.0 and 1.1 now and then, which nobody serves who does as RFC 8996 says; and with -M it takes what a peer has sent
# for an answer; with -G it asks for peers of whichever family, that of its relay or not. Against coturn it prints the same.
HARMLESS = re.compile(
    r"tls_connect: cannot connect|error:0A00042E|error 443 \(Peer Address Family Mismatch|Received wrong response method: 0x\w+, expected 0x4|Total lost packets 0 ")
TROUBLE = re.compile(r"error|warning|wrong|fail|cannot|unexpected|lost packets [1-9]", re.I)


def modes():
    for where, table in (("each other", TO_EACH_OTHER), ("a peer", TO_A_PEER), ("TCP", OVER_TCP)):
        for mode, options in table.items():
            for transport in TRANSPORTS:
                for way in (4, 6):
                    if where == "TCP" and transport in ("udp", "dtls") or "-M" in options and transport not in ("udp", "tcp"):
                        continue
                    quick = mode in QUICK and way == 4 and where != "a peer"
                    yield pytest.param(
                        "dual", where, options, transport, way, marks=[] if quick else pytest.mark.long,
                        id=f"{where} {mode} {transport} IPv{way}".replace(" ", "-"))
    for kind, way in (("v4", 4), ("v6", 6), ("cloud", 4), ("several", 4), ("several", 6)):
        for transport in TRANSPORTS:
            yield pytest.param(
                kind, "each other", "-y -c -x" if kind == "v6" else "-y -c", transport, way, marks=pytest.mark.long,
                id=f"{kind}-{transport}-IPv{way}")


MODES = list(modes())


@pytest.fixture(scope="module")
def runs(request, world, client, peer):
    """All that are asked for, begun at once: such a client spends its seconds sleeping."""
    asked = [item.callspec.params for item in request.session.items if item.fspath == request.fspath and hasattr(item, "callspec")]
    somebody, servers = client("public"), {}
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        begun = {}
        for each in asked:
            kind, *rest = key = tuple(each[name] for name in ("kind", "where", "options", "transport", "way"))
            if kind not in servers:
                servers[kind] = world.host(kind).serve(["mobility"])
            begun[key] = pool.submit(uclient, servers[kind], somebody, peer, *rest)
        yield begun
        for future in begun.values():
            future.cancel()


def uclient(server, client, peer, where, options, transport, way):
    secure, port = TRANSPORTS[transport]
    words = [*secure.split(), *options.split(), "-p", str(port), "-n", str(MESSAGES), "-u", "ana", "-W", server.secret]
    if where == "a peer":
        host, number = peer.address(6 if "-x" in options.split() else 4)
        words += ["-e", host, "-r", str(number)]
        words += [] if "-x" in options.split() else ["-X"]
    elif way == 6 and not {"-x", "-Z"} & set(options.split()):
        words += ["-X"] if "-X" not in words else []
    return client.run(["turnutils_uclient", *words, server.host.address(way)], 90)


@pytest.mark.parametrize("kind, where, options, transport, way", MODES)
def test_nothing_is_lost_and_no_error_is_printed(runs, kind, where, options, transport, way):
    status, said = runs[kind, where, options, transport, way].result(300)
    assert status == 0, said
    counted = re.findall(r"tot_send_msgs=(\d+), tot_recv_msgs=(\d+)", said)[-1]
    assert int(counted[0]) >= MESSAGES and counted[0] == counted[1], said
    troubles = [line for line in said.splitlines() if TROUBLE.search(line) and not HARMLESS.search(line)]
    assert not troubles, "\n".join(troubles)
