"""Parts of the test bed that a machine may lack: skipped with a reason here, an error in CI."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def need(part: str, reason: str) -> NoReturn:
    """Say that `part` is not available: skip the test, or fail it where `CI=true` is set."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{part} must be available in CI: {reason}", pytrace=False)
    pytest.skip(f"{part} is not available: {reason}")
