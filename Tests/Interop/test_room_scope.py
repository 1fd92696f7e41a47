# SPDX-License-Identifier: Apache-2.0
"""What the credentials of a room reach, in the hands of a stranger: the people in the room and nothing else."""
import base64
import contextlib
import datetime
import hmac
import itertools
import json
import socket
import subprocess
import time
import urllib.request

import pytest
import stun
from server import BINARY, LOOPBACK, PASSWORD, PEERS, USER, USERS
from websockets.sync.client import connect

pytestmark = pytest.mark.ours

# More workers than there are clients here: what a room says is heard by all of them.
LINES = LOOPBACK + PEERS + USERS + [
    "workers=4", "web-port={web_port}", "web-listening-ip=127.0.0.1", "admin-socket={folder}/admin.sock",
    "static-auth-secret=north wind", "unauthorized-ratelimit-rps=0",
]
# Addresses that are no others' than these peers'.
ANA, BEN, STRANGER = "127.0.7.1", "127.0.7.2", "127.0.7.9"


@pytest.fixture(scope="module")
def server(serve):
    server = serve(LINES)
    return server


def ask(server, method, path, body=None, key=None):
    """The answer of the server's pages: its JSON, or None where there is none."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"http://127.0.0.1:{server.web_port}{path}", data, headers, method=method)
    text = urllib.request.urlopen(request, timeout=5).read()
    return json.loads(text) if text else None


def relay(servers):
    return next((entry for entry in servers if "credential" in entry), None)


def guest(server, token):
    """What somebody gets who has the link and asks for credentials, and until when."""
    answer = ask(server, "GET", f"/api/webrtc-config?room={token}")
    return relay(answer["iceServers"]), datetime.datetime.fromisoformat(answer["expiresAt"])


class Member:
    """Somebody in a room: a WebSocket, and credentials of the seat."""

    def __init__(self, server, token):
        self.stack = contextlib.ExitStack()
        self.socket = self.stack.enter_context(connect(f"ws://127.0.0.1:{server.web_port}/ws/rooms/{token}"))
        self.socket.send(json.dumps({"type": "join"}))
        self.joined = self.until("joined")
        self.relay = relay(self.joined["iceServers"])

    def until(self, kind):
        while True:
            message = json.loads(self.socket.recv(5))
            if message["type"] == kind:
                return message

    def signal(self, address, to):
        """Tells another member of an address; returns when they have heard of it."""
        self.socket.send(json.dumps({"type": "candidate", "to": to.joined["peerId"], "candidate": {
            "candidate": f"candidate:1 1 udp 1 {address} 9 typ host", "sdpMid": "0"}}))
        to.until("candidate")

    def close(self):
        self.stack.close()


class Room:
    """A room with two inside: Ana, who has signalled where she is, and Ben, who has heard of it."""

    def __init__(self, server):
        self.server, answer = server, ask(server, "POST", "/api/rooms", {"maxParticipants": 4})
        self.token, self.key = answer["token"], answer["ownerKey"]
        self.ana, self.ben = Member(server, self.token), Member(server, self.token)

    def heard(self, address):
        """Ana signals an address; returns when Ben has it."""
        self.ana.signal(address, self.ben)

    def close(self):
        self.ana.close()
        self.ben.close()


@pytest.fixture
def room(server):
    with contextlib.closing(Room(server)) as room:
        yield room


def turn(server, relay, source="127.0.0.1", link=None):
    link = link or stun.Datagrams(("127.0.0.1", server.port), (source, 0))
    return stun.Client(link, relay["username"], relay["credential"])


def allocated(server, relay, *attributes, **options):
    client = turn(server, relay, **options)
    assert client.allocate(*attributes).error == 0
    return client


def until(answer, wanted, seconds=5):
    """Asks until the answer is the wanted one: the word goes from one thread to another."""
    deadline = time.monotonic() + seconds
    while (last := answer()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return last


def test_a_stolen_guest_credential_reaches_the_people_in_the_room_and_nothing_else(server, room):
    stolen, _ = guest(server, room.token)
    room.heard(ANA)
    other = Room(server)
    other.heard("127.0.7.3")
    theirs = allocated(server, other.ana.relay)
    operators = allocated(server, {"username": USER, "credential": PASSWORD})
    thief = allocated(server, stolen)
    thief6 = turn(server, stolen)
    assert thief6.allocate((stun.FAMILY, stun.IPV6)).error == 0
    empty = Room(server)
    lonely = allocated(server, empty.ana.relay)

    # What a thief tries, and what the answer is: 0 is a permission.
    attempts = [
        ("Ana's candidate", lambda: thief.permit((ANA, 0)), 0),
        ("Ana's candidate, another port", lambda: thief.bind(0x4001, (ANA, 4444)), 0),
        ("Ana's neighbour", lambda: thief.permit(("127.0.7.8", 0)), 403),
        ("Ben, who has signalled nothing", lambda: thief.permit((BEN, 0)), 403),
        ("somebody in another room", lambda: thief.permit(("127.0.7.3", 0)), 403),
        ("a stranger's channel", lambda: thief.bind(0x4002, (STRANGER, 53)), 403),
        ("a resolver in the Internet", lambda: thief.permit(("8.8.8.8", 0)), 403),
        ("the same over IPv6", lambda: thief6.permit(("2001:4860:4860::8888", 0)), 403),
        ("the same as a mapped address", lambda: thief6.permit(("::ffff:8.8.8.8", 0)), 403),
        ("the same behind NAT64", lambda: thief6.permit(("64:ff9b::808:808", 0)), 403),
        ("Ana as a mapped address", lambda: thief6.permit((f"::ffff:{ANA}", 0)), 403),
        ("the metadata of a cloud", lambda: thief.permit(("169.254.169.254", 0)), 403),
        ("the operator's network", lambda: thief.permit(("10.0.0.1", 0)), 403),
        ("everybody", lambda: thief.permit(("255.255.255.255", 0)), 403),
        ("nobody", lambda: thief.permit(("0.0.0.0", 0)), 403),
        ("this server, where nobody else of the room is relayed", lambda: lonely.permit(theirs.relayed), 403),
        ("Ana and a resolver at once", lambda: thief.permit((ANA, 0), ("8.8.8.8", 0)), 403),
        ("the relayed address of another room", lambda: thief.bind(0x4003, theirs.relayed), 403),
        ("the relayed address of an operator's user", lambda: thief.bind(0x4004, operators.relayed), 403),
        ("the pages of this server", lambda: thief.bind(0x4005, ("127.0.0.1", server.web_port)), 403),
    ]
    assert len(attempts) == 20
    for what, attempt, wanted in attempts:
        assert attempt().error == wanted, what

    # What was not permitted is not sent either, and what was, is.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ana, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        ana.bind((ANA, 0))
        far.bind((STRANGER, 0))
        ana.settimeout(5)
        thief.send(far.getsockname(), b"to a stranger")
        thief.send(ana.getsockname(), b"to ana")
        assert ana.recvfrom(100) == (b"to ana", thief.relayed)
        far.setblocking(False)
        with pytest.raises(BlockingIOError):
            far.recv(100)
    other.close()
    empty.close()


def test_over_tcp_a_guest_connects_to_the_people_in_the_room_and_nobody_else(server, room):
    room.heard(ANA)
    stolen, _ = guest(server, room.token)
    client = turn(server, stolen, link=stun.Stream(("127.0.0.1", server.port)))
    assert client.allocate(transport=stun.TCP).error == 0
    with socket.create_server((ANA, 0)) as ana, socket.create_server((STRANGER, 0)) as far:
        reach = lambda peer: client.request(stun.CONNECT, (stun.PEER_ADDRESS, peer.getsockname())).error
        assert (reach(ana), reach(far)) == (0, 403)


def test_relayed_addresses_of_one_room_reach_each_other_and_not_those_of_another(server, room):
    """Whichever workers they are at: each pair is tried from sixteen ports."""
    room.heard(ANA)
    stolen, _ = guest(server, room.token)
    other = Room(server)
    for _ in range(4):
        ana, thief, far = (allocated(server, relay) for relay in (room.ana.relay, stolen, other.ana.relay))
        assert thief.permit(ana.relayed).error == 0 and ana.permit(thief.relayed).error == 0
        # Somebody else who is relayed here in the same room makes the address theirs as well.
        second = allocated(server, other.ben.relay)
        assert far.permit(second.relayed).error == 0
        far.send(thief.relayed, b"from another room")
        thief.send(far.relayed, b"into another room")
        thief.send(ana.relayed, b"to ana")
        assert ana.receive() == (thief.relayed, b"to ana")
        ana.send(thief.relayed, b"from ana")
        assert thief.receive() == (ana.relayed, b"from ana")
        for silent in (thief, far):
            with pytest.raises(stun.Silence):
                silent.receive(0.2)
        for client in (ana, thief, far, second):
            client.refresh(0)
            client.close()
    other.close()


def test_who_leaves_is_reached_no_more_and_who_stays_is(server, room):
    cem = Member(server, room.token)
    room.heard(ANA)
    cem.signal("127.0.7.4", room.ben)
    ben = allocated(server, room.ben.relay)
    assert ben.permit((ANA, 0), ("127.0.7.4", 0)).error == 0
    with contextlib.ExitStack() as stack:
        ana, third = (stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2))
        ana.bind((ANA, 0))
        third.bind(("127.0.7.4", 0))
        ana.settimeout(5)
        ben.send(ana.getsockname(), b"hello")
        assert ana.recv(100) == b"hello"
        room.ana.socket.send(json.dumps({"type": "bye"}))
        assert until(lambda: ben.permit((ANA, 0)).error, 403) == 403
        ben.send(ana.getsockname(), b"still there?")
        ana.sendto(b"still there?", ben.relayed)
        third.settimeout(5)
        ben.send(third.getsockname(), b"you are")
        assert third.recv(100) == b"you are"
        third.sendto(b"I am", ben.relayed)
        assert ben.receive() == (third.getsockname(), b"I am"), "and nothing of who left before it"
        ana.setblocking(False)
        with pytest.raises(BlockingIOError):
            ana.recv(100)
    cem.close()


@pytest.mark.parametrize("end", ["delete", "renew"])
def test_guest_credentials_end_with_their_room(server, room, end):
    stolen, _ = guest(server, room.token)
    room.heard(ANA)
    thief = allocated(server, stolen)
    assert thief.permit((ANA, 0)).error == 0
    if end == "delete":
        ask(server, "DELETE", f"/api/rooms/{room.token}", key=room.key)
    else:
        ask(server, "POST", f"/api/rooms/{room.token}/renew", key=room.key)
    assert until(lambda: thief.refresh(600).error, 401) == 401, "what was allocated has ended"
    assert turn(server, stolen).allocate().error == 401, "and nothing is any more"
    assert relay(ask(server, "GET", f"/api/webrtc-config?room={room.token}")["iceServers"]) is None


def test_guest_credentials_last_ten_minutes_and_the_same_caller_has_the_same_name(server, room):
    (first, end), (second, _) = guest(server, room.token), guest(server, room.token)
    left = end - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=9) < left <= datetime.timedelta(minutes=10)
    assert len({credential["username"].split(":")[1] for credential in (first, second)}) == 1
    # Everybody who asks from one address is one name, so that asking again gives nothing more.
    assert {guest(server, room.token)[0]["username"].split(":")[1] for _ in range(20)} == {first["username"].split(":")[1]}


def test_a_name_has_a_quota_for_each_that_it_is_in_a_call_with(server, room):
    stolen, _ = guest(server, room.token)
    clients = [turn(server, stolen) for _ in range(9)]
    assert [client.allocate().error for client in clients] == [0] * 8 + [486]
    clients[0].refresh(0)
    assert clients[8].allocate().error == 0
    seat = [turn(server, room.ana.relay) for _ in range(9)]
    assert [client.allocate().error for client in seat] == [0] * 8 + [486], "in a call of two"
    with contextlib.closing(Member(server, room.token)):
        more = [turn(server, room.ana.relay) for _ in range(9)]
        assert [client.allocate().error for client in more] == [0] * 8 + [486], "in a call of three, twice that"
        for client in more:
            client.close()
    for client in clients + seat:
        client.refresh(0)
        client.close()


def test_addresses_and_rooms_have_quotas_over_names(serve):
    server = serve([line for line in LINES if "admin" not in line] + ["room-address-quota=12", "room-quota=9"])
    with contextlib.closing(Room(server)) as first, contextlib.closing(Room(server)) as second:
        take = lambda relay, source="127.0.0.1": turn(server, relay, source).allocate().error
        assert [take(first.ana.relay) for _ in range(8)] == [0] * 8
        assert [take(first.ben.relay) for _ in range(2)] == [0, 486], "nine in the room"
        assert take(first.ben.relay, "127.0.0.9") == 486
        assert [take(second.ana.relay) for _ in range(4)] == [0, 0, 0, 486], "twelve of the address"
        assert take(second.ana.relay, "127.0.0.9") == 0
        user = {"username": USER, "credential": PASSWORD}
        assert take(user) == 0, "an operator's user is not counted with them"


def test_an_operators_users_and_secrets_reach_whom_the_policy_allows(server):
    user = allocated(server, {"username": USER, "credential": PASSWORD})
    assert user.permit((STRANGER, 0), ("8.8.8.8", 0)).error == 0
    made = subprocess.run(
        [BINARY, "token", "--config", f"{server.folder}/sterna.conf", "--host", "127.0.0.1"],
        capture_output=True, text=True, timeout=60, check=True).stdout
    token = allocated(server, relay(json.loads(made)))
    assert token.permit((STRANGER, 0)).error == 0


def test_refusals_are_explained_to_the_operator(server, room):
    stolen, _ = guest(server, room.token)
    thief = allocated(server, stolen)
    assert thief.permit(("8.8.8.8", 0)).error == 403
    name = stolen["username"].split(":")[1]
    socket_path = ["--socket", f"{server.folder}/admin.sock"]
    lines = subprocess.run(
        [BINARY, "sessions", "--user", name, "--json", *socket_path],
        capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()
    told = next(session for session in map(json.loads, lines) if session["refusedPeers"])
    assert (told["scope"], told["refusedPeers"]) == ("room", 1)
    assert "8.8.8.8 is no candidate that anybody else in the room has signalled" in told["lastRefusal"]
    assert "room-scoped-relay" in told["lastRefusal"]
    table = subprocess.run([BINARY, "sessions", "--user", name, *socket_path], capture_output=True, text=True, timeout=60)
    assert "8.8.8.8 is no candidate" in table.stdout
    status = subprocess.run([BINARY, "status", *socket_path], capture_output=True, text=True, timeout=60)
    assert "room-scope" in status.stdout


def test_a_candidate_is_known_to_every_worker_before_the_other_side_hears_of_it(server, room):
    """A hundred times: signal, and ask for the permission as soon as the other side has the candidate."""
    clients = [allocated(server, room.ben.relay) for _ in range(8)]
    for number, client in zip(range(100), itertools.cycle(clients)):
        address = f"127.1.{number // 250}.{number % 250 + 1}"
        room.heard(address)
        assert client.permit((address, 0)).error == 0, address
    for client in clients:
        client.refresh(0)


def test_without_the_setting_a_room_reaches_every_permitted_peer(serve):
    server = serve([line for line in LINES if "admin" not in line] + ["room-scoped-relay=no"])
    with contextlib.closing(Room(server)) as room:
        stolen, _ = guest(server, room.token)
        assert allocated(server, stolen).permit((STRANGER, 0)).error == 0


def test_with_a_secret_that_other_servers_know_a_guest_reaches_the_room_alone_here(serve):
    server = serve([*LINES, "turn-url=turn:127.0.0.1:{port}?transport=udp"])
    with contextlib.closing(Room(server)) as room:
        stolen, _ = guest(server, room.token)
        assert stolen["urls"] == [f"turn:127.0.0.1:{server.port}?transport=udp"]
        room.heard(ANA)
        thief = allocated(server, stolen)
        assert thief.permit((ANA, 0)).error == 0
        assert thief.permit((STRANGER, 0)).error == 403
        # An application of the operator's, with the same secret.
        name = f"{int(time.time()) + 600}:app"
        password = base64.b64encode(hmac.new(b"north wind", name.encode(), "sha1").digest()).decode()
        application = allocated(server, {"username": name, "credential": password})
        assert application.permit((STRANGER, 0)).error == 0
