"""Mails: which alerts go into which, who sends it when, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
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
ALERTS_AT_ONCE = 2_000


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
    with atomic():
        rows = Alert.objects.filter(mail=UNSENT).order_by("pk")
        alerts = list(locked(rows)[:ALERTS_AT_ONCE])
        by_person: dict[str, list[Alert]] = defaultdict(list)
        for one in alerts:
            by_person[one.person].append(one)
        people = {one.login: one for one in Person.objects.filter(login__in=list(by_person))}
        wishes = {one.login: one for one in MailWish.objects.filter(login__in=list(by_person))}
        return sum(
            _queue_for(desk, people.get(login), found, wishes.get(login), digest_hour)
            for login, found in by_person.items()
        )


def _queue_for(
    desk: Desk,
    person: Person | None,
    alerts: Sequence[Alert],
    wish: MailWish | None,
    digest_hour: int,
) -> int:
    mode = wish.mode if wish else NOW
    ids = [one.pk for one in alerts]
    if person is None or not person.active or not person.email or mode == OFF:
        Alert.objects.filter(pk__in=ids).update(mail=DONE)
        return 0
    if mode == DAILY and not (wish and digest_due(wish.last_digest, desk.now(), digest_hour)):
        return 0
    open_ids = still_open(alerts)
    Alert.objects.filter(pk__in=set(ids) - open_ids).update(mail=DONE)
    if wish and mode == DAILY:
        MailWish.objects.filter(pk=wish.pk).update(last_digest=desk.now())
    if not open_ids:
        return 0
    made = Mailing.objects.create(
        mailing_id=new_id(ID_PREFIX), person=person.login, state=WAITING, created=desk.now()
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
