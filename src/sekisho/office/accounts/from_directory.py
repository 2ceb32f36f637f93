"""Verbs about people whom a directory service knows: taken over at their sign-in, with evidence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sekisho.office.accounts.actions import PersonEntry, admins, checked_entry, save_people
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.periods import day_of
from sekisho.office.accounts.queries import organisation
from sekisho.office.accounts.roles import ADMIN
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk


def take_over(
    desk: Desk,
    *,
    person: Person | None,
    login: str,
    name: str,
    email: str,
    roles: Collection[str],
    managed: Collection[str],
) -> Person:
    """The person as the directory service says: name, mail and the `managed` roles.

    Nothing is written where nothing differs; what the directory service does not say stays.
    `person` is None for somebody who is to be registered now. Raises like `save_person`.
    """
    entry = _entry(person, login)
    kept = set(entry.roles) - set(managed)
    # A group that was emptied by mistake must not leave the node to nobody.
    if ADMIN in entry.roles and admins() == [entry.login]:
        kept.add(ADMIN)
    wanted = replace(
        entry,
        name=name.strip() or entry.name or login,
        email=email or entry.email,
        roles=tuple(sorted(kept | set(roles))),
    )
    checked = checked_entry(wanted)
    if person is not None and checked == replace(entry, roles=tuple(sorted(entry.roles))):
        return person
    with atomic():
        known = organisation(day_of(desk.now()))
        return save_people(desk, "", [checked], known)[0]


def _entry(person: Person | None, login: str) -> PersonEntry:
    if person is None:
        return PersonEntry(login, "")
    return PersonEntry(
        person.login,
        person.name,
        person.division,
        tuple(person.roles),
        person.email,
        person.until,
    )
