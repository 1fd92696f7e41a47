# SPDX-License-Identifier: Apache-2.0
"""Relaying over TCP (RFC 6062): connections to peers and from peers, joined with streams of the client's own."""
import contextlib
import os
import socket
import struct
import threading
import time

import psutil
import pytest
import stun
import turnutils
from certificates import Certificates
from server import LOOPBACK, PASSWORD, PEERS, USER, USERS, dial

# More workers than streams of one client are likely to be together at.
WORKERS = ["workers=4"]
CHUNK = 1 << 16


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(serve, certificates):
    tls = ["tls-listening-port={tls_port}", f"cert={certificates.chain}", f"pkey={certificates.key}"]
    web = ["web-tls-port={web_port}", "web-listening-ip=127.0.0.1", "web-listening-ip=::1", "no-web-udp"]
    return serve(LOOPBACK + USERS + PEERS + WORKERS + tls + web)


# The ways to the server: plain, over TLS, and over TLS at the port of HTTPS, from where streams go to a worker first.
PLAIN, SECURE, WEB = "TCP", "TLS", "HTTPS port"
WAYS = [PLAIN, SECURE, pytest.param(WEB, marks=pytest.mark.ours)]


class Relaying:
    """A client with a TCP allocation; `data()` takes one of its peers' connections over a stream of its own."""

    def __init__(self, server, context=None, host="127.0.0.1", port=None):
        self.where = (host, port or server.port)
        self.context, self.streams = context, []
        self.control = self.stream()
        answer = self.control.allocate((stun.FAMILY, stun.IPV6 if ":" in host else stun.IPV4), transport=stun.TCP)
        assert answer.error == 0, answer.error

    def stream(self):
        self.streams.append(stun.Client(stun.Stream(self.where, self.context), USER, PASSWORD))
        return self.streams[-1]

    def connect(self, peer):
        """The answer to a Connect, once the peer has accepted or not."""
        return self.control.request(stun.CONNECT, (stun.PEER_ADDRESS, peer))

    def attempt(self):
        """The next connection that a peer has made: (its name, the peer)."""
        data = self.control.inbox.pop(0) if self.control.inbox else self.control.link.receive(5)
        message = stun.Message(data)
        assert (message.method, message.kind) == (stun.CONNECTION_ATTEMPT, stun.INDICATION)
        return message[stun.CONNECTION_ID], message.address(stun.PEER_ADDRESS)

    def take(self, name, is_challenged=False):
        """A socket that carries the connection with this name, and what has come over it already.

        Clients are about that use the nonce of the allocation's own stream, for which nobody is challenged.
        """
        client = self.stream()
        if not is_challenged:
            client.realm, client.nonce, client.key = self.control.realm, self.control.nonce, self.control.key
        answer = client.request(stun.CONNECTION_BIND, (stun.CONNECTION_ID, name))
        assert answer.error == 0, answer.error
        client.link.socket.settimeout(10)
        return client.link.socket, client.link.rest

    def data(self, peer):
        answer = self.connect(peer)
        assert answer.error == 0, answer.error
        return self.take(answer[stun.CONNECTION_ID])[0]

    def close(self):
        for client in self.streams:
            client.close()


@pytest.fixture
def relaying(server, certificates):
    """relaying(way, host): clients with TCP allocations, closed at the end."""
    opened = []

    def open_one(way=PLAIN, host="127.0.0.1"):
        context = None if way == PLAIN else certificates.context()
        port = {PLAIN: server.port, SECURE: server.tls_port, WEB: server.web_port}[way]
        dial(port).close()
        opened.append(Relaying(server, context, host, port))
        return opened[-1]

    yield open_one
    for client in opened:
        client.close()


@contextlib.contextmanager
def listening(host="127.0.0.1"):
    """A peer that listens."""
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.settimeout(10)
        yield listener


def accept(listener):
    peer, address = listener.accept()
    peer.settimeout(10)
    return peer, address[:2]


def read(link, count):
    """Exactly so many bytes, fewer where the other side ends."""
    pieces = []
    while count > 0 and (piece := link.recv(min(count, CHUNK))):
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def is_over(link):
    """Whether the other side ends it within the timeout, saying nothing."""
    try:
        return link.recv(1) == b""
    except ConnectionResetError:
        return True


# Client to client: every client connects to all others' relayed addresses.
MODES = {"plain": "-t -T -m 4", "TLS": "-t -S -T -m 4", "IPv6": "-t -T -x -m 2", "large": "-t -T -m 2 -l 1200"}


@pytest.mark.parametrize("mode", MODES)
def test_uclient_loses_nothing(server, mode):
    secure = "-S" in MODES[mode]
    traffic = turnutils.uclient(
        server, *MODES[mode].split(), host="::1" if mode == "IPv6" else "127.0.0.1",
        port=server.tls_port if secure else None,
    )
    assert traffic.sent > 0 and (traffic.received, traffic.lost) == (traffic.sent, 0), traffic.said
    assert "not enough" not in traffic.said, traffic.said


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_client_connects_to_a_peer_from_its_relayed_address(relaying, host, way):
    client = relaying(way, host)
    for _ in range(8):
        with listening(host) as listener:
            near = client.data(listener.getsockname()[:2])
            far, address = accept(listener)
            assert address == client.control.relayed
            near.sendall(b"to the peer")
            assert read(far, 11) == b"to the peer"
            far.sendall(b"to the client")
            assert read(near, 13) == b"to the client"
            near.close()
            assert is_over(far)
            far.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_peer_connects_to_a_client(relaying, way):
    client = relaying(way)
    assert client.control.permit(("127.0.0.1", 0)).error == 0
    for _ in range(8):
        with socket.create_connection(client.control.relayed, timeout=10) as far:
            far.sendall(b"said before anybody listened")
            name, peer = client.attempt()
            assert peer == far.getsockname()
            near, rest = client.take(name)
            assert rest + read(near, 28 - len(rest)) == b"said before anybody listened"
            near.sendall(b"answer")
            assert read(far, 6) == b"answer"
            far.close()
            assert is_over(near)


@pytest.mark.ours
@pytest.mark.parametrize("way", WAYS)
def test_a_connection_is_taken_by_a_client_that_is_challenged_first(relaying, way):
    client = relaying(way)
    # Eight streams: they come to all workers, and go on at the one that has the connection.
    for _ in range(8):
        with listening() as listener:
            name = client.connect(listener.getsockname())[stun.CONNECTION_ID]
            far, _ = accept(listener)
            near, _ = client.take(name, is_challenged=True)
            near.sendall(b"to the peer")
            assert read(far, 11) == b"to the peer"
            near.close()
            assert is_over(far)
            far.close()


@pytest.mark.ours
def test_what_follows_the_request_at_once_goes_to_the_peer(relaying):
    client = relaying()
    with listening() as listener:
        name = client.connect(listener.getsockname())[stun.CONNECTION_ID]
        far, _ = accept(listener)
        data = client.stream()
        # The nonce of the allocation's own stream will do, so there is no challenge to wait for.
        data.realm, data.nonce, data.key = client.control.realm, client.control.nonce, client.control.key
        request = stun.encode(
            stun.CONNECTION_BIND, attributes=[(stun.CONNECTION_ID, name), *data.credentials()], key=data.key
        )
        data.link.socket.sendall(request + b"eager")
        assert read(far, 5) == b"eager"
        answer = stun.Message(data.link.receive(5))
        assert (answer.method, answer.kind, answer.is_signed_with(data.key)) == (stun.CONNECTION_BIND, stun.SUCCESS, True)


@pytest.mark.ours
@pytest.mark.parametrize("way", WAYS)
def test_megabytes_pass_both_ways_at_once(relaying, way):
    client = relaying(way)
    there, back = os.urandom(6_000_000), os.urandom(5_000_000)
    with listening() as listener:
        near = client.data(listener.getsockname())
        far, _ = accept(listener)
        sending = [threading.Thread(target=far.sendall, args=(back,))]
        heard = {}
        sending.append(threading.Thread(target=lambda: heard.update(far=read(far, len(there)))))
        # A TLS socket of Python's is for one thread at a time: this one writes, then reads what has waited.
        for thread in sending:
            thread.start()
        near.sendall(there)
        heard["near"] = read(near, len(back))
        for thread in sending:
            thread.join()
        assert heard == {"far": there, "near": back}


@pytest.mark.ours
def test_one_side_may_finish_before_the_other(relaying):
    client = relaying()
    with listening() as listener:
        near = client.data(listener.getsockname())
        far, _ = accept(listener)
        near.sendall(b"question")
        near.shutdown(socket.SHUT_WR)
        assert read(far, 100) == b"question"
        answer = os.urandom(2_000_000)
        thread = threading.Thread(target=lambda: (far.sendall(answer), far.close()))
        thread.start()
        assert read(near, len(answer) + 1) == answer
        thread.join()


def test_a_peer_that_breaks_off_breaks_the_client_off(relaying):
    client = relaying()
    with listening() as listener:
        near = client.data(listener.getsockname())
        far, _ = accept(listener)
        far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        far.close()
        assert is_over(near)
        # The place is free again.
        assert client.connect(listener.getsockname()).error == 0


@pytest.mark.ours
@pytest.mark.parametrize("way", WAYS)
def test_who_reads_nothing_stalls_the_sender_and_fills_no_memory(server, relaying, way, figure):
    process = psutil.Process(server.process.pid)
    client = relaying(way)
    with listening() as listener:
        near = client.data(listener.getsockname())
        far, _ = accept(listener)
        before = process.memory_info().rss
        total, stalled, piece = 0, 0, bytes(CHUNK)
        far.setblocking(False)
        while stalled < 20 and total < 1 << 30:
            try:
                total += far.send(piece)
                stalled = 0
            except BlockingIOError:
                stalled += 1
                time.sleep(0.05)
        assert total < 1 << 30, "the sender was never stalled"
        grown = process.memory_info().rss - before
        figure(f"RFC 6062: a peer sends {total / 1e6:.1f} MB to a client that reads nothing: RSS grows by {grown >> 10} KiB")
        assert grown < 2 << 20
        # All of it arrives once the client reads, and the end behind it.
        far.close()
        got = 0
        while piece := near.recv(CHUNK):
            got += len(piece)
        assert got == total


def test_a_second_connect_to_the_same_peer_is_refused(relaying):
    client = relaying()
    with listening() as listener:
        assert client.connect(listener.getsockname()).error == 0
        assert client.connect(listener.getsockname()).error == 446
        with listening() as other:
            assert client.connect(other.getsockname()).error == 0


def test_a_peer_that_refuses_is_told(relaying):
    client = relaying()
    with listening() as listener:
        nobody = listener.getsockname()
    assert client.connect(nobody).error == 447
    with listening() as listener:
        assert client.connect(listener.getsockname()).error == 0


@pytest.mark.ours
def test_a_denied_peer_is_not_connected_to(serve):
    server = serve(LOOPBACK + USERS + WORKERS)
    client = Relaying(server)
    with listening() as listener:
        listener.settimeout(0.2)
        for peer in (listener.getsockname(), ("10.0.0.1", 80), ("169.254.169.254", 80)):
            assert client.connect(peer).error == 403
        with pytest.raises(TimeoutError):
            listener.accept()
    client.close()


@pytest.mark.ours
def test_the_servers_own_ports_are_not_connected_to(server, relaying):
    client = relaying()
    for port in (server.port, server.tls_port, client.control.relayed[1]):
        assert client.connect(("127.0.0.1", port)).error == 403


def test_a_peer_without_a_permission_is_closed_and_not_told_of(relaying):
    client = relaying()
    # It may be over before the peer has noticed that it began.
    with contextlib.suppress(ConnectionResetError), socket.create_connection(client.control.relayed, 5) as far:
        assert is_over(far)
    assert client.control.refresh(600).error == 0
    assert client.control.inbox == []


def test_no_connection_outlives_its_allocation(relaying):
    client = relaying()
    with listening() as listener:
        near = client.data(listener.getsockname())
        far, _ = accept(listener)
        assert client.control.permit(("127.0.0.1", 0)).error == 0
        waiting = socket.create_connection(client.control.relayed, timeout=10)
        client.attempt()
        relayed = client.control.relayed
        assert client.control.refresh(0).error == 0
        for link in (near, far, waiting):
            assert is_over(link)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(relayed, timeout=5)


def test_a_stream_that_is_lost_ends_the_allocation_and_its_connections(relaying):
    client = relaying()
    with listening() as listener:
        near = client.data(listener.getsockname())
        far, _ = accept(listener)
        client.control.close()
        assert is_over(near) and is_over(far)


@pytest.mark.ours
def test_a_connection_is_for_its_owner_alone(relaying):
    client = relaying()
    with listening() as listener:
        name = client.connect(listener.getsockname())[stun.CONNECTION_ID]
        for _ in range(8):
            stranger = client.stream()
            stranger.password = PASSWORD + "x"
            assert stranger.request(stun.CONNECTION_BIND, (stun.CONNECTION_ID, name)).error == 401
            guesser = client.stream()
            guess = struct.pack("!I", struct.unpack("!I", name)[0] ^ 0x100)
            assert guesser.request(stun.CONNECTION_BIND, (stun.CONNECTION_ID, guess)).error == 400
            # The stream is as good as before, for another connection or for an allocation of its own.
            assert guesser.allocate().error == 0
        assert client.control.request(stun.CONNECTION_BIND, (stun.CONNECTION_ID, name)).error == 400
        near, _ = client.take(name)
        far, _ = accept(listener)
        near.sendall(b"mine")
        assert read(far, 4) == b"mine"


@pytest.mark.ours
@pytest.mark.parametrize("way", WAYS)
def test_a_stream_is_not_passed_around_without_end(relaying, way):
    client = relaying(way).stream()
    names = [struct.pack("!I", number) for number in range(400)]
    requests = [stun.encode(stun.CONNECTION_BIND, attributes=[(stun.CONNECTION_ID, name)]) for name in names]
    client.link.socket.sendall(b"".join(requests))
    for request in requests:
        answer = stun.Message(client.link.receive(5))
        assert (answer.error, answer.transaction) == (401, request[8:20])
    # It is a client as any other.
    assert client.allocate().error == 0


@pytest.mark.ours
def test_max_bps_slows_a_connection_down_and_loses_nothing(serve):
    server = serve(LOOPBACK + USERS + PEERS + ["max-bps=400000"])
    client = Relaying(server)
    sent = os.urandom(1_000_000)
    with listening() as listener:
        near = client.data(listener.getsockname())
        far, _ = accept(listener)
        began = time.monotonic()
        thread = threading.Thread(target=far.sendall, args=(sent,))
        thread.start()
        assert read(near, len(sent)) == sent
        thread.join()
        # A second's worth, and what was in flight when it was first held back, is there at once.
        assert time.monotonic() - began > 0.5
    client.close()


@pytest.mark.ours
def test_no_tcp_relay_refuses_it(serve):
    server = serve(LOOPBACK + USERS + PEERS + ["no-tcp-relay"])
    client = stun.Client(stun.Stream(("127.0.0.1", server.port)), USER, PASSWORD)
    assert client.allocate(transport=stun.TCP).error == 442
    assert client.allocate().error == 0
    client.close()


def test_nothing_is_left_when_all_have_gone(server):
    """Descriptors of a hundred connections come back."""
    process = psutil.Process(server.process.pid)
    before = process.num_fds()
    for _ in range(10):
        client = Relaying(server)
        for _ in range(10):
            with listening() as listener:
                near = client.data(listener.getsockname())
                far, _ = accept(listener)
                near.close()
                assert is_over(far)
                far.close()
        client.close()
    for _ in range(200):
        if process.num_fds() <= before:
            break
        time.sleep(0.05)
    assert process.num_fds() <= before
    server.must_live()
