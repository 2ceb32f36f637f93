"""What was found in a file and what was done about it: rows that people and programs can read.

A row says what was done (`act`), to what (`what`, a name in `words/*.toml`), where, and how often.
Rows of one act, thing and place are counted together; their order is that of the first one, so
that the same file gives the same account.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sekisho.disarm.limits import ENTRIES_MAX, SAMPLES_MAX, WHERE_CHARS_MAX
from sekisho.kernel.names import shown


class Act(StrEnum):
    """What happened to a thing."""

    FOUND = "found"
    """It is there and stays: for people to judge (personal numbers, a name that deceives)."""
    REMOVED = "removed"
    REPLACED = "replaced"
    CHANGED = "changed"
    KEPT = "kept"
    """It could have been dangerous, was checked and stays (a link, a formula)."""
    STOPPED = "stopped"
    """A member that did not come through, where the rest did."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `samples` are masked before they come here; `code` explains it
    further: why a member stopped, what a finding means."""

    act: Act
    what: str
    where: str = ""
    count: int = 1
    samples: tuple[str, ...] = ()
    code: str = ""


class Account:
    """Collects rows; keeps at most `ENTRIES_MAX`, counts the rest."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Act, str, str, str], Entry] = {}
        self.left_out = 0

    def add(
        self,
        act: Act,
        what: str,
        where: str = "",
        *,
        count: int = 1,
        sample: str = "",
        code: str = "",
    ) -> None:
        """One more row, or more of a row that is there."""
        place = _short(where)
        key = (act, what, place, code)
        row = self._rows.get(key)
        if row is None and len(self._rows) >= ENTRIES_MAX:
            self.left_out += count
            return
        samples = row.samples if row else ()
        if sample and len(samples) < SAMPLES_MAX and sample not in samples:
            samples = (*samples, sample)
        before = row.count if row else 0
        self._rows[key] = Entry(act, what, place, before + count, samples, code)

    def take(self, inner: Account, where: str) -> None:
        """The rows of a file inside this one, their places under `where`."""
        for row in inner.entries():
            place = f"{where} › {row.where}" if row.where else where
            key = (row.act, row.what, _short(place), row.code)
            if key in self._rows or len(self._rows) < ENTRIES_MAX:
                old = self._rows.get(key)
                count = row.count + (old.count if old else 0)
                self._rows[key] = replace(row, where=_short(place), count=count)
            else:
                self.left_out += row.count
        self.left_out += inner.left_out

    def entries(self) -> tuple[Entry, ...]:
        """Every row so far, in the order of the first of each."""
        return tuple(self._rows.values())


def _short(untrusted_place: str) -> str:
    place = untrusted_place
    if len(place) > WHERE_CHARS_MAX:
        half = WHERE_CHARS_MAX // 2 - 1
        place = f"{place[:half]}…{place[-half:]}"
    return "".join(shown(char) for char in place) if not place.isprintable() else place
