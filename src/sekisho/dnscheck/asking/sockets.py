"""The pool of UDP sockets: none connected, each on a port that the system draws."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator

from sekisho.dnscheck.asking.server import SocketAddress

POOL = 8
PACKET_BYTES_MAX = 4_096
RECEIVE_BYTES = 1_048_576
"""Room for what arrives while we read elsewhere; the system may give less."""
BATCH = 64
"""Packets taken from one socket before the others have their turn."""

Packet = tuple[bytes, SocketAddress]


class Sockets:
    """Sockets of both families; the ones of IPv6 only where the system has it."""

    def __init__(self, pool: int = POOL) -> None:
        self._selector = selectors.DefaultSelector()
        self.four = [self._opened(socket.AF_INET) for _ in range(pool)]
        self.six: list[socket.socket] = []
        if socket.has_ipv6:
            try:
                self.six = [self._opened(socket.AF_INET6) for _ in range(pool)]
            except OSError:
                self.six = []

    def ready(self, seconds: float) -> Iterator[socket.socket]:
        """Sockets with packets, waiting at most so long for the first."""
        for key, _ in self._selector.select(seconds):
            yield key.fileobj  # type: ignore[misc]

    def close(self) -> None:
        """Give the ports back."""
        self._selector.close()
        for one in (*self.four, *self.six):
            one.close()

    def _opened(self, family: int) -> socket.socket:
        opened = socket.socket(family, socket.SOCK_DGRAM)
        try:
            opened.setblocking(False)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
            if family == socket.AF_INET6:
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            opened.bind(("", 0))
        except OSError:
            opened.close()
            raise
        self._selector.register(opened, selectors.EVENT_READ)
        return opened


def packets(source: socket.socket) -> Iterator[Packet]:
    """What lies ready in a socket, a batch at most. Errors that the network reports are skipped:
    they say nothing of which question they belong to."""
    receive = source.recvfrom
    for _ in range(BATCH):
        try:
            yield receive(PACKET_BYTES_MAX)
        except BlockingIOError:
            return
        except OSError:
            continue
