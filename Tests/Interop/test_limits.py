# SPDX-License-Identifier: Apache-2.0
"""Clients over streams get so much time, so many connections and handshakes, and so much memory, and no more."""
import concurrent.futures
import contextlib
import socket
import ssl
import struct
import time

import pytest
import stun
from certificates import Certificates
from dtls import Records
from server import LOOPBACK, PASSWORD, PEERS, USER, USERS, dial

pytestmark = pytest.mark.ours


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def lines(certificates):
    tls = ["tls-listening-port={port}", f"cert={certificates.chain}", f"pkey={certificates.key}"]
    web = ["web-port={web_port}", "web-tls-port={tls_port}", "web-listening-ip=127.0.0.1", "no-web-udp"]
    return LOOPBACK + USERS + PEERS + tls + web


@pytest.fixture(scope="module")
def server(serve, lines):
    return serve(lines)


@pytest.fixture
def peer():
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.bind(("127.0.0.1", 0))
    far.settimeout(2)
    yield far
    far.close()


def ends_after(link, drip=b"", every=1.0, limit=16):
    """How many seconds it takes until the server ends the connection, with a byte of `drip` again and again."""
    began, drips = time.monotonic(), iter(drip)
    link.settimeout(every)
    while time.monotonic() - began < limit:
        try:
            if link.recv(65536) == b"":
                break
        except TimeoutError:
            with contextlib.suppress(StopIteration, BrokenPipeError, ConnectionResetError):
                link.send(bytes([next(drips)]))
        except ConnectionResetError:
            break
    link.close()
    return time.monotonic() - began


DRIPS = {
    "a Binding request": ("port", stun.encode(stun.BINDING, attributes=[(stun.SOFTWARE, bytes(60))])),
    "a header of a long message": ("port", bytes.fromhex("0001fffc2112a442") + bytes(60)),
    "a ClientHello": ("port", bytes.fromhex("16030100c8010000c40303") + bytes(60)),
    "a ClientHello at HTTPS": ("tls_port", bytes.fromhex("16030100c8010000c40303") + bytes(60)),
    "the head of a request": ("web_port", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 60),
}


def test_ten_seconds_are_all_that_a_stranger_has_however_it_drips(server):
    with concurrent.futures.ThreadPoolExecutor(len(DRIPS)) as pool:
        taken = {
            name: pool.submit(ends_after, dial(getattr(server, port)), drip, 0.3)
            for name, (port, drip) in DRIPS.items()
        }
    seconds = {name: future.result() for name, future in taken.items()}
    assert all(9 < each < 30 for each in seconds.values()), seconds


@pytest.mark.parametrize("secure", [False, True], ids=["TCP", "TLS"])
def test_who_asks_for_nothing_but_its_address_may_go_on_asking(server, certificates, secure):
    port, context = (server.tls_port, certificates.context()) if secure else (server.port, None)
    client = stun.Client(stun.Stream(("127.0.0.1", port), context))
    own = client.binding().address(stun.XOR_MAPPED_ADDRESS)
    # Longer than a stranger has who asks for nothing.
    time.sleep(11)
    for _ in range(3):
        assert client.binding().address(stun.XOR_MAPPED_ADDRESS) == own
    client.close()


def test_a_body_that_stalls_ends_even_the_connection_of_somebody_known(server, peer):
    client = stun.Client(stun.Stream(("127.0.0.1", server.port)), USER, PASSWORD)
    assert client.allocate().error == 0
    assert client.bind(0x4000, peer.getsockname()).error == 0
    client.link.socket.send(struct.pack("!HH", 0x4000, 0xFFFF))
    assert 9 < ends_after(client.link.socket, bytes(60), 0.3) < 30


def test_somebody_known_may_be_silent_for_longer(server, peer):
    client = stun.Client(stun.Stream(("127.0.0.1", server.port)), USER, PASSWORD)
    assert client.allocate().error == 0
    assert client.bind(0x4000, peer.getsockname()).error == 0
    time.sleep(11)
    client.send_on(0x4000, b"still here")
    assert peer.recv(100) == b"still here"
    client.close()


@pytest.mark.parametrize("secure", [False, True], ids=["TCP", "TLS"])
def test_a_client_that_does_not_read_costs_little_memory_and_loses_whole_datagrams(server, certificates, peer, secure):
    client = stun.Client(stun.Stream(("127.0.0.1", server.port), certificates.context() if secure else None), USER, PASSWORD)
    assert client.allocate().error == 0
    assert client.bind(0x4000, peer.getsockname()).error == 0
    before = server.memory()
    # 40 MB, of which the kernel's buffers on both sides hold some.
    for number in range(40_000):
        peer.sendto(struct.pack("!I", number) * 250, client.relayed)
        if number % 100 == 0:
            time.sleep(0.001)
    assert server.memory() - before < 8 << 20
    # Others are served meanwhile, and when the slow one reads it finds whole datagrams in their order, and then new ones.
    assert server.client().binding().error == 0
    numbers = []
    with contextlib.suppress(stun.Silence):
        while True:
            channel, payload = client.receive(1)
            assert channel == 0x4000 and len(payload) == 1000 and payload == payload[:4] * 250
            numbers.append(struct.unpack("!I", payload[:4])[0])
    assert numbers == sorted(set(numbers)) and 100 < len(numbers) < 40_000
    peer.sendto(b"and now", client.relayed)
    assert client.receive() == (0x4000, b"and now")
    client.close()


def test_a_client_that_reads_no_answers_is_let_go(server):
    link = dial(server.port)
    before, requests = server.memory(), stun.encode(stun.BINDING) * 1000
    link.settimeout(0.5)
    sent = 0
    try:
        while sent < 200 << 20:
            sent += link.send(requests)
    except (TimeoutError, ConnectionResetError, BrokenPipeError):
        pass
    assert sent < 200 << 20 and server.memory() - before < 8 << 20
    link.close()


def knock(port, source="127.0.0.1"):
    """A connection, or nothing when it is refused so fast that it never stood."""
    try:
        return dial(port, source)
    except ConnectionResetError:
        return None


def still_open(links):
    """How many of them the server has not ended."""
    count = 0
    for link in filter(None, links):
        link.settimeout(0.02)
        try:
            count += link.recv(1) != b""
        except TimeoutError:
            count += 1
        except ConnectionResetError:
            pass
    return count


@pytest.mark.parametrize("number, port", enumerate(["port", "web_port", "tls_port"]))
def test_one_address_gets_so_many_connections_and_another_its_own(serve, lines, number, port):
    # A server for each: what another test has left open would count.
    server = serve([*lines, "max-connections-per-ip=20", f"max-connections={2000 + number}"])
    links = [knock(getattr(server, port)) for _ in range(30)]
    time.sleep(0.2)
    assert still_open(links) == 20
    assert still_open([knock(getattr(server, port), "127.0.0.2")]) == 1
    # Places come back as connections end.
    for link in filter(None, links):
        link.close()
    deadline = time.monotonic() + 5
    while still_open([knock(getattr(server, port))]) == 0:
        assert time.monotonic() < deadline
    server.must_live()


def test_all_together_get_so_many_connections(serve, lines):
    server = serve([*lines, "max-connections=25"])
    links = [knock(server.port, f"127.0.0.{last}") for last in range(2, 42)]
    time.sleep(0.2)
    assert still_open(links) == 25
    for link in filter(None, links):
        link.close()
    assert server.client().binding().error == 0


@pytest.mark.parametrize("port", ["port", "tls_port"])
def test_one_address_shakes_hands_so_often_and_no_other_is_hindered(serve, lines, certificates, port):
    server = serve([*lines, "handshake-rate=2", f"max-connections={1000 + len(port)}"])
    context, done = certificates.context(), 0
    for _ in range(40):
        with contextlib.suppress(ssl.SSLError, ConnectionResetError, BrokenPipeError):
            context.wrap_socket(dial(getattr(server, port)), server_hostname="127.0.0.1").close()
            done += 1
    # Ten times the rate at once, and what has come since.
    assert 20 <= done < 40
    context.wrap_socket(dial(getattr(server, port), "127.0.0.2"), server_hostname="127.0.0.1").close()


def test_handshakes_over_dtls_count_as_well(serve, lines, certificates):
    server = serve([*lines, "handshake-rate=1"])
    done = refused = 0
    while (done < 10 or not refused) and done < 100:
        link = Records(("127.0.0.1", server.port), certificates.authority, shakes_hands=False)
        try:
            link.shake_hands(0.9)
            done += 1
        except stun.Silence:
            # On a busy machine one of the first ten may take so long, too.
            refused += done >= 10
        link.socket.close()
    assert refused
    link = Records(("127.0.0.1", server.port), certificates.authority, source=("127.0.0.2", 0))
    assert stun.Client(link).binding().error == 0
    link.socket.close()


def test_a_thousand_half_open_handshakes_leave_the_server_quick(server, certificates):
    hello = bytes.fromhex("16030100050100000100")
    links = []
    for _ in range(400):
        links.append(dial(server.port))
        links[-1].send(hello)
    began = time.monotonic()
    assert server.client().binding().error == 0
    assert time.monotonic() - began < 9, "it waited for the handshakes to time out"
    for link in links:
        link.close()
