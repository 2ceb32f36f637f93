"""One server as the client knows it: what it bears, what it understands, what waits for it."""

from __future__ import annotations

import ipaddress
import re
from collections import deque
from typing import NamedTuple

from sekisho.dnscheck.answers import Question
from sekisho.dnscheck.asking.manners import PORT, Manners
from sekisho.kernel.errors import InvalidInput

_PLACE = re.compile(
    r"(?:\[(?P<bracketed>[\da-f:.]+)\]|(?P<four>[\d.]+))(?::(?P<port>\d{1,5}))?|(?P<bare>[\da-f:.]+)",
    re.ASCII | re.IGNORECASE,
)
SocketAddress = tuple[str, int] | tuple[str, int, int, int]


class Place(NamedTuple):
    """Where a server listens."""

    address: str
    port: int = PORT

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self[0]}:{self[1]}"


class Ask(NamedTuple):
    """One question for one server."""

    question: Question
    place: Place
    recursive: bool = False
    """Asked of a resolver that is to find out, not of a server for its own zones."""


class Server:
    """Changes while questions are asked; belongs to one client."""

    def __init__(self, place: Place, manners: Manners, now: float) -> None:
        self.place = place
        self.shown = str(place)
        self.is_six = ":" in place.address
        self.address: SocketAddress = (*place, 0, 0) if self.is_six else (*place,)
        self.waiting: deque[Ask] = deque()
        self.under_way = 0
        self.sent = 0
        self.silent_in_a_row = 0
        self.knows_edns = True
        self.keeps_case = True
        self.is_queued = False
        self._manners = manners
        self._tokens = float(manners.at_once)
        self._counted_at = now

    @property
    def tries(self) -> int:
        """How often a question is sent at most."""
        is_down = self.silent_in_a_row >= self._manners.silent_max
        return 1 if is_down else len(self._manners.waits)

    @property
    def is_spent(self) -> bool:
        """Whether it has been asked as much as it may be."""
        return self.sent >= self._manners.queries_max

    def may_send(self, now: float) -> int:
        """How many questions may go out at this moment."""
        most = float(self._manners.at_once)
        gained = (now - self._counted_at) * self._manners.per_second
        self._tokens = min(most, self._tokens + gained)
        self._counted_at = now
        free = self._manners.at_once - self.under_way
        return max(0, min(int(self._tokens), free, len(self.waiting)))

    def next_at(self, now: float) -> float:
        """When one more may go out, as far as the rate goes."""
        return now + max(0.0, 1 - self._tokens) / self._manners.per_second

    def count(self) -> None:
        """One query has gone out."""
        self.sent += 1
        self._tokens -= 1


def place_of(untrusted_text: str) -> Place:
    """`192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`.

    Raises InvalidInput SKS-Q103.
    """
    found = _PLACE.fullmatch(untrusted_text.strip())
    try:
        if not found:
            raise ValueError
        host = found["bracketed"] or found["bare"] or found["four"]
        address, port = ipaddress.ip_address(host), int(found["port"] or PORT)
        if not 0 < port < 65_536:
            raise ValueError
    except ValueError:
        raise InvalidInput("SKS-Q103", server=untrusted_text[:80]) from None
    return Place(str(address), port)
