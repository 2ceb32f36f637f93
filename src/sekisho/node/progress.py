"""Progress of long work, and the heartbeat that keeps its lease."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sekisho.kernel.errors import Unavailable
from sekisho.office.post import leases
from sekisho.office.site.desk import Desk

Progress = Callable[[str, int, int], object]
"""Called with what is worked on, bytes done, bytes in all."""

BEAT = timedelta(seconds=60)


def silent(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


class Heartbeat:
    """Extends the lease of a row now and then; raises Unavailable SKS-T067 when it was lost."""

    def __init__(self, desk: Desk, model: type, pk: object, fence: int) -> None:
        self._desk = desk
        self._row = (model, pk, fence)
        self._last = desk.now()

    def __call__(self) -> None:
        now = self._desk.now()
        if abs(now - self._last) < BEAT:
            return
        self._last = now
        if not leases.extend(*self._row, now):
            raise Unavailable("SKS-T067")
