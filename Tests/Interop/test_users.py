# SPDX-License-Identifier: Apache-2.0
"""A database of users as coturn's own turnadmin makes it, read and followed by a running server."""
import contextlib
import hashlib
import os
import sqlite3
import subprocess
import time

import pytest
import stun
import turnutils
from server import LOOPBACK, PEERS, REALM, Server
from test_credentials import allocation, minted
from test_oauth import ask, sealed

pytestmark = pytest.mark.ours
NORTH = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEK"


def turnadmin(path, *words):
    done = subprocess.run(["turnadmin", "-b", path, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done


def add(path, name, password, realm=REALM):
    turnadmin(path, "-a", "-u", name, "-r", realm, "-p", password)


@pytest.fixture
def database(tmp_path):
    path = str(tmp_path / "turndb")
    with open("/usr/share/coturn/schema.sql") as schema, contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema.read())
    return path


@contextlib.contextmanager
def serving(database, *lines):
    server = Server("sterna", LOOPBACK + PEERS + [f"userdb={database}", *lines])
    try:
        server.wait()
        yield server
    finally:
        assert server.stop()


def eventually(condition, seconds=8.0):
    """Whether it becomes true in time: the database is looked at every two seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_users_and_secrets_of_turnadmin_count_beside_those_of_the_file(database):
    add(database, "eva", "red fox")
    turnadmin(database, "-s", "east wind", "-r", REALM)
    with serving(database, "user=ana:blue fox", "static-auth-secret=north wind") as server:
        assert allocation(server, "eva", "red fox").error == 0
        assert allocation(server, "ana", "blue fox").error == 0
        assert allocation(server, *minted()).error == 0
        assert allocation(server, *minted(secret="east wind")).error == 0
        assert allocation(server, "eva", "blue fox").error == 401
        assert allocation(server, *minted(secret="south wind")).error == 401
        assert "north wind" not in server.said() and "east wind" not in server.said()


@pytest.mark.parametrize("link", [stun.Datagrams, stun.Stream], ids=["udp", "tcp"])
def test_a_database_that_is_locked_at_the_start_turns_nobody_away(database, link):
    """A backup has it for a moment. libwebrtc gives up when its Allocate is refused, with 438 as with any other code."""
    add(database, "eva", "red fox")
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("begin exclusive")
        with serving(database, "user=ana:blue fox") as server:
            known = stun.Client(link(("127.0.0.1", server.port)), "ana", "blue fox")
            assert known.allocate().error == 0
            client = stun.Client(link(("127.0.0.1", server.port)), "eva", "red fox")
            challenge = client.exchange(stun.encode(stun.ALLOCATE, attributes=[(stun.TRANSPORT, stun.UDP)]))
            client.realm, client.nonce = challenge[stun.REALM], challenge[stun.NONCE]
            client.key = hashlib.md5(b":".join([b"eva", client.realm, b"red fox"])).digest()
            attributes = [(stun.TRANSPORT, stun.UDP), *client.credentials()]
            request = stun.encode(stun.ALLOCATE, attributes=attributes, key=client.key)
            with pytest.raises(stun.Silence):
                client.exchange(request, 1)
            holder.execute("commit")
            # Over a stream it is not sent again.
            if client.link.resends:
                answer = client.exchange(request, 8)
            else:
                answer = stun.Message(client.link.receive(8))
            assert answer.error == 0 and answer.address(stun.RELAYED_ADDRESS)
            for each in (known, client):
                each.close()


def test_a_running_server_follows_turnadmin(database):
    with serving(database) as server:
        assert allocation(server, "eva", "red fox").error == 401
        add(database, "eva", "red fox")
        assert eventually(lambda: allocation(server, "eva", "red fox").error == 0)
        client = server.client(user="eva", password="red fox")
        assert client.allocate().error == 0
        turnadmin(database, "-d", "-u", "eva", "-r", REALM)
        assert eventually(lambda: allocation(server, "eva", "red fox").error == 401)
        # What was allocated before goes on.
        assert client.refresh(600).error == 0


def test_a_reload_looks_at_the_database_at_once(database):
    with serving(database) as server:
        add(database, "eva", "red fox")
        server.reload()
        assert eventually(lambda: allocation(server, "eva", "red fox").error == 0, seconds=1.5)


def test_peer_rules_limits_and_keys_of_the_database_count(database):
    add(database, "eva", "red fox")
    turnadmin(database, "-g", "-r", REALM, "--user-quota=1")
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("insert into denied_peer_ip values (?, '198.51.100.0-198.51.100.255')", [REALM])
        connection.execute("insert into denied_peer_ip values ('elsewhere', '203.0.114.1')")
        connection.execute("insert into oauth_key values ('north', ?, 0, 0, 'A256GCM', ?)", [NORTH, REALM])
        connection.commit()
    with serving(database, "oauth", "server-name=blackdow.carleon.gov") as server:
        first, second = (server.client(user="eva", password="red fox") for _ in range(2))
        assert first.allocate().error == 0
        assert second.allocate().error == 486
        assert first.permit(("198.51.100.7", 9)).error == 403
        assert first.permit(("203.0.114.1", 9)).error == 0
        assert ask(server, sealed())[0].error == 0


def test_an_unknown_user_of_the_database_is_refused_as_a_wrong_password_is(database):
    add(database, "eva", "red fox")
    with serving(database) as server:
        wrong, unknown = allocation(server, "eva", "blue fox"), allocation(server, "eve", "red fox")
        assert (wrong.error, unknown.error) == (401, 401)
        assert len(wrong.raw) == len(unknown.raw)


def test_a_database_that_is_not_there_yet_is_taken_up_when_it_comes(tmp_path):
    path = str(tmp_path / "turndb")
    with serving(path, "static-auth-secret=north wind") as server:
        assert server.tells("there is no file")
        assert allocation(server, *minted()).error == 0
        with open("/usr/share/coturn/schema.sql") as schema, contextlib.closing(sqlite3.connect(path)) as connection:
            connection.executescript(schema.read())
        add(path, "eva", "red fox")
        assert eventually(lambda: allocation(server, "eva", "red fox").error == 0)


def test_what_is_no_database_is_told_and_disturbs_nobody(tmp_path):
    path = tmp_path / "turndb"
    path.write_text("not a database, however long one looks at it\n" * 100)
    with serving(path, "static-auth-secret=north wind") as server:
        assert server.tells("userdb= must name an SQLite database")
        assert allocation(server, *minted()).error == 0


def test_a_site_of_the_database_has_its_own_realm_with_users_secrets_and_quotas(database):
    site, other = "http://shop.test:80", "shop.test"
    add(database, "eva", "red fox", realm=other)
    turnadmin(database, "-s", "east wind", "-r", other)
    turnadmin(database, "-O", "-r", other, "-o", site)
    turnadmin(database, "-g", "-r", other, "--user-quota=1")

    def ask_for(server, user, password):
        client = server.client(user=user, password=password)
        return client, client.allocate((stun.ORIGIN, b"http://shop.test"))

    with serving(database, "user=ana:blue fox") as server:
        first, answer = ask_for(server, "eva", "red fox")
        assert answer.error == 0 and first.realm == other.encode()
        second, answer = ask_for(server, "eva", "red fox")
        assert answer.error == 486
        assert ask_for(server, *minted(secret="east wind"))[1].error == 0
        assert ask_for(server, "ana", "blue fox")[1].error == 401
        assert allocation(server, "ana", "blue fox").error == 0
        assert allocation(server, "eva", "red fox").error == 401
        # What turnadmin takes away is gone: the site is asked for the server's own realm again.
        turnadmin(database, "-R", "-o", site)
        assert eventually(lambda: ask_for(server, "ana", "blue fox")[1].error == 0)


def test_a_realm_that_a_reload_brings_has_its_users_of_the_database(database):
    add(database, "eva", "red fox", realm="shop.test")
    with serving(database, "user=ana:blue fox") as server:
        server.rewrite([*server.lines, "origin-to-realm=https://shop.test shop.test"])
        server.reload()

        def let_in():
            client = server.client(user="eva", password="red fox")
            return client.allocate((stun.ORIGIN, b"https://shop.test")).error == 0

        assert eventually(let_in)


def test_users_of_another_realm_are_told(database):
    add(database, "eva", "red fox", realm="elsewhere.example")
    with serving(database) as server:
        assert allocation(server, "eva", "red fox").error == 401
        assert server.tells("of other realms, as “elsewhere.example”")


def test_a_hundred_thousand_users_delay_neither_the_start_nor_a_packet(database, figure):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        rows = ((REALM, f"user{number}", f"{number:032x}") for number in range(100_000))
        connection.executemany("insert into turnusers_lt values (?, ?, ?)", rows)
        connection.commit()
    add(database, "eva", "red fox")
    with serving(database, "static-auth-secret=north wind") as server:
        started = server.wait()
        # A datagram of somebody who is not known yet is dropped until the database is read, and sent again.
        client = server.client(user="eva", password="red fox")
        deadline = time.monotonic() + 60
        answer = None
        while answer is None and time.monotonic() < deadline:
            with contextlib.suppress(stun.Silence):
                answer = client.allocate()
        assert answer is not None and answer.error == 0
        loaded = time.monotonic() - server.started
        # Read again while somebody sends: nobody waits for the table that comes and for the one that goes.
        add(database, "eva", "red fox")
        slowest, until = 0.0, time.monotonic() + 6
        while time.monotonic() < until:
            before = time.monotonic()
            client.binding()
            slowest = max(slowest, time.monotonic() - before)
            time.sleep(0.002)
        assert eventually(lambda: server.said().count("were read from the database") >= 2)
        figure(
            f"100,000 users: first answer {started * 1000:.0f} ms after the start, all known after {loaded:.1f} s, "
            f"slowest answer while they were read again {slowest * 1000:.1f} ms"
        )
        # Reading takes seconds; an answer that waited for the database would be as late.
        assert slowest < loaded + 1
        resident = int(open(f"/proc/{server.process.pid}/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        figure(f"100,000 users: {resident / 1e6:.0f} MB resident")


def test_uclient_uses_a_user_of_the_database(database):
    add(database, "eva", "redfox")
    with serving(database) as server:
        traffic = turnutils.uclient(server, "-y", "-c", credentials=("-u", "eva", "-w", "redfox"))
        assert (traffic.sent, traffic.received, traffic.lost) == (60, 60, 0), traffic.said
