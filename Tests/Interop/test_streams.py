# SPDX-License-Identifier: Apache-2.0
"""STUN and TURN over TCP: messages are found in the stream however it is cut, and what is no message ends it."""
import socket
import struct
import time

import pytest
import stun
import turnutils
from server import LOOPBACK, PASSWORD, PEERS, USER, USERS

HOSTS = ["127.0.0.1", "::1"]


@pytest.fixture
def server(serve):
    return serve(LOOPBACK + USERS + PEERS)


@pytest.fixture
def connect(server):
    """Opens clients over TCP."""
    opened = []

    def open_one(host="127.0.0.1", password=PASSWORD):
        opened.append(stun.Client(stun.Stream((host, server.port)), USER, password))
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


def closed(client, seconds):
    """Whether the server ends the connection within so many seconds, saying nothing."""
    client.link.socket.settimeout(seconds)
    try:
        return client.link.socket.recv(1000) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


@pytest.mark.parametrize("host", HOSTS)
def test_a_binding_is_answered_with_the_address_of_the_connection(connect, host):
    client = connect(host)
    assert client.binding().address(stun.XOR_MAPPED_ADDRESS) == client.link.socket.getsockname()[:2]


def test_a_message_may_come_byte_by_byte(connect):
    client = connect()
    request = stun.encode(stun.BINDING)
    for index in range(len(request)):
        client.link.socket.send(request[index : index + 1])
        time.sleep(0.005)
    assert stun.Message(client.link.receive(2)).transaction == request[8:20]


def test_three_messages_in_one_segment_get_three_answers(connect):
    client = connect()
    requests = [stun.encode(stun.BINDING) for _ in range(3)]
    client.link.socket.send(b"".join(requests))
    answers = [stun.Message(client.link.receive(2)) for _ in range(3)]
    assert [answer.transaction for answer in answers] == [request[8:20] for request in requests]


def test_channel_data_is_padded_both_ways(connect, peer):
    client = connect()
    assert client.allocate().error == 0
    assert client.bind(0x4000, peer.getsockname()).error == 0
    payloads = [b"", b"1", b"12", b"123", b"1234", b"12345"]
    client.link.socket.send(
        b"".join(struct.pack("!HH", 0x4000, len(each)) + each + b"\xff" * (-len(each) % 4) for each in payloads)
    )
    assert [peer.recv(100) for _ in payloads] == payloads
    for each in payloads:
        peer.sendto(each, client.relayed)
    assert [client.receive() for _ in payloads] == [(0x4000, each) for each in payloads]
    assert client.refresh(0).error == 0


def test_two_hundred_channel_data_in_one_write_arrive_in_order(connect, peer):
    client = connect()
    assert client.allocate().error == 0
    assert client.bind(0x4000, peer.getsockname()).error == 0
    client.link.socket.sendall(b"".join(struct.pack("!HHI", 0x4000, 4, number) for number in range(200)))
    assert [struct.unpack("!I", peer.recv(100))[0] for _ in range(200)] == list(range(200))


def test_a_request_behind_channel_data_of_one_byte_is_answered(connect, peer):
    client = connect()
    assert client.allocate().error == 0
    assert client.bind(0x4000, peer.getsockname()).error == 0
    request = stun.encode(stun.BINDING)
    client.link.socket.send(struct.pack("!HHB3x", 0x4000, 1, 7) + request)
    assert peer.recv(100) == b"\x07"
    assert stun.Message(client.link.receive(2)).transaction == request[8:20]


@pytest.mark.ours
def test_channel_data_without_padding_never_puts_bytes_of_it_in_place_of_a_message(connect, peer):
    client = connect()
    assert client.allocate().error == 0
    assert client.bind(0x4000, peer.getsockname()).error == 0
    client.link.socket.send(struct.pack("!HHB", 0x4000, 1, 7) + stun.encode(stun.BINDING) * 3)
    assert peer.recv(100) == b"\x07"
    assert closed(client, 13)


@pytest.mark.ours
def test_a_thousand_allocations_of_connections_that_ended_leave_nothing(serve):
    server = serve(LOOPBACK + USERS + PEERS + ["user-quota=2"])
    for _ in range(1000):
        client = stun.Client(stun.Stream(("127.0.0.1", server.port)), USER, PASSWORD)
        deadline = time.monotonic() + 2
        while (answer := client.allocate()).error == 486:
            assert time.monotonic() < deadline, "the quota of who has gone was not given back"
            time.sleep(0.01)
        assert answer.error == 0
        client.close()


def test_data_crosses_between_tcp_and_udp_clients(server, connect):
    stream, datagrams = connect(), server.client()
    for client in (stream, datagrams):
        assert client.allocate().error == 0
    assert stream.bind(0x4000, datagrams.relayed).error == 0
    assert datagrams.bind(0x4000, stream.relayed).error == 0
    for number in range(100):
        stream.send_on(0x4000, b"out %d" % number)
        assert datagrams.receive() == (0x4000, b"out %d" % number)
        datagrams.send_on(0x4000, b"back %d" % number)
        assert stream.receive() == (0x4000, b"back %d" % number)
    datagrams.refresh(0)
    datagrams.close()


@pytest.mark.parametrize("how", ["with FIN", "with RST in the middle of a message"])
def test_an_allocation_ends_with_its_connection(server, connect, how):
    client, witness = connect(), server.client()
    assert client.allocate().error == 0
    if "RST" in how:
        client.link.socket.send(stun.encode(stun.BINDING)[:11])
        client.link.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.link.socket.close()
    deadline = time.monotonic() + 5
    while True:
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
                again.bind(client.relayed)
                break
        except OSError:
            assert time.monotonic() < deadline, "the relayed port is still taken"
            time.sleep(0.05)
    witness.close()


@pytest.mark.ours
@pytest.mark.parametrize(
    "name, data",
    [
        ("a ClientHello where TLS is not served", bytes.fromhex("16030100c8010000c40303") + bytes(194)),
        ("HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n"),
        ("a message without the cookie", bytes.fromhex("00010000000000000102030405060708090a0b0c")),
        ("an RFC 4571 length prefix", bytes.fromhex("0014000100002112a4420102030405060708090a0b0c")),
        ("a length that is no multiple of four", bytes.fromhex("000100032112a4420102030405060708090a0b0c000000")),
    ],
)
def test_what_is_no_message_ends_the_connection(connect, name, data):
    client = connect()
    client.link.socket.send(data)
    assert closed(client, 3)


@pytest.mark.ours
@pytest.mark.parametrize("name, data", [("silence", b""), ("half a header", bytes.fromhex("0001fffc2112a442"))])
def test_a_stream_that_never_authenticates_is_closed_after_ten_seconds(connect, name, data):
    client, began = connect(), time.monotonic()
    client.link.socket.send(data)
    assert closed(client, 13)
    assert 9 < time.monotonic() - began < 30


def test_a_wrong_password_is_refused(connect):
    assert connect(password=PASSWORD + "x").allocate().error == 401


@pytest.mark.parametrize("options", ["-t -y -c", "-t -y -c -s", "-t -y -c -x", "-t -y -c -l 1200 -m 4"])
@pytest.mark.parametrize("host", HOSTS)
def test_uclient_loses_nothing_over_tcp(server, host, options):
    traffic = turnutils.uclient(server, *options.split(), host=host)
    assert traffic.sent == 30 * (4 if "-m" in options else 2), traffic.said
    assert (traffic.received, traffic.lost) == (traffic.sent, 0), traffic.said
