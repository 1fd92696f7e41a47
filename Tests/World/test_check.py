# SPDX-License-Identifier: Apache-2.0
"""`sterna check` tells the truth: on a host that is right nothing fails, and what it warns of can be done."""
import resource

import hosts
import pytest
from checks import Checked, clock
from world import NAME

AUTHORITY = "/etc/sterna/authority.pem"
# What each kind of host is to be told of, when everything else is as it should be: who asks for no family gets none on a
# host without IPv4 before the file says so.
KINDS = {
    "dual": set(), "v4": set(), "v6": {"default-family-missing"}, "cloud": set(), "several": set(), "home": set(),
    "changing": set(), "late": set(),
}


def surroundings():
    """What is to be said of the machine that the tests run on."""
    few = {"few-files"} if 0 < resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 65536 else set()
    return clock() | few


def made(world, kind):
    return hosts.HomeServer(world, kind) if kind == "home" else world.host(kind)


def served(world, host, lines=(), **options):
    """The package on the host, with the authority of its certificate beside it and a name that leads there."""
    service = host.serve(lines, **options)
    if host.kind == "late":
        host.arrives()
        with host.inside():
            service.answers(4)
    with open(world.certificates.authority) as source, open(service.root + AUTHORITY, "w") as file:
        file.write(source.read())
    with open(service.root + "/etc/hosts", "w") as file:
        file.write("127.0.0.1 localhost\n" + "".join(f"{host.address(family)} {NAME}\n" for family in host.families))
    with open(service.root + "/etc/resolv.conf", "w") as file:
        file.write("nameserver 127.0.0.1\n")
    return service


def inner(host, family):
    """What the host itself knows as its address."""
    return host.private if isinstance(host, hosts.Cloud) else host.addresses[family][0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_host_that_is_right_has_no_failure_and_warnings_only_where_there_is_something_to_do(world, kind):
    host = made(world, kind)
    service = served(world, host, [f"public-url=https://{NAME}"])
    checked = Checked(host, service.root, "--ca", AUTHORITY, name=kind)
    assert checked.causes("FAIL") == set(), f"{checked}"
    assert checked.causes("WARN") == KINDS[kind] | surroundings(), f"{checked}"
    checked.one("TLS", "OK", f"believed for {NAME}")
    checked.one("WEB", "OK", f"http://{NAME}/ leads to https://{NAME}/, where the page is")
    checked.one("ABUSE", "OK", "a guest who makes a room gets")
    for family in host.families:
        for layer in ("STUN", "TURN", "RELAY"):
            checked.one(layer, "OK", inner(host, family))
        checked.one("TURN", "OK", f"clients over IPv{family} are given")
    assert "from outside arrive" not in f"{checked}", "nobody outside was there"
    if len(host.families) == 2:
        checked.one("RELAY", "OK", "reach each other, whichever allocates first")
    for cause in KINDS[kind]:
        line = checked.because(cause).remedy.split(",")[0]
        mended = made(world, kind)
        again = Checked(mended, served(world, mended, [line]).root, "--ca", AUTHORITY)
        assert cause not in again.causes("WARN") | again.causes("FAIL"), f"{again}"


@pytest.mark.parametrize("kind", ["dual", "v6", "cloud", "home"])
def test_a_client_outside_sees_nothing_wrong_with_a_host_that_is_right(world, client, kind):
    host = made(world, kind)
    service = served(world, host)
    family = host.families[0]
    address = host.address(family) if family == 4 else f"[{host.address(family)}]"
    for scheme in ("turn", "turns"):
        seen = Checked(
            client(), service.root, f"{scheme}:{address}", "--secret-file", "-", "--ca", AUTHORITY, "--host", NAME,
            stdin=service.secret, name=f"{kind}-{scheme}-from-outside")
        assert seen.causes("FAIL") == set(), f"{seen}"
        assert seen.causes("WARN") <= KINDS[kind], f"{seen}"
        seen.one("RELAY", "OK", "packets from outside arrive")


def test_a_client_behind_a_firewall_of_its_own_does_not_blame_the_servers(world, client):
    host = world.host("dual")
    service = served(world, host)
    seen = Checked(
        client("443"), service.root, f"turns:{host.address(4)}:443?transport=tcp", "--secret-file", "-", "--ca", AUTHORITY, "--host", NAME,
        stdin=service.secret, name="behind-a-firewall")
    assert seen.causes("FAIL") | seen.causes("WARN") == set(), f"{seen}"
    seen.one("RELAY", "SKIP", "no UDP passes between this machine and the server")


def test_a_fresh_install_is_told_of_nothing_but_its_surroundings(world):
    host = world.host("dual")
    service = host.serve(certificate=False)
    checked = Checked(host, service.root, name="fresh")
    assert checked.causes("FAIL") == set(), f"{checked}"
    assert checked.causes("WARN") == surroundings(), f"{checked}"


def test_a_firewall_is_blamed_where_one_is_in_the_way_and_for_that_alone(world, client):
    host = world.host("v4")
    service = served(world, host)
    host.namespace.nft("""table inet firewall { chain arriving {
        type filter hook input priority 0;
        iif lo accept
        ct state established accept
        tcp dport 3478 reject with tcp reset
        udp dport { 3478, 49152-65535 } drop
    }
}""")
    address = host.address(4)
    seen = Checked(client(), service.root, f"turn:{address}", "--secret-file", "-", stdin=service.secret, name="firewall-from-outside")
    found = {each.cause: each for each in seen.findings if each.verdict == "FAIL"}
    assert set(found) == {"no-answer", "nothing-listens"}, f"{seen}"
    assert "ufw allow 3478/udp" in found["no-answer"].remedy and "ufw" not in found["nothing-listens"].remedy
    seen = Checked(
        client(), service.root, f"turns:{address}?transport=tcp", "--secret-file", "-", "--ca", AUTHORITY, "--host", NAME,
        stdin=service.secret)
    assert seen.causes("FAIL") == {"relay-ports-closed"}, f"{seen}"
