"""The organisation as it stands on one day: units in a tree, people in them, who heads what.

Values in, values out; the rows come in through `queries`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sekisho.office.accounts.periods import in_force


@dataclass(frozen=True)
class UnitEntry:
    """A 部, 課 or 係 for one span of days; `parent` is the code of the unit above, or empty."""

    code: str
    name: str
    parent: str
    starts: date
    ends: date | None = None


@dataclass(frozen=True)
class Posting:
    """A person's post in one unit for one span of days; `head` says that he heads the unit."""

    login: str
    unit: str
    post: str
    head: bool
    main: bool
    starts: date
    ends: date | None = None


class Organisation:
    """What holds on one day. Somebody without a post has no units and no line."""

    def __init__(self, units: Iterable[UnitEntry], postings: Iterable[Posting], day: date) -> None:
        self.day = day
        every = list(postings)
        self._ever = {one.login for one in every}
        self.units: Mapping[str, UnitEntry] = {one.code: one for one in in_force(units, day)}
        self.postings: dict[str, list[Posting]] = {}
        self._heads: dict[str, list[str]] = {}
        for one in in_force(every, day):
            self.postings.setdefault(one.login, []).append(one)
            if one.head:
                self._heads.setdefault(one.unit, []).append(one.login)
        for found in self.postings.values():
            found.sort(key=lambda one: (not one.main, one.unit))

    def knows(self, login: str) -> bool:
        """Whether the person has, had or will have a post."""
        return login in self._ever

    def chain(self, code: str) -> list[UnitEntry]:
        """The unit and those above it, nearest first; a circle ends where it closes."""
        found: list[UnitEntry] = []
        while (unit := self.units.get(code)) is not None and unit not in found:
            found.append(unit)
            code = unit.parent
        return found

    def division(self, login: str) -> str:
        """The name of the unit of the main post; empty without a post."""
        for posting in self.postings.get(login, ())[:1]:
            unit = self.units.get(posting.unit)
            return unit.name if unit else ""
        return ""

    def unit_names(self, login: str) -> frozenset[str]:
        """The names of every unit of the person and of those above them."""
        codes = (posting.unit for posting in self.postings.get(login, ()))
        return frozenset(unit.name for code in codes for unit in self.chain(code))

    def line(self, login: str, working: Collection[str] | None = None) -> list[tuple[str, ...]]:
        """Who is above the person, level by level: the heads of the unit of the main post, then
        of the unit above it, and so on.

        The person himself, people of a lower level and, if `working` is given, people outside it
        are left out; a level without anybody else does not count.
        """
        levels: list[tuple[str, ...]] = []
        seen = {login}
        for posting in self.postings.get(login, ())[:1]:
            for unit in self.chain(posting.unit):
                heads = [
                    one
                    for one in sorted(self._heads.get(unit.code, ()))
                    if one not in seen and (working is None or one in working)
                ]
                if heads:
                    levels.append(tuple(heads))
                    seen.update(heads)
        return levels

    def members(self, code: str) -> list[Posting]:
        """The posts in one unit, heads first."""
        found = [one for every in self.postings.values() for one in every if one.unit == code]
        return sorted(found, key=lambda one: (not one.head, one.login))

    def below(self, code: str) -> list[UnitEntry]:
        """The units right below this one (with an empty code: those at the top), by code."""
        found = [one for one in self.units.values() if self._above(one) == code]
        return sorted(found, key=lambda one: one.code)

    def _above(self, unit: UnitEntry) -> str:
        return unit.parent if unit.parent in self.units else ""
