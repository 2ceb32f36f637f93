"""Routes: opened, changed and closed with evidence, at a node that stands at one end."""

from __future__ import annotations

from hashlib import sha256

import pytest
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.town import Town

from sekisho.kernel.documents import write
from sekisho.kernel.errors import SekishoError
from sekisho.office.evidence.models import Disclosure
from sekisho.office.transfers.actions.routes import close_route, require_route, save_route
from sekisho.office.transfers.models import Route
from sekisho.office.transfers.policy import Policy


def test_a_changed_route_is_the_one_that_counts_and_the_ledger_keeps_its_digest(town: Town) -> None:
    with town.at(SENDER) as node:
        saved = save_route(
            node.desk,
            actor="admin",
            from_node=SENDER,
            to_node=RECEIVER,
            policy={"approvals": 2, "types": ["pdf"]},
        )
        assert require_route(SENDER, RECEIVER) == saved == Policy(approvals=2, types=("pdf",))
        event = acts.last_event("route.saved")
        assert (event.subject, event.data) == (
            *("internet/lgwan", {"approvals": 2, "timing": "before"}),
        )
        kept = Disclosure.objects.filter(event__kind="route.saved", field="policy").latest("id")
        assert kept.value == sha256(write(saved.as_json())).hexdigest()


def test_a_closed_route_lets_nothing_through_until_it_is_opened_again(town: Town) -> None:
    with town.at(SENDER) as node:
        close_route(node.desk, actor="admin", from_node=SENDER, to_node=RECEIVER)
        assert acts.last_event("route.closed").subject == "internet/lgwan"
        for act in (
            lambda: require_route(SENDER, RECEIVER),
            lambda: close_route(node.desk, actor="admin", from_node=SENDER, to_node=RECEIVER),
        ):
            with pytest.raises(SekishoError) as refused:
                act()
            assert refused.value.code == "SKS-T004"
    acts.set_route(town, SENDER)
    with town.at(SENDER):
        assert require_route(SENDER, RECEIVER) == Policy()
        assert Route.objects.filter(from_node=SENDER, to_node=RECEIVER).count() == 1


def test_a_transfer_released_before_its_route_was_closed_stays(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    with town.at(SENDER) as node:
        close_route(node.desk, actor="admin", from_node=SENDER, to_node=RECEIVER)
    (done,) = town.run(SENDER)
    assert [trouble.code for trouble in done.troubles] == ["SKS-T004"]
    assert acts.state(town, transfer_id) == "ready"
    acts.set_route(town, SENDER)
    acts.carry(town)
    assert acts.state(town, transfer_id) == "received"


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        (("lgwan", "mynumber"), "SKS-T003"),
        (("internet", "internet"), "SKS-T003"),
        (("internet", "LGWAN"), "SKS-K004"),
        (("internet", "x" * 33), "SKS-K004"),
        (("internet", ""), "SKS-K004"),
    ],
)
def test_a_route_joins_this_node_to_another(
    sqlite_town: Town, ends: tuple[str, str], code: str
) -> None:
    with sqlite_town.at(SENDER) as node:
        before = acts.kinds(node), Route.objects.count()
        with pytest.raises(SekishoError) as refused:
            save_route(node.desk, actor="admin", from_node=ends[0], to_node=ends[1], policy={})
        assert refused.value.code == code
        assert (acts.kinds(node), Route.objects.count()) == before


def test_a_bad_policy_changes_nothing(sqlite_town: Town) -> None:
    with sqlite_town.at(SENDER) as node:
        before = acts.kinds(node), list(Route.objects.values())
        with pytest.raises(SekishoError) as refused:
            acts.set_route(sqlite_town, SENDER, aprovals=2)
        assert (refused.value.code, refused.value.params["nearest"]) == ("SKS-T001", "approvals")
        assert (acts.kinds(node), list(Route.objects.values())) == before
