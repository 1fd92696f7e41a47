# SPDX-License-Identifier: Apache-2.0
"""NAT behaviour discovery (RFC 5780) as coturn's client finds it, and byte by byte."""
import socket
import struct
import subprocess
import sys

import pytest
import stun
import turnutils
from server import USERS

ONE, TWO, CLIENT, NEIGHBOUR = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"
LINES = [f"listening-ip={ONE}", f"listening-ip={TWO}", "listening-ip=::1", "rfc5780", *USERS]
# The client prints what it found out; without a NAT between, everything is independent of everything.
MODES = {
    "-m": "NAT with Endpoint Independent Mapping!",
    "-f": "NAT with Endpoint Independent Filtering!",
    "-H": "maybe a successful hairpinning",
    "-m -P": "NAT with Endpoint Independent Mapping!",
    "-f -P": "NAT with Endpoint Independent Filtering!",
    "-H -P": "maybe a successful hairpinning",
    "-t -T 1": "UDP reflexive addr",
    f"-c -A {NEIGHBOUR}": f"UDP reflexive addr: {NEIGHBOUR}",
}
FLAGS = {0: (False, False), 2: (False, True), 4: (True, False), 6: (True, True)}


@pytest.fixture(scope="module")
def server(serve):
    return serve(LINES)


@pytest.mark.parametrize("mode", MODES)
def test_natdiscovery_comes_to_its_verdict(server, mode):
    command = ["turnutils_natdiscovery", *mode.split(), "-p", str(server.port), "-L", CLIENT, ONE]
    status, said = turnutils.run(command)
    assert status == 0 and MODES[mode] in said, said
    assert said.count("RFC 5780 response") == (1 if "-H" in mode else 2), said
    assert f"Other addr: : {TWO}:{server.port + 1}" in said, said


@pytest.mark.ours
@pytest.mark.parametrize("flags", FLAGS)
def test_the_answer_leaves_from_where_it_is_asked_to(server, flags):
    for host, other_host in ((ONE, TWO), (TWO, ONE)):
        for port, other_port in ((server.port, server.port + 1), (server.port + 1, server.port)):
            link = stun.Datagrams((host, port))
            change_host, change_port = FLAGS[flags]
            source = (other_host if change_host else host, other_port if change_port else port)
            # Several clients, so that every worker has to.
            link.send(stun.encode(stun.BINDING, attributes=[(stun.CHANGE_REQUEST, struct.pack("!I", flags))]))
            answer = stun.Message(link.receive(2))
            assert link.came_from[:2] == source
            assert answer.address(stun.RESPONSE_ORIGIN, masked=False) == source
            assert answer.address(stun.OTHER_ADDRESS, masked=False) == (other_host, other_port)
            assert answer.address(stun.MAPPED_ADDRESS, masked=False) == link.socket.getsockname()
            link.socket.close()


@pytest.mark.ours
def test_an_answer_goes_to_another_port_when_it_is_asked_to(server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((ONE, 0))
        other.settimeout(2)
        link = stun.Datagrams((ONE, server.port))
        port = struct.pack("!HH", other.getsockname()[1], 0)
        link.send(stun.encode(stun.BINDING, attributes=[(stun.RESPONSE_PORT, port)]))
        answer = stun.Message(other.recv(2000))
        assert answer.address(stun.XOR_MAPPED_ADDRESS) == link.socket.getsockname()
        link.socket.close()


@pytest.mark.ours
def test_no_answer_is_much_longer_than_its_request(server, figure):
    link = stun.Datagrams((ONE, server.port))
    worst = 0
    for size in (None, 4, 400, 1500, 9000):
        padding = [] if size is None else [(stun.PADDING, bytes(size))]
        request = stun.encode(stun.BINDING, attributes=padding)
        link.send(request)
        answer = link.receive(2)
        worst = max(worst, len(answer) / len(request))
        assert len(answer) <= len(request) + 48
    figure(f"RFC 5780: at most {worst:.1f} bytes out for one byte in")
    link.socket.close()


@pytest.mark.ours
def test_it_is_off_unless_asked_for(serve):
    server = serve([f"listening-ip={ONE}", f"listening-ip={TWO}", *USERS])
    link = stun.Datagrams((ONE, server.port))
    link.send(stun.encode(stun.BINDING, attributes=[(stun.CHANGE_REQUEST, struct.pack("!I", 6))]))
    answer = stun.Message(link.receive(2))
    assert answer.error == 420 and link.came_from[:2] == (ONE, server.port)
    link.send(stun.encode(stun.BINDING))
    assert len(link.receive(2)) == 32
    link.socket.close()


@pytest.mark.ours
def test_the_client_of_rfc_3489_in_debian_comes_to_its_verdict(server):
    """stun(1) knows no cookie: it asks for answers from the other address and port, and for that address itself."""
    command = ["stun", f"{ONE}:{server.port}", "-v", "-i", CLIENT]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    assert f"SourceAddress = {ONE}:{server.port}" in done.stdout, done.stdout
    assert f"ChangedAddress = {TWO}:{server.port + 1}" in done.stdout, done.stdout
    assert "Primary: Open" in done.stdout or "Primary: Independent Mapping" in done.stdout, done.stdout


@pytest.mark.ours
def test_pystun_comes_to_its_verdict(server):
    port = server.port + 2000
    # Its module has the name of ours, so it runs by itself.
    program = f"import stun; print(*stun.get_ip_info({CLIENT!r}, {port}, {ONE!r}, {server.port}), sep='|')"
    done = subprocess.run([sys.executable, "-I", "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    assert done.stdout.strip() == f"Open Internet|{CLIENT}|{port}", done.stdout


@pytest.mark.ours
@pytest.mark.parametrize("flags", FLAGS)
def test_a_request_without_the_cookie_is_answered_from_where_it_asks_for(server, flags):
    change_host, change_port = FLAGS[flags]
    for host, other_host in ((ONE, TWO), (TWO, ONE)):
        link = stun.Datagrams((host, server.port))
        source = (other_host if change_host else host, server.port + change_port)
        transaction = bytes(range(16))
        link.send(struct.pack("!HH", 1, 8) + transaction + struct.pack("!HHI", stun.CHANGE_REQUEST, 4, flags))
        answer = link.receive(2)
        assert link.came_from[:2] == source and answer[:4] == b"\x01\x01\0\x24" and answer[4:20] == transaction
        told = {}
        for offset in range(20, 56, 12):
            kind, size, family, port = struct.unpack("!HHHH", answer[offset : offset + 8])
            assert (size, family) == (8, 1)
            told[kind] = (socket.inet_ntoa(answer[offset + 8 : offset + 12]), port)
        # MAPPED-ADDRESS, SOURCE-ADDRESS, CHANGED-ADDRESS
        assert told == {1: link.socket.getsockname(), 4: source, 5: (other_host, server.port + 1)}
        link.socket.close()
