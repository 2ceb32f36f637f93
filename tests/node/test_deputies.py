"""Who stands in for somebody away is told what waits; who was away is told what to read."""

from __future__ import annotations

from datetime import timedelta

from tests.support import acts
from tests.support.organised import away, organise
from tests.support.town import Town

from sekisho.node import noticing, upkeep
from sekisho.node.opening import Node
from sekisho.node.overview import Matter, overview
from sekisho.office.accounts.absences import be_absent
from sekisho.office.notices.models import Alert
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.deciders import deciders
from sekisho.office.transfers.models import Transfer


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


def test_a_deputy_is_told_of_what_was_submitted_before_the_absence_began(town: Town) -> None:
    with town.at(acts.SENDER) as node:
        organise(node)
    acts.set_route(town, acts.SENDER, approvers=["superior"])
    transfer_id = acts.submit(town)
    with town.at(acts.SENDER) as node:
        assert _told(node) == {"kakari"}
        later = node.desk.now() + timedelta(hours=2)
        be_absent(
            node.desk,
            actor="kakari",
            person="kakari",
            deputy="takahashi",
            starts=later,
            ends=later + timedelta(days=1),
        )
        assert _told(node) == {"kakari"}
    town.clock.advance(timedelta(hours=2))
    with town.at(acts.SENDER) as node:
        for _ in range(2):
            assert _told(node) == {"kakari", "takahashi"}
        assert Alert.objects.filter(person="takahashi").count() == 1
        (found,) = deciders(node.desk, Transfer.objects.get(pk=transfer_id))
        assert (found.login, found.deputies) == ("kakari", ("takahashi",))


def test_a_deputy_of_his_own_is_told_nothing_when_an_absence_begins(sqlite_town: Town) -> None:
    with sqlite_town.at(acts.SENDER) as node:
        organise(node)
    acts.set_route(sqlite_town, acts.SENDER, approvers=["superior"])
    transfer_id = acts.submit(sqlite_town)
    with sqlite_town.at(acts.SENDER) as node:
        away(node, "kakari", "sato")
        assert _told(node) == {"kakari"}
        (found,) = deciders(node.desk, Transfer.objects.get(pk=transfer_id))
        assert (found.login, found.deputies) == ("kakari", ())
