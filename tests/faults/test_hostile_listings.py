"""A store that shows very much rubbish: passed over, and what is genuine comes through."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from tests.faults import desk
from tests.faults.snapshots import reopen
from tests.support.town import Town

from sekisho.kernel.ids import new_id
from sekisho.node.fetching import BATCHES_MAX
from sekisho.office.post.models import IncomingParcel
from sekisho.store.folder import FolderStore
from sekisho.store.protocol import Entry

JUNK = 100_000
SECONDS_MAX = 60


class LitteredStore(FolderStore):
    """Shows names that nobody wrote beside those that are there."""

    def __init__(self, root: Path, names: list[str]) -> None:
        super().__init__(root)
        self._names = names

    def list(self, prefix: str) -> Iterator[Entry]:
        yield from (Entry(name, 7) for name in self._names if name.startswith(prefix))
        yield from super().list(prefix)


def _strange_names() -> list[str]:
    where = "nodes/internet/parcels/lgwan/"
    shapes = (
        where + "pc_{0:026d}.head",
        where + "junk{0}",
        where + "deep/{0}.head",
        "nodes/internet/directory/x{0:07d}",
        "nodes/internet/keys/lgwan/{0}",
        where + "pc_{0:026d}.b00000.head",
    )
    return [shapes[n % len(shapes)].format(n) for n in range(JUNK)]


def test_a_hundred_thousand_names_of_no_meaning(town: Town, place: Path) -> None:
    reopen(town, "lgwan", store=LitteredStore(town.folder / "store", _strange_names()))
    transfer_id = desk.release(town)
    town.run("internet")
    begun = time.monotonic()
    (done,) = town.run("lgwan")
    assert time.monotonic() - begun < SECONDS_MAX
    assert (done.received, done.refused, done.troubles) == (1, [], [])
    reopen(town, "lgwan")
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")


def _ghosts(count: int) -> list[str]:
    return [f"nodes/internet/parcels/lgwan/{new_id('pc')}.head" for _ in range(count)]


def test_heads_that_are_not_there(town: Town, place: Path) -> None:
    """Names of the right form without an object: each is looked for, for an hour at most."""
    reopen(town, "lgwan", store=LitteredStore(town.folder / "store", _ghosts(200)))
    transfer_id = desk.release(town)
    town.run("internet")
    town.run("lgwan")
    assert desk.arrived(town) == [transfer_id]
    for _ in range(3):
        town.clock.advance(timedelta(minutes=31))
        town.run("lgwan")
    with town.at("lgwan"):
        states = set(IncomingParcel.objects.exclude(kind="notice").values_list("state", "code"))
        assert states == {("received", ""), ("refused", "SKS-T066")}
    later = desk.release(town, b"later", name="後.txt")
    desk.delivered_once(town, later, b"later", place / "out")


def test_very_many_parcels_leave_time_for_other_work(town: Town) -> None:
    """A round takes so many and no more; what is new comes before what has failed already."""
    ghosts = _ghosts(BATCHES_MAX + 20)
    reopen(
        town,
        "lgwan",
        store=LitteredStore(town.folder / "store", ghosts),
        environment={"SEKISHO_WORK_BATCH": "1"},
    )
    (done,) = town.run("lgwan")
    assert len(done.troubles) == BATCHES_MAX
    transfer_id = desk.release(town)
    town.run("internet")
    town.clock.advance(timedelta(minutes=1))
    town.run("lgwan")
    assert desk.arrived(town) == [transfer_id]


def test_objects_that_are_no_heads(town: Town, place: Path) -> None:
    transfer_id = desk.release(town)
    town.run("internet")
    genuine = desk.head_file(town, desk.parcel_of(town, transfer_id).parcel_id)
    contents = [
        b"",
        b"x",
        genuine.read_bytes()[:1000],
        b"sekisho parcel 1\n" + b"\xff" * 4_000,
        b"sekisho parcel 1\n" + (200_000).to_bytes(4, "big") + b"{" * 200_000,
        bytes(3_000_000),
    ]
    for number in range(60):
        desk.head_file(town, new_id("pc")).write_bytes(contents[number % len(contents)])
    (done,) = town.run("lgwan")
    assert done.received == 1
    assert len(done.refused) == 60
    assert {one.code for one in done.refused} <= {"SKS-P001", "SKS-P002", "SKS-S003", "SKS-K006"}
    desk.come_to_rest(town)
    assert desk.state(town, transfer_id) == "received"


def test_things_in_the_folder_that_are_no_objects(town: Town, place: Path) -> None:
    """Links, pipes and folders where parcels should be."""
    transfer_id = desk.release(town)
    town.run("internet")
    genuine = desk.head_file(town, desk.parcel_of(town, transfer_id).parcel_id)
    secret = town.folder / "secret"
    secret.write_bytes(genuine.read_bytes())
    desk.head_file(town, new_id("pc")).symlink_to(secret)
    desk.head_file(town, new_id("pc")).mkdir()
    os.mkfifo(desk.head_file(town, new_id("pc")))
    (done,) = town.run("lgwan")
    assert (done.received, done.refused) == (1, [])
    for strange in genuine.parent.iterdir():
        if strange.is_symlink() or strange.is_fifo():
            strange.unlink()
        elif strange.is_dir():
            strange.rmdir()
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")
