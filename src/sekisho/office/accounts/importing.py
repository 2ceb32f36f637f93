"""The organisation from a table: first looked at, then taken over as a whole, with evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from sekisho.kernel.errors import InvalidInput, Refused, SeveralRefused
from sekisho.kernel.ids import new_id
from sekisho.office.accounts import actions as people
from sekisho.office.accounts import columns, reshuffle
from sekisho.office.accounts.appointing import settle_divisions, write_postings, write_units
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.organisation import Posting, UnitEntry
from sekisho.office.accounts.periods import day_of, holds
from sekisho.office.accounts.queries import organisation, postings, unit_entries
from sekisho.office.accounts.reshuffle import Kind, Plan, Present, Wanted
from sekisho.office.accounts.tables import read_sheets, write_csv, write_workbook
from sekisho.office.evidence.actions import record
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk

ID_PREFIX = "im"


def preview(
    desk: Desk, *, actor: str, untrusted: bytes, day: date | None = None, complete: bool = False
) -> Plan:
    """What a table (Excel or CSV) would change; nothing is changed. For administrators.

    Rows without a first day begin on `day`, or today. With `complete` the table names everything:
    units and posts that it does not name end the day before. Raises InvalidInput SKS-H021,
    SKS-H022 (the file), SKS-H027 (no table of units or people in it); Refused SKS-T053.
    """
    people.require_manager(actor)
    return reshuffle.plan(_present(), _wanted(untrusted, day or day_of(desk.now()), complete))


def take_over(
    desk: Desk,
    *,
    actor: str,
    untrusted: bytes,
    day: date | None = None,
    complete: bool = False,
    digest: str = "",
) -> Plan:
    """Do what `preview` says, in one transaction with its evidence.

    Raises SeveralRefused SKS-H028 when a row is wrong, Refused SKS-H029 when it is no longer what
    was looked at (`digest`, if given), and as `preview` does; nothing is changed then.
    """
    people.require_manager(actor)
    with atomic():
        made = reshuffle.plan(_present(), _wanted(untrusted, day or day_of(desk.now()), complete))
        if made.errors:
            named = [(f"{sheet}:{row}", reason) for sheet, row, reason in made.errors]
            raise SeveralRefused("SKS-H028", named, count=len(named))
        if digest and made.digest() != digest:
            raise Refused("SKS-H029")
        _write(desk, actor, made)
        _record(desk, actor, made, untrusted)
    return made


def _write(desk: Desk, actor: str, made: Plan) -> None:
    doing = [one.entry for one in made.changes if one.kind is not Kind.SAME]
    write_units(desk, actor, [one for one in doing if isinstance(one, UnitEntry)])
    entries = [one for one in doing if isinstance(one, people.PersonEntry)]
    people.save_people(desk, actor, entries, organisation(day_of(desk.now())))
    # What ends first: a post that begins in its place must not find it in force.
    posts = [
        one.entry
        for one in made.changes
        if one.kind is Kind.ENDED
        if isinstance(one.entry, Posting)
    ]
    posts += [
        one.entry
        for one in made.changes
        if one.kind in (Kind.ADDED, Kind.CHANGED) and isinstance(one.entry, Posting)
    ]
    write_postings(desk, actor, posts)
    settle_divisions(desk)


def _record(desk: Desk, actor: str, made: Plan, untrusted: bytes) -> None:
    counts = Counter(one.kind for one in made.changes)
    record(
        desk,
        "organisation.imported",
        new_id(ID_PREFIX),
        {kind.value: counts[kind] for kind in Kind},
        {**people.by(actor), "sha256": sha256(untrusted).hexdigest()},
    )


def _wanted(untrusted: bytes, day: date, complete: bool) -> Wanted:
    sheets = read_sheets(untrusted)
    units = [one for one in sheets if columns.is_units(one)]
    persons = [one for one in sheets if columns.is_people(one)]
    if not units and not persons:
        raise InvalidInput(
            "SKS-H027", headers="、".join(header for one in sheets for header in one.headers)[:100]
        )
    return Wanted(
        [read for one in units for read in columns.units_of(one, day)] if units else None,
        [read for one in persons for read in columns.people_of(one, day)] if persons else None,
        day,
        complete,
    )


def _present() -> Present:
    active = Person.objects.filter(active=True).order_by("login")
    return Present(unit_entries(), {one.login: _entry(one) for one in active}, postings())


def _entry(one: Person) -> people.PersonEntry:
    return people.PersonEntry(
        one.login, one.name, one.division, tuple(one.roles), one.email, one.until
    )


def template() -> bytes:
    """An empty workbook with the sheets and headers that `preview` reads."""
    return _workbook((), ())


def export(day: date) -> bytes:
    """Units and people as a workbook that can be changed and read in again: what holds on the
    day, and what is entered ahead."""
    return _workbook(*_export_rows(day))


def export_csv(day: date, *, units: bool) -> bytes:
    """The units, or the people, as CSV."""
    headers = columns.UNIT_HEADERS if units else columns.PERSON_HEADERS
    return write_csv(headers, _export_rows(day)[0 if units else 1])


def _export_rows(day: date) -> tuple[list[Sequence[str]], list[Sequence[str]]]:
    units = [one for one in unit_entries() if holds(one, day) or one.starts > day]
    found = [one for one in postings() if holds(one, day) or one.starts > day]
    by_login: dict[str, list[Posting]] = {}
    for one in sorted(found, key=lambda one: (not one.main, one.starts, one.unit)):
        by_login.setdefault(one.login, []).append(one)
    active = Person.objects.filter(active=True).order_by("login")
    rows = [(_entry(one), by_login.get(one.login, [])) for one in active]
    return columns.unit_rows(units), columns.person_rows(rows)


def _workbook(units: Sequence[Sequence[str]], persons: Sequence[Sequence[str]]) -> bytes:
    return write_workbook(
        [
            (columns.UNIT_SHEET, columns.UNIT_HEADERS, units),
            (columns.PERSON_SHEET, columns.PERSON_HEADERS, persons),
        ]
    )
