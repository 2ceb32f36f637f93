"""Another program holds the database: said with a code, nothing lost, and it goes on after."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError, connections
from tests.faults import desk, invariants
from tests.support.town import Town

from sekisho.office.transfers.models import Transfer


@contextmanager
def held_by_another_process(database: Path) -> Iterator[None]:
    """A write lock that a process which does nothing else keeps."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        other = sqlite3.connect(database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        os.write(writing, b"held")
        while True:
            signal.pause()
    assert os.read(reading, 4) == b"held"
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)


@pytest.fixture
def impatient(town: Town) -> Town:
    """A town that gives up waiting for a lock after a moment instead of half a minute."""
    for node in town.nodes.values():
        connections.settings[node.alias]["OPTIONS"]["timeout"] = 0.05
    return town


@pytest.mark.parametrize("name", ["internet", "lgwan"])
def test_a_round_while_the_database_is_locked(impatient: Town, place: Path, name: str) -> None:
    town = impatient
    transfer_id = desk.release(town)
    if name == "lgwan":
        town.run("internet")
    with held_by_another_process(town.folder / name / "office.db"):
        done = town.run(name)
        assert desk.codes(done) == {"SKS-C010"}
        assert not any(one.received or one.sent for one in done)
    invariants.at_every_moment(town)
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")


def test_handing_in_while_the_database_is_locked(impatient: Town, place: Path) -> None:
    town = impatient
    with (
        held_by_another_process(town.folder / "internet" / "office.db"),
        pytest.raises(OperationalError, match="locked"),
    ):
        desk.hand_in(town)
    with town.at("internet"):
        assert not Transfer.objects.exists()
    transfer_id = desk.release(town)
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")
