"""A flow of the tests, and how it gets into the register."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.support.town import Town

from sekisho.office.flows.actions import registering
from sekisho.office.flows.entry import Entry, Item

ITEMS = (Item("宛名番号"), Item("氏名", personal=True), Item("税額", personal=True))


def entry(**changes: Any) -> Entry:
    """Monthly data of the tax division for the welfare division."""
    values: dict[str, Any] = {
        "code": "ZEI-01",
        "name": "所得情報の提供",
        "purpose": "保育料の算定",
        "basis": "○○市個人番号利用条例 別表",
        "basis_until": date(2029, 3, 31),
        "from_node": "internet",
        "from_body": "税務課",
        "to_node": "lgwan",
        "to_body": "こども課",
        "owner": "sato",
        "unit": "税務課",
        "frequency": "monthly",
        "due": "10",
        "label": "機密性2",
        "medium": "usb",
        "addressees": ("sato",),
        "files": ("所得*.csv", "*.txt"),
        "items": ITEMS,
        "valid_from": date(2025, 4, 1),
    }
    return Entry(**{**values, **changes})


def register(town: Town, at: str = "internet", *, start: bool = True, **changes: Any) -> str:
    """The code of a flow that is in use at a node."""
    with town.at(at) as node:
        made = registering.register(node.desk, actor="admin", entry=entry(**changes), start=start)
        return str(made.code)
