"""What people and workers do in the tests of single faults."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from tests.faults import invariants
from tests.support.town import Town, draft_for

from sekisho.kernel.errors import SekishoError
from sekisho.node import collecting, submitting
from sekisho.node.worker import Round
from sekisho.office.post.models import IncomingParcel, OutgoingParcel
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.store import layout

CONTENT = "固定資産税".encode() * 300
PAST_ANY_LEASE = timedelta(minutes=11)
ROUNDS_MAX = 20


def hand_in(town: Town, content: bytes = CONTENT, *, name: str = "通知.txt") -> str:
    """A file from the internet to the lgwan node, waiting for approval; the transfer's id."""
    source = town.folder / name
    source.write_bytes(content)
    with town.at("internet") as node:
        return submitting.submit(node, actor="sato", draft=draft_for(), paths=[source]).transfer_id


def approve(town: Town, transfer_id: str) -> None:
    """By a second person."""
    with town.at("internet") as node:
        deciding.approve(node.desk, actor="suzuki", transfer_id=transfer_id)


def release(town: Town, content: bytes = CONTENT, *, name: str = "通知.txt") -> str:
    """Handed in and approved."""
    transfer_id = hand_in(town, content, name=name)
    approve(town, transfer_id)
    return transfer_id


def state(town: Town, transfer_id: str) -> str:
    """Where the transfer stands for its sender."""
    with town.at("internet"):
        return str(Transfer.objects.get(pk=transfer_id).state)


def arrived(town: Town) -> list[str]:
    """The transfers that have arrived at the lgwan node."""
    with town.at("lgwan"):
        return list(Arrival.objects.order_by("pk").values_list("pk", flat=True))


def incoming(town: Town, parcel_id: str, node: str = "lgwan") -> IncomingParcel:
    """What a node noted of a parcel."""
    with town.at(node):
        return IncomingParcel.objects.get(parcel_id=parcel_id)


def parcel_of(town: Town, transfer_id: str) -> OutgoingParcel:
    """The newest parcel of a transfer."""
    with town.at("internet"):
        parcel_id = Transfer.objects.get(pk=transfer_id).parcel_id
        return OutgoingParcel.objects.get(pk=parcel_id)


def head_file(town: Town, parcel_id: str, sender: str = "internet", to: str = "lgwan") -> Path:
    """Where the head lies in the folder of the store."""
    return town.folder / "store" / layout.parcel_head(sender, to, parcel_id)


def collect(town: Town, transfer_id: str, folder: Path) -> bytes:
    """The content of the one file, as the addressee gets it."""
    folder.mkdir(exist_ok=True)
    with town.at("lgwan") as node:
        (one,) = collecting.collect(node, actor="sato", transfer_id=transfer_id, folder=folder)
        return one.path.read_bytes()


def codes(rounds: Iterable[Round]) -> set[str]:
    """Every code that these rounds told."""
    return {one.code for one in errors(rounds)}


def errors(rounds: Iterable[Round]) -> list[SekishoError]:
    """Every error that these rounds told."""
    return [error for done in rounds for error in (*done.refused, *done.troubles)]


def come_to_rest(town: Town) -> None:
    """Rounds everywhere, waiting times over, until nobody has anything to do, twice in a row: one
    node may have published what another needs."""
    quiet = 0
    for _ in range(ROUNDS_MAX):
        town.clock.advance(PAST_ANY_LEASE)
        quiet = quiet + 1 if all(done.idle for done in town.run()) else 0
        if quiet == 2:
            return
    raise AssertionError("the town does not come to rest")


def delivered_once(town: Town, transfer_id: str, content: bytes, out: Path) -> None:
    """All is well in the end: received once, byte for byte, and everything that must hold holds."""
    come_to_rest(town)
    assert state(town, transfer_id) == "received"
    assert arrived(town).count(transfer_id) == 1
    invariants.at_every_moment(town)
    invariants.at_rest(town)
    assert collect(town, transfer_id, out) == content
