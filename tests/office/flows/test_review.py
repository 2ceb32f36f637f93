"""The review from what a node knows: the sender its receipts, the receiver who collected."""

from __future__ import annotations

from datetime import date, timedelta

from tests.office.flows.support import register
from tests.office.flows.test_using import TABLE, send
from tests.support import acts
from tests.support.town import Town

from sekisho.office.accounts.actions import retire_person
from sekisho.office.flows import queries
from sekisho.office.flows.review.facts import Review
from sekisho.office.flows.thresholds import Thresholds

SINCE = date(2025, 4, 1)


def reviewed(town: Town, at: str) -> Review:
    with town.at(at) as node:
        return queries.review(node.desk, since=SINCE, thresholds=Thresholds())


def kinds(town: Town, at: str) -> set[str]:
    return {one.kind for one in reviewed(town, at).findings}


def crossed(town: Town) -> str:
    """One transfer under the flow, which both nodes have registered, delivered."""
    for name in ("internet", "lgwan"):
        register(town, name, medium="sekisho", due="", valid_from=None)
    transfer_id = send(town)
    acts.approve(town, transfer_id)
    acts.carry(town)
    return transfer_id


def test_the_sender_knows_columns_and_receipts_and_says_what_it_does_not_know(town: Town) -> None:
    crossed(town)
    made = reviewed(town, "internet")
    wider = next(one for one in made.findings if one.kind == "wider")
    assert (wider.flow, wider.reason["names"]) == ("ZEI-01", ["個人番号"])
    assert {one.kind for one in made.findings} == {"wider", "items_unused"}
    assert [(one.kind, one.flows) for one in made.unknown] == [("collection", ("ZEI-01",))]


def test_the_receiver_knows_the_flow_by_its_mark_and_who_collected(town: Town) -> None:
    transfer_id = crossed(town)
    assert kinds(town, "lgwan") == set()
    town.clock.advance(timedelta(days=8))
    made = reviewed(town, "lgwan")
    assert [(one.kind, one.flow, one.reason["days"]) for one in made.findings] == [
        ("never_collected", "ZEI-01", 8)
    ]
    assert [one.kind for one in made.unknown] == ["columns"]
    acts.collect(town, transfer_id)
    made = reviewed(town, "lgwan")
    assert [(one.kind, one.reason["days"]) for one in made.findings] == [("collected_late", 8)]


def test_a_mark_of_a_flow_from_elsewhere_counts_for_nothing(sqlite_town: Town) -> None:
    town = sqlite_town
    register(town, "lgwan", from_node="mynumber")
    for _ in range(2):
        acts.deliver(town, purpose="【ZEI-01】4月分")
    found = {one.kind: one for one in reviewed(town, "lgwan").findings}
    assert found["unregistered"].reason["count"] == 2
    assert "never_collected" not in found


def test_transfers_of_one_purpose_without_a_flow_are_candidates(town: Town) -> None:
    for month in ("4月分", "５月分", "12月分"):
        acts.deliver(town, purpose=f"住登外の一覧 {month}")
    acts.submit(town, purpose="住登外の一覧 6月分")
    acts.deliver(town, purpose="一度だけの照会")
    (here,) = reviewed(town, "internet").findings
    assert (here.reason["unit"], here.reason["count"]) == ("税務課", 3)
    (there,) = reviewed(town, "lgwan").findings
    assert (there.reason["from"], there.reason["count"]) == ("internet", 3)


def test_an_owner_who_has_left_is_named(town: Town) -> None:
    register(town)
    with town.at("internet") as node:
        retire_person(node.desk, actor="admin", login="sato")
    assert "owner_gone" in kinds(town, "internet")


def test_what_waits_for_a_receipt(town: Town) -> None:
    register(town, medium="sekisho")
    acts.approve(town, send(town, TABLE))
    town.run("internet")
    assert "not_arrived" not in kinds(town, "internet")
    town.clock.advance(timedelta(days=3))
    assert "not_arrived" in kinds(town, "internet")


def test_what_was_withdrawn_or_waits_for_approval_was_not_passed(sqlite_town: Town) -> None:
    register(sqlite_town, medium="sekisho")
    send(sqlite_town, TABLE)
    assert "wider" not in kinds(sqlite_town, "internet")
