# SPDX-License-Identifier: Apache-2.0
"""Two ends of GStreamer's webrtcbin, that is of libnice, which meet over relays alone: nice.py TURN-URI [SECONDS]

Prints the relayed candidates, and “heard N” with the number of packets of sound that arrived. Runs with Debian's python3.
"""
import os
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402, F401

ENOUGH = 50
Gst.init(None)
uri, seconds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
loop = GLib.MainLoop()
pipeline = Gst.parse_launch(f"""
    webrtcbin name=one bundle-policy=max-bundle ice-transport-policy=relay turn-server={uri}
    webrtcbin name=other bundle-policy=max-bundle ice-transport-policy=relay turn-server={uri}
    audiotestsrc is-live=true ! audioconvert ! mulawenc ! rtppcmupay ! application/x-rtp,media=audio,encoding-name=PCMU,payload=0 ! one.
""")
one, other = pipeline.get_by_name("one"), pipeline.get_by_name("other")
heard = 0


def candidate(_, line, text, there):
    words = text.split()
    if "typ" in words:
        # Both ends call from threads of their own: a line is written in one piece.
        os.write(1, f"{words[words.index('typ') + 1]} {words[4]} {words[2].lower()}\n".encode())
    there.emit("add-ice-candidate", line, text)


def described(promise, kind, here, there, then):
    # The reply has to live for as long as what is in it.
    reply = promise.get_reply()
    description = reply[kind]
    here.emit("set-local-description", description, Gst.Promise.new())
    there.emit("set-remote-description", description, Gst.Promise.new_with_change_func(lambda _: then()))


def call(*_):
    def answer():
        other.emit("create-answer", None, Gst.Promise.new_with_change_func(described, "answer", other, one, lambda: None))

    one.emit("create-offer", None, Gst.Promise.new_with_change_func(described, "offer", one, other, answer))


def sound(_, pad):
    sink = Gst.ElementFactory.make("fakesink")
    sink.set_property("signal-handoffs", True)
    sink.connect("handoff", packet)
    pipeline.add(sink)
    sink.sync_state_with_parent()
    pad.link(sink.get_static_pad("sink"))


def packet(*_):
    global heard
    heard += 1
    if heard == ENOUGH:
        GLib.idle_add(loop.quit)


one.connect("on-negotiation-needed", call)
one.connect("on-ice-candidate", candidate, other)
other.connect("on-ice-candidate", candidate, one)
other.connect("pad-added", sound)
pipeline.set_state(Gst.State.PLAYING)
GLib.timeout_add_seconds(seconds, loop.quit)
loop.run()
print("heard", heard, flush=True)
pipeline.set_state(Gst.State.NULL)
sys.exit(0 if heard >= ENOUGH else 1)
