"""Nodes of a town whose files are disarmed by a script."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.acts import RECEIVER, SENDER, set_routes
from tests.support.databases import sqlite_town  # noqa: F401
from tests.support.disarming import Scripted
from tests.support.town import Town


@pytest.fixture
def town(sqlite_town: Town) -> Town:  # noqa: F811
    """A settled town that disarms what it sends."""
    made = Scripted()
    for name in (SENDER, RECEIVER):
        sqlite_town.nodes[name] = replace(sqlite_town.nodes[name], given_disarmer=made)
    set_routes(sqlite_town, disarm={"*": "standard"})
    return sqlite_town
