"""The single checks of `doctor`: each writes a little, looks, and says what it saw."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from threading import Barrier
from typing import Protocol, runtime_checkable

from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Refused
from sekisho.kernel.limits import GIB, KIB, MIB
from sekisho.store.protocol import NAME_BYTES_MAX, NAME_SEGMENTS_MAX, Data, NotThere, Store
from sekisho.store.report import Finding, Level
from sekisho.store.words import finding

SMALL_BYTES = KIB
LARGE_BYTES = 16 * MIB
SMALL_ROUNDS = 10
SLOW_SECONDS = 2.0
SLOW_BYTES_PER_SECOND = MIB
RACERS = 16
RACES = 3
LISTED = 20
LISTING_SECONDS_MAX = 10.0
LISTING_STEP_SECONDS = 0.2
CLOCK_SECONDS_MAX = 60
FREE_BYTES_MIN = 100 * MIB
FREE_BYTES_COMFORT = 10 * GIB
JAPANESE_NAME = "受け渡し－①髙が\N{COMBINING KATAKANA-HIRAGANA VOICED SOUND MARK}〜.txt"
"""Letters that servers and old clients are known to change: wave dash, ①, 髙, combining marks."""


@runtime_checkable
class Probed(Protocol):
    """What a store can tell or do beyond the port; only `doctor` asks."""

    def free_bytes(self) -> int | None:
        """How much may still be written, where it is known."""
        ...

    def keeps_file_name(self, under: str, file_name: str) -> bool:
        """Whether such a name comes back from a listing as it went in."""
        ...

    def remove_empty_folders(self, under: str) -> None:
        """Remove the folder `under` and those below it, as far as they are empty."""
        ...


@dataclass
class Bench:
    """One examination under way: where it may write, its clocks, and what it has written."""

    store: Store
    at: str
    clock: Clock
    timer: Callable[[], float]
    sleep: Callable[[float], None]
    noise: Callable[[int], bytes]
    written: list[str] = field(default_factory=list)

    def put(self, rest: str, data: Data) -> bool:
        """Write below `at`, to be taken away at the end."""
        self.written.append(f"{self.at}/{rest}")
        return self.store.put(f"{self.at}/{rest}", data)

    def get(self, rest: str) -> bytes:
        """Read below `at`."""
        return self.store.get(f"{self.at}/{rest}", LARGE_BYTES)

    def delete(self, rest: str) -> None:
        """Remove below `at`."""
        self.store.delete(f"{self.at}/{rest}")

    def seconds(self, act: Callable[..., object], *args: object) -> float:
        """How long a call takes."""
        begun = self.timer()
        act(*args)
        return self.timer() - begun


def reach(bench: Bench) -> Finding:
    """Whether the store is there, and is one."""
    seconds = bench.seconds(lambda: list(bench.store.list(bench.at + "/")))
    return finding("reach", Level.OK, milliseconds=seconds * 1000)


def latency(bench: Bench) -> Finding:
    """How long one small object takes."""
    put, get, delete = [], [], []
    for number in range(SMALL_ROUNDS):
        rest = f"small-{number}"
        put.append(bench.seconds(bench.put, rest, bench.noise(SMALL_BYTES)))
        get.append(bench.seconds(bench.get, rest))
        delete.append(bench.seconds(bench.delete, rest))
    slow = max(median(put), median(get)) > SLOW_SECONDS
    return finding(
        "latency",
        Level.CARE if slow else Level.OK,
        put=median(put) * 1000,
        get=median(get) * 1000,
        delete=median(delete) * 1000,
    )


def throughput(bench: Bench) -> Finding:
    """How fast a block goes there and back, and whether it comes back whole."""
    data, got = bench.noise(LARGE_BYTES), [b""]
    there = bench.seconds(bench.put, "large", data)
    back = bench.seconds(lambda: got.append(bench.get("large")))
    if got[-1] != data:
        return finding("throughput", Level.BAD, "throughput.changed")
    put, get = (LARGE_BYTES / max(seconds, 1e-9) for seconds in (there, back))
    slow = min(put, get) < SLOW_BYTES_PER_SECOND
    return finding("throughput", Level.CARE if slow else Level.OK, put=put / MIB, get=get / MIB)


def write_once(bench: Bench) -> Finding:
    """Whether what is there stays as it is when the name is written again."""
    bench.put("once", b"first")
    if bench.put("once", b"second") or bench.get("once") != b"first":
        return finding("write-once", Level.BAD, "write-once.broken")
    return finding("write-once", Level.OK)


def racers(bench: Bench) -> Finding:
    """Whether one writer wins when sixteen write one name at the same moment."""
    winners = [_race(bench, f"race-{number}") for number in range(RACES)]
    if None in winners:
        return finding("racers", Level.BAD, "racers.mixed")
    if winners == [1] * RACES:
        return finding("racers", Level.OK, racers=RACERS, races=RACES)
    each = ", ".join(map(str, winners))
    return finding("racers", Level.CARE, "racers.several", racers=RACERS, winners=each)


def _race(bench: Bench, rest: str) -> int | None:
    """How many were told that they won; None if what is there is nobody's data."""
    start = Barrier(RACERS)

    def write(number: int) -> bool:
        start.wait()
        return bench.put(rest, b"%02d" % number * SMALL_BYTES)

    with ThreadPoolExecutor(RACERS) as pool:
        won = list(pool.map(write, range(RACERS)))
    content = bench.get(rest)
    return won.count(True) if content == content[:2] * SMALL_BYTES else None


def listing(bench: Bench) -> Finding:
    """How soon a listing shows what was written, and no longer shows what was removed."""
    wanted = {f"{bench.at}/listed/n{number}" for number in range(LISTED)}
    bench.written += wanted
    bench.store.put_many([(name, b"x") for name in sorted(wanted)])
    shown = _seconds_until(bench, lambda names: names >= wanted)
    bench.store.delete_many(sorted(wanted))
    gone = _seconds_until(bench, lambda names: not names & wanted)
    if shown > LISTING_SECONDS_MAX:
        return finding("listing", Level.BAD, "listing.never", seconds=LISTING_SECONDS_MAX)
    if shown or gone:
        return finding("listing", Level.CARE, "listing.late", shown=shown, gone=gone)
    return finding("listing", Level.OK)


def _seconds_until(bench: Bench, right: Callable[[set[str]], bool]) -> float:
    """0 if the first listing is right; given up soon after LISTING_SECONDS_MAX."""
    begun = bench.timer()
    waited = 0.0
    while waited <= LISTING_SECONDS_MAX:
        if right({entry.name for entry in bench.store.list(f"{bench.at}/listed/")}):
            return waited
        bench.sleep(LISTING_STEP_SECONDS)
        waited = bench.timer() - begun
    return waited


def clock(bench: Bench) -> Finding:
    """How far the store's clock is from ours."""
    before = bench.clock.now()
    bench.put("clock", b"x")
    after = bench.clock.now()
    modified = next((entry.modified for entry in bench.store.list(f"{bench.at}/clock")), None)
    if modified is None:
        return finding("clock", Level.INFO, "clock.unknown")
    seconds = _outside(modified, before, after).total_seconds()
    if abs(seconds) > CLOCK_SECONDS_MAX:
        return finding("clock", Level.CARE, "clock.wrong", seconds=seconds)
    return finding("clock", Level.OK, seconds=seconds)


def _outside(moment: datetime, before: datetime, after: datetime) -> timedelta:
    """How far a moment lies outside a span; one second more counts as inside, stores round."""
    second = timedelta(seconds=1)
    if before - second <= moment <= after + second:
        return timedelta()
    return moment - (before if moment < before else after)


def names(bench: Bench) -> Finding:
    """Whether the longest and deepest names that we may use are taken."""
    rest = "d/" * (NAME_SEGMENTS_MAX - len(bench.at.split("/")) - 1)
    rest += "n" * (NAME_BYTES_MAX - len(f"{bench.at}/{rest}"))
    bench.put(rest, b"long")
    bench.get(rest)
    return finding("names", Level.OK, segments=NAME_SEGMENTS_MAX, bytes=NAME_BYTES_MAX)


def japanese_names(bench: Bench) -> Finding:
    """Whether the place keeps Japanese names; for information, since parcels have none."""
    if not isinstance(bench.store, Probed):
        return finding("japanese-names", Level.INFO, "japanese-names.unknown")
    kept = bench.store.keeps_file_name(bench.at, JAPANESE_NAME)
    sentence = "japanese-names.kept" if kept else "japanese-names.changed"
    return finding("japanese-names", Level.INFO, sentence)


def deleting(bench: Bench) -> Finding:
    """Whether we may remove what we wrote, also when it is gone already."""
    bench.put("deleted", b"x")
    try:
        bench.delete("deleted")
        bench.delete("deleted")
        bench.get("deleted")
    except NotThere:
        return finding("deleting", Level.OK)
    except Refused:
        pass
    return finding("deleting", Level.CARE, "deleting.refused")


def space(bench: Bench) -> Finding:
    """How much may still be written."""
    free = bench.store.free_bytes() if isinstance(bench.store, Probed) else None
    if free is None:
        return finding("space", Level.INFO, "space.unknown")
    roomy = Level.OK if free >= FREE_BYTES_COMFORT else Level.CARE
    level = Level.BAD if free < FREE_BYTES_MIN else roomy
    return finding("space", level, free=free / GIB)
