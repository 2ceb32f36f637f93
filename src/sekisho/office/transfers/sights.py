"""Which transfers somebody sees in lists and searches."""

from __future__ import annotations

from django.db.models import Q

from sekisho.office.accounts.actions import require_person
from sekisho.office.permissions import Act, may
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.models import ArrivalAddressee, Decision
from sekisho.office.transfers.queries import waiting_for
from sekisho.office.transfers.searching import EVERYTHING, Sight


def sight_of(desk: Desk, login: str) -> Sight:
    """Everything for who may see all; for others what they sent, decided, may decide now, had
    decided in their place, or are addressed by.

    Raises Refused SKS-T051 (no such person).
    """
    if may(require_person(login).roles, Act.SEE_ALL):
        return EVERYTHING
    decided = Decision.objects.filter(Q(person=login) | Q(acting_for=login))
    addressed = ArrivalAddressee.objects.filter(login=login)
    waiting = [one.pk for one in waiting_for(desk, login)]
    mine = Q(sender=login) | Q(pk__in=decided.values("transfer")) | Q(pk__in=waiting)
    return Sight(mine, Q(pk__in=addressed.values("arrival")))
