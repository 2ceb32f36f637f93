"""Verbs about people."""

from __future__ import annotations

from collections.abc import Iterable

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.office.accounts.models import Person
from sekisho.office.site.rows import find

ROLES = frozenset({"staff", "approver", "admin", "auditor"})
LOGIN_CHARS_MAX = 64
NAME_CHARS_MAX = 100
GROUPS = ("division:", "role:")
"""How policies name several people at once (`*` is everybody): no login may look like that."""


def save_person(*, login: str, name: str, division: str = "", roles: Iterable[str] = ()) -> Person:
    """Register a person, or change one.

    Raises InvalidInput SKS-T050 (role), SKS-T052 (login) or SKS-T054 (name, division).
    """
    wanted = sorted(set(roles) | {"staff"})
    for role in wanted:
        if role not in ROLES:
            raise InvalidInput("SKS-T050", role=role, allowed=", ".join(sorted(ROLES)))
    if not _is_login(login):
        raise InvalidInput("SKS-T052", login=login[:LOGIN_CHARS_MAX])
    if not name.strip() or not all(_is_line(text) for text in (name, division)):
        raise InvalidInput("SKS-T054", allowed=NAME_CHARS_MAX)
    person, _ = Person.objects.update_or_create(
        login=login, defaults={"name": name, "division": division, "roles": wanted, "active": True}
    )
    return person


def _is_login(text: str) -> bool:
    group = text == "*" or text.startswith(GROUPS)
    plain = text.isprintable() and text == text.strip()
    return 0 < len(text) <= LOGIN_CHARS_MAX and plain and not group


def _is_line(text: str) -> bool:
    return len(text) <= NAME_CHARS_MAX and text.isprintable()


def retire_person(*, login: str) -> None:
    """Somebody leaves: no further acts, past evidence stays. Raises Refused SKS-T051."""
    require_person(login)
    Person.objects.filter(login=login).update(active=False)


def require_person(login: str) -> Person:
    """The active person of this login. Raises Refused SKS-T051."""
    person = find(Person, login=login, active=True)
    if person is None:
        raise Refused("SKS-T051", login=login)
    return person


def require_role(login: str, role: str) -> Person:
    """The active person, who must have the role. Raises Refused SKS-T051 or SKS-T053."""
    person = require_person(login)
    if role not in person.roles:
        raise Refused("SKS-T053", login=login, role=role)
    return person


def unknown_logins(logins: Iterable[str]) -> list[str]:
    """Those of `logins` that are no active person here, sorted."""
    wanted = set(logins)
    known = Person.objects.filter(login__in=wanted, active=True).values_list("login", flat=True)
    return sorted(wanted - set(known))
