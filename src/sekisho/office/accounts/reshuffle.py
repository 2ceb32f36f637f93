"""What a table would change in the organisation: values in, values out.

A row speaks of a unit, or of a person and a post, from its first day on. What it says already
stands: nothing changes. What it says otherwise: the old ends the day before. A complete table
also ends what it does not name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeVar

from sekisho.kernel.documents import write
from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.office.accounts.actions import PersonEntry
from sekisho.office.accounts.appointing import check_above, check_unit_of
from sekisho.office.accounts.columns import PersonRow, Read
from sekisho.office.accounts.organisation import Posting, UnitEntry
from sekisho.office.accounts.periods import DAY, holds, overlap

E = TypeVar("E")
T = TypeVar("T", UnitEntry, Posting)


class Kind(StrEnum):
    """What a row does."""

    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"
    SAME = "same"


@dataclass(frozen=True)
class Change:
    """One unit, person or post as it will be; `row` is 0 where no row names it."""

    kind: Kind
    row: int
    entry: UnitEntry | PersonEntry | Posting
    before: UnitEntry | PersonEntry | Posting | None = None


@dataclass(frozen=True)
class Present:
    """What stands: every unit and post of every time, and who is registered and active."""

    units: Sequence[UnitEntry]
    people: Mapping[str, PersonEntry]
    postings: Sequence[Posting]


@dataclass(frozen=True)
class Wanted:
    """What the tables say; None where there is no table of that sort."""

    units: Sequence[Read[UnitEntry]] | None
    people: Sequence[Read[PersonRow]] | None
    day: date
    complete: bool = False


@dataclass
class Plan:
    """What would be done, and what is wrong (sheet, row, reason): with any error nothing is."""

    changes: list[Change] = field(default_factory=list)
    errors: list[tuple[str, int, SekishoError]] = field(default_factory=list)

    def of(self, sort: type[T] | type[PersonEntry]) -> list[Change]:
        """The changes of units, of people or of posts."""
        return [one for one in self.changes if isinstance(one.entry, sort)]

    def digest(self) -> str:
        """By which a plan that was looked at is told from another one."""
        said = [[one.kind, one.row, repr(one.entry)] for one in self.changes]
        return sha256(write(said)).hexdigest()


UNITS, PEOPLE = "units", "people"


def plan(present: Present, wanted: Wanted) -> Plan:
    """What the tables would change."""
    made = Plan()
    units = list(present.units)
    if wanted.units is not None:
        _plan_units(made, present, wanted, wanted.units)
        units = _after(units, [one.entry for one in made.of(UnitEntry)])
        _check_tree(made, units)
    if wanted.people is not None:
        _plan_people(made, present, wanted.people)
        _plan_postings(made, present, wanted, wanted.people)
        _check_units_of(made, units)
    return made


def _good(made: Plan, sheet: str, reads: Iterable[Read[E]]) -> Iterator[tuple[int, E]]:
    for one in reads:
        if one.error is not None:
            made.errors.append((sheet, one.row, one.error))
        if one.entry is not None:
            yield one.row, one.entry


def _plan_units(
    made: Plan, present: Present, wanted: Wanted, reads: Sequence[Read[UnitEntry]]
) -> None:
    seen: dict[tuple[str, date], int] = {}
    for row, entry in _good(made, UNITS, reads):
        if (first := seen.setdefault((entry.code, entry.starts), row)) != row:
            made.errors.append((UNITS, row, InvalidInput("SKS-H024", first=first)))
            continue
        others = [one for one in present.units if one.code == entry.code]
        made.changes.append(_compared(row, entry, others, ("name", "parent")))
    if wanted.complete:
        named = {code for code, _ in seen}
        made.changes += _ended(present.units, wanted.day, lambda one: one.code in named)


def _plan_people(made: Plan, present: Present, reads: Sequence[Read[PersonRow]]) -> None:
    seen: dict[str, tuple[int, PersonEntry]] = {}
    for row, read in _good(made, PEOPLE, reads):
        person = read.person
        first, said = seen.setdefault(person.login, (row, person))
        if said != person:
            made.errors.append((PEOPLE, row, InvalidInput("SKS-H025", first=first)))
        if first != row:
            continue
        before = present.people.get(person.login)
        whole = person if person.email is not None or before is None else _kept(person, before)
        kind = Kind.ADDED if before is None else Kind.CHANGED
        if before is not None and replace(before, division=None) == whole:
            kind = Kind.SAME
        made.changes.append(Change(kind, row, whole, before))


def _kept(person: PersonEntry, before: PersonEntry) -> PersonEntry:
    return replace(person, email=before.email)


def _plan_postings(
    made: Plan, present: Present, wanted: Wanted, reads: Sequence[Read[PersonRow]]
) -> None:
    seen: dict[tuple[str, str, date], int] = {}
    mains: dict[str, list[Posting]] = {}
    for row, posting, said in _postings(reads):
        key = (posting.login, posting.unit, posting.starts)
        if (first := seen.setdefault(key, row)) != row:
            made.errors.append((PEOPLE, row, InvalidInput("SKS-H024", first=first)))
            continue
        earlier = [one for one in mains.get(posting.login, ()) if overlap(one, posting)]
        if earlier and said:
            made.errors.append((PEOPLE, row, InvalidInput("SKS-H026", login=posting.login)))
            continue
        entry = replace(posting, main=posting.main and not earlier)
        if entry.main:
            mains.setdefault(entry.login, []).append(entry)
        others = [one for one in present.postings if _same_place(one, entry)]
        made.changes.append(_compared(row, entry, others, ("post", "head", "main")))
    named = {(login, unit) for login, unit, _ in seen}
    made.changes += _moved_away(present.postings, mains, named)
    if wanted.complete:
        gone = {id(one.before) for one in made.changes if one.kind is Kind.ENDED}
        made.changes += _ended(
            [one for one in present.postings if id(one) not in gone],
            wanted.day,
            lambda one: (one.login, one.unit) in named,
        )


def _postings(reads: Sequence[Read[PersonRow]]) -> Iterator[tuple[int, Posting, bool]]:
    """Row, post, and whether the row itself says that it is the main one."""
    for one in reads:
        if one.entry is not None and one.entry.posting is not None:
            yield one.row, one.entry.posting, one.entry.main is True


def _same_place(one: Posting, other: Posting) -> bool:
    return (one.login, one.unit) == (other.login, other.unit)


def _moved_away(
    present: Iterable[Posting],
    mains: Mapping[str, Sequence[Posting]],
    named: set[tuple[str, str]],
) -> list[Change]:
    """Main posts that end because the person gets another one."""
    return [
        Change(Kind.ENDED, 0, replace(one, ends=new.starts - DAY), one)
        for one in present
        if one.main and (one.login, one.unit) not in named
        for new in mains.get(one.login, ())[:1]
        if one.starts < new.starts and holds(one, new.starts)
    ]


def _compared(row: int, entry: T, others: Sequence[T], fields: Sequence[str]) -> Change:
    """Against what holds of the same unit, or post, when the entry begins."""
    later = sorted(one.starts for one in others if one.starts > entry.starts)
    if later and (entry.ends is None or later[0] <= entry.ends):
        entry = replace(entry, ends=later[0] - DAY)
    before = next((one for one in others if holds(one, entry.starts)), None)
    if before is None:
        return Change(Kind.ADDED, row, entry)
    if all(getattr(before, name) == getattr(entry, name) for name in fields):
        kept = replace(before, ends=entry.ends)
        return Change(Kind.SAME if kept == before else Kind.CHANGED, row, kept, before)
    return Change(Kind.CHANGED, row, entry, before)


def _ended(present: Iterable[T], day: date, is_named: Callable[[T], bool]) -> list[Change]:
    return [
        Change(Kind.ENDED, 0, replace(one, ends=day - DAY), one)
        for one in present
        if one.starts < day and holds(one, day) and not is_named(one)
    ]


def _after(present: Iterable[UnitEntry], changes: Iterable[object]) -> list[UnitEntry]:
    """The units as they will be; of two for one day the later one counts."""
    found = {(one.code, one.starts): one for one in present}
    for one in changes:
        if isinstance(one, UnitEntry):
            for key, other in found.items():
                if (
                    one.code == other.code
                    and other.starts < one.starts
                    and holds(other, one.starts)
                ):
                    found[key] = replace(other, ends=one.starts - DAY)
            found[(one.code, one.starts)] = one
    return list(found.values())


def _check_tree(made: Plan, units: Sequence[UnitEntry]) -> None:
    for change in made.of(UnitEntry):
        if change.kind is not Kind.ENDED and isinstance(change.entry, UnitEntry):
            _note(made, UNITS, change, lambda entry: check_above(entry, units))


def _check_units_of(made: Plan, units: Sequence[UnitEntry]) -> None:
    for change in made.of(Posting):
        if change.kind in (Kind.ADDED, Kind.CHANGED):
            _note(made, PEOPLE, change, lambda entry: check_unit_of(entry, units))


def _note(made: Plan, sheet: str, change: Change, check: Callable[[Any], None]) -> None:
    try:
        check(change.entry)
    except SekishoError as reason:
        made.errors.append((sheet, change.row, reason))
