# SPDX-License-Identifier: Apache-2.0
"""What a client does with a relay: asks for one, sends something to a peer through it, and has it come back."""
import ipaddress
import os
import time

import stun

# What is asked for, by name: attributes of an Allocate request.
ASKED = {
    "default": [],
    "IPv4": [(stun.FAMILY, stun.IPV4)],
    "IPv6": [(stun.FAMILY, stun.IPV6)],
    "both": [(stun.ADDITIONAL_FAMILY, stun.IPV6)],
}


def expected(family, has):
    """What a host with routable addresses of the families `has` answers: relayed families, and those it refuses (440).

    Who asks for both asks for IPv4 in the first place: without it nothing is given (RFC 8656 §7.2, step 7 before step 9).
    """
    wanted = {"default": [4], "IPv4": [4], "IPv6": [6], "both": [4, 6]}[family]
    given = [each for each in wanted if each in has]
    return (given, [each for each in wanted if each not in has]) if wanted[0] in has else ([], wanted)


def version(address):
    return ipaddress.ip_address(address[0]).version


def refused(answer):
    """The families that a success says it has no address of (ADDRESS-ERROR-CODE, RFC 8656 §18.12)."""
    return [{1: 4, 2: 6}[value[0]] for value in answer.all(stun.ADDRESS_ERROR) if value[2] * 100 + value[3] == 440]


def goes_through(turn, peer, relayed, size=200):
    """Sends to the peer by an indication and over a channel; each has to come from the relayed address, and back."""
    there = peer.address(version(relayed))
    number = 0x4000 + version(relayed)
    assert turn.permit(there).error == 0
    exchange(turn, peer, relayed, there, lambda payload: turn.send(there, payload), (there, number), size)
    assert turn.bind(number, there).error == 0
    exchange(turn, peer, relayed, there, lambda payload: turn.send_on(number, payload), (number,), size)


def exchange(turn, peer, relayed, there, send, labels, size):
    """One payload out and back. A datagram that a path lets through only in pieces is lost once: it is sent again."""
    payload, deadline = os.urandom(size), time.monotonic() + 5
    while True:
        send(payload)
        try:
            source, back = turn.receive(0.5)
        except stun.Silence:
            assert turn.link.resends and time.monotonic() < deadline, f"nothing came back from {there} through {relayed}"
            continue
        if back == payload:
            break
    assert source in labels, (source, labels)
    assert peer.heard[payload] == relayed, f"the peer saw {peer.heard[payload]}, the client was told {relayed}"


def meet(one, other, size=200):
    """Two clients with relays of one family send to each other's."""
    assert one.permit(other.relayed).error == 0, f"{one.relayed} may not send to {other.relayed}"
    assert other.permit(one.relayed).error == 0, f"{other.relayed} may not send to {one.relayed}"
    for here, there in ((one, other), (other, one)):
        payload = os.urandom(size)
        here.send(there.relayed, payload)
        assert there.receive() == (here.relayed, payload)
