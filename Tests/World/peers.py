# SPDX-License-Identifier: Apache-2.0
"""Peers: what relays send to."""
import contextlib
import select
import socket
import threading


class Peer:
    """Sends every datagram back to where it came from, and every byte of a TCP connection; over both families.

    `heard` is where datagrams came from, by payload: as the peer saw them.
    """

    def __init__(self, world):
        self.namespace = world.namespace(f"peer{next(world.numbers)}")
        self.network = world.attach(self.namespace)
        self.namespace.ip(*self.network.lines())
        self.heard, self.ends = {}, contextlib.ExitStack()
        with self.namespace.inside():
            self.sockets = {family: self.datagrams(family) for family in (4, 6)}
            self.listeners = {family: self.listener(family) for family in (4, 6)}
        self.waker, self.stopper = socket.socketpair()
        self.thread = threading.Thread(target=self.echo, daemon=True)

    def datagrams(self, family):
        made = self.ends.enter_context(socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_DGRAM))
        made.bind((self.network.address(family), 0))
        return made

    def listener(self, family):
        kind = socket.AF_INET if family == 4 else socket.AF_INET6
        return self.ends.enter_context(socket.create_server((self.network.address(family), 0), family=kind, backlog=100))

    def address(self, family):
        """Where it takes datagrams, as (host, port)."""
        return self.sockets[family].getsockname()[:2]

    def tcp_address(self, family):
        return self.listeners[family].getsockname()[:2]

    def echo(self):
        streams = {}
        while True:
            watched = [self.waker, *self.sockets.values(), *self.listeners.values(), *streams]
            for ready in select.select(watched, [], [])[0]:
                if ready is self.waker:
                    return
                if ready in self.listeners.values():
                    stream = self.ends.enter_context(ready.accept()[0])
                    streams[stream] = True
                elif ready in streams:
                    self.pass_back(ready, streams)
                else:
                    data, source = ready.recvfrom(65536)
                    self.heard[data] = source[:2]
                    with contextlib.suppress(OSError):
                        ready.sendto(data, source)

    def pass_back(self, stream, streams):
        try:
            data = stream.recv(65536)
            if data:
                return stream.sendall(data)
        except OSError:
            pass
        del streams[stream]
        stream.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stopper.send(b"!")
        self.thread.join()
        self.ends.close()
        self.waker.close()
        self.stopper.close()
