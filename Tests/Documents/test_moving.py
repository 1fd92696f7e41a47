# SPDX-License-Identifier: Apache-2.0
"""moving-from-coturn.md, typed in order as it stands on a host where Debian's coturn serves."""
import os
import shutil

import pytest
import stun
from booted import can_boot
from guide import Follower, steps
from relaying import goes_through

pytestmark = pytest.mark.skipif(
    not can_boot() or not os.path.exists("/lib/systemd/system/coturn.service"),
    reason="a Debian that can be booted is needed, and coturn's package")

REALM = "turn.example.org"
COTURN = f"""listening-port=3478
tls-listening-port=5349
fingerprint
lt-cred-mech
user=ana:of the file
realm={REALM}
no-cli
no-multicast-peers
cert=/etc/letsencrypt/live/{REALM}/fullchain.pem
pkey=/etc/letsencrypt/live/{REALM}/privkey.pem
log-file=/var/log/turnserver.log # as ever
proc-user=turnserver
proc-group=turnserver
"""


@pytest.fixture
def moving(world, package):
    """Somebody in front of a host where coturn serves a user of its file and one of its database, over UDP and TLS."""
    with Follower(world, "dual", package, name=REALM) as follower:
        debian, certificates = follower.debian, follower.certificates
        for source, name in ((certificates.chain, "fullchain.pem"), (certificates.key, "privkey.pem")):
            shutil.copy(source, debian.folder_of(f"/etc/letsencrypt/live/{REALM}/{name}"))
        debian.write("/etc/turnserver.conf", COTURN)
        # A line of the file that means nothing here goes on being told.
        follower.warnings = (*follower.warnings, "log-file does nothing here")
        debian.types(f"""chown -R root:turnserver /etc/letsencrypt; chmod -R u=rwX,g=rX,o= /etc/letsencrypt
turnadmin -a -u bob -r {REALM} -p 'of the database'; chown -R turnserver:turnserver /var/lib/turn
systemctl enable --now coturn""")
        follower.context = certificates.context()
        yield follower


def relays(follower, peer, user, password, context=None):
    """Whether somebody gets something to a peer and back, over UDP or with `context` over TLS."""
    address = follower.host.address(4)
    with follower.other("public").inside():
        link = stun.Stream((address, 5349), context, name=REALM) if context else stun.Datagrams((address, 3478), ("0.0.0.0", 0))
        turn = stun.Client(link, user, password)
        try:
            if turn.allocate().error:
                return False
            goes_through(turn, peer, turn.relayed)
            return True
        finally:
            turn.close()


def served(follower, peer):
    """Who of coturn's clients gets a relay: the file's user, the database's, and the file's over TLS."""
    return (
        relays(follower, peer, "ana", "of the file"), relays(follower, peer, "bob", "of the database"),
        relays(follower, peer, "ana", "of the file", follower.context))


def step(guide, words):
    """The number of the step that has these words."""
    return next(number for number, each in enumerate(guide) if words in each.text)


def state(follower, unit):
    return follower.debian.types(f"systemctl is-active {unit} || true").strip()


ALL = (True, True, True)


def test_whoever_follows_the_steps_has_sterna_where_coturn_was_for_the_same_clients(moving, peer):
    ((_, guide),) = steps("moving-from-coturn.md")
    installation, copied, changeover, removal = (
        step(guide, words) for words in ("apt install", "install -b", "disable --now coturn", "apt purge"))
    types = moving.debian.types
    assert served(moving, peer) == ALL

    # 1: Sterna says that coturn has the port, and stays off.
    moving.follow(guide[:installation + 1])
    assert state(moving, "coturn") == "active" and state(moving, "sterna") == "failed"
    told = types("systemctl show --property StatusText,NRestarts sterna")
    assert "3478/udp on 0.0.0.0 is already in use by a program of another user" in told and "systemctl disable --now coturn" in told
    assert "NRestarts=0\n" in told

    # 2: the report says who holds the ports and what no line names, and shows no secret.
    report = types("sterna config --import /etc/turnserver.conf")
    assert f"coturn's own database /var/lib/turn/turndb has 1 user of the realm “{REALM}”" in report
    assert "is held by turnserver (process " in report and "of the file" not in report

    # 3 to 5: the installation's own file is kept, coturn's stays as it is, and nothing has changed for anybody.
    moving.follow(guide[installation + 1:changeover])
    assert copied < changeover and "static-auth-secret=" in types("cat /etc/sterna/sterna.conf~")
    assert types("cat /etc/turnserver.conf") == COTURN
    assert state(moving, "coturn") == "active" and served(moving, peer) == ALL

    # 6: Sterna in the place of coturn, and the way back, and forth again.
    moving.follow(guide[changeover:changeover + 1])
    assert state(moving, "coturn") == "inactive" and state(moving, "sterna") == "active"
    assert served(moving, peer) == ALL
    back = ["systemctl disable --now sterna", "systemctl enable --now coturn"]
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "docs", "moving-from-coturn.md")) as page:
        assert "The way back is `{}` and `{}`".format(*back) in page.read()
    types("\n".join(back))
    assert state(moving, "sterna") == "inactive" and served(moving, peer) == ALL
    moving.follow(guide[changeover:changeover + 1])

    # 7 and 8: everything is well, and coturn is gone.
    moving.follow(guide[changeover + 1:removal])
    assert served(moving, peer) == ALL
    moving.follow(guide[removal:])
    assert not moving.debian.has("turnserver")
    assert state(moving, "sterna") == "active" and served(moving, peer) == ALL
