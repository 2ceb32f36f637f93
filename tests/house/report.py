"""How a house rule says what is wrong: every offence on a line of its own."""

from __future__ import annotations

from collections.abc import Iterable

import pytest


def nothing(offences: Iterable[object]) -> None:
    """Pass when there are none, else fail with all of them."""
    lines = [str(offence) for offence in offences]
    if lines:
        pytest.fail("\n".join([f"{len(lines)} against the rule:", *lines]), pytrace=False)
