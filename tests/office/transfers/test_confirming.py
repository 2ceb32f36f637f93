"""事後確認: the transfer leaves first, somebody else confirms it or objects afterwards."""

from __future__ import annotations

import pytest
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import Refused
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.models import Transfer


def confirm(town: Town, transfer_id: str, actor: str = "suzuki", objection: str = "") -> str:
    with town.at(acts.SENDER) as node:
        return deciding.confirm(
            node.desk, actor=actor, transfer_id=transfer_id, objection=objection
        ).confirm


def refusal(town: Town, transfer_id: str, actor: str = "suzuki") -> str:
    with pytest.raises(Refused) as refused:
        confirm(town, transfer_id, actor)
    return refused.value.code


def test_it_leaves_before_anybody_has_looked(town: Town) -> None:
    acts.set_routes(town, timing="after")
    transfer_id = acts.submit(town)
    with town.at(acts.SENDER):
        transfer = Transfer.objects.get()
        assert (transfer.state, transfer.confirm) == ("ready", "pending")
    acts.carry(town)
    assert acts.state(town, transfer_id) == "received"
    assert confirm(town, transfer_id) == "done"
    with town.at(acts.SENDER) as node:
        assert acts.last_event("transfer.confirmed").data == {"round": 1, "outcome": "confirmed"}
        assert acts.kinds(node, transfer_id) == [
            *("transfer.submitted", "transfer.judged", "transfer.sealed", "transfer.sent"),
            *("transfer.receipted", "transfer.confirmed"),
        ]


def test_an_objection_stands_in_the_evidence_and_ends_it(town: Town) -> None:
    acts.set_routes(town, timing="after", approvals=2)
    transfer_id = acts.submit(town)
    assert confirm(town, transfer_id, objection="宛先が違うのではないか") == "objected"
    with town.at(acts.SENDER):
        assert acts.last_event("transfer.confirmed").data == {"round": 1, "outcome": "objected"}
    assert refusal(town, transfer_id, "takahashi") == "SKS-T034"


def test_as_many_confirm_as_the_route_asks_for(town: Town) -> None:
    acts.set_routes(town, timing="after", approvals=2)
    transfer_id = acts.submit(town)
    assert confirm(town, transfer_id, "suzuki") == "pending"
    assert refusal(town, transfer_id, "suzuki") == "SKS-T032"
    assert confirm(town, transfer_id, "takahashi") == "done"


def test_nobody_confirms_his_own_transfer_or_as_a_stranger(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.set_routes(town, timing="after")
    transfer_id = acts.submit(town, actor="suzuki")
    assert refusal(town, transfer_id, "suzuki") == "SKS-T030"
    assert refusal(town, transfer_id, "sato") == "SKS-T031"


@pytest.mark.parametrize("policy", [{"approvals": 0, "timing": "after"}, {"approvals": 1}])
def test_where_no_confirmation_is_due_none_is_taken(
    sqlite_town: Town, policy: dict[str, object]
) -> None:
    town = sqlite_town
    acts.set_routes(town, **policy)
    assert refusal(town, acts.submit(town)) == "SKS-T034"


def test_a_confirmation_before_the_worker_comes_does_not_stop_the_parcel(sqlite_town: Town) -> None:
    """It is no approval: it must not travel as one."""
    town = sqlite_town
    acts.set_routes(town, timing="after")
    transfer_id = acts.submit(town)
    assert confirm(town, transfer_id) == "done"
    acts.carry(town)
    assert acts.state(town, transfer_id) == "received"


def test_a_transfer_to_be_confirmed_cannot_be_approved_as_well(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.set_routes(town, timing="after")
    transfer_id = acts.submit(town)
    with pytest.raises(Refused) as refused:
        acts.approve(town, transfer_id)
    assert refused.value.code == "SKS-T010"
