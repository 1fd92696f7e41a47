# SPDX-License-Identifier: Apache-2.0
"""Puts loads on the signaling that one machine can carry on loopback, and prints what they cost.

    make load                everything
    make load PART=talkie    one talker at 1 Mbit/s and 500 listeners
    make load PART=chat      5,000 clients in 100 channels
    make load PART=memory    what a connection costs that does nothing
    make load PART=attacks   how long an innocent caller waits during attacks of every kind
    make load PART=inputs    what every input costs beside thousands of others; OTHERS says how many

BINARY names the binary to measure; LISTENERS, CLIENTS and SECONDS change the sizes. The crowd runs beside the server, so on
two cores the latencies are those of a machine that is busy with its own guests.
"""
import json
import os
import resource
import sys
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Interop"))
import server as product
from crowd import Crowd, Member

product.BINARY = os.environ.get("BINARY", product.BINARY)
LISTENERS = int(os.environ.get("LISTENERS", 500))
CLIENTS = int(os.environ.get("CLIENTS", 5000))
SECONDS = float(os.environ.get("SECONDS", 20))
WEB = ["listening-ip=127.0.0.1", "relay-ip=127.0.0.1", "web-port={web_port}", "web-listening-ip=127.0.0.1",
       "max-connections-per-ip=0"]
TICKS = os.sysconf("SC_CLK_TCK")


def start(*lines, relays=200):
    server = product.Server("sterna", [*WEB, *lines], relays=relays)
    server.wait()
    for _ in range(500):
        try:
            Member(server.web_port, "/ws").socket.close()
            return server
        except OSError:
            time.sleep(0.02)
    sys.exit(f"no web; the server's log:\n{server.said()}")


def cpu(server):
    """Seconds of processor time, the kernel's work for the process included."""
    with open(f"/proc/{server.process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(server):
    """Bytes of the process that are in memory."""
    with open(f"/proc/{server.process.pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def cluster(mark, size):
    return (b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7 + b"\xe7\x81" + bytes([mark]) + b"\xa3"
            + (0x10000000 | size).to_bytes(4, "big") + bytes([mark]) * size)


HEAD = (b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01" + b"\xff" * 7
        + b"\x16\x54\xae\x6b\x8d\xae\x8b\x83\x81\x02\x86\x86A_OPUS")


def talkie():
    """One talker says 12,500 bytes ten times a second; every listener's stream is held against the talker's."""
    server = start("talkie-limit=600")
    sums, delays, sent_at = {}, [], {}

    def heard(member, opcode, payload):
        if payload[:1] == b"\x13":
            count, sum = sums.get(member, (0, 0))
            sums[member] = (count + len(payload) - 1, zlib.crc32(payload[1:], sum))
            if (sent := sent_at.get(zlib.crc32(payload[1:]))) is not None:
                delays.append(time.monotonic() - sent)

    crowd = Crowd(heard)
    talker = crowd.add(Member(server.web_port, "/ws?room=load&name=Talker"))
    listeners = []
    for index in range(LISTENERS):
        listeners.append(crowd.add(Member(server.web_port, f"/ws?room=load&name=L{index}")))
        if index % 20 == 0:
            crowd.listen(0)
    settle(crowd, 2)
    talker.send(b"\x01", 2)
    settle(crowd, 1)
    before, began, said, size, number = cpu(server), time.monotonic(), 0, 0, 0
    while time.monotonic() - began < SECONDS:
        chunk = (HEAD if number == 0 else b"") + cluster(number % 256, 12_468) + b""
        talker.send(b"\x03" + chunk, 2)
        sent_at[zlib.crc32(chunk)] = time.monotonic()
        said, size, number = zlib.crc32(chunk, said), size + len(chunk), number + 1
        while (left := began + number / 10 - time.monotonic()) > 0:
            crowd.listen(left)
    settle(crowd, 2)
    used, took = cpu(server) - before, time.monotonic() - began
    whole = sum(sums.get(listener) == (size, said) for listener in listeners)
    delivered = sum(count for count, _ in sums.values()) / 1e6
    delays.sort()
    print(f"talkie: 1 talker at {size * 8 / SECONDS / 1e6:.2f} Mbit/s to {LISTENERS} listeners for {SECONDS:.0f} s")
    print(f"        {whole} of {LISTENERS} have every byte; {delivered:.0f} MB delivered with {used:.2f} s of CPU")
    print(f"        {used / delivered * 1000:.2f} ms of CPU for each MB delivered, {used / took * 100:.0f} % of one core")
    print(f"        chunk to listener: median {delays[len(delays) // 2] * 1000:.1f} ms, p99 {delays[len(delays) * 99 // 100] * 1000:.1f} ms")
    crowd.close()
    server.stop()
    return whole == LISTENERS


def chat():
    """In every channel one message a second, each with the time at which it was sent; the writers take turns."""
    channels = 100
    server = start(*(f"channel=text:c{index}" for index in range(channels)))
    delays, state = [], {"recording": False, "heard": 0, "own": {}}

    def heard(member, opcode, payload):
        if payload.startswith(b'{"type":"message"'):
            message = json.loads(payload)
            state["heard"] += 1
            if state["recording"]:
                delays.append(time.monotonic() - float(message["text"]))

    crowd = Crowd(heard)
    settle(crowd, 1)
    empty = memory(server)
    members = []
    for index in range(CLIENTS):
        member = crowd.add(Member(server.web_port, "/ws"))
        channel = f"c{index % channels}"
        member.send(json.dumps({"type": "join", "channel": channel, "name": f"P{index}"}).encode())
        members.append((member, channel))
        if index % 50 == 0:
            crowd.listen(0)
    settle(crowd, 3)
    joined = memory(server)
    state["recording"] = True
    before, began, number, sent = cpu(server), time.monotonic(), 0, 0
    while time.monotonic() - began < SECONDS:
        # Spread over the second, as people are.
        channel = number % channels
        member, name = members[(channel + channels * (number // channels)) % len(members)]
        member.send(json.dumps({"type": "message", "channel": name, "text": f"{time.monotonic():.6f}"}).encode())
        sent, number = sent + 1, number + 1
        while (left := began + number / channels - time.monotonic()) > 0:
            crowd.listen(left)
    settle(crowd, 3)
    used, took = cpu(server) - before, time.monotonic() - began
    expected = sent * CLIENTS // channels
    delays.sort()
    print(f"chat:   {CLIENTS} clients in {channels} channels, {sent / SECONDS:.0f} messages a second, each on the disk first")
    print(f"        {len(delays)} of {expected} deliveries; median {delays[len(delays) // 2] * 1000:.1f} ms, "
          f"p99 {delays[len(delays) * 99 // 100] * 1000:.1f} ms, longest {delays[-1] * 1000:.1f} ms")
    print(f"        {used / len(delays) * 1e6:.1f} µs of CPU for a delivery, {used / took * 100:.0f} % of one core; "
          f"{(joined - empty) / CLIENTS / 1024:.1f} KiB for a member")
    crowd.close()
    server.stop()
    return len(delays) == expected


def idle():
    """Memory of connections that are open and nothing else, by kind."""
    for name, path in (("chat", "/ws"), ("walkie-talkie", "/ws?room=r{}&name=x"), ("call", "/socket.io/?EIO=4&transport=websocket")):
        server = start()
        crowd = Crowd(lambda *_: None)
        settle(crowd, 1)
        empty, count = memory(server), 2000
        for index in range(count):
            crowd.add(Member(server.web_port, path.format(index)))
        settle(crowd, 1)
        print(f"memory: {(memory(server) - empty) / count / 1024:.1f} KiB for an idle {name} connection ({count} of them)")
        crowd.close()
        server.stop()
    return True


def settle(crowd, seconds):
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        crowd.listen(left)


# What the loads of many kinds ask for: users, channels, and no rate of addresses in the way, which all are loopback's.
ORDINARY = [*product.USERS, *product.PEERS, "channel=text:own", "channel=text:other", "channel=voice:voice",
            "room-rate=1000000", "user-rate=1000000"]


def costs():
    """Every verb beside others; with channels of its own and no rate in the way."""
    from inputs import inputs
    from others import CROWDS
    return inputs(lambda: start(*ORDINARY, "unauthorized-ratelimit-rps=0", "talkie-silence=60", relays=9_000), CROWDS)


def attacked():
    """An innocent caller beside attackers of every kind."""
    from attacks import attacks
    return attacks(lambda: start(*ORDINARY, relays=2000))


PARTS = {"talkie": talkie, "chat": chat, "memory": idle, "inputs": costs, "attacks": attacked}


def main():
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    wanted = sys.argv[1:] or list(PARTS)
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        sys.exit(f"unknown load {unknown[0]}; there are: {', '.join(PARTS)}")
    results = [PARTS[part]() for part in wanted]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
