# SPDX-License-Identifier: Apache-2.0
"""Limits that a reload changes, each with a call that goes on over it."""
import contextlib

import pytest
import stun
from server import LOOPBACK, PASSWORD, PEERS, USER, USERS
from test_administration import administered, sessions, sterna
from test_users import eventually

pytestmark = pytest.mark.ours
OTHER = "user=eva:red fox"


@pytest.fixture(scope="module")
def running():
    with administered(*USERS, OTHER, "workers=1") as server:
        server.base = server.lines
        yield server


@contextlib.contextmanager
def call(server):
    """Two allocations of one user that send to each other."""
    pair = server.client(), server.client()
    for each in pair:
        assert each.allocate().error == 0
    for one, two in (pair, pair[::-1]):
        assert one.permit(two.relayed).error == 0
    yield pair
    for each in pair:
        each.refresh(0)
        each.close()


def speak(one, two):
    """Has one say something to the other; sent again, because a limit may hold the first back."""
    for number in range(20):
        one.send(two.relayed, b"%d" % number)
        with contextlib.suppress(stun.Silence):
            assert two.receive(0.5)[0] == one.relayed
            return
    raise stun.Silence


def reload(server, *lines):
    """Reloads with these lines in place of those of the test before; what each sets must be in force at once."""
    server.rewrite([*server.base, *lines])
    said = sterna("reload", "--socket", server.socket)
    assert "after a restart" not in said
    for line in lines:
        assert line.split("=")[0] in said.split("in force: ")[1].split("\n")[0]


def attempt(server, user=USER, password=PASSWORD):
    client = server.client(user=user, password=password)
    error = client.allocate().error
    if error == 0:
        client.refresh(0)
    client.close()
    return error


def test_a_lower_user_quota_refuses_the_next_and_keeps_those_there(running):
    with call(running) as pair:
        reload(running, "user-quota=2")
        assert eventually(lambda: attempt(running) == 486)
        assert attempt(running, "eva", "red fox") == 0
        speak(*pair)
        assert pair[0].refresh(600).error == 0


def test_a_lower_total_quota_refuses_everybody_and_keeps_those_there(running):
    with call(running) as pair:
        reload(running, "total-quota=2")
        assert eventually(lambda: attempt(running, "eva", "red fox") == 486)
        speak(*pair)
        reload(running)
        assert eventually(lambda: attempt(running, "eva", "red fox") == 0)


@pytest.mark.parametrize("setting", ["max-bps", "bps-capacity"])
def test_a_lower_rate_holds_a_running_call_to_it(running, setting):
    def held():
        for _ in range(20):
            one.send(two.relayed, b"x" * 500)
        return sum(each["overRate"] for each in sessions(running)) > 0

    with call(running) as (one, two):
        assert not held()
        reload(running, f"{setting}=2000")
        assert eventually(held)
        reload(running)
        speak(two, one)


def test_a_lower_lifetime_counts_from_the_next_refresh_on(running):
    with call(running) as pair:
        assert pair[0].refresh(3000).lifetime == 3000
        reload(running, "max-allocate-lifetime=900")
        assert eventually(lambda: pair[0].refresh(3000).lifetime == 900)
        speak(*pair)


def test_a_shorter_life_of_nonces_makes_old_ones_stale_and_no_call_ends(running):
    def asks_again():
        asked = stun.encode(
            stun.REFRESH, stun.REQUEST, [(stun.LIFETIME, bytes([0, 0, 2, 88])), *pair[0].credentials()], key=pair[0].key)
        return pair[0].exchange(asked).error == 438

    with call(running) as pair:
        assert not asks_again()
        reload(running, "stale-nonce=1")
        assert eventually(asks_again)
        assert pair[0].refresh(600).error == 0
        speak(*pair)


def test_what_waits_for_a_restart_is_told_with_its_line(running):
    running.rewrite([*running.base, "workers=3", "stale-nonce=300"])
    said = sterna("reload", "--socket", running.socket)
    number = len(open(f"{running.folder}/sterna.conf").read().splitlines())
    assert "in force: stale-nonce" in said
    assert any(f"after a restart: workers ({running.folder}/sterna.conf:{line})" in said for line in range(1, number + 1))
    reload(running)
