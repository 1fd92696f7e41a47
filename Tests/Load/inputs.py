# SPDX-License-Identifier: Apache-2.0
"""What one input costs the server beside others: processor time alone, and beside N who are idle, stalled or hostile.

    make load PART=inputs                 every verb of every protocol
    make load PART=inputs OTHERS=10000    beside so many others (4,000, or what the limit of open files allows)

An input is sent and its answer awaited, a hundred times in a row; what the server costs meanwhile beside the same others and
nobody who asks is taken off. The least of three rounds counts. The exit status says whether every ratio is at most 1.5, what
differs by less than five microseconds left alone.
"""
import http.client
import itertools
import json
import os
import socket
import struct
import threading
import time

import stun
from crowd import Crowd, Member

OTHERS = int(os.environ.get("OTHERS", 4000))
TIMES, ROUNDS, RATIO, NOISE = 100, 3, 1.5, 5e-6
SDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n"
names = itertools.count()
# What a server says that has had enough of somebody.
HANDSHAKE_ERRORS = (AssertionError, OSError, http.client.HTTPException, ValueError)


def png(size):
    """A picture of that many bytes, in as much as anybody looks into it."""
    data = bytes(size - 57)
    head = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR" + bytes(17)
    return head + len(data).to_bytes(4, "big") + b"IDAT" + data + bytes(4) + bytes(4) + b"IEND" + bytes(4)


def spent(server):
    """Seconds of processor time of all threads, as the kernel's scheduler counts them."""
    total = 0
    for task in os.listdir(f"/proc/{server.process.pid}/task"):
        try:
            with open(f"/proc/{server.process.pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0])
        except OSError:
            continue
    return total / 1e9


class Web:
    """One HTTP connection that is kept."""

    def __init__(self, server, source="127.0.0.1"):
        self.link = http.client.HTTPConnection("127.0.0.1", server.web_port, timeout=30, source_address=(source, 0))

    def ask(self, method, path, body=None, key=None, kind="application/json"):
        fields = {"Authorization": f"Bearer {key}"} if key else {}
        if body is not None:
            fields["Content-Type"] = kind
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        self.link.request(method, path, body, fields)
        answer = self.link.getresponse()
        text = answer.read()
        assert answer.status < 400, (method, path, answer.status, text[:200])
        return json.loads(text) if text[:1] in (b"{", b"[") else text


class Talk(Member):
    """One WebSocket that asks and waits for the answer."""

    def __init__(self, server, path, source=None):
        super().__init__(server.web_port, path, source)
        self.socket.settimeout(30)
        self.waiting = []

    def send(self, payload, opcode=1):
        super().send(payload, opcode)
        self.socket.settimeout(30)

    def say(self, type, **fields):
        self.send(json.dumps({"type": type, **fields}).encode())

    def hear(self, is_it):
        """The next message of which that is so."""
        while True:
            while self.waiting:
                opcode, payload = self.waiting.pop(0)
                if opcode == 9:
                    self.send(payload, 10)
                elif is_it(payload):
                    return payload
            data = self.socket.recv(1 << 18)
            assert data, "the server closed the connection"
            self.buffer += data
            self.waiting += self.messages()

    def ask(self, type, answer, **fields):
        self.say(type, **fields)
        mark = f'"type":"{answer}"'.encode()
        return json.loads(self.hear(lambda payload: mark in payload))

    def close(self):
        self.socket.close()


class Person:
    def __init__(self, web):
        self.name = f"P{next(names)}"
        made = web.ask("POST", "/api/users", {"name": self.name})
        self.id, self.secret = made["userId"], made["secret"]
        self.key = f"{self.id}:{self.secret}"


# MARK: The verbs. Each is a generator: what comes before the yield is not measured, what it yields is done a hundred times.

def relayed(verb):
    def prepare(server):
        client = stun.Client(Link(server), "ana", "correct horse")
        yield from verb(server, client)
        client.refresh(0)
        client.close()
    prepare.__name__ = verb.__name__
    return prepare


class Link(stun.Datagrams):
    """One of more sockets than select(2) can number."""

    def __init__(self, server):
        super().__init__(("127.0.0.1", server.port))
        self.socket.connect(self.server)

    def send(self, data):
        self.socket.send(data)

    def receive(self, seconds):
        self.socket.settimeout(max(0.001, seconds))
        try:
            return self.socket.recv(65536)
        except TimeoutError:
            raise stun.Silence from None


@relayed
def binding(server, client):
    client.allocate()
    yield client.binding


@relayed
def allocate_and_end(server, client):
    client.allocate()
    client.refresh(0)

    def once():
        assert client.allocate().error == 0 and client.refresh(0).error == 0
    yield once
    client.allocate()


def allocate_without_credentials(server):
    client = stun.Client(Link(server))
    yield lambda: client.request(stun.ALLOCATE, (stun.TRANSPORT, stun.UDP))
    client.close()


@relayed
def refresh(server, client):
    client.allocate()
    yield lambda: client.refresh(600)


@relayed
def create_permission(server, client):
    client.allocate()
    yield lambda: client.permit(("127.0.0.1", 9))


@relayed
def channel_bind(server, client):
    client.allocate()
    yield lambda: client.bind(0x4001, ("127.0.0.1", 9))


@relayed
def channel_data(server, client):
    other = stun.Client(Link(server), "ana", "correct horse")
    client.allocate()
    other.allocate()
    client.bind(0x4000, other.relayed)
    other.bind(0x4000, client.relayed)

    def once():
        client.send_on(0x4000, b"x" * 160)
        other.receive(5)
    yield once
    other.refresh(0)
    other.close()


@relayed
def send_indication(server, client):
    other = stun.Client(Link(server), "ana", "correct horse")
    client.allocate()
    other.allocate()
    client.permit(other.relayed)
    other.permit(client.relayed)

    def once():
        client.send(other.relayed, b"x" * 160)
        other.receive(5)
    yield once
    other.refresh(0)
    other.close()


def http_verb(verb):
    def prepare(server):
        web = Web(server)
        yield from verb(server, web)
        web.link.close()
    prepare.__name__ = verb.__name__
    return prepare


@http_verb
def get_healthz(server, web):
    yield lambda: web.ask("GET", "/healthz")


@http_verb
def get_page(server, web):
    yield lambda: web.ask("GET", "/")


@http_verb
def post_room_and_delete(server, web):
    def once():
        room = web.ask("POST", "/api/rooms", {})
        web.ask("DELETE", f"/api/rooms/{room['token']}", key=room["ownerKey"])
    yield once


@http_verb
def renew_room(server, web):
    room = [web.ask("POST", "/api/rooms", {})]

    def once():
        room[0] = web.ask("POST", f"/api/rooms/{room[0]['token']}/renew", {}, key=room[0]["ownerKey"])
    yield once


@http_verb
def get_room(server, web):
    room = web.ask("POST", "/api/rooms", {})
    yield lambda: web.ask("GET", f"/api/rooms/{room['token']}")


@http_verb
def get_qr_code(server, web):
    room = web.ask("POST", "/api/rooms", {})
    yield lambda: web.ask("GET", f"/api/rooms/{room['token']}/qr.svg")


@http_verb
def get_credentials(server, web):
    room = web.ask("POST", "/api/rooms", {})
    yield lambda: web.ask("GET", f"/api/webrtc-config?room={room['token']}")


@http_verb
def post_user(server, web):
    yield lambda: web.ask("POST", "/api/users", {"name": "Ana"})


@http_verb
def post_chat(server, web):
    ana = Person(web)
    others = iter([Person(web) for _ in range(TIMES * ROUNDS)])
    yield lambda: web.ask("POST", "/api/chats", {"members": [ana.id, next(others).id]}, key=ana.key)


@http_verb
def get_calls(server, web):
    ana = Person(web)
    yield lambda: web.ask("GET", "/api/calls", key=ana.key)


@http_verb
def get_chats(server, web):
    ana = Person(web)
    yield lambda: web.ask("GET", "/api/chats", key=ana.key)


@http_verb
def rename_channel(server, web):
    ana = Person(web)
    name = [f"garden {next(names)} x"]
    web.ask("POST", "/api/channels", {"name": name[0], "kind": "text"}, key=ana.key)

    def once():
        new = f"garden {next(names)} x"
        web.ask("PATCH", "/api/channels/" + name[0].replace(" ", "%20"), {"name": new}, key=ana.key)
        name[0] = new
    yield once
    web.ask("DELETE", "/api/channels/" + name[0].replace(" ", "%20"), key=ana.key)


@http_verb
def make_and_close_channel(server, web):
    ana = Person(web)

    def once():
        name = f"meadow {next(names)} y"
        web.ask("POST", "/api/channels", {"name": name, "kind": "text"}, key=ana.key)
        web.ask("DELETE", "/api/channels/" + name.replace(" ", "%20"), key=ana.key)
    yield once


@http_verb
def history(server, web):
    talk = Talk(server, "/ws")
    talk.ask("join", "presence", channel="own", name="Ana")
    talk.ask("message", "message", channel="own", text="one line of terns")
    yield lambda: web.ask("GET", "/api/history?channel=own&limit=1")
    talk.close()


@http_verb
def post_and_delete_picture(server, web):
    ana = Person(web)
    picture = png(500)
    sources = itertools.cycle(Web(server, f"127.0.200.{number}") for number in range(1, 40))

    def once():
        made = next(sources).ask("POST", "/api/images", picture, key=ana.key, kind="image/png")
        web.ask("DELETE", made["url"], key=ana.key)
    yield once


def room_pair(server):
    room = Web(server).ask("POST", "/api/rooms", {})
    one, other = Talk(server, f"/ws/rooms/{room['token']}"), Talk(server, f"/ws/rooms/{room['token']}")
    one.ask("join", "joined", name="Ana")
    other.ask("join", "joined", name="Ben")
    one.hear(lambda payload: b"peer-joined" in payload)
    return one, other


def said_in_room(**message):
    def prepare(server):
        one, other = room_pair(server)
        mark = f'"type":"{message.get("as", message["type"])}"'.encode()
        fields = {name: value for name, value in message.items() if name != "as"}

        def once():
            one.send(json.dumps(fields).encode())
            (one if "as" in message else other).hear(lambda payload: mark in payload)
        yield once
        one.close()
        other.close()
    prepare.__name__ = f"room_{message['type']}"
    return prepare


def room_enter_and_leave(server):
    room = Web(server).ask("POST", "/api/rooms", {})

    def once():
        talk = Talk(server, f"/ws/rooms/{room['token']}")
        talk.ask("join", "joined", name="Ana")
        talk.say("bye")
        talk.close()
    yield once


def said_in_channel(type, answer, **fields):
    def prepare(server):
        talk = Talk(server, "/ws")
        talk.ask("join", "presence", channel="own", name="Ana")
        message = talk.ask("message", "message", channel="own", text="hello")

        def once():
            talk.ask(type, answer, **{name: message["id"] if value == "ID" else value for name, value in fields.items()})
        yield once
        talk.close()
    prepare.__name__ = f"channel_{type}"
    return prepare


def channel_come_and_go(server):
    def once():
        talk = Talk(server, "/ws")
        talk.ask("join", "presence", channel="own", name="Ana")
        talk.close()
    yield once


def channel_join_and_leave(server):
    talk = Talk(server, "/ws")

    def once():
        talk.say("leave", channel="own")
        talk.ask("join", "presence", channel="own", name="Ana")
    talk.ask("join", "presence", channel="own", name="Ana")
    for_half = itertools.count()
    yield lambda: once() if next(for_half) % 2 == 0 else None
    talk.close()


def voice_come_and_go(server):
    def once():
        talk = Talk(server, "/ws/voice")
        talk.ask("join", "joined", channel="voice", name="Ana")
        talk.close()
    yield once


def voice_state(server):
    one, other = Talk(server, "/ws/voice"), Talk(server, "/ws/voice")
    one.ask("join", "joined", channel="voice", name="Ana")
    other.ask("join", "joined", channel="voice", name="Ben")

    def once():
        one.say("state", muted=True, deafened=False)
        other.hear(lambda payload: b'"state"' in payload)
    yield once
    one.close()
    other.close()


def talkie(server, name="Ana"):
    return Talk(server, f"/ws?room=own&name={name}")


def talkie_come_and_go(server):
    def once():
        talk = talkie(server)
        talk.hear(lambda frame: frame[:1] == b"\x14")
        talk.close()
    yield once


def talkie_ping(server):
    talk = talkie(server)

    def once():
        talk.send(b"\x04x", 2)
        talk.hear(lambda frame: frame == b"\x15x")
    yield once
    talk.close()


def talkie_chunk(server):
    from load import HEAD, cluster
    one, other = talkie(server), talkie(server, "Ben")
    one.send(b"\x01", 2)
    one.hear(lambda frame: frame == b"\x10")
    one.send(b"\x03" + HEAD, 2)
    other.hear(lambda frame: frame[:1] == b"\x13")
    chunk = b"\x03" + cluster(7, 12_468)

    def once():
        one.send(chunk, 2)
        other.hear(lambda frame: frame[:1] == b"\x13")
    yield once
    one.close()
    other.close()


def talkie_chunk_of_nobody(server):
    """From who does not have the air: it is left aside, and the ping behind it is answered."""
    talk = talkie(server)
    chunk = b"\x03" + bytes(12_000)
    half = itertools.count()

    def once():
        if next(half) % 2:
            return
        talk.send(chunk, 2)
        talk.send(b"\x04x", 2)
        talk.hear(lambda frame: frame == b"\x15x")
    yield once
    talk.close()


def engine(web, query, body=None):
    return web.ask("GET" if body is None else "POST", f"/socket.io/?EIO=4&transport=polling{query}", body, kind="text/plain")


def calls_open_and_close(server):
    web = Web(server)

    def once():
        opening = engine(web, "")
        session = json.loads(opening[1:])["sid"]
        engine(web, f"&sid={session}", "1")
    yield once


def calls_hang_up_on_a_poll(server):
    web = Web(server)

    def once():
        session = json.loads(engine(web, "")[1:])["sid"]
        with socket.create_connection(("127.0.0.1", server.web_port)) as poll:
            poll.sendall(f"GET /socket.io/?EIO=4&transport=polling&sid={session} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        engine(web, f"&sid={session}", "1")
    yield once


def calls_ring_and_end(server):
    web = Web(server)
    pairs = []
    for _ in range(TIMES // 8):
        people = Person(web), Person(web)
        chat = web.ask("POST", "/api/chats", {"members": [person.id for person in people]}, key=people[0].key)["chatId"]
        talks = []
        for person in people:
            talk = Talk(server, "/socket.io/?EIO=4&transport=websocket")
            talk.hear(lambda payload: payload[:1] == b"0")
            talk.send(b"40" + json.dumps({"userId": person.id, "secret": person.secret}).encode())
            talk.hear(lambda payload: b"webrtc-config" in payload)
            talks.append(talk)
        pairs.append((chat, *talks))
    turn = itertools.cycle(pairs)
    offer = {"type": "offer", "sdp": SDP}
    made = itertools.count()

    def once():
        if next(made) >= TIMES // 2:
            return
        chat, caller, callee = next(turn)
        caller.send(b"42" + json.dumps(["call:initiate", {"chatId": chat, "offer": offer}]).encode())
        callee.hear(lambda payload: b"call:offer" in payload)
        caller.send(b"42" + json.dumps(["call:end", {"chatId": chat}]).encode())
        callee.hear(lambda payload: b"call:end" in payload)
    yield once
    for _, caller, callee in pairs:
        caller.close()
        callee.close()


VERBS = {
    "relay": [
        binding, allocate_and_end, allocate_without_credentials, refresh, create_permission, channel_bind, channel_data,
        send_indication,
    ],
    "rooms": [
        get_healthz, get_page, post_room_and_delete, renew_room, get_room, get_qr_code, get_credentials, room_enter_and_leave,
        said_in_room(type="ping", **{"as": "pong"}), said_in_room(type="offer", sdp=SDP), said_in_room(type="answer", sdp=SDP),
        said_in_room(type="candidate", candidate={"candidate": "candidate:1 1 udp 1 192.0.2.1 5000 typ host"}),
        said_in_room(type="state", audio=True, video=True, screen=False),
    ],
    "channels": [
        channel_come_and_go, channel_join_and_leave, said_in_channel("message", "message", channel="own", text="hello"),
        said_in_channel("edit", "edited", id="ID", text="hello there"), said_in_channel("ping", "pong"),
        voice_come_and_go, voice_state, history, rename_channel, make_and_close_channel, post_and_delete_picture,
    ],
    "talkie": [talkie_come_and_go, talkie_ping, talkie_chunk, talkie_chunk_of_nobody],
    "calls": [calls_open_and_close, calls_hang_up_on_a_poll, calls_ring_and_end, post_user, post_chat, get_chats, get_calls],
}


# MARK: Measuring

def measure(server, verb):
    """Seconds of the server's processor time for one input."""
    prepared = verb(server)
    once = next(prepared)
    before, began = spent(server), time.monotonic()
    for _ in range(TIMES):
        once()
    took = time.monotonic() - began
    used = spent(server) - before
    next(prepared, None)
    before = spent(server)
    time.sleep(min(took, 2))
    idle = (spent(server) - before) * took / min(took, 2)
    return max(0, used - idle) / TIMES


def tend(crowd, over):
    """Lets a crowd answer what its connections are asked."""
    while not over.is_set():
        crowd.listen(0.2)


def inputs(start, crowds):
    """Prints the table. `crowds`: by kind, what fills a server with so many others and returns what holds them."""
    print(f"inputs: µs of the server's processor time for one, alone and beside {OTHERS} others")
    worst = 0
    for kind, verbs in VERBS.items():
        quiet, server = start(), start()
        crowd, count = crowds[kind](server, OTHERS)
        over = threading.Event()
        thread = threading.Thread(target=tend, args=(crowd, over), daemon=True)
        thread.start()
        for verb in verbs:
            # In turns, so that both are measured on the machine as it is just then.
            rounds = [(measure(quiet, verb), measure(server, verb)) for _ in range(ROUNDS)]
            alone, beside = (min(figures) for figures in zip(*rounds))
            ratio = beside / max(alone, 1e-7)
            differs = beside - alone > NOISE
            worst = max(worst, ratio if differs else 0)
            print(f"        {kind:9} {verb.__name__:30} {alone * 1e6:8.1f} {beside * 1e6:8.1f}   × {ratio:.2f} beside {count}"
                  + (" TOO MUCH" if differs and ratio > RATIO else ""), flush=True)
        over.set()
        thread.join()
        crowd.close()
        server.stop()
        quiet.stop()
    print(f"        the greatest ratio is {worst:.2f}; {RATIO} is allowed")
    return worst <= RATIO
