"""What a search shows of one transfer, read from either of the two tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Sum

from sekisho.kernel.clock import stamp
from sekisho.office.accounts.models import Person
from sekisho.office.transfers.models import (
    Addressee,
    Arrival,
    ArrivalAddressee,
    ArrivedFile,
    Transfer,
    TransferFile,
)

SENT, ARRIVED = "sent", "arrived"


@dataclass(frozen=True)
class Hit:
    """One transfer that was found. `when` is its submission or its arrival."""

    direction: str
    transfer_id: str
    when: datetime
    peer: str
    sender: str
    sender_name: str
    division: str
    purpose: str
    label: str
    state: str
    code: str
    erased: bool
    files: int
    bytes: int
    addressees: tuple[str, ...]

    @property
    def place(self) -> str:
        """Where the next page goes on when this is the last of its page."""
        return f"{exact(self.when)}~{self.transfer_id}~{self.direction}"


@dataclass(frozen=True)
class Side:
    """One of the two tables, and how its columns are called."""

    direction: str
    model: Any
    when: str
    peer: str
    addressee: Any
    link: str
    file: Any


SIDES = (
    Side(SENT, Transfer, "created", "to_node", Addressee, "transfer", TransferFile),
    Side(ARRIVED, Arrival, "received", "from_node", ArrivalAddressee, "arrival", ArrivedFile),
)


def read_hits(side: Side, rows: Sequence[Any]) -> list[Hit]:
    """Rows of one side as hits, in their order; two questions for files and people of all."""
    ids = [one.transfer_id for one in rows]
    sums = side.file.objects.filter(**{f"{side.link}__in": ids}).order_by()
    sized = {
        key: (count, size)
        for key, count, size in sums.values_list(side.link).annotate(Count("pk"), Sum("bytes"))
    }
    people: dict[str, list[str]] = {}
    links = side.addressee.objects.filter(**{f"{side.link}__in": ids})
    for key, login in links.order_by("pk").values_list(side.link, "login"):
        people.setdefault(key, []).append(login)
    return [
        Hit(
            direction=side.direction,
            transfer_id=one.transfer_id,
            when=getattr(one, side.when),
            peer=getattr(one, side.peer),
            sender=one.sender,
            sender_name=getattr(one, "sender_name", ""),
            division="",
            purpose=one.purpose,
            label=one.label,
            state=one.state,
            code=getattr(one, "code", ""),
            erased=one.erased,
            files=sized.get(one.pk, (0, 0))[0],
            bytes=sized.get(one.pk, (0, 0))[1],
            addressees=tuple(people.get(one.pk, ())),
        )
        for one in rows
    ]


def with_names(hits: Sequence[Hit]) -> list[Hit]:
    """The names of senders of this node, and their divisions."""
    logins = {one.sender for one in hits if one.direction == SENT}
    people = {one.login: one for one in Person.objects.filter(login__in=logins)}
    return [
        replace(one, sender_name=known.name, division=known.division)
        if one.direction == SENT and (known := people.get(one.sender))
        else one
        for one in hits
    ]


def exact(moment: datetime) -> str:
    """To the microsecond, as databases keep it."""
    return f"{stamp(moment)}.{moment.microsecond:06}"
