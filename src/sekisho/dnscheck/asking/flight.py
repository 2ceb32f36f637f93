"""One question under way."""

from __future__ import annotations

from collections.abc import Callable

from sekisho.dnscheck.asking.server import Ask, Server
from sekisho.dnscheck.wire import name_bytes, type_number
from sekisho.dnscheck.wire.query import mixed_case, query, question_bytes

Draw = Callable[[int], bytes]
"""Random bytes that nobody can foretell, as `os.urandom` gives them."""

_NOISE_BYTES = 32
_STORE_BYTES = 8_192


Waiting = dict[int, tuple["Flight", bytes]]
"""What waits at one socket: by id, the question and how it was put."""


class Flight:
    """A question, its server, and the tries so far. Raises InvalidInput SKS-Q001, SKS-Q102."""

    __slots__ = ("ask", "is_done", "keys", "kind", "name", "server", "spoke_edns", "tries")

    def __init__(self, ask: Ask, server: Server) -> None:
        self.ask = ask
        self.server = server
        self.name = name_bytes(ask.question.name)
        self.kind = type_number(ask.question.type)
        self.tries = 0
        self.is_done = False
        self.spoke_edns = True
        self.keys: list[tuple[Waiting, int]] = []
        """Where each try waits, and by which id: the answer to any of them counts."""

    def forget(self) -> None:
        """No try waits any longer."""
        for waiting, number in self.keys:
            del waiting[number]
        self.keys.clear()

    def question(self, noise: int) -> bytes:
        """The question section for one try."""
        name = mixed_case(self.name, noise) if self.server.keeps_case else self.name
        return question_bytes(name, self.kind)

    def question_in_small_letters(self) -> bytes:
        """As a server writes it that does not keep the case."""
        return question_bytes(self.name, self.kind)

    def packet(self, number: int, question: bytes) -> bytes:
        """The query for one try."""
        self.spoke_edns = self.server.knows_edns
        return query(number, question, recursive=self.ask.recursive, edns=self.spoke_edns)


class Noise:
    """Random numbers out of one store, refilled when it is used up."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._store = b""
        self._at = 0

    def number(self) -> int:
        """256 random bits."""
        at = self._at
        if at >= len(self._store):
            self._store, at = self._draw(_STORE_BYTES), 0
        self._at = at + _NOISE_BYTES
        return int.from_bytes(self._store[at : self._at])
