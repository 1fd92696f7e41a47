# SPDX-License-Identifier: Apache-2.0
"""STUN and TURN over DTLS (RFC 7350): at every UDP port, told from what is not DTLS by the first byte."""
import contextlib
import socket
import struct
import subprocess
import time

import pytest
import stun
import turnutils
from certificates import Certificates
from dtls import Records
from OpenSSL import SSL
from server import LOOPBACK, PASSWORD, PEERS, USER, USERS, Server, free_ports


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def lines(certificates):
    tls = ["tls-listening-port={tls_port}", f"cert={certificates.chain}", f"pkey={certificates.key}"]
    web = ["web-tls-port={web_port}", "web-listening-ip=127.0.0.1", "web-listening-ip=::1"]
    return LOOPBACK + USERS + PEERS + tls + web


@pytest.fixture(scope="module")
def server(serve, lines):
    return serve(lines)


@pytest.fixture(params=["plain port", "TLS port", pytest.param("web port", marks=pytest.mark.ours)])
def port(request, server):
    return {"plain port": server.port, "TLS port": server.tls_port, "web port": server.web_port}[request.param]


@pytest.fixture
def connect(server, certificates):
    """Opens clients over DTLS."""
    opened = []

    def open_one(port=None, host="127.0.0.1"):
        link = Records((host, port or server.tls_port), certificates.authority)
        opened.append(stun.Client(link, USER, PASSWORD))
        return opened[-1]

    yield open_one
    for client in opened:
        client.close()


@pytest.fixture
def peer():
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.bind(("127.0.0.1", 0))
    far.settimeout(2)
    yield far
    far.close()


def port_is_free(address, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again, contextlib.suppress(OSError):
            again.bind(address)
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_data_is_relayed_both_ways(connect, peer, port, host):
    near = connect(port, host)
    assert near.binding().address(stun.XOR_MAPPED_ADDRESS) == near.link.socket.getsockname()[:2]
    assert near.allocate((stun.FAMILY, stun.IPV4)).error == 0
    assert near.permit(peer.getsockname()).error == 0
    near.send(peer.getsockname(), b"in an indication")
    assert peer.recv(2000) == b"in an indication"
    peer.sendto(b"and back", near.relayed)
    assert near.receive() == (peer.getsockname(), b"and back")
    assert near.bind(0x4000, peer.getsockname()).error == 0
    for size in [0, 1, 2, 3, 4, 160, 1200]:
        near.send_on(0x4000, bytes(size))
        assert peer.recv(2000) == bytes(size)
        peer.sendto(bytes(size), near.relayed)
        assert near.receive() == (0x4000, bytes(size))
    assert near.refresh(0).error == 0


def test_the_same_port_answers_without_dtls(server, port):
    link = stun.Datagrams(("127.0.0.1", port))
    answer = stun.Client(link).binding()
    assert answer.address(stun.XOR_MAPPED_ADDRESS) == link.socket.getsockname()
    link.socket.close()


def test_data_crosses_between_dtls_and_udp_clients(server, connect):
    secure, plain = connect(), server.client()
    for client in (secure, plain):
        assert client.allocate().error == 0
    assert secure.bind(0x4000, plain.relayed).error == 0
    assert plain.bind(0x4000, secure.relayed).error == 0
    for number in range(100):
        secure.send_on(0x4000, b"out %d" % number)
        assert plain.receive() == (0x4000, b"out %d" % number)
        plain.send_on(0x4000, b"back %d" % number)
        assert secure.receive() == (0x4000, b"back %d" % number)
    plain.refresh(0)
    plain.close()


@pytest.mark.ours
def test_records_of_one_datagram_are_all_heard(connect, peer):
    near = connect()
    assert near.allocate().error == 0
    assert near.bind(0x4000, peer.getsockname()).error == 0
    records = b"".join(near.link.sealed(struct.pack("!HHI", 0x4000, 4, number)) for number in range(12))
    near.link.socket.sendto(records, near.link.server)
    assert [struct.unpack("!I", peer.recv(100))[0] for _ in range(12)] == list(range(12))


@pytest.mark.ours
@pytest.mark.parametrize("protocol", ["stun.turn", "stun.nat-discovery"])
def test_openssl_agrees_on_each_protocol_name(certificates, port, protocol):
    command = ["openssl", "s_client", "-dtls1_2", "-connect", f"127.0.0.1:{port}", "-alpn", protocol]
    done = subprocess.run(
        [*command, "-CAfile", certificates.authority, "-verify_return_error"], input=b"", capture_output=True, timeout=60
    )
    assert f"ALPN protocol: {protocol}".encode() in done.stdout, done.stdout.decode() + done.stderr.decode()
    assert b"Verify return code: 0 (ok)" in done.stdout


@pytest.mark.parametrize("options", ["-S -y -c", "-S -y -c -s", "-S -y -c -x", "-S -y -c -m 10", "-S -y -c -l 1200"])
def test_uclient_loses_nothing_client_to_client(server, certificates, options):
    traffic = turnutils.uclient(server, *options.split(), "-E", certificates.authority, port=server.tls_port)
    assert traffic.sent == 30 * (10 if "-m" in options else 2), traffic.said
    assert (traffic.received, traffic.lost) == (traffic.sent, 0), traffic.said


@pytest.mark.parametrize("options", ["-S -c", "-S -c -s"])
def test_uclient_loses_nothing_through_a_peer(server, options):
    with turnutils.peer("127.0.0.1") as port:
        where = ("-e", "127.0.0.1", "-r", str(port))
        traffic = turnutils.uclient(server, *options.split(), *where, port=server.tls_port)
    assert (traffic.sent, traffic.received, traffic.lost) == (30, 30, 0), traffic.said


@pytest.mark.ours
def test_a_first_hello_is_answered_with_less_than_it_was_and_no_state(server):
    for _ in range(50):
        link = Records(("127.0.0.1", server.port), shakes_hands=False)
        hello = link.step()
        link.socket.sendto(hello, link.server)
        answer = link.raw(2)
        # A HelloVerifyRequest: handshake record, message type 3.
        assert (answer[0], answer[13]) == (22, 3) and len(answer) < len(hello)
        assert link.heard(0.01) == []
        link.socket.close()


@pytest.mark.ours
def test_a_record_without_a_session_is_not_answered(server):
    link = Records(("127.0.0.1", server.port), shakes_hands=False)
    link.socket.sendto(bytes.fromhex("17fefd0001000000000001001000000000000000000000000000000000"), link.server)
    assert link.heard(0.3) == []
    link.socket.close()


@pytest.mark.ours
def test_rfc_3489_requests_get_a_500_and_its_indications_nothing(connect):
    client = connect()
    transaction = bytes(range(1, 17))
    client.link.send(bytes.fromhex("00110000") + transaction)
    client.link.send(bytes.fromhex("00010000") + transaction)
    answer = client.link.receive(2)
    assert answer[:2] == bytes.fromhex("0111") and answer[4:20] == transaction
    assert stun.Message(answer[:4] + struct.pack("!I", stun.COOKIE) + answer[8:]).error == 500
    with pytest.raises(stun.Silence):
        client.link.receive(0.2)


@pytest.mark.ours
def test_a_new_handshake_takes_the_place_of_a_session_only_once_it_is_complete(connect, certificates, peer):
    old = connect()
    assert old.allocate().error == 0
    assert old.bind(0x4000, peer.getsockname()).error == 0
    newcomer = Records(old.link.server, certificates.authority, socket=old.link.socket, shakes_hands=False)
    # A hello whose sender never sees the cookie, and then one that does and stops before its last flight.
    newcomer.socket.sendto(newcomer.step(), newcomer.server)
    newcomer.session.bio_write(newcomer.raw(2))
    old.send_on(0x4000, b"1")
    assert peer.recv(100) == b"1"
    newcomer.socket.sendto(newcomer.step(), newcomer.server)
    flight = newcomer.heard(0.5)
    assert flight
    old.send_on(0x4000, b"2")
    assert peer.recv(100) == b"2"
    # Now it finishes: what belonged to the old session ends with it.
    for datagram in flight:
        newcomer.session.bio_write(datagram)
    newcomer.shake_hands()
    assert port_is_free(old.relayed, 2)
    fresh = stun.Client(newcomer, USER, PASSWORD)
    assert fresh.allocate().error == 0


@pytest.mark.ours
def test_a_fragment_of_a_huge_message_buys_no_memory(server):
    link = Records(("127.0.0.1", server.port), shakes_hands=False)
    link.socket.sendto(link.step(), link.server)
    link.session.bio_write(link.raw(2))
    hello = link.step()
    link.socket.sendto(hello, link.server)
    assert link.heard(0.5)
    before = server.memory()
    # client_key_exchange of 16 MiB, of which the last bytes come first, under 1,000 numbers.
    for number in range(1000):
        body = bytes([16]) + (0xFFFFFF).to_bytes(3, "big") + number.to_bytes(2, "big")
        body += (0xFFFF00).to_bytes(3, "big") + (64).to_bytes(3, "big") + bytes(64)
        record = bytes.fromhex("16fefd0000") + (number + 10).to_bytes(6, "big") + len(body).to_bytes(2, "big") + body
        link.socket.sendto(record, link.server)
    assert link.heard(0.2) == []
    assert server.memory() - before < 4 << 20
    link.socket.close()


@pytest.mark.parametrize("mtu", [256, 512])
def test_openssls_hello_in_fragments_is_answered(server, port, mtu):
    """A client with much to offer, on a path with little room: both its ClientHellos come in fragments."""
    names = ",".join(f"proto-{number:03}" for number in range(60)) + ",stun.turn"
    command = ["openssl", "s_client", "-dtls1_2", "-mtu", str(mtu), "-alpn", names, "-connect", f"127.0.0.1:{port}"]
    client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        said = b""
        deadline = time.monotonic() + 10
        while b"ALPN protocol: stun.turn" not in said and time.monotonic() < deadline:
            line = client.stdout.readline()
            assert line, said
            said += line
        assert b"ALPN protocol: stun.turn" in said
        client.stdin.write(stun.encode(stun.BINDING))
        client.stdin.flush()
        while b"\x01\x01" not in said and time.monotonic() < deadline:
            said += client.stdout.read1(4096)
        assert b"\x01\x01" in said
    finally:
        client.kill()
        client.wait()


@pytest.mark.ours
def test_fragments_with_cookies_buy_little_memory_and_leave_room_for_others(server):
    """128 addresses' worth of first fragments, each with its cookie and no end."""
    socket_before = server.memory()
    links = []
    for _ in range(300):
        link = Records(("127.0.0.1", server.port), shakes_hands=False)
        link.socket.sendto(link.step(), link.server)
        link.session.bio_write(link.raw(2))
        hello = link.step()
        message = hello[25:]
        head = hello[:11] + (12 + 100).to_bytes(2, "big") + hello[13:19] + bytes(3) + (100).to_bytes(3, "big")
        link.socket.sendto(head + message[:100], link.server)
        links.append(link)
    assert all(link.heard(0) == [] for link in links)
    assert server.memory() - socket_before < 4 << 20
    whole = Records(("127.0.0.1", server.port))
    for link in [whole, *links]:
        link.socket.close()


@pytest.mark.ours
def test_a_replayed_record_is_heard_once(connect, peer):
    near = connect()
    assert near.allocate().error == 0
    assert near.bind(0x4000, peer.getsockname()).error == 0
    record = near.link.sealed(struct.pack("!HH", 0x4000, 4) + b"once")
    for _ in range(5):
        near.link.socket.sendto(record, near.link.server)
    near.send_on(0x4000, b"then")
    assert [peer.recv(100), peer.recv(100)] == [b"once", b"then"]


@pytest.mark.ours
def test_fifty_records_in_one_datagram_get_one_flight_at_most(server):
    link = Records(("127.0.0.1", server.port), shakes_hands=False)
    link.socket.sendto(link.step() * 50, link.server)
    assert len(link.heard(0.3)) <= 1
    link.socket.close()


def test_an_allocation_ends_when_its_client_says_goodbye(connect):
    client = connect()
    assert client.allocate().error == 0
    client.link.say_goodbye()
    assert port_is_free(client.relayed, 5)


@pytest.mark.ours
def test_who_stops_half_way_is_forgotten_and_does_not_hinder_others(server, connect):
    """More handshakes than the server keeps at a time; the last one is as good as the first."""
    links = []
    for _ in range(300):
        links.append(Records(("127.0.0.1", server.port), shakes_hands=False))
        links[-1].socket.sendto(links[-1].step(), links[-1].server)
    for link in links:
        link.session.bio_write(link.raw(5))
        link.socket.sendto(link.step(), link.server)
    assert connect(server.port).binding().error == 0
    for link in links:
        link.socket.close()


@pytest.mark.ours
def test_the_server_says_goodbye_as_it_ends(product, lines, certificates):
    server = Server(product, lines)
    server.wait()
    client = stun.Client(Records(("127.0.0.1", server.tls_port), certificates.authority), USER, PASSWORD)
    assert client.binding().error == 0
    assert server.stop()
    with pytest.raises(SSL.ZeroReturnError):
        client.link.receive(2)
    client.close()


def is_silent(port, hello=False):
    """Whether nobody answers over DTLS, or without it."""
    link = Records(("127.0.0.1", port), shakes_hands=False)
    try:
        link.socket.sendto(link.step() if hello else stun.encode(stun.BINDING), link.server)
        return link.heard(0.5) == []
    finally:
        link.socket.close()


@pytest.mark.ours
def test_no_dtls_leaves_stun_and_no_tls_port(serve, lines):
    server = serve([*lines, "no-dtls"])
    assert is_silent(server.port, hello=True) and is_silent(server.tls_port) and not is_silent(server.port)


@pytest.mark.ours
def test_no_udp_leaves_dtls_alone_at_the_tls_port(product, lines):
    server = Server(product, [*lines, "no-udp"])
    try:
        deadline = time.monotonic() + 5
        while is_silent(server.tls_port, hello=True):
            assert time.monotonic() < deadline, server.said()
        assert is_silent(server.port) and is_silent(server.tls_port)
    finally:
        assert server.stop()


@pytest.mark.ours
def test_the_webs_udp_port_is_left_alone_where_that_is_asked_for(serve, lines):
    server = serve([*lines, "no-web-udp"])
    assert is_silent(server.web_port) and is_silent(server.web_port, hello=True)


@pytest.mark.ours
def test_a_webs_udp_port_that_is_taken_is_a_warning(product, lines):
    server = Server.__new__(Server)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        port = free_ports(1)
        taken.bind(("127.0.0.1", port))
        changed = [f"web-tls-port={port}" if line.startswith("web-tls-port") else line for line in lines]
        server.__init__(product, changed)
        server.wait()
        assert server.tells(f"{port}/udp on 127.0.0.1 is already in use")
        assert server.stop()
