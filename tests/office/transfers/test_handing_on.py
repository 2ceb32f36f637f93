"""Handing on: an addressee lets a colleague collect, as far as the route lets him receive."""

from __future__ import annotations

import pytest
from tests.support import acts
from tests.support.acts import RECEIVER
from tests.support.organised import organise
from tests.support.town import Town

from sekisho.kernel.errors import SekishoError
from sekisho.office.evidence.models import Event
from sekisho.office.transfers.actions.collecting import hand_on
from sekisho.office.transfers.models import Arrival, ArrivalAddressee


def refusal(town: Town, transfer_id: str, actor: str, to: str) -> str:
    """The code of a refusal that left neither an addressee nor evidence behind."""
    with town.at(RECEIVER) as node:
        before = Event.objects.count(), ArrivalAddressee.objects.count()
        with pytest.raises(SekishoError) as reason:
            hand_on(node.desk, actor=actor, transfer_id=transfer_id, to=to)
        assert before == (Event.objects.count(), ArrivalAddressee.objects.count())
    return reason.value.code


def test_an_addressee_hands_on_to_a_colleague(town: Town) -> None:
    transfer_id = acts.deliver(town)
    with town.at(RECEIVER) as node:
        hand_on(node.desk, actor="sato", transfer_id=transfer_id, to="takahashi")
        added = ArrivalAddressee.objects.get(login="takahashi")
        assert added.added_by == "sato"
        event = acts.last_event("transfer.handed_on")
        assert (event.data, set(event.hidden)) == ({}, {"actor", "to"})
    assert acts.collect(town, transfer_id, actor="takahashi") == acts.CONTENTS
    with town.at(RECEIVER) as node:
        hand_on(node.desk, actor="takahashi", transfer_id=transfer_id, to="suzuki")


def test_who_is_not_addressed_hands_nothing_on(town: Town) -> None:
    transfer_id = acts.deliver(town)
    assert refusal(town, transfer_id, "suzuki", "takahashi") == "SKS-T040"
    assert refusal(town, transfer_id, "sato", "who") == "SKS-T051"
    assert refusal(town, transfer_id, "sato", "sato") == "SKS-H060"
    assert refusal(town, "tr_" + "a" * 26, "sato", "suzuki") == "SKS-T005"


def test_only_to_whom_the_route_lets_receive(town: Town) -> None:
    transfer_id = acts.deliver(town)
    with town.at(RECEIVER) as node:
        organise(node)
    assert refusal(town, transfer_id, "sato", "gyosha") == "SKS-T022"
    acts.set_route(town, RECEIVER, recipients=["sato", "division:総務部"])
    assert refusal(town, transfer_id, "sato", "suzuki") == "SKS-T022"
    with town.at(RECEIVER) as node:
        hand_on(node.desk, actor="sato", transfer_id=transfer_id, to="kacho")


def test_a_contractor_hands_nothing_on(town: Town) -> None:
    with town.at(RECEIVER) as node:
        organise(node)
    transfer_id = acts.deliver(town, addressees=("gyosha",))
    assert refusal(town, transfer_id, "gyosha", "suzuki") == "SKS-T093"


def test_what_is_erased_is_not_handed_on(town: Town) -> None:
    transfer_id = acts.deliver(town)
    with town.at(RECEIVER):
        Arrival.objects.update(erased=True)
    assert refusal(town, transfer_id, "sato", "suzuki") == "SKS-T046"
