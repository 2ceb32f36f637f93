"""Verbs about people: register, change, retire; each leaves evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.ids import new_id
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.organisation import Organisation
from sekisho.office.accounts.periods import day_of
from sekisho.office.accounts.queries import organisation
from sekisho.office.accounts.roles import ADMIN, CONTRACTOR, ROLES, STAFF, WORDS
from sekisho.office.evidence import actions as evidence
from sekisho.office.permissions import Act, may
from sekisho.office.site.database import atomic, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, insert_many, update_many
from sekisho.office.site.seen import require_unchanged

LOGIN_CHARS_MAX = 64
NAME_CHARS_MAX = 100
GROUPS = ("division:", "role:", "line:")
WHOEVER = ("*", "superior")
"""How policies name several people at once, or whoever it is: no login may look like that."""

ID_PREFIX = "pe"
CHANGING = ("name", "division", "roles", "email", "until", "active", "person_id")


@dataclass(frozen=True)
class PersonEntry:
    """What is registered of a person. `division` and `email` that are None stay as they are."""

    login: str
    name: str
    division: str | None = None
    roles: tuple[str, ...] = ()
    email: str | None = None
    until: date | None = None


def save_person(
    desk: Desk,
    *,
    actor: str,
    login: str,
    name: str,
    division: str = "",
    roles: Iterable[str] = (),
    email: str | None = None,
    until: date | None = None,
    seen_before: str = "",
) -> Person:
    """Register a person, or change one; who had been retired works again.

    `seen_before` is `seen(shown_of(person))` of what was changed, if it was shown.

    For administrators; as long as there is none, for whoever sets up the node. Who has a post in
    the organisation is in the division of that post. Raises InvalidInput SKS-T050 (role),
    SKS-T052 (login), SKS-T054 (name, division), SKS-H001 (contractors have no other role),
    SKS-H002 (mail address); Refused SKS-T051, SKS-T053, SKS-H071 (somebody changed it meanwhile).
    """
    require_manager(actor)
    entry = checked_entry(PersonEntry(login, name, division, tuple(roles), email, until))
    try:
        with atomic():
            there = locked_wait(Person.objects.filter(login=entry.login)).first()
            require_unchanged("SKS-H071", seen_before, shown_of(there))
            (person,) = save_people(desk, actor, [entry], organisation(day_of(desk.now())))
            if seen_before and there is None and not person._state.adding:
                raise Refused("SKS-H071")
    except IntegrityError:
        # Before and after the row was looked for: somebody else registered it in this instant.
        raise Refused("SKS-H071") from None
    return person


def shown_of(person: Person | None) -> dict[str, Any]:
    """A person as the form shows him."""
    if person is None:
        return {}
    return {
        "name": person.name,
        "division": person.division,
        "email": person.email or "",
        "until": person.until.isoformat() if person.until else "",
        "roles": list(person.roles),
        "active": person.active,
    }


def checked_entry(entry: PersonEntry) -> PersonEntry:
    """The entry as it may be kept, with its roles in order. Raises like `save_person`."""
    for role in sorted(set(entry.roles)):
        if role not in ROLES:
            raise InvalidInput("SKS-T050", role=role, allowed=", ".join(sorted(ROLES)))
    if CONTRACTOR in entry.roles and len(set(entry.roles)) > 1:
        raise InvalidInput("SKS-H001", login=entry.login[:LOGIN_CHARS_MAX])
    if not is_login(entry.login):
        raise InvalidInput("SKS-T052", login=entry.login[:LOGIN_CHARS_MAX])
    if not entry.name.strip() or not all(
        is_line(text) for text in (entry.name, entry.division or "")
    ):
        raise InvalidInput("SKS-T054", allowed=NAME_CHARS_MAX)
    if entry.email:
        _check_email(entry.email)
    own = set(entry.roles) if CONTRACTOR in entry.roles else {*entry.roles, STAFF}
    return replace(entry, roles=tuple(sorted(own)))


def save_people(
    desk: Desk, actor: str, entries: Sequence[PersonEntry], known: Organisation
) -> list[Person]:
    """Write checked entries with their evidence, inside the caller's transaction."""
    rows = Person.objects.in_bulk([one.login for one in entries])
    fresh = [one.login not in rows for one in entries]
    made = [_changed(rows.get(one.login), one, known) for one in entries]
    insert_many(row for row, new in zip(made, fresh, strict=True) if new)
    update_many([row for row, new in zip(made, fresh, strict=True) if not new], CHANGING)
    evidence.record_all(
        desk,
        [_saved(row, new, actor) for row, new in zip(made, fresh, strict=True)],
    )
    return made


def _changed(row: Person | None, entry: PersonEntry, known: Organisation) -> Person:
    person = row or Person(login=entry.login)
    person.name, person.roles, person.active = entry.name, list(entry.roles), True
    person.division = person.division if entry.division is None else entry.division
    if known.knows(entry.login):
        person.division = known.division(entry.login)
    person.email = person.email if entry.email is None else entry.email
    person.until = entry.until
    person.person_id = person.person_id or new_id(ID_PREFIX)
    return person


def _saved(person: Person, new: bool, actor: str) -> evidence.Act:
    until = {"until": person.until.isoformat()} if person.until else {}
    return evidence.Act(
        "person.saved",
        person.person_id,
        {"new": new, "roles": list(person.roles), **until},
        {
            **by(actor),
            "person": person.login,
            "name": person.name,
            "division": person.division,
            "email": person.email,
        },
    )


def by(actor: str) -> dict[str, str]:
    """The hidden field of who acts; nobody is named before the first administrator is there."""
    return {"actor": actor} if actor else {}


def _check_email(untrusted: str) -> None:
    try:
        validate_email(untrusted)
    except ValidationError:
        raise InvalidInput("SKS-H002", email=untrusted[:NAME_CHARS_MAX]) from None


def is_login(text: str) -> bool:
    """Whether this can be somebody's login."""
    group = text in WHOEVER or text.startswith(GROUPS)
    plain = text.isprintable() and text == text.strip()
    return 0 < len(text) <= LOGIN_CHARS_MAX and plain and not group


def is_line(text: str) -> bool:
    """Whether this is one line that a letter can carry as a name."""
    return len(text) <= NAME_CHARS_MAX and text.isprintable()


def retire_person(desk: Desk, *, actor: str, login: str) -> None:
    """Somebody leaves: no further acts, past evidence stays. For administrators.

    Raises Refused SKS-T051, SKS-T053, SKS-H003 (the last administrator).
    """
    require_manager(actor)
    with atomic():
        _retire(desk, actor, [require_person(login)])


def retire_due(desk: Desk) -> int:
    """Retire whoever's last day at work is over; how many. For the worker."""
    with atomic():
        due = Person.objects.filter(active=True, until__lt=day_of(desk.now())).order_by("login")
        # The last administrator stays: a node that nobody may run helps nobody.
        leaving = [one for one in due if not _is_last_admin(one)]
        _retire(desk, "", leaving)
    return len(leaving)


def _retire(desk: Desk, actor: str, people: Sequence[Person]) -> None:
    for person in people:
        if _is_last_admin(person):
            raise Refused("SKS-H003", login=person.login)
        person.active = False
        person.person_id = person.person_id or new_id(ID_PREFIX)
    update_many(people, ["active", "person_id"])
    evidence.record_all(
        desk,
        [
            evidence.Act("person.retired", one.person_id, {}, {**by(actor), "person": one.login})
            for one in people
        ],
    )


def _is_last_admin(person: Person) -> bool:
    return ADMIN in person.roles and admins() == [person.login]


def admins() -> list[str]:
    """The logins of the active administrators, in order."""
    rows = Person.objects.filter(active=True).order_by("login").values_list("login", "roles")
    return [login for login, roles in rows if ADMIN in roles]


def require_manager(actor: str) -> None:
    """An administrator; as long as there is none, whoever sets up the node.

    Raises Refused SKS-T051, SKS-T053.
    """
    if admins():
        require_right(actor, Act.PEOPLE)


def require_person(login: str) -> Person:
    """The active person of this login. Raises Refused SKS-T051."""
    person = find(Person, login=login, active=True)
    if person is None:
        raise Refused("SKS-T051", login=login)
    return person


def require_right(login: str, act: Act) -> Person:
    """The active person, whose roles must allow the act, whatever it is about.

    Raises Refused SKS-T051 or SKS-T053.
    """
    person = require_person(login)
    if not may(person.roles, act):
        allowed = [role for role in ROLES if may([role], act)]
        raise Refused(
            "SKS-T053",
            login=login,
            role="・".join(WORDS[role][0] for role in allowed),
            role_en=", ".join(WORDS[role][1] for role in allowed),
        )
    return person


def unknown_logins(logins: Iterable[str]) -> list[str]:
    """Those of `logins` that are no active person here, sorted."""
    wanted = set(logins)
    known = Person.objects.filter(login__in=wanted, active=True).values_list("login", flat=True)
    return sorted(wanted - set(known))
