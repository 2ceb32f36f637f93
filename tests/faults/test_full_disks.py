"""No room: in the vault, in the database, in the store. Coded, nothing half, and it goes on."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from django.db import DatabaseError, connections
from tests.faults import desk, invariants
from tests.faults.snapshots import reopen
from tests.support.faulty_store import Faults, FaultyStore
from tests.support.killing import in_child
from tests.support.town import Town, draft_for

from sekisho.kernel.errors import Unavailable
from sekisho.node import submitting
from sekisho.office.transfers.models import Transfer
from sekisho.store.folder import FolderStore

MIB = 1024 * 1024
FILE_BYTES_MAX = 3 * MIB
"""Larger than the databases of the town, smaller than the file that does not fit."""


def _with_little_room(town: Town, act: object) -> object:
    """`act` in a child whose files may not grow over the limit: EFBIG, as a full quota says."""

    def work() -> object:
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES_MAX, FILE_BYTES_MAX))
        return act()  # type: ignore[operator]

    return in_child(work)


def _objects(town: Town, name: str) -> list[Path]:
    return [path for path in (town.folder / name / "vault").rglob("*") if path.is_file()]


def test_no_room_in_the_vault_for_a_file_that_is_handed_in(town: Town, place: Path) -> None:
    source = town.folder / "大.dat"
    source.write_bytes(bytes(8 * MIB))

    def hand_in_too_much() -> tuple[str, int]:
        with town.at("internet") as node, pytest.raises(Unavailable) as refused:
            submitting.submit(node, actor="sato", draft=draft_for(), paths=[source])
        with town.at("internet"):
            return refused.value.code, Transfer.objects.count()

    code, count = _with_little_room(town, hand_in_too_much)  # type: ignore[misc]
    assert (code, count) == ("SKS-V012", 0)
    assert _objects(town, "internet") == []

    transfer_id = desk.release(town)
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")


def test_no_room_in_the_vault_of_the_receiver(town: Town, place: Path) -> None:
    content = bytes(range(256)) * (6 * MIB // 256)
    transfer_id = desk.release(town, content)
    small = desk.release(town, name="小.txt")
    town.run("internet")

    codes = _with_little_room(town, lambda: desk.codes(town.run("lgwan")))
    assert codes == {"SKS-V012"}
    # The small one of the same batch came through; the large one waits and is not refused.
    assert desk.arrived(town) == [small]
    assert desk.incoming(town, desk.parcel_of(town, transfer_id).parcel_id).state == "seen"
    invariants.at_every_moment(town)

    desk.delivered_once(town, transfer_id, content, place / "out")


@pytest.mark.parametrize("name", ["internet", "lgwan"])
def test_no_room_for_the_database(town: Town, place: Path, name: str) -> None:
    transfer_id = desk.release(town)
    with town.at(name), connections[town.nodes[name].alias].cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count={cursor.fetchone()[0]}")
    # Until the free pages of the file are used up a few rounds may go well.
    codes: set[str] = set()
    for _ in range(40):
        desk.release(town) if name == "lgwan" else _try_to_hand_in(town)
        codes |= desk.codes(town.run())
        if "SKS-C010" in codes:
            break
    assert "SKS-C010" in codes
    invariants.at_every_moment(town)

    with town.at(name), connections[town.nodes[name].alias].cursor() as cursor:
        cursor.execute("PRAGMA max_page_count=1000000")
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")


def _try_to_hand_in(town: Town) -> None:
    try:
        desk.release(town)
    except DatabaseError as full:
        assert "full" in str(full)


def test_no_room_in_the_store(town: Town, place: Path) -> None:
    transfer_id = desk.release(town)
    full = FaultyStore(FolderStore(town.folder / "store"), Faults(bytes_max=100), 1)
    reopen(town, "internet", store=full)

    assert "SKS-S009" in desk.codes(town.run("internet"))
    assert desk.state(town, transfer_id) == "sealing"
    assert not desk.head_file(town, desk.parcel_of(town, transfer_id).parcel_id).exists()
    assert desk.codes(town.run("lgwan")) == set()
    assert desk.arrived(town) == []

    full.heal()
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")
