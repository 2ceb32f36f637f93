"""A head is there and blocks are not yet: the parcel waits an hour, then the sender is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.faults import desk, invariants
from tests.support.town import Town

from sekisho.office.transfers.actions import sending

MIB = 1024 * 1024
CONTENT = bytes(range(256)) * (18 * MIB // 256)


def _hide_a_block(town: Town) -> tuple[str, Path, Path]:
    """A large parcel lies in the store without its second block."""
    transfer_id = desk.release(town, CONTENT)
    town.run("internet")
    parcel = desk.parcel_of(town, transfer_id)
    block = desk.head_file(town, parcel.parcel_id).with_suffix(".b00001")
    hidden = town.folder / "late"
    block.rename(hidden)
    return transfer_id, block, hidden


def test_blocks_that_appear_late(town: Town, place: Path) -> None:
    transfer_id, block, hidden = _hide_a_block(town)
    beside = desk.release(town, b"beside", name="小.txt")
    town.run("internet")
    for _ in range(3):
        assert desk.codes(town.run("lgwan")) <= {"SKS-T065"}
        town.clock.advance(timedelta(minutes=11))
    assert desk.arrived(town) == [beside]
    with town.at("lgwan") as node:
        assert len(list(node.vault.object_ids())) == 1, "half a parcel was left in the vault"

    hidden.rename(block)
    desk.delivered_once(town, transfer_id, CONTENT, place / "out")


def test_blocks_that_never_appear(town: Town, place: Path) -> None:
    transfer_id, block, hidden = _hide_a_block(town)
    codes: set[str] = set()
    for _ in range(8):
        codes |= desk.codes(town.run("lgwan"))
        town.clock.advance(timedelta(minutes=11))
    assert {"SKS-T065", "SKS-T066"} <= codes
    town.run("internet")
    assert desk.state(town, transfer_id) == "refused"

    hidden.rename(block)
    invariants.at_every_moment(town)
    with town.at("internet") as node:
        sending.resend(node.desk, actor="sato", transfer_id=transfer_id)
    desk.delivered_once(town, transfer_id, CONTENT, place / "out")
