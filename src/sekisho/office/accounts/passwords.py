"""Verbs about passwords: issued by an administrator, changed by oneself; each leaves evidence."""

from __future__ import annotations

import base64
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.ids import new_id
from sekisho.kernel.speech import both
from sekisho.office.accounts.actions import ID_PREFIX, by, require_person, require_right
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.signing_in import NOBODY, end_sessions
from sekisho.office.evidence import actions as evidence
from sekisho.office.evidence.models import Event
from sekisho.office.permissions import Act
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk

RANDOM_BYTES, GROUP_CHARS = 10, 4
"""Of a temporary password: 80 bits, in groups that can be read out."""

REASON_CHARS_MAX = 400
TEMPORARY_DAYS = 14
"""So long a temporary password opens anything: who has not come by then asks for another."""


def issue_password(
    desk: Desk, *, actor: str, login: str, password: str, temporary: bool = True
) -> None:
    """Give somebody a password; he changes a temporary one at his first sign-in, within 14 days.

    His sessions end. For administrators. Raises InvalidInput SKS-H070 (too weak); Refused SKS-T051,
    SKS-T053.
    """
    require_right(actor, Act.PEOPLE)
    person = require_person(login)
    check_password(password, person)
    with atomic():
        person.person_id = person.person_id or new_id(ID_PREFIX)
        _set(person, password, temporary=temporary)
        end_sessions(person)
        data = {"temporary": temporary}
        _record(desk, "password.issued", person, data, {**by(actor), "person": login})


def require_lasting(desk: Desk, person: Person) -> None:
    """The password of this person still opens something. Raises Refused SKS-H072 for a temporary
    one that was issued too long ago, or of which nobody knows when."""
    if not person.temporary:
        return
    since = desk.now() - timedelta(days=TEMPORARY_DAYS)
    issued = Event.objects.filter(kind="password.issued", subject=person.person_id)
    if not issued.filter(time__gt=since).exists():
        raise Refused("SKS-H072", days=TEMPORARY_DAYS)


def change_password(desk: Desk, *, person: Person, password: str) -> None:
    """Somebody changes his own password, which a form has checked; his other sessions end."""
    with atomic():
        _set(person, password, temporary=False)
        _record(desk, "password.changed", person, {}, {"person": person.login})


def factor_changed(desk: Desk, *, person: Person, kind: str, factor: str) -> None:
    """Somebody has added or removed a second factor of his (`factor.added`, `factor.removed`)."""
    with atomic():
        _record(desk, kind, person, {"factor": factor}, {"person": person.login})


def factors_reset(desk: Desk, *, actor: str, login: str, removed: int, reason: str) -> None:
    """The evidence that somebody's second factors were taken away, in the transaction that does it.

    His sessions end. For administrators. Raises InvalidInput SKS-H073 (no reason, or too long a
    one); Refused SKS-T051, SKS-T053.
    """
    require_right(actor, Act.PEOPLE)
    person = require_person(login)
    if not reason.strip() or not reason.isprintable() or len(reason) > REASON_CHARS_MAX:
        raise InvalidInput("SKS-H073", allowed=REASON_CHARS_MAX)
    end_sessions(person)
    hidden = {**by(actor), "person": login, "reason": reason.strip()}
    _record(desk, "factors.reset", person, {"removed": removed}, hidden)


def sign_out(desk: Desk, *, actor: str, login: str) -> None:
    """Every session of somebody ends, at whatever terminal; he may sign in again.

    For administrators. Raises Refused SKS-T051, SKS-T053.
    """
    require_right(actor, Act.PEOPLE)
    person = require_person(login)
    with atomic():
        end_sessions(person)
        _record(desk, "sessions.ended", person, {}, {**by(actor), "person": login})


def temporary_password(random: bytes) -> str:
    """10 random bytes in letters and digits that are not mistaken for one another."""
    text = base64.b32encode(random).decode().lower()
    return "-".join(text[at : at + GROUP_CHARS] for at in range(0, len(text), GROUP_CHARS))


def check_password(untrusted: str, person: Person) -> None:
    """Whether this may be somebody's password. Raises InvalidInput SKS-H070."""
    try:
        validate_password(untrusted, person)
    except ValidationError as error:
        raise InvalidInput("SKS-H070", reason=both("", " ").join(error.messages)) from None


def _set(person: Person, password: str, *, temporary: bool) -> None:
    person.set_password(password)
    person.temporary = temporary
    person.save(update_fields=["password", "temporary", "person_id"])


def _record(
    desk: Desk, kind: str, person: Person, data: dict[str, object], hidden: dict[str, str]
) -> None:
    evidence.record(desk, kind, person.person_id or NOBODY, data, hidden)
