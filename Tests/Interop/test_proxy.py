# SPDX-License-Identifier: Apache-2.0
"""The PROXY protocol: at tcp-proxy-port, as coturn has it, and in front of the web; what it says is believed of proxies alone."""
import os
import shutil
import socket
import struct
import subprocess

import pytest
import stun
from certificates import Certificates
from server import LOOPBACK, PASSWORD, PEERS, USER, USERS, dial, free_ports

SIGNATURE = bytes.fromhex("0d0a0d0a000d0a515549540a")
CLIENT, DESTINATION = ("198.51.100.7", 40001), ("203.0.113.1", 443)


def text(client, destination=DESTINATION):
    return f"PROXY TCP4 {client[0]} {destination[0]} {client[1]} {destination[1]}\r\n".encode()


def binary(client, destination=DESTINATION, extra=b""):
    family = socket.AF_INET6 if ":" in client[0] else socket.AF_INET
    addresses = b"".join(socket.inet_pton(family, host) for host, _ in (client, destination))
    body = addresses + struct.pack("!HH", client[1], destination[1]) + extra
    return SIGNATURE + bytes([0x21, 0x21 if family == socket.AF_INET6 else 0x11]) + struct.pack("!H", len(body)) + body


LOCAL = SIGNATURE + bytes([0x20, 0, 0, 0])


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(serve, certificates):
    own = ["tcp-proxy-port={proxy_port}", f"cert={certificates.chain}", f"pkey={certificates.key}"]
    web = ["web-port={web_port}", "web-tls-port={tls_port}", "web-listening-ip=127.0.0.1", "web-proxy-protocol"]
    trust = ["trusted-proxy=127.0.0.1", "no-web-udp", "tls-listening-port={port}"]
    return serve(LOOPBACK + USERS + PEERS + own + web + trust)


@pytest.fixture(scope="module")
def haproxy(server, tmp_path_factory):
    """HAProxy in front of the server: a port for each version at the relay, and one at the web. It asks for itself too."""
    first = free_ports(3)
    path = tmp_path_factory.mktemp("haproxy") / "haproxy.cfg"
    path.write_text(f"""
        defaults
            mode tcp
            timeout connect 5s
            timeout client 60s
            timeout server 60s
        listen text
            bind 127.0.0.1:{first}
            server sterna 127.0.0.1:{server.proxy_port} send-proxy
        listen binary
            bind 127.0.0.1:{first + 1}
            server sterna 127.0.0.1:{server.proxy_port} check inter 200ms send-proxy-v2
        listen web
            bind 127.0.0.1:{first + 2}
            server sterna 127.0.0.1:{server.web_port} check inter 200ms send-proxy-v2
""")
    program = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin")
    process = subprocess.Popen([program, "-f", str(path), "-db", "-q"])
    yield dict(zip(("text", "binary", "web"), range(first, first + 3)))
    process.terminate()
    process.wait()


class Proxied(stun.Stream):
    """A stream that begins with a header, and goes on with TLS or not."""

    def __init__(self, port, header, context=None, source="127.0.0.1"):
        self.socket = dial(port, source)
        self.socket.sendall(header)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.rest, self.resends = b"", False


def is_closed(port, header, source="127.0.0.1", seconds=3):
    """Whether the server ends a connection that begins like this, saying nothing."""
    try:
        link = Proxied(port, header, source=source)
        link.socket.settimeout(seconds)
        return link.socket.recv(1000) == b""
    except (ConnectionResetError, BrokenPipeError):
        return True
    except TimeoutError:
        return False


@pytest.mark.parametrize("version", [pytest.param(text, marks=pytest.mark.ours), binary], ids=["version 1", "version 2"])
@pytest.mark.parametrize("secure", [False, pytest.param(True, marks=pytest.mark.ours)], ids=["TCP", "TLS"])
def test_the_client_is_whom_the_proxy_speaks_for(server, certificates, version, secure):
    link = Proxied(server.proxy_port, version(CLIENT), certificates.context() if secure else None)
    client = stun.Client(link, USER, PASSWORD)
    assert client.binding().address(stun.XOR_MAPPED_ADDRESS) == CLIENT
    answer = client.allocate()
    assert answer.error == 0 and answer.address(stun.XOR_MAPPED_ADDRESS) == CLIENT
    client.close()


def test_data_is_relayed_behind_a_proxy(server):
    client = stun.Client(Proxied(server.proxy_port, binary(CLIENT)), USER, PASSWORD)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(2)
        assert client.allocate().error == 0
        assert client.bind(0x4000, peer.getsockname()).error == 0
        for number in range(20):
            client.send_on(0x4000, b"out %d" % number)
            assert peer.recv(100) == b"out %d" % number
            peer.sendto(b"back %d" % number, client.relayed)
            assert client.receive() == (0x4000, b"back %d" % number)
    client.close()


@pytest.mark.ours
def test_a_client_over_ipv6_is_told_its_own_address(server):
    far = ("2001:db8::7", 40002)
    client = stun.Client(Proxied(server.proxy_port, binary(far, ("2001:db8::1", 443), extra=bytes.fromhex("040001ff"))))
    assert client.binding().address(stun.XOR_MAPPED_ADDRESS) == far
    client.close()


@pytest.mark.ours
def test_a_header_may_come_byte_by_byte(server):
    link = Proxied(server.proxy_port, b"")
    for byte in binary(CLIENT):
        link.socket.sendall(bytes([byte]))
    assert stun.Client(link).binding().address(stun.XOR_MAPPED_ADDRESS) == CLIENT
    link.socket.close()


@pytest.mark.ours
def test_a_proxy_may_ask_for_itself(server):
    link = Proxied(server.proxy_port, LOCAL)
    assert stun.Client(link).binding().address(stun.XOR_MAPPED_ADDRESS) == link.socket.getsockname()
    link.socket.close()


@pytest.mark.ours
@pytest.mark.parametrize(
    "header",
    [stun.encode(stun.BINDING), b"PROXY TCP4 nobody nowhere 1 2\r\n", SIGNATURE + b"\x11\x11\0\x0c", b"GET / HTTP/1.1\r\n\r\n"],
    ids=["none", "wrong text", "wrong binary", "HTTP"],
)
@pytest.mark.parametrize("port", ["proxy_port", "web_port", "tls_port"])
def test_without_a_right_header_a_proxys_connection_is_closed(server, port, header):
    assert is_closed(getattr(server, port), header)


@pytest.mark.ours
def test_who_is_no_trusted_proxy_is_closed_at_the_proxys_port(server):
    assert is_closed(server.proxy_port, binary(CLIENT), source="127.0.0.9")


@pytest.mark.ours
@pytest.mark.parametrize("header", [text(CLIENT), binary(CLIENT)], ids=["version 1", "version 2"])
def test_a_header_at_the_plain_port_ends_the_connection(server, header):
    assert is_closed(server.port, header)


def room(link, *fields):
    """The status of an attempt to make a room, and the answer."""
    lines = ["POST /api/rooms HTTP/1.1", "Host: localhost", "Content-Length: 0", "Connection: close", *fields, "", ""]
    link.socket.sendall("\r\n".join(lines).encode())
    said = b""
    while more := link.socket.recv(65536):
        said += more
    link.socket.close()
    return int(said.split()[1]), said


@pytest.mark.ours
@pytest.mark.parametrize("secure", [False, True], ids=["HTTP", "HTTPS"])
def test_the_web_counts_by_the_address_that_the_proxy_names(serve, certificates, secure):
    web = ["web-port={web_port}", "web-tls-port={tls_port}", "web-listening-ip=127.0.0.1", "web-proxy-protocol"]
    more = ["trusted-proxy=127.0.0.1", "no-web-udp", "room-rate=1", "tls-listening-port={port}", f"cert={certificates.chain}", f"pkey={certificates.key}"]
    server = serve(LOOPBACK + USERS + web + more + (["log-min-level=debug"] if secure else []))
    port, context = (server.tls_port, certificates.context("http/1.1")) if secure else (server.web_port, None)

    def ask(last, *fields):
        return room(Proxied(port, binary((f"198.51.100.{last}", 40000)), context), *fields)[0]

    assert [ask(1), ask(1), ask(2)] == [201, 429, 201]
    # Behind a header of the proxy's, what the client says of itself is not believed.
    assert ask(2, "X-Forwarded-For: 198.51.100.77") == 429


@pytest.mark.ours
def test_relaying_at_the_port_of_https_knows_the_client_behind_the_proxy(server, certificates):
    link = Proxied(server.tls_port, text(CLIENT), certificates.context("stun.turn"))
    client = stun.Client(link, USER, PASSWORD)
    assert client.allocate().address(stun.XOR_MAPPED_ADDRESS) == CLIENT
    client.close()


@pytest.mark.ours
def test_who_comes_to_the_web_without_a_proxy_needs_no_header(server):
    link = Proxied(server.web_port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", source="127.0.0.9")
    assert link.socket.recv(100).startswith(b"HTTP/1.1 200")
    link.socket.close()


@pytest.mark.parametrize("version", [pytest.param("text", marks=pytest.mark.ours), "binary"])
@pytest.mark.parametrize("secure", [False, pytest.param(True, marks=pytest.mark.ours)], ids=["TCP", "TLS"])
def test_behind_haproxy_clients_are_told_their_own_address_and_relay(server, haproxy, certificates, version, secure):
    context = certificates.context("stun.turn") if secure else None
    client = stun.Client(Proxied(haproxy[version], b"", context), USER, PASSWORD)
    assert client.binding().address(stun.XOR_MAPPED_ADDRESS) == client.link.socket.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(2)
        assert client.allocate().error == 0
        assert client.bind(0x4000, peer.getsockname()).error == 0
        client.send_on(0x4000, b"there")
        assert peer.recv(100) == b"there"
        peer.sendto(b"and back", client.relayed)
        assert client.receive() == (0x4000, b"and back")
    client.close()


@pytest.mark.ours
def test_behind_haproxy_the_web_is_served(haproxy):
    link = Proxied(haproxy["web"], b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert link.socket.recv(100).startswith(b"HTTP/1.1 200")
    link.socket.close()
