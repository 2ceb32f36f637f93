"""Tables of an earlier version become those of this one, and what stood in them stays."""

from __future__ import annotations

from django.core.management import call_command
from tests.support import acts
from tests.support.town import Town

from sekisho.office.accounts.actions import save_person
from sekisho.office.accounts.models import Person
from sekisho.office.transfers.models import Decision, Transfer


def migrate(town: Town, *wanted: str) -> None:
    """Everything to its newest form, or one room to an earlier one."""
    alias = town.nodes[acts.SENDER].alias
    call_command("migrate", *wanted, database=alias, verbosity=0, interactive=False)


def test_people_transfers_and_decisions_outlive_the_approval_rules(town: Town) -> None:
    acts.set_route(town, acts.SENDER, approvals=2)
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id, "suzuki")
    with town.at(acts.SENDER) as node:
        for room in ("transfers", "accounts"):
            migrate(town, room, "0002")
        migrate(town)
        made = Decision.objects.get()
        assert (made.person, made.level, made.acting_for, made.seen_after) == (
            *("suzuki", 1, ""),
            None,
        )
        row = Transfer.objects.get()
        assert (row.state, row.levels, row.chosen, row.emergency) == ("waiting", [], [], "")
        suzuki = Person.objects.get(login="suzuki")
        assert (suzuki.division, suzuki.person_id, suzuki.until) == ("税務課", "", None)
        save_person(node.desk, actor="admin", login="suzuki", name="鈴木", roles=["approver"])
        assert Person.objects.get(login="suzuki").person_id.startswith("pe_")
    assert acts.approve(town, transfer_id, "takahashi") == "ready"
