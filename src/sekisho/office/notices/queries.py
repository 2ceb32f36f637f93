"""Questions about alerts, tokens and watched folders; nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sekisho.office.notices.kinds import Kind
from sekisho.office.notices.models import Alert, MachineToken, Mailing, MailWish, WatchedFolder
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.queries import CONFIRM_PENDING
from sekisho.office.transfers.states import State


def unread_count(login: str) -> int:
    """How many alerts this person has not seen."""
    return Alert.objects.filter(person=login, read=None).count()


def alerts_of(login: str, *, unread: bool = False, limit: int = 100) -> list[Alert]:
    """What this person was told, newest first."""
    rows = Alert.objects.filter(person=login).order_by("-made", "-pk")
    return list((rows.filter(read=None) if unread else rows)[:limit])


def wish_of(login: str) -> str:
    """When this person wants mail: `now`, `daily` or `off`."""
    found = MailWish.objects.filter(pk=login).first()
    return found.mode if found else "now"


def still_open(alerts: Iterable[Alert]) -> set[int]:
    """Those of the alerts whose matter nobody has settled meanwhile, by their keys."""
    found = list(alerts)
    ids = [one.subject for one in found]
    waiting = Transfer.objects.filter(pk__in=ids, state=State.WAITING)
    unconfirmed = Transfer.objects.filter(pk__in=ids, confirm=CONFIRM_PENDING)
    decide = set(waiting.values_list("pk", flat=True))
    confirm = set(unconfirmed.values_list("pk", flat=True))
    here = set(Arrival.objects.filter(pk__in=ids, erased=False).values_list("pk", flat=True))
    collected = set(
        Arrival.objects.filter(pk__in=ids).values_list("pk", "files__collections__person")
    )
    return {
        one.pk
        for one in found
        if one.read is None
        and (one.kind != Kind.TO_DECIDE or one.subject in decide)
        and (one.kind != Kind.TO_CONFIRM or one.subject in confirm)
        and (
            one.kind != Kind.TO_COLLECT
            or (one.subject in here and (one.subject, one.person) not in collected)
        )
    }


def mails_refused() -> Counter[str]:
    """Mails that were given up, by the code of the reason."""
    return Counter(Mailing.objects.filter(state="refused").values_list("code", flat=True))


def mails_stuck() -> Counter[str]:
    """Mails that could not be sent yet, by the code of the reason."""
    rows = Mailing.objects.filter(state="waiting").exclude(code="")
    return Counter(rows.values_list("code", flat=True))


def tokens() -> list[MachineToken]:
    """Every token of a machine, ended ones too, newest first."""
    return list(MachineToken.objects.order_by("-created", "token_id"))


def watches(*, ended: bool = False) -> list[WatchedFolder]:
    """Every watched folder in use; with `ended` all that ever were."""
    rows = WatchedFolder.objects.order_by("created", "watch_id")
    return list(rows if ended else rows.filter(ended=None))
