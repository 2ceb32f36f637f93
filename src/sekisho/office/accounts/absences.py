"""Verbs and questions about absence: who is away, and who decides in his place meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.ids import new_id
from sekisho.office.accounts.actions import require_person, require_right
from sekisho.office.accounts.models import Absence
from sekisho.office.accounts.roles import CONTRACTOR
from sekisho.office.evidence.actions import record
from sekisho.office.permissions import Act
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, insert_many, update_many

ID_PREFIX = "ab"
REASON_CHARS_MAX = 400


def be_absent(
    desk: Desk,
    *,
    actor: str,
    person: str,
    deputy: str,
    starts: datetime,
    ends: datetime,
    reason: str = "",
) -> Absence:
    """From one moment to another `deputy` may act for `person`.

    Said by the person himself, or by an administrator. Raises InvalidInput SKS-H050 (moments, or a
    reason that cannot be kept); Refused SKS-T051, SKS-T053, SKS-H051 (no deputy: himself, or a
    contractor).
    """
    require_person(actor)
    require_person(person)
    if actor != person:
        require_right(actor, Act.PEOPLE)
    if deputy == person or CONTRACTOR in require_person(deputy).roles:
        raise Refused("SKS-H051", login=deputy)
    if starts >= ends or ends <= desk.now() or len(reason) > REASON_CHARS_MAX:
        raise InvalidInput("SKS-H050", allowed=REASON_CHARS_MAX)
    made = Absence(
        absence_id=new_id(ID_PREFIX),
        person=person,
        deputy=deputy,
        starts=starts,
        ends=ends,
        reason=reason,
        said_by=actor,
    )
    with atomic():
        insert_many([made])
        record(
            desk,
            "absence.saved",
            made.absence_id,
            {"starts": stamp(starts), "ends": stamp(ends)},
            {"actor": actor, "person": person, "deputy": deputy, "reason": reason},
        )
    return made


def end_absence(desk: Desk, *, actor: str, absence_id: str) -> Absence:
    """The person is back (or does not go). Raises Refused SKS-T051, SKS-T053, SKS-H052."""
    require_person(actor)
    with atomic():
        found = find(Absence, lock=True, absence_id=absence_id)
        if found is None or found.ended is not None or found.ends <= desk.now():
            raise Refused("SKS-H052", absence=absence_id)
        if actor != found.person:
            require_right(actor, Act.PEOPLE)
        found.ended = desk.now()
        update_many([found], ["ended"])
        record(desk, "absence.ended", absence_id, {}, {"actor": actor, "person": found.person})
    return found


def absences(logins: Collection[str] | None = None) -> list[Absence]:
    """Every absence, or those of some people, the latest first."""
    rows = Absence.objects.order_by("-starts", "absence_id")
    return list(rows if logins is None else rows.filter(person__in=logins))


def acts_for(login: str, now: datetime) -> list[str]:
    """Who is away at this moment and has this person as deputy, in order."""
    rows = Absence.objects.filter(deputy=login, ended=None, starts__lte=now, ends__gt=now)
    return sorted(set(rows.values_list("person", flat=True)))


def deputies_of(login: str, now: datetime) -> list[str]:
    """Who may act for this person at this moment, in order."""
    rows = Absence.objects.filter(person=login, ended=None, starts__lte=now, ends__gt=now)
    return sorted(set(rows.values_list("deputy", flat=True)))
