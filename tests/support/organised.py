"""A section with a head, a division above it, and people who stand in for each other."""

from __future__ import annotations

from datetime import date, timedelta

from sekisho.node.opening import Node
from sekisho.office.accounts import absences, appointing
from sekisho.office.accounts.actions import save_person
from sekisho.office.accounts.models import Absence
from sekisho.office.accounts.organisation import Posting, UnitEntry

SINCE = date(2026, 4, 1)
UNITS = (("01", "総務部", ""), ("0101", "税務課", "01"), ("010101", "資産税係", "0101"))
HEADS = (("bucho", "01", "部長"), ("kacho", "0101", "課長"), ("kakari", "010101", "係長"))


def organise(node: Node) -> None:
    """sato in 資産税係 under kakari (係長), kacho (課長), bucho (部長); gyosha, a contractor."""
    desk = node.desk
    for code, name, above in UNITS:
        appointing.save_unit(desk, actor="admin", entry=UnitEntry(code, name, above, SINCE))
    for login, unit, post in HEADS:
        save_person(desk, actor="admin", login=login, name=post)
        posting = Posting(login, unit, post, True, True, SINCE)
        appointing.appoint(desk, actor="admin", posting=posting)
    mine = Posting("sato", "010101", "主事", False, True, SINCE)
    appointing.appoint(desk, actor="admin", posting=mine)
    save_person(desk, actor="admin", login="gyosha", name="委託 太郎", roles=["contractor"])


def away(node: Node, person: str, deputy: str, days: float = 3) -> Absence:
    """`person` is away from now on."""
    now = node.desk.now()
    return absences.be_absent(
        node.desk,
        actor=person,
        person=person,
        deputy=deputy,
        starts=now,
        ends=now + timedelta(days=days),
    )
