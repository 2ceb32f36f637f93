"""A worker started twice, on SQLite and on PostgreSQL: each parcel once, and no false alarm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.faults import invariants
from tests.faults.crossing import Course, come_to_rest, prepare
from tests.faults.snapshots import Snapshot
from tests.support import postgres as postgres_module
from tests.support.killing import Child, in_child
from tests.support.town import Town, draft_for

from sekisho.kernel.errors import SekishoError
from sekisho.node import submitting, worker
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.models import Arrival, Transfer

TRANSFERS = 14
ROUNDS = 6
HARMLESS = {"SKS-C010", "SKS-T067"}
"""Both wanted the same row at the same time, and one of them has to try again."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def course(request: pytest.FixtureRequest, fast_folder: Path) -> Iterator[Course]:
    server: postgres_module.Server | None = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
    folder = fast_folder / f"two-{request.param}"
    folder.mkdir()
    made = prepare(folder, b"two workers", server)
    yield made
    made.remove()


@pytest.fixture
def released(course: Course, place: Path) -> Iterator[Snapshot]:
    """A town in which many transfers wait to be sent."""
    town = course.starts[0].copy(place / "town", f"{course.starts[0].mark}_two")
    in_child(lambda: _release_many(town.open()))
    yield replace(town, now=town.now + timedelta(minutes=1))
    town.remove()


def _release_many(town: Town) -> None:
    with town.at("internet") as node:
        for number in range(TRANSFERS):
            source = town.folder / f"{number}.dat"
            source.write_bytes(bytes([number]) * 3_000)
            transfer = submitting.submit(node, actor="sato", draft=draft_for(), paths=[source])
            deciding.approve(node.desk, actor="suzuki", transfer_id=transfer.transfer_id)


def _work(town: Snapshot, name: str) -> tuple[int, int, list[str]]:
    """Several rounds of one worker: parcels sent, transfers received, codes told."""
    opened = town.open()
    sent = received = 0
    told: list[SekishoError] = []
    for _ in range(ROUNDS):
        with opened.at(name) as node:
            done = worker.run_round(node)
        sent, received = sent + done.sent, received + done.received
        told += [*done.refused, *done.troubles]
        opened.clock.advance(timedelta(minutes=2))
    return sent, received, [one.code for one in told]


def _started(town: Snapshot, name: str) -> Child:
    return Child(lambda _: _work(town, name))


def test_two_workers_of_one_node_at_the_same_time(released: Snapshot) -> None:
    outcomes = []
    for names in (("internet", "internet"), ("lgwan", "lgwan"), ("internet", "lgwan")):
        pair = [_started(released, name) for name in names]
        outcomes += [child.join().answer for child in pair]
        released = replace(released, now=released.now + timedelta(minutes=20))
    assert {code for _, _, codes in outcomes for code in codes} <= HARMLESS
    assert sum(received for _, received, _ in outcomes) == TRANSFERS
    in_child(lambda: _each_came_once(released.open()))


def _each_came_once(town: Town) -> None:
    come_to_rest(town)
    invariants.at_every_moment(town)
    invariants.at_rest(town)
    with town.at("internet"):
        assert set(Transfer.objects.values_list("state", flat=True)) == {"received"}
        for transfer_id in Transfer.objects.values_list("transfer_id", flat=True):
            kinds = [one.kind for one in invariants.events_about(transfer_id)]
            assert kinds.count("transfer.sealed") == kinds.count("transfer.sent") == 1
            assert kinds.count("transfer.receipted") == 1
    with town.at("lgwan"):
        assert Arrival.objects.count() == TRANSFERS
