"""People and organisation at one moment, looked up once however many transfers are judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property

from sekisho.office.accounts.actions import require_person
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.organisation import Organisation
from sekisho.office.accounts.periods import day_of
from sekisho.office.accounts.queries import everybody, organisation, organisation_around
from sekisho.office.accounts.who import Who
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.approval import Case, Made, levels_now
from sekisho.office.transfers.models import Decision, Transfer
from sekisho.office.transfers.policy import LINE, SUPERIOR, Level, Policy


def who(desk: Desk, person: Person) -> Who:
    """A person as the rules see one now."""
    return seen(person, organisation_around(person.login, day_of(desk.now())))


def seen(person: Person, known: Organisation) -> Who:
    """A person as the rules see one in this organisation; who has, had or will have a post there
    is in no other division than that of his post."""
    login, roles = person.login, tuple(person.roles)
    if not known.knows(login):
        return Who(login, person.division, roles)
    return Who(login, known.division(login), roles, known.unit_names(login))


class Circle:
    """Everybody who may act now, and the lines above them as they are now, or on the day of
    another moment; loaded as far as it is asked for."""

    def __init__(self, desk: Desk, when: datetime | None = None) -> None:
        self._day = day_of(when or desk.now())
        self._lines: dict[str, list[tuple[str, ...]]] = {}
        self._people: dict[str, Who] = {}

    @cached_property
    def known(self) -> Organisation:
        """The whole organisation."""
        return organisation(self._day)

    @cached_property
    def everyone(self) -> tuple[Who, ...]:
        """Everybody who may act."""
        return tuple(seen(one, self.known) for one in everybody() if one.active)

    def who(self, login: str) -> Who:
        """One person who may act. Raises Refused SKS-T051."""
        if login not in self._people:
            person = require_person(login)
            self._people[login] = seen(person, organisation_around(login, self._day))
        return self._people[login]

    def line(self, login: str) -> list[tuple[str, ...]]:
        """The heads above a person, of those who may act and are no contractors."""
        if login not in self._lines:
            working = {one.login for one in self.everyone}
            self._lines[login] = self.known.line(login, working)
        return self._lines[login]

    def case(self, transfer: Transfer, policy: Policy, rows: Iterable[Decision]) -> Case:
        """What there is to decide about a transfer; `rows` are the decisions of its round."""
        stored = [Level(tuple(one["approvers"]), one["approvals"]) for one in transfer.levels]
        levels = levels_now(stored, transfer.approvals_needed, policy)
        made = tuple(Made(row.person, row.verb, row.acting_for, row.level) for row in rows)
        return self.case_of(transfer.sender, levels, transfer.chosen, made)

    def case_of(
        self,
        sender: str,
        levels: tuple[Level, ...],
        chosen: Sequence[str],
        made: tuple[Made, ...] = (),
    ) -> Case:
        """The same of a transfer that is not there yet."""
        words = {word for level in levels for word in level.approvers}
        upwards = any(word == SUPERIOR or word.startswith(LINE) for word in words)
        line = self.line(sender) if upwards else ()
        return Case(sender, levels, made, line, frozenset(chosen))
