# SPDX-License-Identifier: Apache-2.0
"""A client's DTLS session over a UDP socket (RFC 7350), with OpenSSL behind it: a link for `stun.Client`."""
import select
import time

import stun
from OpenSSL import SSL


class Records(stun.Datagrams):
    """A UDP socket whose messages travel in DTLS records. `hello` stops a handshake where a test wants to go on itself."""

    def __init__(self, server, authority=None, source=None, socket=None, shakes_hands=True):
        super().__init__(server, source)
        if socket is not None:
            self.socket.close()
            self.socket = socket
        context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
        if authority is not None:
            context.load_verify_locations(authority)
            context.set_verify(SSL.VERIFY_PEER)
        self.session = SSL.Connection(context)
        self.session.set_connect_state()
        self.session.set_ciphertext_mtu(1200)
        if shakes_hands:
            self.shake_hands()

    def step(self):
        """Goes on with the handshake as far as what arrived goes; the datagram that answers it, perhaps empty."""
        try:
            self.session.do_handshake()
        except SSL.WantReadError:
            pass
        return self.taken()

    def taken(self):
        """What the session wants to send, as one datagram."""
        try:
            return self.session.bio_read(65536)
        except SSL.WantReadError:
            return b""

    def shake_hands(self, seconds=10):
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.session.do_handshake()
                return self.flush()
            except SSL.WantReadError:
                self.flush()
            if time.monotonic() > deadline:
                raise stun.Silence
            left = self.session.DTLSv1_get_timeout()
            try:
                self.session.bio_write(super().receive(1 if left is None else left))
            except stun.Silence:
                self.session.DTLSv1_handle_timeout()

    def flush(self):
        data = self.taken()
        if data:
            super().send(data)

    def sealed(self, data):
        """The datagram of one message."""
        self.session.send(data)
        return self.taken()

    def send(self, data):
        super().send(self.sealed(data))

    def receive(self, seconds):
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.session.recv(65536)
            except SSL.WantReadError:
                self.session.bio_write(super().receive(deadline - time.monotonic()))

    def raw(self, seconds):
        """The next datagram as it came."""
        return super().receive(seconds)

    def heard(self, seconds):
        """Every datagram that comes within so many seconds, as it came."""
        found, deadline = [], time.monotonic() + seconds
        while select.select([self.socket], [], [], max(0, deadline - time.monotonic()))[0]:
            found.append(self.socket.recv(65536))
        return found

    def say_goodbye(self):
        self.session.shutdown()
        self.flush()
