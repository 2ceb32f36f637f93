"""The end: keys are destroyed on both sides when retention is over, and both ledgers say so."""

from __future__ import annotations

import pytest
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.town import Town, days, draft_for

from sekisho.kernel.errors import Broken, Refused
from sekisho.office.post.models import OutgoingParcel, ReceiverKey
from sekisho.office.transfers.actions import deciding, sending
from sekisho.office.transfers.actions.expiring import expire_due
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.states import State
from sekisho.office.vault.actions import data_keys
from sekisho.office.vault.models import VaultObject


def test_both_sides_destroy_and_record_it(town: Town) -> None:
    transfer_id = acts.deliver(town)
    with town.at(RECEIVER):
        arrival = Arrival.objects.get()
        assert ReceiverKey.objects.filter(used_by=arrival.parcel_id).exists()
    town.clock.advance(days(30))
    for name in (SENDER, RECEIVER):
        assert acts.end(town, name).objects == 1
        with town.at(name) as node:
            assert acts.kept(node) == (0, 0)
            kinds = acts.kinds(node, transfer_id)
            assert kinds[-2:] == ["vault.erased", "transfer.expired"]
    with town.at(SENDER):
        transfer = Transfer.objects.get()
        assert (transfer.state, transfer.erased) == ("expired", True)
    with town.at(RECEIVER):
        arrival = Arrival.objects.get()
        assert (arrival.state, arrival.erased) == ("expired", True)
        assert not ReceiverKey.objects.filter(used_by=arrival.parcel_id).exists()


def test_a_day_before_the_end_all_is_there(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.deliver(town)
    town.clock.advance(days(29))
    for name in (SENDER, RECEIVER):
        assert not acts.end(town, name).objects
    assert acts.collect(town, transfer_id) == acts.CONTENTS


def test_a_key_that_was_destroyed_opens_nothing(town: Town) -> None:
    acts.deliver(town)
    with town.at(RECEIVER) as node:
        object_id = VaultObject.objects.get().object_id
        town.clock.advance(days(30))
        expire_due(node.desk)
        with pytest.raises(Broken) as refused:
            data_keys(node.desk, [object_id])
        assert refused.value.code == "SKS-T060"


def test_the_receiver_keeps_no_longer_than_either_side_says(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.set_route(town, SENDER, retention_days=5)
    first = acts.deliver(town)
    acts.set_route(town, SENDER, retention_days=60)
    acts.set_route(town, RECEIVER, retention_days=7)
    second = acts.deliver(town)
    with town.at(RECEIVER):
        ends = dict(Arrival.objects.values_list("transfer_id", "erase_after"))
    now = town.clock.now()
    assert ends == {first: now + days(5), second: now + days(7)}


def test_a_class_is_kept_no_longer_than_either_side_says_of_it(sqlite_town: Town) -> None:
    town = sqlite_town
    label = draft_for("lgwan").label
    acts.set_route(town, SENDER, label_days={label: 3})
    first = acts.deliver(town)
    acts.set_route(town, SENDER, label_days={label: 20})
    acts.set_route(town, RECEIVER, label_days={label: 4, "極秘": 1})
    second = acts.deliver(town)
    with town.at(RECEIVER):
        ends = dict(Arrival.objects.values_list("transfer_id", "erase_after"))
    now = town.clock.now()
    assert ends == {first: now + days(3), second: now + days(4)}


def test_what_nobody_decided_ends_while_it_waits(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.set_route(town, SENDER, decide_days=3)
    transfer_id = acts.submit(town)
    town.clock.advance(days(3))
    acts.end(town, SENDER)
    with town.at(SENDER) as node:
        assert Transfer.objects.get().state == "expired"
        assert acts.kept(node) == (0, 0)
        assert acts.last_event("transfer.expired").data == {"from_state": "waiting", "objects": 1}
        with pytest.raises(Refused) as refused:
            deciding.approve(node.desk, actor="suzuki", transfer_id=transfer_id)
        assert refused.value.code == "SKS-T010"


def test_a_second_submission_has_its_own_time_to_be_decided(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.set_route(town, SENDER, decide_days=3)
    transfer_id = acts.submit(town)
    town.clock.advance(days(2))
    with town.at(SENDER) as node:
        deciding.send_back(node.desk, actor="suzuki", transfer_id=transfer_id, reason="誤記")
        sending.submit_again(node.desk, actor="sato", transfer_id=transfer_id)
    town.clock.advance(days(2))
    acts.end(town, SENDER)
    assert acts.state(town, transfer_id) == "waiting"


def test_every_state_but_sealing_ends_when_its_time_is_over(town: Town) -> None:
    transfer_id = acts.submit(town)
    with town.at(SENDER) as node:
        for state in (one for one in State if one is not State.EXPIRED):
            rows = Transfer.objects.filter(pk=transfer_id)
            rows.update(state=state, erased=False, erase_after=node.desk.now())
            count = expire_due(node.desk).transfers
            if state is State.SEALING:
                assert (count, rows.get().state) == (0, "sealing")
            else:
                kept_state = state in (State.WITHDRAWN, State.REJECTED)
                assert (count, rows.get().state) == (1, state if kept_state else "expired")


def test_what_was_never_sent_before_the_end_does_not_leave_after_it(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    town.clock.advance(days(31))
    town.run(SENDER)
    assert acts.state(town, transfer_id) == "expired"
    with town.at(SENDER):
        assert not OutgoingParcel.objects.filter(kind="transfer").exists()


def test_only_what_is_over_ends(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.set_route(town, SENDER, retention_days=5)
    short = acts.deliver(town)
    acts.set_route(town, SENDER, retention_days=10)
    long = acts.deliver(town)
    town.clock.advance(days(5))
    for name in (SENDER, RECEIVER):
        assert acts.end(town, name).objects == 1
    with pytest.raises(Refused):
        acts.collect(town, short)
    assert acts.collect(town, long) == acts.CONTENTS


def test_erasing_twice_is_erasing_once(town: Town) -> None:
    acts.deliver(town)
    town.clock.advance(days(31))
    with town.at(SENDER) as node:
        assert expire_due(node.desk).transfers == 1
        before = acts.kinds(node)
        assert not expire_due(node.desk).anything
        assert acts.kinds(node) == before
