"""取下げ: by the sender alone, as long as nothing has left."""

from __future__ import annotations

import pytest
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import Refused
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.models import Transfer
from sekisho.office.transfers.states import State

BEFORE_LEAVING = {State.DRAFT, State.WAITING, State.SENT_BACK, State.READY}
COME_BACK = {State.REFUSED}


def test_it_is_possible_in_exactly_the_states_before_leaving(town: Town) -> None:
    transfer_id = acts.submit(town)
    possible = set()
    with town.at(acts.SENDER) as node:
        for state in State:
            Transfer.objects.update(state=state)
            before = acts.kinds(node)
            try:
                done = sending.withdraw(node.desk, actor="sato", transfer_id=transfer_id)
            except Refused as refused:
                assert refused.code == "SKS-T010"
                assert (Transfer.objects.get().state, acts.kinds(node)) == (state, before)
            else:
                assert done.state == Transfer.objects.get().state == "withdrawn"
                assert acts.kinds(node) == [*before, "transfer.withdrawn"]
                possible.add(state)
    assert possible == BEFORE_LEAVING | COME_BACK


def test_only_the_sender_withdraws(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.submit(town)
    with town.at(acts.SENDER) as node:
        for actor, code in (("suzuki", "SKS-T033"), ("admin", "SKS-T033"), ("who", "SKS-T051")):
            with pytest.raises(Refused) as refused:
                sending.withdraw(node.desk, actor=actor, transfer_id=transfer_id)
            assert refused.value.code == code


def test_a_reason_that_cannot_be_kept_is_refused(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.submit(town)
    with town.at(acts.SENDER) as node, pytest.raises(Refused) as refused:
        sending.withdraw(node.desk, actor="sato", transfer_id=transfer_id, reason="\x1b[1A")
    assert refused.value.code == "SKS-T036"


def test_what_was_withdrawn_does_not_leave_and_is_erased(town: Town) -> None:
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    with town.at(acts.SENDER) as node:
        sending.withdraw(node.desk, actor="sato", transfer_id=transfer_id, reason="宛先違い")
    (done,) = town.run(acts.SENDER)
    assert (done.erased.transfers, done.erased.objects) == (1, 1)
    with town.at(acts.SENDER) as node:
        assert acts.kept(node) == (0, 0)
        transfer = Transfer.objects.get()
        assert (transfer.state, transfer.erased, transfer.parcel_id) == ("withdrawn", True, "")
        assert acts.kinds(node, transfer_id)[-3:] == [
            *("transfer.withdrawn", "vault.erased", "transfer.expired"),
        ]
    assert acts.end(town, acts.SENDER).transfers == 0
