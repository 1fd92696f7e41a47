# SPDX-License-Identifier: Apache-2.0
"""STUN and TURN over TLS, on the port of its own and, told apart by the first byte, on the plain one."""
import asyncio
import socket
import ssl
import subprocess

import aioice.turn
import pytest
import stun
import turnutils
from certificates import Certificates
from server import LOOPBACK, PASSWORD, PEERS, USER, USERS, dial
from test_aioice import Queue


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(serve, certificates):
    tls = ["tls-listening-port={tls_port}", f"cert={certificates.chain}", f"pkey={certificates.key}"]
    web = ["web-tls-port={web_port}", "web-listening-ip=127.0.0.1", "web-listening-ip=::1", "no-web-udp"]
    return serve(LOOPBACK + USERS + PEERS + tls + web)


@pytest.fixture(params=["TLS port", "plain port", pytest.param("web port", marks=pytest.mark.ours)])
def port(request, server):
    port = {"TLS port": server.tls_port, "plain port": server.port, "web port": server.web_port}[request.param]
    dial(port).close()
    return port


def client(port, context, host="127.0.0.1"):
    return stun.Client(stun.Stream((host, port), context), USER, PASSWORD)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_data_is_relayed_both_ways(server, certificates, port, host):
    near, far = client(port, certificates.context(), host), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.bind(("127.0.0.1", 0))
    far.settimeout(2)
    assert near.binding().address(stun.XOR_MAPPED_ADDRESS) == near.link.socket.getsockname()[:2]
    assert near.allocate((stun.FAMILY, stun.IPV4)).error == 0
    assert near.bind(0x4000, far.getsockname()).error == 0
    for size in [0, 1, 2, 3, 4, 160, 1200]:
        near.send_on(0x4000, bytes(size))
        assert far.recv(2000) == bytes(size)
        far.sendto(bytes(size), near.relayed)
        assert near.receive() == (0x4000, bytes(size))
    assert near.refresh(0).error == 0
    near.close()
    far.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_each_version_of_today_is_spoken(certificates, port, version):
    context = certificates.context()
    context.minimum_version = context.maximum_version = version
    near = client(port, context)
    assert near.link.socket.version() == version.name.replace("_", ".")
    assert near.binding().error == 0
    near.close()


@pytest.mark.ours
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_versions_of_yesterday_are_refused(server):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        client(server.tls_port, context)


def s_client(port, certificates, protocol):
    """What openssl says of a handshake with that protocol name."""
    dial(port).close()
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-alpn", protocol]
    done = subprocess.run(
        [*command, "-CAfile", certificates.authority, "-verify_return_error"], input=b"", capture_output=True, timeout=60
    )
    return done.stdout.decode() + done.stderr.decode()


@pytest.mark.ours
@pytest.mark.parametrize("where", ["port", "tls_port", "web_port"])
@pytest.mark.parametrize("protocol", ["stun.turn", "stun.nat-discovery"])
def test_openssl_agrees_on_each_protocol_name(server, certificates, where, protocol):
    said = s_client(getattr(server, where), certificates, protocol)
    assert f"ALPN protocol: {protocol}" in said and "Verify return code: 0 (ok)" in said, said


@pytest.mark.ours
@pytest.mark.parametrize("where, protocol", [("port", "http/1.1"), ("tls_port", "http/1.1"), ("port", "h2"), ("web_port", "h2")])
def test_the_protocol_name_says_what_is_served(server, certificates, where, protocol):
    assert "ALPN protocol: http/1.1" in s_client(server.web_port, certificates, "http/1.1")
    said = s_client(getattr(server, where), certificates, protocol)
    assert "no application protocol" in said and "ALPN protocol" not in said, said


@pytest.mark.ours
def test_a_hello_in_records_of_one_byte_is_answered_or_ended(server, certificates, port):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = certificates.context().wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with pytest.raises(ssl.SSLWantReadError):
        near.do_handshake()
    hello = outgoing.read()
    link = dial(port)
    link.settimeout(12)
    link.sendall(b"".join(hello[:3] + b"\0\x01" + hello[index : index + 1] for index in range(5, len(hello))))
    # A ServerHello, or an alert, or the end.
    assert link.recv(100)[:1] in (b"\x16", b"\x15", b"")
    link.close()
    assert stun.Client(stun.Stream(("127.0.0.1", port), certificates.context())).binding().error == 0


@pytest.mark.ours
def test_the_client_may_offer_other_protocol_names_beside(server, certificates):
    near = client(server.tls_port, certificates.context("h2", "stun.turn"))
    assert near.link.socket.selected_alpn_protocol() == "stun.turn"
    assert near.binding().error == 0
    near.close()


# What a client of the web's TLS port may offer and still get TURN.
OFFERS = [
    ["stun.turn"], ["stun.turn", "http/1.1"], ["http/1.1", "stun.turn"], ["h2", "http/1.1", "stun.turn"],
    ["stun.nat-discovery"], ["stun.turn", "stun.nat-discovery"], ["http/1.1"], ["h2", "http/1.1"], [],
]


@pytest.mark.ours
@pytest.mark.parametrize("names", OFFERS, ids=", ".join)
def test_turn_is_served_at_https_whatever_else_the_client_offers(server, certificates, names):
    dial(server.web_port).close()
    near = client(server.web_port, certificates.context(*names))
    meant = [name for name in names if name.startswith("stun.")]
    assert near.link.socket.selected_alpn_protocol() in (meant or names[-1:] or [None])
    assert near.allocate().error == 0
    near.refresh(0)
    near.close()
    context = certificates.context("h2", "http/1.1")
    with context.wrap_socket(dial(server.web_port), server_hostname="127.0.0.1") as page:
        assert page.selected_alpn_protocol() == "http/1.1"
        page.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert page.recv(100).startswith(b"HTTP/1.1 200")


@pytest.fixture(scope="module")
def plain(serve, certificates):
    """A server with pages over HTTP and HTTPS, by their ports, and one whose operator wants no TCP."""
    tls = [f"cert={certificates.chain}", f"pkey={certificates.key}", "tls-listening-port={tls_port}"]
    web = ["web-port={web_port}", "web-tls-port={proxy_port}", "web-listening-ip=127.0.0.1", "no-web-udp"]
    return [serve(LOOPBACK + USERS + PEERS + tls + web + more) for more in ([], ["no-tcp"])]


@pytest.mark.ours
@pytest.mark.parametrize("where", ["web_port", "proxy_port"], ids=["HTTP", "HTTPS"])
def test_the_ports_of_the_web_speak_turn_without_tls_too(plain, where):
    """libnice, whose TURN knows no TLS, does that at the port of “turns:”."""
    served, refused = plain
    dial(getattr(served, where)).close()
    near = stun.Client(stun.Stream(("127.0.0.1", getattr(served, where))), USER, PASSWORD)
    assert near.binding().address(stun.XOR_MAPPED_ADDRESS) == near.link.socket.getsockname()[:2]
    assert near.allocate().error == 0
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.bind(("127.0.0.1", 0))
    far.settimeout(2)
    assert near.bind(0x4000, far.getsockname()).error == 0
    near.send_on(0x4000, b"there")
    data, relayed = far.recvfrom(100)
    assert data == b"there" and relayed[1] == near.relayed[1]
    far.sendto(b"and back", relayed)
    assert near.receive() == (0x4000, b"and back")
    near.refresh(0)
    for link in (near.link.socket, far):
        link.close()
    # A page comes all the same, however slowly its first bytes do; and where TCP is not wanted there is no TURN.
    if where == "web_port":
        with dial(served.web_port) as page:
            for byte in b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n":
                page.sendall(bytes([byte]))
            assert page.recv(100).startswith(b"HTTP/1.1 200")
    link = dial(getattr(refused, where))
    link.sendall(stun.encode(stun.BINDING))
    link.settimeout(2)
    try:
        assert not link.recv(100).startswith(b"\x01\x01")
    except ConnectionResetError:
        pass
    link.close()


@pytest.mark.parametrize("options", ["-t -S -y -c", "-t -S -y -c -s", "-t -S -y -c -x", "-t -S -y -Z"])
def test_uclient_loses_nothing_over_tls(server, certificates, options):
    traffic = turnutils.uclient(server, *options.split(), "-E", certificates.authority, port=server.tls_port)
    assert traffic.sent == 60, traffic.said
    assert (traffic.received, traffic.lost) == (traffic.sent, 0), traffic.said


def test_aioice_relays_over_tls(server, certificates):
    async def talk():
        loop = asyncio.get_running_loop()
        far_transport, far = await loop.create_datagram_endpoint(Queue, local_addr=("127.0.0.1", 0))
        transport, near = await aioice.turn.create_turn_endpoint(
            Queue, ("127.0.0.1", server.tls_port), USER, PASSWORD, ssl=certificates.context(), transport="tcp"
        )
        for number in range(20):
            transport.sendto(b"out %d" % number, far_transport.get_extra_info("sockname"))
            data, relayed = await far.arrived.get()
            assert data == b"out %d" % number
            far_transport.sendto(b"back %d" % number, relayed)
            assert (await near.arrived.get())[0] == b"back %d" % number
        transport.close()
        far_transport.close()

    asyncio.run(asyncio.wait_for(talk(), 20))
