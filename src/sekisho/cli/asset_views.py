"""Devices and media as values for programs and as words for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sekisho.cli.answer import Shown, Table
from sekisho.cli.flow_sheets import HEADERS, WHAT_WORDS, fault_values, told
from sekisho.cli.words import both

if TYPE_CHECKING:
    from sekisho.office.disposal.actions.importing import Change
    from sekisho.office.disposal.models import Asset


def asset_value(row: Asset, why: str = "") -> dict[str, Any]:
    """An asset for a program; `unaccounted` says why its media are not all accounted for."""
    from sekisho.office.disposal.entry import COLUMNS, entry_of

    entry = entry_of(row)
    values = {name: getattr(entry, name) for name in COLUMNS}
    plain = {n: one.isoformat() if isinstance(one, date) else one for n, one in values.items()}
    return {**plain, "state": row.state, "edition": row.edition, "unaccounted": why}


def asset_table(rows: Sequence[Asset], unaccounted: Mapping[str, str]) -> Shown:
    """Assets for a person."""
    from sekisho.office.disposal.kinds import KIND_WORDS, STATE_WORDS
    from sekisho.office.disposal.register.columns import COLUMN_WORDS, UNACCOUNTED_WORDS

    if not rows:
        return both("機器・媒体はありません。", "There are no assets.")
    names = ("code", "kind", "serial", "state", "unit", "place", "inside")
    headers = (*(both(*COLUMN_WORDS[one]) for one in names), both("媒体の照合", "media"))
    lines = [
        (
            row.code,
            both(*KIND_WORDS[row.kind]),
            row.serial or "—",
            both(*STATE_WORDS[row.state]),
            row.unit or "—",
            row.place or "—",
            row.inside_id or "—",
            both(*UNACCOUNTED_WORDS[unaccounted.get(row.code, "")]),
        )
        for row in rows
    ]
    return Table(headers, lines)


def asset_lines(row: Asset, contents: Sequence[Asset], why: str) -> list[str]:
    """Everything about one asset for a person."""
    from sekisho.office.disposal.entry import entry_of
    from sekisho.office.disposal.kinds import KIND_WORDS
    from sekisho.office.disposal.register.columns import (
        COLUMN_WORDS,
        UNACCOUNTED_WORDS,
        written,
    )

    texts = written(entry_of(row), row.state)
    lines = [f"{both(*COLUMN_WORDS[name])}: {text}" for name, text in texts.items() if text]
    inner = [f"  {one.code} {both(*KIND_WORDS[one.kind])} {one.serial}" for one in contents]
    return [*lines, *inner, both("媒体の照合: ", "media: ") + both(*UNACCOUNTED_WORDS[why])]


def change_value(one: Change) -> dict[str, Any]:
    """One row of a table for a program."""
    return {
        "row": one.row,
        "code": one.entry.code,
        "serial": one.entry.serial,
        "what": str(one.what),
        "fields": {name: [_plain(a), _plain(b)] for name, (a, b) in one.fields.items()},
        "faults": fault_values(one.faults),
    }


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def change_table(found: Sequence[Change]) -> Table:
    """What a table would do, row by row."""
    from sekisho.office.disposal.register.columns import COLUMN_WORDS

    rows = [
        (
            str(one.row),
            one.entry.code or one.entry.serial,
            both(*WHAT_WORDS[one.what]),
            told(one.faults)
            or both("、", ", ").join(
                both(*COLUMN_WORDS[name]) for name in one.fields if one.what == "change"
            ),
        )
        for one in found
    ]
    return Table(tuple(both(*one) for one in HEADERS), rows)
