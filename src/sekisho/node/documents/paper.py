"""What stands on a document, before it is drawn: texts in tables under headings, no markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sekisho.kernel.names import visible


@dataclass(frozen=True)
class Mixed:
    """A cell with a text, and below it in small letters of one width (digests, ids) another."""

    text: str
    small: str


@dataclass(frozen=True)
class Bar:
    """A cell with a bar of `share` (0 to 1) of its width; the number stands in another cell."""

    share: float


Cell = str | Mixed | Bar


@dataclass(frozen=True)
class Facts:
    """A name on the left, what there is to say on the right."""

    rows: Sequence[tuple[str, Cell]]


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its share of the width, whether it holds numbers."""

    title: str
    width: float
    number: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under headings that are repeated on every page."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Note:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Command:
    """What is to be typed."""

    text: str


Block = Facts | Table | Note | Command


@dataclass(frozen=True)
class Section:
    """Blocks under a heading."""

    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Paper:
    """A whole document. `moment` is that of its data, not of its making: the same data give the
    same bytes. `running` stands at the head of each page but the first."""

    language: str
    title: str
    lead: str
    head: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    running: str
    moment: datetime

    def as_data(self) -> dict[str, Any]:
        """The form that the drawing program reads: texts that print, in lists and objects."""
        return {
            "language": self.language,
            "title": visible(self.title),
            "lead": visible(self.lead),
            "running": visible(self.running),
            "head": [[visible(name), visible(value)] for name, value in self.head],
            "sections": [
                {"heading": visible(one.heading), "blocks": [*_blocks(one)]}
                for one in self.sections
            ],
        }


def _blocks(section: Section) -> Iterator[dict[str, Any]]:
    for one in section.blocks:
        if isinstance(one, Facts):
            yield {"kind": "facts", "rows": [[visible(n), _cell(v)] for n, v in one.rows]}
        elif isinstance(one, Table):
            yield {
                "kind": "table",
                "columns": [
                    {"title": visible(c.title), "width": c.width, "number": c.number}
                    for c in one.columns
                ],
                "rows": [[_cell(cell) for cell in row] for row in one.rows],
            }
        else:
            kind = "note" if isinstance(one, Note) else "command"
            yield {"kind": kind, "text": visible(one.text)}


def _cell(cell: Cell) -> dict[str, Any]:
    if isinstance(cell, Bar):
        return {"bar": min(1.0, max(0.0, cell.share))}
    if isinstance(cell, Mixed):
        return {"text": visible(cell.text), "small": visible(cell.small)}
    return {"text": visible(cell)}
