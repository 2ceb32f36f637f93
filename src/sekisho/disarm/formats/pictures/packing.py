"""Packing by libdeflate so that a file does not grow, and comes to rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_LEVELS = (6, 8, 10)
"""The quick one first. The last is smaller than what the usual programs write, and within about
two hundredths of what the slowest do; the levels beyond it cost two to four times as much."""


def packed(write: Callable[[int], Sequence[bytes]], bytes_wanted: int) -> Sequence[bytes]:
    """What `write` makes at the first level that keeps within `bytes_wanted`, else the smallest.

    Put in again with its own size as the wanted one, the result is the same: the levels before it
    are still too large, and none is smaller than it.
    """
    best: tuple[int, Sequence[bytes]] | None = None
    for level in _LEVELS:
        parts = write(level)
        size = sum(map(len, parts))
        if size <= bytes_wanted:
            return parts
        if best is None or size < best[0]:
            best = (size, parts)
    return best[1] if best else ()
