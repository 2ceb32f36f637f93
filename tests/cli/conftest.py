"""A town made by commands once, copied for each test that changes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.commands import Commands, copied, found


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """The original; tests only look at it."""
    return found(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def town(founded: Commands, tmp_path: Path) -> Commands:
    """A copy of one's own."""
    return copied(founded, tmp_path / "town")
