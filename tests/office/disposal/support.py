"""Assets of the tests, and how they get into the register."""

from __future__ import annotations

from typing import Any

from tests.support.town import Town

from sekisho.office.disposal.actions import registering
from sekisho.office.disposal.entry import Entry


def medium(serial: str = "WD-0001", **changes: Any) -> Entry:
    """A hard disk of the tax division."""
    values: dict[str, Any] = {
        "kind": "hdd",
        "serial": serial,
        "model": "WDC WD5000",
        "size": "500 GB",
        "label": "two",
        "unit": "税務課",
        "place": "サーバー室 棚3",
    }
    return Entry(**{**values, **changes})


def device(code: str = "PC-101", **changes: Any) -> Entry:
    """A PC of the tax division."""
    values: dict[str, Any] = {
        "kind": "pc",
        "code": code,
        "serial": f"SN{code}",
        "unit": "税務課",
        "place": "税務課 窓口2",
        "holder": "佐藤 花子",
    }
    return Entry(**{**values, **changes})


def registered(
    town: Town, *entries: Entry, at: str = "internet", stored: bool = False
) -> list[str]:
    """The codes of assets that are registered at a node."""
    with town.at(at) as node:
        rows = registering.register(node.desk, actor="admin", entries=entries, stored=stored)
        return [row.code for row in rows]
