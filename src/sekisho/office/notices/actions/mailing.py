"""Mails: which alerts go into which, who sends it when, and what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.ids import new_id
from sekisho.office.accounts.actions import require_person
from sekisho.office.accounts.models import Person
from sekisho.office.notices.actions.alerting import DONE, QUEUED, UNSENT
from sekisho.office.notices.models import Alert, Mailing, MailWish
from sekisho.office.notices.queries import still_open
from sekisho.office.post import leases
from sekisho.office.site.database import atomic, locked
from sekisho.office.site.desk import Desk

NOW, DAILY, OFF = "now", "daily", "off"
MODES = (NOW, DAILY, OFF)
WAITING, SENT, REFUSED = "waiting", "sent", "refused"
ID_PREFIX = "ml"
JAPAN = timezone(timedelta(hours=9))
ALERTS_AT_ONCE = 500


def set_wish(desk: Desk, *, actor: str, mode: str) -> None:
    """When this person wants mail. Raises Refused SKS-T051, InvalidInput SKS-M005."""
    require_person(actor)
    if mode not in MODES:
        raise InvalidInput("SKS-M005", mode=mode[:20], allowed=", ".join(MODES))
    MailWish.objects.update_or_create(login=actor, defaults={"mode": mode})


def queue_mails(desk: Desk, digest_hour: int) -> int:
    """Put alerts that nobody was mailed about into mails, one for each person; how many mails.

    Who wants no mail, has no address or has settled the matter gets none.
    """
    waiting = Alert.objects.filter(mail=UNSENT).values_list("person", flat=True).distinct()
    logins = sorted(waiting)
    people = {one.login: one for one in Person.objects.filter(login__in=logins)}
    wishes = {one.login: one for one in MailWish.objects.filter(login__in=logins)}
    return sum(
        _queue_for(desk, login, people.get(login), wishes.get(login), digest_hour)
        for login in logins
    )


def _queue_for(
    desk: Desk, login: str, person: Person | None, wish: MailWish | None, digest_hour: int
) -> int:
    mode = wish.mode if wish else NOW
    unwanted = person is None or not person.active or not person.email or mode == OFF
    last = wish.last_digest if wish else None
    if not unwanted and mode == DAILY and not digest_due(last, desk.now(), digest_hour):
        return 0
    with atomic():
        rows = Alert.objects.filter(mail=UNSENT, person=login).order_by("pk")
        alerts = list(locked(rows)[:ALERTS_AT_ONCE])
        open_ids = set() if unwanted else still_open(alerts)
        settled = {one.pk for one in alerts} - open_ids
        Alert.objects.filter(pk__in=settled).update(mail=DONE)
        if mode == DAILY:
            MailWish.objects.filter(pk=login).update(last_digest=desk.now())
        if not open_ids:
            return 0
        made = Mailing.objects.create(
            mailing_id=new_id(ID_PREFIX), person=login, state=WAITING, created=desk.now()
        )
        Alert.objects.filter(pk__in=open_ids).update(mail=QUEUED, mailing=made)
    return 1


def digest_due(last: datetime | None, now: datetime, hour: int) -> bool:
    """Whether the daily mail has not left since its hour last struck in Japan."""
    local = now.astimezone(JAPAN)
    struck = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if struck > local:
        struck -= timedelta(days=1)
    return last is None or last < struck


def lease_mails(desk: Desk, limit: int) -> list[Mailing]:
    """Take up to `limit` mails that are to be sent."""
    now = desk.now()
    with atomic():
        rows = Mailing.objects.filter(leases.free(now), state=WAITING)
        found = list(locked(rows.order_by("created", "mailing_id"))[:limit])
        leases.take(Mailing, [row.pk for row in found], now)
    for row in found:
        row.fence += 1
    return found


def finish_mail(mailing: Mailing, state: str, code: str = "") -> None:
    """The mail was sent, or refused for good."""
    with atomic():
        rows = Mailing.objects.filter(pk=mailing.pk, fence=mailing.fence)
        if rows.update(state=state, code=code, lease_until=None):
            Alert.objects.filter(mailing=mailing.pk).update(mail=DONE)
