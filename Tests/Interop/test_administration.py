# SPDX-License-Identifier: Apache-2.0
"""The verbs of an operator, against a running server: users, secrets, status, sessions, kick, drain, reload."""
import contextlib
import json
import os
import pty
import re
import socket
import sqlite3
import stat
import subprocess
import time

import pytest
import server as tests
from server import LOOPBACK, PASSWORD, PEERS, REALM, USER, USERS, Server
from test_credentials import allocation, minted
from test_users import eventually

pytestmark = pytest.mark.ours


def sterna(*words, typed="", code=0, **environment):
    """What a verb prints; it must end with `code`."""
    done = subprocess.run(
        [tests.BINARY, *words], input=typed, capture_output=True, text=True, timeout=60,
        env=dict(os.environ, SWIFT_BACKTRACE="enable=no", **environment),
    )
    assert done.returncode == code, f"{words}: {done}"
    return done.stdout if code == 0 else done.stderr


@contextlib.contextmanager
def administered(*lines):
    server = Server("sterna", LOOPBACK + PEERS + ["admin-socket={folder}/admin.sock", *lines])
    server.socket = f"{server.folder}/admin.sock"
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def running():
    with administered(*USERS, "static-auth-secret=north wind") as server:
        yield server


def status(server):
    return json.loads(sterna("status", "--json", "--socket", server.socket))


def sessions(server, *words):
    said = sterna("sessions", "--json", "--socket", server.socket, *words)
    return [json.loads(line) for line in said.splitlines()]


# Users and secrets


def test_a_user_that_was_added_logs_in_and_one_that_was_deleted_does_not(tmp_path):
    database = str(tmp_path / "users.db")
    with administered(f"userdb={database}") as server:
        config = f"{server.folder}/sterna.conf"
        said = sterna("user", "add", "eva", "--config", config, typed="red fox\n")
        assert said == f"eva was added to realm {REALM}\n"
        assert stat.S_IMODE(os.stat(database).st_mode) & 0o007 == 0
        assert eventually(lambda: allocation(server, "eva", "red fox").error == 0)
        assert sterna("user", "list", "--config", config) == "eva\n"
        sterna("user", "add", "eva", "--config", config, typed="blue fox\n")
        assert eventually(lambda: allocation(server, "eva", "blue fox").error == 0)
        assert allocation(server, "eva", "red fox").error == 401
        sterna("user", "delete", "eva", "--config", config)
        assert eventually(lambda: allocation(server, "eva", "blue fox").error == 401)
        assert "has no user" in sterna("user", "delete", "eva", "--config", config, code=65)


def test_users_that_sterna_adds_are_coturns_too(tmp_path):
    database = str(tmp_path / "users.db")
    place = ("--userdb", database, "--realm", REALM)
    sterna("user", "add", "eva", *place, typed="redfox\n")
    key = subprocess.run(
        ["turnadmin", "-k", "-u", "eva", "-r", REALM, "-p", "redfox"], capture_output=True, text=True
    ).stdout
    key = re.search("0x([0-9a-f]{32})", key)[1]
    listed = subprocess.run(["turnadmin", "-b", database, "-l"], capture_output=True, text=True).stdout
    assert "eva" in listed
    with contextlib.closing(sqlite3.connect(database)) as connection:
        assert [row[0] for row in connection.execute("select hmackey from turnusers_lt")] == [key]


def test_a_secret_is_replaced_without_a_gap(tmp_path):
    database = str(tmp_path / "users.db")
    with administered(f"userdb={database}") as server:
        config = ("--config", f"{server.folder}/sterna.conf")
        old = sterna("secret", "add", "--generate", *config).strip()
        assert eventually(lambda: allocation(server, *minted(secret=old)).error == 0)
        new = sterna("secret", "add", "--generate", *config).strip()
        listed = sterna("secret", "list", *config).splitlines()
        assert len(listed) == 2 and old not in " ".join(listed) and new not in " ".join(listed)
        first = listed[0].split()[0]
        sterna("secret", "retire", first, "--not-after", "3s", *config)
        assert "good until" in sterna("secret", "list", *config)
        assert eventually(lambda: allocation(server, *minted(secret=new)).error == 0)
        assert eventually(lambda: allocation(server, *minted(secret=old)).error == 401)
        assert allocation(server, *minted(secret=new)).error == 0
        assert old not in server.said() and new not in server.said()


@pytest.mark.parametrize(
    "words, typed, said",
    [
        (("user", "add", "eva"), "", "there was no password"),
        (("secret", "add"), "short\n", "can be guessed"),
        (("secret", "add", "--generate", "--not-after", "tomorrow"), "", "right would be 2027-01-31"),
        (("user", "rename", "eva"), "", "sterna help user"),
        (("user", "list", "--config"), "", "--config needs a value"),
    ],
)
def test_what_is_not_right_is_said_with_what_would_be(tmp_path, words, typed, said):
    place = ("--userdb", str(tmp_path / "users.db"), "--realm", REALM)
    assert said in sterna(*words, *place, typed=typed, code=64)


# The socket


def test_only_owner_and_group_reach_the_socket(running):
    assert stat.S_IMODE(os.stat(running.socket).st_mode) == 0o660
    if os.geteuid() == 0:
        os.chmod(running.socket, 0o666)
        os.chmod(running.folder, 0o755)
        probe = (
            "import os, socket, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534);"
            "s = socket.socket(socket.AF_UNIX);"
            "s.connect(sys.argv[1]); s.sendall(b'{\"do\":\"status\"}\\n'); print(len(s.recv(100)))"
        )
        done = subprocess.run(["python3", "-c", probe, running.socket], capture_output=True, text=True, timeout=60)
        os.chmod(running.socket, 0o660)
        # The connection is closed without a word, whatever the mode of the file.
        assert done.stdout.strip() == "0" or "Error" in done.stderr


def talk(server, *lines):
    """Raw lines to the socket, and every line that comes back within a moment."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(server.socket)
        link.sendall(b"".join(lines))
        link.settimeout(1)
        data = b""
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while data.count(b'"ok"') < len(lines) and (more := link.recv(65536)):
                data += more
        return [json.loads(line) for line in data.splitlines()]


def test_what_is_no_request_is_refused_and_the_next_is_served(running):
    answers = talk(running, b"nonsense\n", b'{"do":"dance"}\n', b'{"do":"kick"}\n', b'{"do":"status"}\n')
    assert [answer["ok"] for answer in answers] == [False, False, False, True]
    assert "status, sessions, kick" in answers[1]["error"]


def test_a_line_without_end_is_cut_off(running):
    assert talk(running, b"x" * 10_000) == []
    assert status(running)["realm"] == REALM


# Status and sessions


def test_status_says_what_is_served_and_how_much(running):
    client = running.client()
    assert client.allocate().error == 0
    now = status(running)
    assert now["realm"] == REALM and f"127.0.0.1:{running.port}/udp" in now["listeners"]
    assert now["allocations"]["all"] == 1 and now["allocations"]["udp"] == 1
    assert now["ports"]["used"] == 1 and now["memory"]["resident"] > 1e6
    view = sterna("status", "--socket", running.socket)
    assert "1 (udp 1, tcp 0, tls 0, dtls 0)" in view and "\x1b" not in view
    client.refresh(0)


def test_sessions_of_all_workers_are_listed_and_chosen(running):
    clients = [running.client() for _ in range(12)]
    user, password = minted(name="ben")
    clients.append(running.client(user=user, password=password))
    for client in clients:
        assert client.allocate().error == 0
    listed = sessions(running)
    assert len(listed) == 13 and len({each["id"] for each in listed}) == 13
    assert len({each["id"].split(".")[0] for each in listed}) == len(status(running)["workers"])
    assert [each["user"] for each in sessions(running, "--user", "ben")] == [user]
    host, port = clients[0].link.socket.getsockname()
    assert [each["client"] for each in sessions(running, "--address", f"{host}:{port}")] == [f"{host}:{port}"]
    assert len(sessions(running, "--address", host)) == 13
    table = sterna("sessions", "--socket", running.socket)
    assert table.splitlines()[0].split()[:3] == ["ID", "USER", "CLIENT"] and len(table.splitlines()) == 14
    for client in clients:
        client.refresh(0)
    assert sessions(running) == []


def test_a_session_tells_what_it_has_relayed_while_it_runs(running):
    first, second = running.client(), running.client()
    assert first.allocate().error == 0 and second.allocate().error == 0
    for one, other in ((first, second), (second, first)):
        assert one.permit(other.relayed).error == 0
    for _ in range(10):
        first.send(second.relayed, b"x" * 50)
        second.receive()
    mine = "%s:%d" % first.link.socket.getsockname()
    (session,) = sessions(running, "--address", mine)
    assert session["toPeers"] == {"packets": 10, "bytes": 500}
    assert session["transport"] == "udp" and session["relayed"] == ["%s:%d" % first.relayed]
    first.refresh(0), second.refresh(0)


def test_who_is_kicked_is_gone_and_nobody_else(running):
    user, password = minted(name="carl")
    carl, other = running.client(user=user, password=password), running.client()
    assert carl.allocate().error == 0 and other.allocate().error == 0
    assert sterna("kick", "--user", "carl", "--socket", running.socket) == "1 session was ended\n"
    assert carl.refresh(600).error == 437
    assert other.refresh(600).error == 0
    (left,) = sessions(running)
    sterna("kick", left["id"], "--socket", running.socket)
    assert "no such session" in sterna("kick", left["id"], "--socket", running.socket, code=65)
    assert running.tells("reason=kicked")


# Reload and drain


def test_reload_tells_what_changed_and_what_waits():
    with administered(*USERS) as server:
        server.rewrite([*server.lines, "user=eva:red fox", "workers=1"])
        said = sterna("reload", "--socket", server.socket)
        assert "in force: user" in said and "after a restart: workers" in said
        assert allocation(server, "eva", "red fox").error == 0


def test_a_reload_with_a_mistake_changes_nothing_and_says_where():
    with administered(*USERS) as server:
        server.rewrite([*server.lines, "user=eva:red fox", "min-port=x"])
        said = sterna("reload", "--socket", server.socket, code=78)
        assert "min-port: “x” is not right" in said and "sterna.conf:" in said
        assert allocation(server, "eva", "red fox").error == 401
        assert allocation(server, USER, PASSWORD).error == 0


def test_a_draining_server_keeps_its_sessions_and_ends_with_the_last():
    with administered(*USERS) as server:
        old = server.client()
        assert old.allocate().error == 0
        sterna("drain", "--within", "10m", "--socket", server.socket)
        assert eventually(lambda: server.client().allocate().error == 508, seconds=2)
        assert old.refresh(600).error == 0
        assert status(server)["draining"]["until"]
        time.sleep(1.2)
        server.must_live()
        assert old.refresh(0).error == 0
        server.process.wait(10)
        assert server.process.returncode == 0 and "drained: no allocation is left" in server.said()
        assert not os.path.exists(server.socket)


def test_a_draining_server_does_not_wait_for_as_few_as_its_operator_gives_up():
    with administered(*USERS, "drain-min-allocations=1") as server:
        first, second = server.client(), server.client()
        assert first.allocate().error == 0 and second.allocate().error == 0
        sterna("drain", "--socket", server.socket)
        assert eventually(lambda: allocation(server, USER, PASSWORD).error == 508, seconds=2)
        server.must_live()
        assert first.refresh(0).error == 0
        server.process.wait(10)
        assert server.process.returncode == 0 and "no more than drain-min-allocations are left" in server.said()


def test_draining_can_be_cancelled():
    with administered(*USERS) as server:
        old = server.client()
        assert old.allocate().error == 0
        sterna("drain", "--socket", server.socket)
        assert eventually(lambda: allocation(server, USER, PASSWORD).error == 508, seconds=2)
        sterna("drain", "--cancel", "--socket", server.socket)
        assert eventually(lambda: allocation(server, USER, PASSWORD).error == 0, seconds=2)
        assert status(server)["draining"] is None
        assert "not draining" in sterna("drain", "--cancel", "--socket", server.socket, code=69)


def test_the_time_to_drain_is_kept_and_who_is_left_is_logged():
    with administered(*USERS) as server:
        old = server.client()
        assert old.allocate().error == 0
        sterna("drain", "--within", "2s", "--socket", server.socket)
        server.process.wait(10)
        assert server.process.returncode == 0
        said = server.said()
        assert "the time to drain is over" in said
        assert "event" not in said and said.count("a session ended") >= 1 and 'reason="server stopped"' in said


def test_top_draws_once_where_there_is_no_terminal(running):
    client = running.client()
    assert client.allocate().error == 0
    said = sterna("top", "--socket", running.socket)
    assert "1 session," in said and "RATE" in said and USER in said
    client.refresh(0)


@pytest.mark.parametrize("name, shown", [
    ("eve\n1.9.9   admin   10.0.0.1:1   udp   127.0.0.1:65000   9d   1 TB   1 TB", r"eve\n1.9.9   admin"),
    ("eve\x1b[2J\x1b]0;mine\x07", r"eve\u001b[2J\u001b]0;mine\u0007"), ("eve\r\x9b1A", r"eve\u000d\u009b1A"),
    ("eve\u202etoor\u2066\u200f\u061c", r"eve\u202etoor\u2066\u200f\u061c"), ("eve\u2028root\u0085", r"eve\u2028root\u0085"),
])
def test_one_session_is_one_row_whatever_its_user_is_called(running, name, shown):
    user, password = minted(name=name)
    client = running.client(user=user, password=password)
    assert client.allocate().error == 0
    try:
        for said, rows in ((sterna("sessions", "--socket", running.socket), 2), (sterna("top", "--socket", running.socket), 5)):
            assert len(said.split("\n")) == rows + 1 and shown in said, said
            assert not set(said) & set("\x1b\r\x07\x9b\x85\u202e\u2066\u200f\u061c\u2028"), said
        (line,) = sterna("sessions", "--json", "--socket", running.socket).splitlines()
        assert json.loads(line)["user"].endswith(name) and line.isprintable(), line
    finally:
        client.refresh(0)
        client.close()


def test_top_is_a_screen_with_keys_on_a_terminal(running):
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [tests.BINARY, "top", "--socket", running.socket], stdin=slave, stdout=slave, stderr=slave,
        env=dict(os.environ, TERM="xterm"),
    )
    os.close(slave)
    try:
        said = b""
        while b"sorted by rate" not in said:
            said += os.read(master, 65536)
        os.write(master, b"s")
        while b"sorted by total" not in said:
            said += os.read(master, 65536)
        os.write(master, b"q")
        assert process.wait(10) == 0
        said += os.read(master, 65536)
        # The screen that was there comes back.
        assert b"\x1b[?1049h" in said and said.rstrip().endswith(b"\x1b[?1049l")
    finally:
        process.kill()
        process.wait()
        os.close(master)


@pytest.mark.parametrize(
    "words, said",
    [
        (("status", "--bogus"), "“--bogus” is not understood"),
        (("sessions", "extra"), "“extra” is not understood"),
        (("kick",), "Name the ID of a session, --user NAME or --address ADDRESS"),
        (("kick", "1.2.3", "4.5.6"), "“4.5.6” is not understood"),
        (("kick", "--user"), "--user needs a value"),
        (("drain", "--within"), "--within needs a value"),
        (("drain", "--within", "soon"), "right would be 30m"),
        (("reload", "--config"), "--config needs a value"),
        (("token", "--ttl"), "--ttl needs a value"),
        (("token", "--host", "turn.test/x"), "right would be a name or an address"),
        (("user", "rename"), "right would be add NAME, list or delete NAME"),
        (("secret",), "right would be add, list or retire ID"),
        (("version", "extra"), "“extra” is not understood"),
        (("config", "--default", "extra"), "--default, alone"),
    ],
)
def test_a_word_that_is_wrong_is_told_before_a_server_is_looked_for(words, said):
    assert said in sterna(*words, code=64)


def test_config_takes_a_file_without_ceremony(tmp_path):
    file = tmp_path / "sterna.conf"
    file.write_text("realm=example.test\nuser=ana:blue fox\n")
    for words in ((file,), ("--check", file), (file, "--check"), ("--check", "--config", file)):
        assert sterna("config", *map(str, words)) == f"{file}: 2 settings, nothing to complain about\n"
    assert "realm=example.test" in sterna("config", "--show", str(file), "--stale-nonce=60")
    assert "right would be --stale-nonce=60" in sterna("config", str(file), "--stale-nonce", "60", code=78)
    said = sterna("config", "--check", "listening-port=3", code=78)
    assert "right would be --listening-port=3" in said and "only STUN" not in said
    assert "right would be --config sterna.conf" in sterna("serve", "sterna.conf", code=78)


def test_a_mistake_in_the_file_does_not_hide_the_server_that_runs():
    with administered(*USERS) as server:
        server.rewrite([*server.lines, "min-port=x"])
        config = ("--config", f"{server.folder}/sterna.conf")
        assert "version" in sterna("status", "--json", *config)
        assert "min-port: “x” is not right" in sterna("reload", *config, code=78)


def test_token_takes_the_newest_secret_of_the_database(tmp_path):
    database = str(tmp_path / "users.db")
    with administered(f"userdb={database}") as server:
        config = ("--config", f"{server.folder}/sterna.conf")
        sterna("secret", "add", *config, typed="a secret that ends soon\n", code=0)
        first = sterna("secret", "list", *config).split()[0]
        assert "good until" in sterna("secret", "retire", first, "--not-after", "1h", *config)
        assert "a shorter --ttl may do" in sterna("token", *config, code=78)
        short = json.loads(sterna("token", "--ttl", "60", "--host", "127.0.0.1", *config))[1]
        assert eventually(lambda: allocation(server, short["username"], short["credential"]).error == 0)
        sterna("secret", "add", "--generate", *config)
        long = json.loads(sterna("token", "--host", "127.0.0.1", *config))[1]
        assert eventually(lambda: allocation(server, long["username"], long["credential"]).error == 0)


def test_a_server_that_is_not_there_is_told_with_where_it_was_looked_for(tmp_path):
    said = sterna("status", "--socket", str(tmp_path / "none.sock"), code=69)
    assert "none.sock" in said and "is it running" in said


def test_the_socket_is_where_systemd_has_made_a_folder(tmp_path):
    folder = str(tmp_path)
    os.environ["RUNTIME_DIRECTORY"] = folder
    try:
        server = Server("sterna", LOOPBACK + USERS)
        try:
            server.wait()
            assert "version" in sterna("status", "--json", RUNTIME_DIRECTORY=folder)
        finally:
            server.stop()
    finally:
        del os.environ["RUNTIME_DIRECTORY"]
