"""Where towns that crash live: in memory where there is room; their disks are not on trial."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support import postgres as postgres_module
from tests.support.parts import need

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
