"""Who stands in for somebody away is told what waits; who was away is told what to read."""

from __future__ import annotations

from tests.support import acts
from tests.support.organised import away, organise
from tests.support.town import Town

from sekisho.node import noticing, upkeep
from sekisho.node.opening import Node
from sekisho.node.overview import Matter, overview
from sekisho.office.notices.models import Alert
from sekisho.office.transfers.actions import deciding


def _told(node: Node) -> set[str]:
    """Who is told that something waits for a decision."""
    upkeep.settle_evidence(node)
    noticing.notify(node)
    return set(Alert.objects.filter(kind="to-decide").values_list("person", flat=True))


def _prepare(town: Town, deputy: str) -> str:
    with town.at(acts.SENDER) as node:
        organise(node)
        away(node, "kakari", deputy)
    acts.set_route(town, acts.SENDER, approvers=["superior"])
    return acts.submit(town)


def test_a_deputy_is_told_and_the_other_reads_afterwards(town: Town) -> None:
    transfer_id = _prepare(town, "takahashi")
    with town.at(acts.SENDER) as node:
        assert _told(node) == {"kakari", "takahashi"}
        deciding.approve(node.desk, actor="takahashi", transfer_id=transfer_id, acting_for="kakari")
        assert Matter.TO_READ in [one.matter for one in overview(node, actor="kakari").todo]
        assert Matter.TO_READ not in [one.matter for one in overview(node, actor="takahashi").todo]
        deciding.read_after(node.desk, actor="kakari", transfer_id=transfer_id)
        assert Matter.TO_READ not in [one.matter for one in overview(node, actor="kakari").todo]


def test_a_deputy_is_not_told_of_his_own(sqlite_town: Town) -> None:
    _prepare(sqlite_town, "sato")
    with sqlite_town.at(acts.SENDER) as node:
        assert _told(node) == {"kakari"}
