"""Verbs about the organisation: units, and the posts of people in them.

What changes on a day ends the day before and goes on in a new row, so that the organisation can
be asked for as it stood, or will stand, on any day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.ids import new_id
from sekisho.office.accounts import actions as people
from sekisho.office.accounts.models import Appointment, Person, Unit
from sekisho.office.accounts.organisation import Posting, UnitEntry
from sekisho.office.accounts.periods import DAY, day_of, holds
from sekisho.office.accounts.queries import organisation, postings_of, unit_entries
from sekisho.office.evidence.actions import Act, record_all
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk

UNIT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", re.ASCII)


def save_unit(desk: Desk, *, actor: str, entry: UnitEntry) -> None:
    """Let a unit be so from its first day on. For administrators.

    Raises InvalidInput SKS-T054 (name), SKS-H010 (code), SKS-H011 (dates), SKS-H012 (no such unit
    above), SKS-H013 (it would stand above itself); Refused SKS-T053.
    """
    people.require_manager(actor)
    check_unit(entry)
    with atomic():
        check_above(entry, unit_entries())
        write_units(desk, actor, [entry])


def end_unit(desk: Desk, *, actor: str, code: str, last: date) -> None:
    """The unit is there until the end of this day. Raises InvalidInput SKS-H011, SKS-H012."""
    people.require_manager(actor)
    with atomic():
        found = next((one for one in unit_entries() if one.code == code and holds(one, last)), None)
        if found is None:
            raise InvalidInput("SKS-H012", unit=code)
        write_units(desk, actor, [replace(found, ends=last)])


def appoint(desk: Desk, *, actor: str, posting: Posting) -> None:
    """Let a person have a post from its first day on. For administrators.

    A main post ends the main post in another unit that the person had until then; say
    `main=False` for 兼務. Raises InvalidInput SKS-H011 (dates), SKS-H012 (unit), SKS-T054 (post);
    Refused SKS-T051, SKS-T053.
    """
    people.require_manager(actor)
    people.require_person(posting.login)
    check_posting(posting)
    with atomic():
        check_unit_of(posting, unit_entries())
        ending = [
            replace(one, ends=posting.starts - DAY)
            for one in postings_of(posting.login)
            if posting.main and one.main and one.unit != posting.unit
            if one.starts < posting.starts and holds(one, posting.starts)
        ]
        write_postings(desk, actor, [*ending, posting])


def release(desk: Desk, *, actor: str, login: str, unit: str, last: date) -> None:
    """The person has the post until the end of this day. Raises Refused SKS-H014 (no post)."""
    people.require_manager(actor)
    with atomic():
        found = [one for one in postings_of(login) if one.unit == unit and holds(one, last)]
        if not found:
            raise Refused("SKS-H014", login=login, unit=unit)
        write_postings(desk, actor, [replace(found[0], ends=last)])


def check_unit(entry: UnitEntry) -> None:
    """Raises InvalidInput SKS-H010, SKS-H011, SKS-T054."""
    if not UNIT_CODE.fullmatch(entry.code):
        raise InvalidInput("SKS-H010", unit=entry.code[:40])
    if not entry.name.strip() or not people.is_line(entry.name):
        raise InvalidInput("SKS-T054", allowed=people.NAME_CHARS_MAX)
    _check_days(entry.starts, entry.ends)


def check_posting(posting: Posting) -> None:
    """Raises InvalidInput SKS-H011, SKS-T054."""
    if not people.is_line(posting.post):
        raise InvalidInput("SKS-T054", allowed=people.NAME_CHARS_MAX)
    _check_days(posting.starts, posting.ends)


def _check_days(starts: date, ends: date | None) -> None:
    if ends is not None and ends < starts:
        raise InvalidInput("SKS-H011", starts=starts.isoformat(), ends=ends.isoformat())


def check_above(entry: UnitEntry, known: Iterable[UnitEntry]) -> None:
    """Raises InvalidInput SKS-H012 (no such unit above), SKS-H013 (above itself)."""
    there = {one.code: one for one in known if holds(one, entry.starts) and one.code != entry.code}
    code, seen = entry.parent, {entry.code}
    if code and code not in there and code != entry.code:
        raise InvalidInput("SKS-H012", unit=code)
    while code:
        if code in seen:
            raise InvalidInput("SKS-H013", unit=entry.code)
        seen.add(code)
        code = there[code].parent if code in there else ""


def check_unit_of(posting: Posting, known: Iterable[UnitEntry]) -> None:
    """Raises InvalidInput SKS-H012 when the unit is not there on the first day of the post."""
    if not any(one.code == posting.unit and holds(one, posting.starts) for one in known):
        raise InvalidInput("SKS-H012", unit=posting.unit)


def write_units(desk: Desk, actor: str, entries: Iterable[UnitEntry]) -> None:
    """Write checked units with their evidence, inside the caller's transaction."""
    acts = []
    for given in entries:
        others = Unit.objects.filter(code=given.code).exclude(starts=given.starts)
        entry = replace(given, ends=_make_room(given, others))
        Unit.objects.update_or_create(
            code=entry.code,
            starts=entry.starts,
            defaults={"name": entry.name, "parent": entry.parent, "ends": entry.ends},
        )
        data = {"parent": entry.parent, **_days(entry.starts, entry.ends)}
        acts.append(
            Act("unit.saved", f"unit/{entry.code}", data, {**people.by(actor), "name": entry.name})
        )
    record_all(desk, acts)


def write_postings(desk: Desk, actor: str, entries: Iterable[Posting]) -> None:
    """Write checked posts with their evidence, inside the caller's transaction; the divisions of
    the people follow."""
    found = list(entries)
    rows = Person.objects.in_bulk({one.login for one in found})
    acts = []
    for one in found:
        person = rows[one.login]
        if not person.person_id:
            person.person_id = new_id(people.ID_PREFIX)
            person.save(update_fields=["person_id"])
        _write_posting(one)
        data = {"unit": one.unit, "head": one.head, "main": one.main, **_days(one.starts, one.ends)}
        hidden = {**people.by(actor), "person": one.login, "post": one.post}
        acts.append(Act("person.appointed", person.person_id, data, hidden))
    record_all(desk, acts)
    settle_divisions(desk)


def _make_room(entry: UnitEntry | Posting, rows: Iterable[Unit | Appointment]) -> date | None:
    """End the row that holds when the entry begins; the last day of the entry, which is the day
    before the next row begins at the latest."""
    ends = entry.ends
    for row in rows:
        if row.starts < entry.starts and holds(row, entry.starts):
            row.ends = entry.starts - DAY
            row.save(update_fields=["ends"])
        elif row.starts > entry.starts and (ends is None or row.starts <= ends):
            ends = row.starts - DAY
    return ends


def _write_posting(given: Posting) -> None:
    rows = Appointment.objects.filter(person=given.login, unit=given.unit)
    one = replace(given, ends=_make_room(given, rows.exclude(starts=given.starts)))
    Appointment.objects.update_or_create(
        person_id=one.login,
        unit=one.unit,
        starts=one.starts,
        defaults={"post": one.post, "head": one.head, "main": one.main, "ends": one.ends},
    )


def _days(starts: date, ends: date | None) -> dict[str, str]:
    return {"starts": starts.isoformat(), "ends": ends.isoformat() if ends else ""}


def settle_divisions(desk: Desk) -> int:
    """Let every person's division be that of his main post today; how many changed.

    The worker does it daily, so that a change entered ahead shows on its day.
    """
    known = organisation(day_of(desk.now()))
    changed = [
        person
        for person in Person.objects.order_by("login")
        if known.knows(person.login) and person.division != known.division(person.login)
    ]
    for person in changed:
        person.division = known.division(person.login)
    Person.objects.bulk_update(changed, ["division"], batch_size=200)
    return len(changed)
