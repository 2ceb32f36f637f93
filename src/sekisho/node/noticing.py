"""The part of a round that tells people: alerts from the ledger and the calendar, then mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import SekishoError
from sekisho.node.backup.noted import is_late, noted
from sekisho.node.calendar import Entry, What, calendar
from sekisho.node.mailing import send_mails
from sekisho.node.opening import Node
from sekisho.office.accounts.queries import holders_of
from sekisho.office.notices.actions import mailing
from sekisho.office.notices.actions.alerting import (
    Told,
    follow_ledger,
    forget_old,
    tell,
    tell_deputies,
)
from sekisho.office.notices.actions.tokens import forget_answers
from sekisho.office.notices.kinds import Kind
from sekisho.office.site.database import atomic

TOLD_BEFORE: dict[str, timedelta] = {
    What.DIRECTORY: timedelta(days=30),
    What.EXCEPTION: timedelta(days=14),
    What.MACHINE: timedelta(days=14),
    What.UNCOLLECTED: timedelta(days=3),
}
"""How long before its end a thing is told of. Keys are left out: they renew themselves."""


def notify(node: Node) -> list[SekishoError]:
    """Make alerts of what was recorded, and send the mails that are due; the troubles."""
    follow_ledger(node.desk)
    tell_deputies(node.desk)
    if not node.settings.mail.host:
        return []
    mailing.queue_mails(node.desk, node.settings.mail.digest_hour)
    return send_mails(node)


def notify_daily(node: Node) -> None:
    """Alerts about what ends soon, and tidying."""
    with atomic():
        tell(node.desk, [*_ending(node), *_late(node)])
    forget_answers(node.desk)
    forget_old(node.desk)


def _ending(node: Node) -> Iterator[Told]:
    now, admins = node.desk.now(), holders_of("admin")
    for one in calendar(node):
        before = TOLD_BEFORE.get(one.what)
        if before is not None and now < one.when <= now + before:
            yield from (_told(login, one) for login in ([one.owner] if one.owner else admins))


def _late(node: Node) -> Iterator[Told]:
    """Once for each backup that nothing followed, to every administrator."""
    found = noted(node)
    if is_late(node.settings, found, node.desk.now()):
        last = stamp(found.made.when) if found.made else "never"
        yield from (Told(login, Kind.BACKUP_LATE, node.name, last) for login in holders_of("admin"))


def _told(login: str, one: Entry) -> Told:
    return Told(login, Kind.EXPIRING, one.subject, one.when.date().isoformat(), one.when)
