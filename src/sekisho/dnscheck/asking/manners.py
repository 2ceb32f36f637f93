"""How patiently and how politely servers are asked; what they were burdened with."""

from __future__ import annotations

from dataclasses import dataclass

PORT = 53


@dataclass(frozen=True)
class Manners:
    """The defaults suit servers of others. Bounds are per server unless said otherwise."""

    per_second: float = 50
    """Queries in the long run; repeats count."""
    at_once: int = 20
    """Queries that wait for their answer, and as many may go out in one go after a rest."""
    queries_max: int = 100_000
    """Beyond it questions are left out, and counted."""
    waits: tuple[float, ...] = (1.5, 2, 3, 5)
    """Seconds to wait at each try. An answer that comes later, at a later try, still counts."""
    silent_max: int = 5
    """After so many questions in a row without any answer the rest get one try each."""
    tcp_seconds: float = 10
    tcp_at_once: int = 4
    """Of all servers together."""
    under_way_max: int = 2_000
    """Of all servers together."""
    backlog_max: int = 10_000
    """Questions taken from the caller that wait for their turn, of all servers together."""


POLITE = Manners()


@dataclass
class Figures:
    """What asking has cost; reported with every result."""

    queries: int = 0
    """Packets sent, repeats among them, and connections."""
    repeats: int = 0
    connections: int = 0
    strays: int = 0
    """Packets that were no answer to anything asked: late, damaged or forged."""
    left_out: int = 0
    """Questions not asked because a bound was reached."""
