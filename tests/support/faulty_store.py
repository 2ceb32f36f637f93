"""Stores that fail: faults drawn from a seed, and a hook around every call.

The same seed, faults and calls give the same failures, so that a run can be played again.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TypeVar

from sekisho.kernel.errors import Unavailable
from sekisho.store.protocol import Data, Entry, Store, pieces

T = TypeVar("T")


@dataclass(frozen=True)
class Faults:
    """How often (0 to 1 per call or entry) a store fails in which way; all off by default."""

    error_before: float = 0.0
    """Away: the call did nothing."""

    error_after: float = 0.0
    """Timed out: the call took effect and the answer was lost."""

    partial: float = 0.0
    """A put that is cut off; in a folder it leaves a temporary file behind."""

    late: float = 0.0
    """A new object that the next `late_listings` listings do not show yet."""

    stale: float = 0.0
    """A removed object that the next `late_listings` listings still show."""

    late_listings: int = 2

    shuffled: bool = False
    """Listings come in another order each time."""

    duplicated: float = 0.0
    """An entry that a listing shows twice."""

    bytes_max: int | None = None
    """The store is full after so many bytes."""

    vanishes_at_call: int | None = None
    """From this call on (counted from 0) the store is not mounted, until `come_back`."""


class FaultyStore:
    """`inner` as a client sees it through faults. `folder` is where `inner` keeps its files."""

    def __init__(self, inner: Store, faults: Faults, seed: int, folder: Path | None = None) -> None:
        self.inner = inner
        self.faults = faults
        self.calls = 0
        self._random = Random(seed)
        self._folder = folder
        self._written = 0
        self._hidden: dict[str, int] = {}
        self._ghosts: dict[Entry, int] = {}

    def heal(self) -> None:
        """No more faults; what was late or stale is settled."""
        self.faults = Faults()
        self._hidden.clear()
        self._ghosts.clear()

    def come_back(self) -> None:
        """The vanished store is mounted again."""
        self.faults = _without_vanishing(self.faults)

    def describe(self) -> str:
        return self.inner.describe()

    def put(self, name: str, data: Data) -> bool:
        return self._call(lambda: self._put(name, data))

    def _put(self, name: str, data: Data) -> bool:
        size = sum(memoryview(piece).nbytes for piece in pieces(data))
        if self.faults.bytes_max is not None and self._written + size > self.faults.bytes_max:
            raise Unavailable("SKS-S009", store=self.describe())
        if self._happens(self.faults.partial):
            self._leave_part_of(name, data)
            raise Unavailable("SKS-S007", store=self.describe(), reason="cut off")
        put = self.inner.put(name, data)
        self._written += size if put else 0
        if put and self._happens(self.faults.late):
            self._hidden[name] = self.faults.late_listings
        return put

    def _leave_part_of(self, name: str, data: Data) -> None:
        if self._folder is None:
            return
        whole = b"".join(pieces(data))
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        cut = self._random.randrange(len(whole) + 1)
        temporary = f".tmp-{self._random.getrandbits(64):016x}"
        target.with_name(temporary).write_bytes(whole[:cut])

    def put_many(self, items: Iterable[tuple[str, Data]]) -> builtins.list[bool]:
        return [self.put(name, data) for name, data in items]

    def get(self, name: str, bytes_max: int) -> bytes:
        return self._call(lambda: self.inner.get(name, bytes_max))

    def list(self, prefix: str) -> Iterator[Entry]:
        return iter(self._call(lambda: self._entries(prefix)))

    def _entries(self, prefix: str) -> builtins.list[Entry]:
        found = [one for one in self.inner.list(prefix) if not self._is_late(one.name)]
        found += [ghost for ghost in list(self._ghosts) if self._is_stale(ghost, prefix)]
        found += [one for one in found if self._happens(self.faults.duplicated)]
        if self.faults.shuffled:
            self._random.shuffle(found)
        return found

    def _is_late(self, name: str) -> bool:
        return _count_down(self._hidden, name)

    def _is_stale(self, ghost: Entry, prefix: str) -> bool:
        return ghost.name.startswith(prefix) and _count_down(self._ghosts, ghost)

    def delete(self, name: str) -> None:
        self._call(lambda: self._delete(name))

    def _delete(self, name: str) -> None:
        there = [one for one in self.inner.list(name) if one.name == name]
        self.inner.delete(name)
        if there and self._happens(self.faults.stale):
            self._ghosts[there[0]] = self.faults.late_listings

    def delete_many(self, names: Iterable[str]) -> None:
        for name in names:
            self.delete(name)

    def tidy(self, prefix: str, before: datetime) -> int:
        return self._call(lambda: self.inner.tidy(prefix, before))

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._random.random() < chance

    def _call(self, act: Callable[[], T]) -> T:
        number, self.calls = self.calls, self.calls + 1
        if self.faults.vanishes_at_call is not None and number >= self.faults.vanishes_at_call:
            raise Unavailable("SKS-S004", store=self.describe())
        if self._happens(self.faults.error_before):
            raise Unavailable("SKS-S007", store=self.describe(), reason="before")
        answer = act()
        if self._happens(self.faults.error_after):
            raise Unavailable("SKS-S007", store=self.describe(), reason="after")
        return answer


@dataclass(frozen=True)
class Call:
    """One moment of one call: `number` counts calls from 0, `moment` is `before` or `after`."""

    number: int
    moment: str
    verb: str
    name: str


class CountingStore:
    """`inner` with `hook` called before and after every call of the port, for kill tests.

    `put_many` and `delete_many` are one call each; `list` is over when its last entry was taken.
    """

    def __init__(self, inner: Store, hook: Callable[[Call], None]) -> None:
        self.inner = inner
        self.calls = 0
        self._hook = hook

    def describe(self) -> str:
        return self.inner.describe()

    def put(self, name: str, data: Data) -> bool:
        return self._around("put", name, lambda: self.inner.put(name, data))

    def put_many(self, items: Iterable[tuple[str, Data]]) -> builtins.list[bool]:
        todo = list(items)
        names = " ".join(name for name, _ in todo)
        return self._around("put_many", names, lambda: self.inner.put_many(todo))

    def get(self, name: str, bytes_max: int) -> bytes:
        return self._around("get", name, lambda: self.inner.get(name, bytes_max))

    def list(self, prefix: str) -> Iterator[Entry]:
        return iter(self._around("list", prefix, lambda: list(self.inner.list(prefix))))

    def delete(self, name: str) -> None:
        self._around("delete", name, lambda: self.inner.delete(name))

    def delete_many(self, names: Iterable[str]) -> None:
        todo = list(names)
        self._around("delete_many", " ".join(todo), lambda: self.inner.delete_many(todo))

    def tidy(self, prefix: str, before: datetime) -> int:
        return self._around("tidy", prefix, lambda: self.inner.tidy(prefix, before))

    def _around(self, verb: str, name: str, act: Callable[[], T]) -> T:
        number, self.calls = self.calls, self.calls + 1
        self._hook(Call(number, "before", verb, name))
        answer = act()
        self._hook(Call(number, "after", verb, name))
        return answer


def _without_vanishing(faults: Faults) -> Faults:
    return Faults(**{**vars(faults), "vanishes_at_call": None})


def _count_down(left: dict[T, int], key: T) -> bool:
    """Whether `key` has turns left; takes one away."""
    if key not in left:
        return False
    left[key] -= 1
    if left[key] < 0:
        del left[key]
        return False
    return True
