"""Sending again: after a refusal, or when no answer came. Whatever happens, it arrives once."""

from __future__ import annotations

import pytest
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.actions import save_person
from sekisho.office.post.models import IncomingParcel, OutgoingParcel, ReceiverKey
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.states import State
from sekisho.store import layout


def resend(town: Town, transfer_id: str, actor: str = "sato") -> None:
    with town.at(acts.SENDER) as node:
        sending.resend(node.desk, actor=actor, transfer_id=transfer_id)


def test_the_sender_learns_why_it_was_refused_and_sends_again(town: Town) -> None:
    transfer_id = acts.deliver_to_nobody(town)
    with town.at(acts.SENDER) as node:
        transfer = Transfer.objects.get()
        assert (transfer.state, transfer.code) == ("refused", "SKS-T043")
        failed = acts.last_event("transfer.failed").data
        assert (failed["outcome"], failed["code"]) == ("refused", "SKS-T043")
    with town.at(acts.RECEIVER) as node:
        save_person(node.desk, actor="admin", login="yamada", name="山田 三郎")
    resend(town, transfer_id)
    acts.carry(town)
    with town.at(acts.SENDER) as node:
        transfer = Transfer.objects.get()
        assert (transfer.state, transfer.code) == ("received", "")
        assert acts.kinds(node, transfer_id)[-7:] == [
            *("transfer.sealed", "transfer.sent", "transfer.failed"),
            *("transfer.resent", "transfer.sealed", "transfer.sent", "transfer.receipted"),
        ]
        first, second = OutgoingParcel.objects.filter(kind="transfer").order_by("created")
        assert first.receiver_key_id != second.receiver_key_id
    assert acts.collect(town, transfer_id, actor="yamada") == acts.CONTENTS


def test_only_the_sender_or_who_runs_the_node_sends_again(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.deliver_to_nobody(town)
    with pytest.raises(Refused) as refused:
        resend(town, transfer_id, actor="takahashi")
    assert refused.value.code == "SKS-T033"
    resend(town, transfer_id, actor="admin")
    assert acts.state(town, transfer_id) == "ready"


def test_it_is_possible_in_exactly_the_states_after_leaving(town: Town) -> None:
    transfer_id = acts.submit(town)
    possible = set()
    with town.at(acts.SENDER) as node:
        for state in State:
            Transfer.objects.update(state=state)
            try:
                sending.resend(node.desk, actor="sato", transfer_id=transfer_id)
            except Refused as refused:
                assert refused.code == "SKS-T010"
            else:
                possible.add(state)
    assert possible == {State.SEALING, State.SENT, State.REFUSED}


def test_what_was_sent_twice_arrives_once_and_both_parcels_are_answered(town: Town) -> None:
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    town.run(acts.SENDER)
    resend(town, transfer_id)
    town.run(acts.SENDER)
    (done,) = town.run(acts.RECEIVER)
    assert (done.refused, done.troubles) == ([], [])
    with town.at(acts.RECEIVER) as node:
        assert IncomingParcel.objects.filter(kind="transfer", state="received").count() == 2
        assert Arrival.objects.count() == 1
        assert acts.kept(node) == (1, 1)
        assert acts.kinds(node, transfer_id) == ["parcel.received", "parcel.received"]
        assert acts.last_event("parcel.received").data["again"] is True
        assert ReceiverKey.objects.exclude(used_by="").filter(kind="one-time").count() >= 2
    town.run(acts.SENDER)
    assert acts.state(town, transfer_id) == "received"
    assert acts.collect(town, transfer_id) == acts.CONTENTS


def test_a_receipt_for_the_first_parcel_does_not_stop_the_second(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    town.run(acts.SENDER, acts.RECEIVER)
    resend(town, transfer_id)
    town.run(acts.SENDER, acts.RECEIVER, acts.SENDER)
    assert acts.state(town, transfer_id) == "received"
    with town.at(acts.RECEIVER):
        assert Arrival.objects.count() == 1


def test_an_answer_that_overtakes_the_senders_own_note_is_taken(town: Town) -> None:
    """Killed between putting the head and noting it, the sender hears of its parcel by receipt."""
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    with town.at(acts.SENDER) as node:
        heads = acts.put_without_noting(town)
        parcel = OutgoingParcel.objects.get(kind="transfer")
        assert layout.parcel_head(node.name, acts.RECEIVER, parcel.parcel_id) in heads
        assert (parcel.state, acts.state(town, transfer_id)) == ("sealed", "sealing")
    town.run(acts.RECEIVER, acts.SENDER)
    with town.at(acts.SENDER) as node:
        parcel = OutgoingParcel.objects.get(kind="transfer")
        assert (parcel.state, parcel.wrapped_secret) == ("stored", None)
        assert acts.state(town, transfer_id) == "received"
        assert acts.kinds(node, transfer_id)[-3:] == [
            *("transfer.sealed", "transfer.sent", "transfer.receipted"),
        ]
