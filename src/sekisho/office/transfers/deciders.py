"""Who decides about a transfer now: those whom its route names, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sekisho.office.accounts.absences import absences, deputies_of
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.models import Transfer
from sekisho.office.transfers.queries import Waiting, able_to_decide, waiting, waiting_for


@dataclass(frozen=True)
class Decider:
    """Somebody who may decide, and who may do it in his place while he is away."""

    login: str
    deputies: tuple[str, ...] = ()


def deciders(desk: Desk, transfer: Transfer) -> list[Decider]:
    """Who may decide about this transfer now; of deputies those who may decide about this one
    (nobody approves his own)."""
    able = able_to_decide(desk, transfer)
    standing_in = {login: deputies_of(login, desk.now()) for login in able}
    others = {name for names in standing_in.values() for name in names}
    acting = {name for name in others if transfer in waiting_for(desk, name)}
    return [
        Decider(login, tuple(one for one in standing_in[login] if one in acting)) for login in able
    ]


def waiting_for_deputies(desk: Desk) -> Iterator[tuple[str, Waiting]]:
    """Everything that somebody who is away now would decide, with each of his deputies."""
    now = desk.now()
    away = [one for one in absences() if one.ended is None and one.starts <= now < one.ends]
    for deputy in sorted({one.deputy for one in away}):
        yield from ((deputy, one) for one in waiting(desk, deputy) if one.acting_for)
