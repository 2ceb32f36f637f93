"""Where towns that crash live: in memory where there is room; their disks are not on trial."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.faults.snapshots import Snapshot
from tests.support import postgres as postgres_module
from tests.support.databases import forget_connection
from tests.support.parts import need
from tests.support.town import TITLES, Town, found_town

from sekisho.seal import identity

MEMORY = Path("/dev/shm")
MEMORY_BYTES_MIN = 2 * 1024**3


@pytest.fixture(scope="session")
def fast_folder() -> Iterator[Path]:
    """A folder for this test run whose syncs cost nothing, where there is one."""
    place = None
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_BYTES_MIN:
        place = MEMORY
    folder = Path(tempfile.mkdtemp(prefix="sekisho-faults-", dir=place))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def place(fast_folder: Path) -> Iterator[Path]:
    """The same for one test."""
    folder = Path(tempfile.mkdtemp(dir=fast_folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres_module.Server]:
    if reason := postgres_module.why_not():
        need("PostgreSQL", reason)
    with postgres_module.postgresql(tmp_path_factory.mktemp("postgresql")) as server:
        yield server


@dataclass(frozen=True)
class Settled:
    """A town of three nodes that has come to rest, and its administrators."""

    snapshot: Snapshot
    admins: list[identity.Administrator]


@pytest.fixture(scope="session")
def settled(fast_folder: Path) -> Settled:
    folder = fast_folder / "settled"
    folder.mkdir()
    town = found_town(folder)
    town.settle()
    for node in town.nodes.values():
        forget_connection(node.alias)
    snapshot = Snapshot(folder, "settled", town.clock.now(), names=tuple(TITLES))
    return Settled(snapshot, town.admins)


@pytest.fixture
def town(settled: Settled, place: Path) -> Iterator[Town]:
    """A settled town of its own for one test."""
    made = settled.snapshot.copy(place / "town", place.name).open()
    made.admins = settled.admins
    yield made
    for node in made.nodes.values():
        forget_connection(node.alias)
