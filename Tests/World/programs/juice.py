# SPDX-License-Identifier: Apache-2.0
"""Two ends of libdatachannel, that is of libjuice, which meet over relays alone: juice.py HOST PORT USER PASSWORD

Prints the relayed candidates, and “heard N” with the number of messages that came back.
"""
import os
import queue
import sys
import time

from pylibdatachannel import Candidate, Configuration, DescriptionType, IceServer, IceServerRelayType, PeerConnection

MESSAGES, SECONDS = 50, 20
host, port, user, password = sys.argv[1:]
ends = [
    PeerConnection(Configuration([IceServer(host, int(port), user, password, IceServerRelayType.TURN_UDP)]))
    for _ in range(2)
]
channels, heard = [], queue.Queue()


def candidate(there):
    def found(each):
        words = each.candidate.split()
        if words[words.index("typ") + 1] == "relay":
            # In one piece: the other end's thread prints, too.
            os.write(1, f"relay {words[4]} {words[2].lower()}\n".encode())
            there.add_remote_candidate(Candidate(each.candidate, each.mid))

    return found


def opened(channel):
    channels.append(channel)
    channel.on_message(channel.send)


one, other = ends
one.on_local_candidate(candidate(other))
other.on_local_candidate(candidate(one))
one.on_local_description(lambda description: other.set_remote_description(description))
other.on_local_description(lambda description: one.set_remote_description(description))
other.on_data_channel(opened)
channel = one.create_data_channel("anything")
channel.on_open(lambda: [channel.send(f"message {number}") for number in range(MESSAGES)])
channel.on_message(heard.put)
one.set_local_description(DescriptionType.OFFER)

count, deadline = 0, time.monotonic() + SECONDS
while count < MESSAGES and time.monotonic() < deadline:
    try:
        heard.get(timeout=0.2)
        count += 1
    except queue.Empty:
        continue
print("heard", count, flush=True)
# Its threads call back into Python for as long as they live.
os._exit(0 if count == MESSAGES else 1)
