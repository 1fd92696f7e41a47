# SPDX-License-Identifier: Apache-2.0
"""Measures what a stranger costs the relay and what an allocation does, and holds each figure against its limit.

    make figures

BINARY names the binary to measure, ALLOCATIONS and SPOOFED change the sizes. Everything is on loopback; the limits hold for
a release binary on a quiet machine. The exit status says whether all were kept.
"""
import hashlib
import os
import resource
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Interop"))
import server as product
import stun

BINARY = os.environ.get("BINARY", product.BINARY)
ALLOCATIONS = int(os.environ.get("ALLOCATIONS", 10_000))
SPOOFED = int(os.environ.get("SPOOFED", 1_000_000))
REALM = "sixteen.char.org"
# Its own addresses of the loopback network, so that every port of the range is free.
LISTEN, RELAY, PEER = "127.0.77.1", "127.0.77.2", ("127.0.77.3", 9)
TICKS = os.sysconf("SC_CLK_TCK")
# Linux's number, which Python does not know.
IP_PKTINFO = 8


class Measured:
    """A server of one worker whose memory and processor time are looked at."""

    def __init__(self, pause=0.05):
        self.folder = tempfile.TemporaryDirectory(prefix="sterna-figures-")
        self.port = product.free_ports(1)
        path = os.path.join(self.folder.name, "sterna.conf")
        with open(path, "w") as file:
            file.write("\n".join([
                f"listening-ip={LISTEN}", f"relay-ip={RELAY}", f"listening-port={self.port}", "min-port=20000",
                "max-port=39999", f"realm={REALM}", f"user={product.USER}:{product.PASSWORD}", "allow-loopback-peers",
                "unauthorized-ratelimit-rps=0", "workers=1", "no-tcp", f"data-dir={self.folder.name}"]) + "\n")
        self.process = subprocess.Popen([BINARY, "serve", "--config", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(int(5 / pause)):
            try:
                link = Link((LISTEN, self.port))
                link.send(stun.encode(stun.BINDING))
                link.receive(0.1)
                return
            except (stun.Silence, ConnectionRefusedError):
                time.sleep(pause)
        sys.exit(f"{BINARY} does not answer")

    def memory(self):
        """Bytes of the process that are in memory."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    def seconds(self):
        """Processor time, the kernel's work for the process included."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.folder.cleanup()


class Link(stun.Datagrams):
    """One of more sockets than select(2) can number."""

    def __init__(self, server):
        super().__init__(server)
        self.socket.connect(server)

    def send(self, data):
        self.socket.send(data)

    def receive(self, seconds):
        self.socket.settimeout(max(0.001, seconds))
        try:
            return self.socket.recv(65536)
        except TimeoutError:
            raise stun.Silence from None


kept = True


def figure(words, value, limit, unit):
    global kept
    good = value <= limit
    kept = kept and good
    print(f"{'kept  ' if good else 'BROKEN'}  {words}: {value:.4g} {unit} (at most {limit:g})", flush=True)


def answers(server):
    """Bytes out for a byte in, to somebody who has shown nothing."""
    link = Link((LISTEN, server.port))
    for words, request, limit in (
            ("Binding over IPv4", stun.encode(stun.BINDING), 1.6),
            ("first Allocate, realm of 16 characters", stun.encode(stun.ALLOCATE, attributes=[(stun.TRANSPORT, stun.UDP)]), 3.2)):
        link.send(request)
        answer = link.receive(2)
        figure(f"{words}: {len(answer)} bytes for {len(request)}", len(answer) / len(request), limit, "for one")


def strangers(server):
    """Memory that Allocates from a million addresses leave behind."""
    request = stun.encode(stun.ALLOCATE, attributes=[(stun.TRANSPORT, stun.UDP)])
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind(("0.0.0.0", 0))
    sender.setblocking(False)
    destination, heard = (LISTEN, server.port), 0

    def hear():
        nonlocal heard
        try:
            while True:
                sender.recv(2048)
                heard += 1
        except BlockingIOError:
            pass

    def send(numbers):
        for number in numbers:
            # 127.16.0.0 and up: the whole of the loopback network is this host's.
            source = struct.pack("!I", 0x7F100000 + number)
            control = [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("@i4s4s", 0, source, bytes(4)))]
            while True:
                try:
                    sender.sendmsg([request], control, 0, destination)
                    break
                except BlockingIOError:
                    time.sleep(0.001)
            if number % 64 == 0:
                # The server is to keep up, and its answers are to find room.
                hear()

    send(range(50_000))
    time.sleep(1)
    hear()
    before, began, heard = server.memory(), time.monotonic(), 0
    send(range(50_000, 50_000 + SPOOFED))
    rate = SPOOFED / (time.monotonic() - began)
    time.sleep(1)
    hear()
    figure(f"memory after {SPOOFED:,} Allocates from as many addresses, {rate:,.0f} a second",
           (server.memory() - before) / 1024, 1024, "KiB")
    # What was not answered was lost on the way there or back, and shows nothing.
    figure("share of those Allocates that was not answered", 1 - heard / SPOOFED, 0.1, "of them")


def allocations(server):
    """What an allocation with a permission and a channel costs."""
    resource.setrlimit(resource.RLIMIT_NOFILE, [resource.getrlimit(resource.RLIMIT_NOFILE)[1]] * 2)
    clients = []

    def together(requests):
        """Sends the requests of many clients, then takes the answers: a busy server is not woken for each."""
        for client, request in requests:
            client.link.send(request)
        for client, request in requests:
            answer = client.link.receive(5)
            assert answer[8:20] == request[8:20], "an answer to another request"
            yield client, stun.Message(answer)

    def ask(some, method, *attributes):
        requests = [(client, stun.encode(method, stun.REQUEST, [*attributes, *client.credentials()], key=client.key))
                    for client in some]
        return together(requests)

    def allocate(count):
        for start in range(0, count, 200):
            some = [stun.Client(Link((LISTEN, server.port)), product.USER, product.PASSWORD)
                    for _ in range(min(200, count - start))]
            for client, answer in ask(some, stun.ALLOCATE, (stun.TRANSPORT, stun.UDP)):
                assert answer.error == 401
                client.realm, client.nonce = answer[stun.REALM], answer[stun.NONCE]
                client.key = hashlib.md5(
                    b":".join([client.user.encode(), client.realm, client.password.encode()])).digest()
            for method, attributes in (
                    (stun.ALLOCATE, [(stun.TRANSPORT, stun.UDP)]), (stun.PERMISSION, [(stun.PEER_ADDRESS, PEER)]),
                    (stun.CHANNEL, [(stun.CHANNEL_NUMBER, bytes([0x40, 0, 0, 0])), (stun.PEER_ADDRESS, PEER)])):
                assert {answer.error for _, answer in ask(some, method, *attributes)} == {0}
            clients.extend(some)

    allocate(200)
    memory, seconds = server.memory(), server.seconds()
    allocate(ALLOCATIONS)
    time.sleep(0.5)
    figure(f"memory of an allocation, at {ALLOCATIONS:,}", (server.memory() - memory) / ALLOCATIONS / 1024, 4, "KiB")
    figure("processor time of Allocate, CreatePermission and ChannelBind, the challenge included",
           (server.seconds() - seconds) / ALLOCATIONS * 1e6, 90, "µs")


def starts(count=11):
    """Milliseconds from the start of the program to its first answer; the median of several, since a start is short."""
    times = []
    for _ in range(count):
        began = time.monotonic()
        server = Measured(0.002)
        times.append((time.monotonic() - began) * 1000)
        server.stop()
    figure(f"start to the first answered Binding, {count} starts", sorted(times)[count // 2], 100, "ms")


def main():
    starts()
    for part in (answers, strangers, allocations):
        server = Measured()
        try:
            part(server)
        finally:
            server.stop()
    sys.exit(0 if kept else 1)


main()
