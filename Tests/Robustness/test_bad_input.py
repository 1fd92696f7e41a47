# SPDX-License-Identifier: Apache-2.0
"""Bad input from everywhere while a call relays: nothing is lost, nothing dies, nothing grows."""
import os
import socket
import time

import psutil
import pytest
import stun
from call import Call
from garbage import Garbage
from server import LOOPBACK, PEERS, USERS

SEED = int(os.environ.get("SEED", "20261"))
DATAGRAMS, STREAMS = 1000, 100
WEB = ["web-port={web_port}", "web-listening-ip=127.0.0.1"]


@pytest.fixture
def server(serve):
    return serve(LOOPBACK + USERS + PEERS + WEB)


@pytest.fixture
def stream_ports(server, product):
    """Where streams are taken: HTTP and WebSocket, and TURN over TCP."""
    return [server.web_port, server.port] if product == "sterna" else [server.port]


def throw_datagrams(server, garbage, count, call):
    """From many addresses, to the listener, to the relayed addresses, and from the callers' own sockets."""
    strangers = [server.client(source=(f"127.0.{i}.{i + 1}", 0)).link for i in range(1, 20)]
    relayed = [client.relayed for client in call.sides]
    for number in range(count):
        data = garbage.datagram()
        stranger = garbage.random.choice(strangers)
        where = garbage.random.randrange(10)
        if where == 0:
            stranger.socket.sendto(data, garbage.random.choice(relayed))
        elif where == 1 and data[:2] != b"\x40\x00":
            garbage.random.choice(call.sides).link.send(data)
        else:
            stranger.send(data)
        if number % 5 == 4:
            time.sleep(0.01)
    for stranger in strangers:
        stranger.socket.close()


def throw_streams(ports, garbage, count):
    """Each in pieces; some wait for the answer, some hang up at once, some reset the connection."""
    for _ in range(count):
        with socket.create_connection(("127.0.0.1", garbage.random.choice(ports)), 2) as stream:
            stream.settimeout(0.05)
            try:
                for piece in garbage.stream():
                    stream.sendall(piece)
                    if garbage.random.random() < 0.1:
                        time.sleep(0.005)
                if garbage.random.random() < 0.7:
                    while stream.recv(65536):
                        pass
            except OSError:
                pass
            if garbage.random.random() < 0.3:
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def test_garbage_does_not_disturb_a_call(server, stream_ports, figure):
    memory = psutil.Process(server.process.pid).memory_info
    call = Call(server)
    with call:
        warm_up = Garbage(SEED + 1)
        throw_datagrams(server, warm_up, DATAGRAMS, call)
        throw_streams(stream_ports, warm_up, STREAMS)
        time.sleep(0.5)
        before = memory().rss
        garbage = Garbage(SEED)
        throw_datagrams(server, garbage, DATAGRAMS, call)
        throw_streams(stream_ports, garbage, STREAMS)
        time.sleep(0.5)
        grown = memory().rss - before
    server.must_live()
    sent = sum(call.sent)
    figure(f"{DATAGRAMS} garbage datagrams and {STREAMS} streams (seed {SEED}): resident memory grew by {grown // 1024} KiB")
    figure(f"meanwhile the call sent {sent} packets and lost {call.lost()}")
    assert sent > 500
    assert call.lost() == 0
    assert grown < 1 << 20
    call.hang_up()
    after = server.client()
    assert after.allocate().error == 0
    after.refresh(0)
    after.close()


def test_a_message_cut_at_any_byte_is_survived(server):
    """Every prefix of a good Allocate."""
    client = server.client()
    client.request(stun.ALLOCATE)
    whole = stun.encode(stun.ALLOCATE, attributes=[(stun.TRANSPORT, stun.UDP), *client.credentials()], key=client.key)
    for length in range(len(whole)):
        client.link.send(whole[:length])
    assert client.binding().error == 0
    client.close()
