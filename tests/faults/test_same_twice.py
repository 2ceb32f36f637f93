"""The same thing twice: a one-time key for two parcels, an id for two transfers."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.faults import desk
from tests.support.town import Town

from sekisho.node.peers import load_peers
from sekisho.node.sending import send_ready
from sekisho.office.evidence.models import Event
from sekisho.office.post.models import PeerKey
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.models import Transfer, TransferFile


def _forget_use(town: Town, transfer_id: str) -> str:
    """A sender that uses a key again: restored from a copy, or hostile."""
    key_id = desk.parcel_of(town, transfer_id).receiver_key_id
    with town.at("internet"):
        once = PeerKey.objects.filter(owner="lgwan", kind="one-time")
        once.exclude(key_id=key_id).update(used_by="pc_elsewhere")
        PeerKey.objects.filter(key_id=key_id).update(used_by="")
    return key_id


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_one_time_key_opens_one_parcel(town: Town, place: Path, in_one_batch: bool) -> None:
    first = desk.release(town)
    town.run("internet")
    if not in_one_batch:
        town.run("lgwan")
    key_id = _forget_use(town, first)
    second = desk.release(town, b"second", name="二.txt")
    _send_with_known_keys(town)
    assert desk.parcel_of(town, second).receiver_key_id == key_id

    (done,) = town.run("lgwan")
    assert [one.code for one in done.refused] == ["SKS-T062"]
    (came,) = desk.arrived(town)
    (other,) = {first, second} - {came}
    town.run("lgwan", "internet")
    assert desk.state(town, other) == "refused"
    with town.at("internet") as node:
        sending.resend(node.desk, actor="sato", transfer_id=other)
    desk.delivered_once(town, first, desk.CONTENT, place / "out1")
    desk.delivered_once(town, second, b"second", place / "out2")


def _send_with_known_keys(town: Town) -> None:
    """Send with the keys that are known, without looking for new ones."""
    with town.at("internet") as node:
        send_ready(node, load_peers(node))


def _change_files(town: Town, transfer_id: str, other: str) -> None:
    """A sender that gives the number of one transfer to other files."""
    with town.at("internet") as node:
        files = TransferFile.objects.filter(transfer_id=other).values(
            "object_id", "bytes", "sha256"
        )
        TransferFile.objects.filter(transfer_id=transfer_id).update(**files[0])
        Transfer.objects.filter(pk=transfer_id).update(state="sent")
        sending.resend(node.desk, actor="sato", transfer_id=transfer_id)


def test_the_same_transfer_in_another_parcel_is_answered_and_not_kept_twice(
    town: Town, place: Path
) -> None:
    transfer_id = desk.release(town)
    town.run("internet", "lgwan")
    with town.at("internet") as node:
        sending.resend(node.desk, actor="sato", transfer_id=transfer_id)
    town.run("internet", "lgwan")
    with town.at("lgwan"):
        received = Event.objects.filter(kind="parcel.received", subject=transfer_id)
        assert received.count() == 2
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")


def test_other_files_under_the_same_number_are_refused(town: Town, place: Path) -> None:
    transfer_id = desk.release(town)
    other = desk.hand_in(town, b"something else", name="差替.txt")
    town.run("internet", "lgwan")
    assert desk.arrived(town) == [transfer_id]
    _change_files(town, transfer_id, other)

    town.run("internet")
    (done,) = town.run("lgwan")
    assert [one.code for one in done.refused] == ["SKS-T071"]
    assert desk.collect(town, transfer_id, place / "out") == desk.CONTENT
