"""Name servers of a few lines for tests, by UDP and TCP on the loopback address."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rrset

from sekisho.dnscheck.asking import Place

Behaviour = Callable[[bytes, "ScriptedServer"], list[bytes]]
"""A query → the packets to send back, none or several."""


@dataclass
class ScriptedServer:
    """One server; `queries` are all packets that came, oldest first."""

    udp: socket.socket
    tcp: socket.socket
    behaviour: Behaviour
    by_tcp: Behaviour
    queries: list[bytes] = field(default_factory=list)
    connections: int = 0
    peer: tuple[str, int] = ("", 0)
    """Who asked last by UDP."""

    def __post_init__(self) -> None:
        self.place = Place(*self.udp.getsockname()[:2])

    def serve_udp(self) -> None:
        """Until the socket is shut."""
        while True:
            try:
                data, self.peer = self.udp.recvfrom(4096)
                if not data:
                    return
                self.queries.append(data)
                for packet in self.behaviour(data, self):
                    self.udp.sendto(packet, self.peer)
            except OSError:
                return

    def serve_tcp(self) -> None:
        """Until the socket is shut."""
        while True:
            try:
                peer, _ = self.tcp.accept()
            except OSError:
                return
            with peer:
                self.connections += 1
                (length,) = struct.unpack("!H", peer.recv(2))
                for reply in self.by_tcp(peer.recv(length), self):
                    peer.sendall(struct.pack("!H", len(reply)) + reply)


def _one_port_for_both(address: str, attempts: int = 100) -> tuple[socket.socket, socket.socket]:
    """Sockets of UDP and TCP on one port: what is free for one may be taken for the other."""
    for _ in range(attempts):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.bind((address, 0))
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            udp.close()
            tcp.close()
        else:
            return udp, tcp
    raise OSError(f"no port of {address} is free for both UDP and TCP")


@contextmanager
def scripted(
    behaviour: Behaviour, by_tcp: Behaviour | None = None, address: str = "127.0.0.1"
) -> Iterator[ScriptedServer]:
    """A server for the length of the block."""
    udp, tcp = _one_port_for_both(address)
    tcp.listen(16)
    server = ScriptedServer(udp, tcp, behaviour, by_tcp or behaviour)
    serving = (server.serve_udp, server.serve_tcp)
    threads = [threading.Thread(target=serve, daemon=True) for serve in serving]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", udp.getsockname())
        tcp.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)
        udp.close()
        tcp.close()


def reply_to(
    query: bytes, *, records: int = 1, rcode: int = 0, truncated: bool = False
) -> dns.message.Message:
    """A reply with addresses, to be changed or sent as it is."""
    asked = dns.message.from_wire(query)
    made = dns.message.make_response(asked)
    made.flags |= dns.flags.AA | (dns.flags.TC if truncated else 0)
    made.set_rcode(rcode)
    if records:
        texts = [f"192.0.{2 + i // 256}.{i % 256}" for i in range(records)]
        made.answer.append(dns.rrset.from_text_list(asked.question[0].name, 60, "IN", "A", texts))
    return made


def honest(query: bytes, _: ScriptedServer) -> list[bytes]:
    """One address for every name."""
    return [reply_to(query).to_wire()]
