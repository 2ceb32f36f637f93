"""The nodes that journeys start from, made once; each journey has a copy of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.commands import Commands, copied, found


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """The original."""
    return found(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def town(founded: Commands, tmp_path: Path) -> Commands:
    """The copy."""
    return copied(founded, tmp_path / "town")
