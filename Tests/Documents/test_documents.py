# SPDX-License-Identifier: Apache-2.0
"""Every command of the guides, typed in order as it stands, and what their reader has at the end."""
import time

import pytest
import stun
from booted import can_boot
from document import configured
from guide import OBSERVER, followed, install, steps
from relaying import goes_through
from substitutes import NAME

GUIDES = ["first-install.md", "only-443.md", "behind-nat.md"]

pytestmark = pytest.mark.skipif(not can_boot(), reason="no Debian can be booted here: that wants root, systemd-nspawn and cgroups")


def relays(follower, peer, link):
    """Has a relay pass something to a peer and back; the relayed address that the client was told."""
    turn = stun.Client(link, *follower.credentials())
    try:
        assert turn.allocate().error == 0
        goes_through(turn, peer, turn.relayed)
        return turn.relayed
    finally:
        turn.close()


def is_told(follower, address, server):
    """Whether clients of the server are told this relayed address."""
    turn = stun.Client(stun.Datagrams(server, ("0.0.0.0", 0)), *follower.credentials())
    try:
        return turn.allocate().error == 0 and turn.relayed[0] == address
    except stun.Silence:
        return False
    finally:
        turn.close()


def fetch(follower, kind, url):
    """What curl prints of a page at another machine, which trusts what everybody trusts."""
    status, said = follower.other(kind).run(["chroot", follower.debian.root, "curl", "-sS", "-i", url])
    assert status == 0, said
    return said


@pytest.fixture(scope="module")
def installed(world, package):
    """A host on which first-install.md was followed to its end."""
    (_, guide), = steps("first-install.md")
    return followed(world, "dual", package, guide)


def test_first_install_ends_with_pages_that_browsers_trust_and_a_relay(installed, peer):
    assert fetch(installed, "public", f"https://{NAME}/").startswith("HTTP/1.1 200")
    assert fetch(installed, "public", f"http://{NAME}/").startswith("HTTP/1.1 308")
    with installed.other("public").inside():
        relays(installed, peer, stun.Datagrams((installed.host.address(4), 3478), ("0.0.0.0", 0)))


def test_only_443_ends_with_a_relay_for_those_who_get_out_nowhere_else(installed, peer):
    (_, guide), = steps("only-443.md")
    installed.follow(guide)
    with installed.other("443").inside():
        context = installed.certificates.context()
        relays(installed, peer, stun.Stream((installed.host.address(4), 443), context, name=NAME))


def behind_nat():
    return [pytest.param(number, id=str(part[1][0])) for number, part in enumerate(steps("behind-nat.md"))]


@pytest.mark.long
@pytest.mark.parametrize("number", behind_nat())
def test_behind_nat_each_way_ends_with_a_relay_that_the_world_reaches(world, package, peer, number):
    kind, guide = steps("behind-nat.md")[number]
    follower = followed(world, kind, package, install())
    address = follower.host.address(4)
    balancer = follower.other("public").network.address(4)
    follower.names = {"198.51.100.7": address, "198.51.100.1": balancer}
    if kind == "clouds":
        follower.names["198.51.100.8"] = follower.host.addresses[4][0]
    if any(OBSERVER in step.text for step in guide):
        follower.knows(OBSERVER, observer(world))
    follower.follow(guide)
    with follower.other("public").inside():
        # A name is looked up and a server asked while others are served: new allocations have what was found.
        until(lambda: is_told(follower, address, (address, 3478)))
        relayed = relays(follower, peer, stun.Datagrams((address, 3478), ("0.0.0.0", 0)))
        assert relayed[0] == address
        if any("min-port" in step.text for step in guide):
            assert 50000 <= relayed[1] <= 50999
        if any("tcp-proxy-port" in step.text for step in guide):
            link = stun.Stream((address, 5350))
            link.send(b"PROXY TCP4 45.9.9.9 45.9.9.8 4711 3478\r\n" + stun.encode(stun.BINDING))
            assert stun.Message(link.receive(5)).address(stun.XOR_MAPPED_ADDRESS) == ("45.9.9.9", 4711)


def observer(world):
    """The address of somebody who tells what address a STUN request came from; who asks is answered from now on."""
    line = world.client("public")
    process = line.start(
        ["turnserver", "-n", "--stun-only", "--no-cli", f"--listening-ip={line.network.address(4)}", "--log-file=stdout",
         f"--pidfile={world.folder}/observer.pid"])
    world.callback(process.wait)
    world.callback(process.kill)
    with line.inside():
        until(lambda: answers((line.network.address(4), 3478)))
    return line.network.address(4)


def answers(server):
    """Whether somebody answers a Binding request."""
    link = stun.Datagrams(server, ("0.0.0.0", 0))
    try:
        link.send(stun.encode(stun.BINDING))
        return bool(link.receive(0.3))
    except (OSError, stun.Silence):
        return False
    finally:
        link.socket.close()


def until(holds, seconds=60):
    """Waits for something to become true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not in {seconds} s"
        time.sleep(0.05)


def test_lines_that_are_written_take_the_place_of_what_was_said_of_their_keys():
    assert configured("a=1\n#b=2\nb=3\nc\n", ["b=4", "b=5", "c"]) == "a=1\n#b=2\nb=4\nb=5\nc\n"


@pytest.mark.parametrize("name", GUIDES)
def test_every_block_of_a_guide_says_what_its_reader_does_with_it(name):
    assert steps(name)
