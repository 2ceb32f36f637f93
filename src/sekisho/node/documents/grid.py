"""A table of figures that goes on paper and into a spreadsheet alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sekisho.node.documents.paper import Bar, Block, Cell, Column, Note, Section, Table
from sekisho.office.site.sheets import Head, Sheet

Figure = str | int


@dataclass(frozen=True)
class Grid:
    """`columns` are headings with their share of the width; those named in `numbers` hold numbers.
    On paper the numbers of column `bar` are drawn beside the table too. `note` stands below it,
    `empty` in its place when there are no rows."""

    heading: str
    columns: Sequence[tuple[str, float]]
    rows: Sequence[Sequence[Figure]]
    numbers: frozenset[int] = frozenset()
    bar: int | None = None
    note: str = ""
    empty: str = ""


def section_of(grid: Grid, number: int) -> Section:
    """The grid as a numbered section of a document."""
    blocks: list[Block] = [_table(grid)] if grid.rows else [Note(grid.empty)]
    if grid.note:
        blocks.append(Note(grid.note))
    return Section(f"{number}　{grid.heading}", blocks)


def sheet_of(grid: Grid) -> Sheet:
    """The grid as a sheet, its numbers as numbers."""
    heads = [Head(title, round(6 + 3.2 * width)) for title, width in grid.columns]
    return Sheet(grid.heading, heads, grid.rows)


def _table(grid: Grid) -> Table:
    columns = [
        Column(title, width, number=place in grid.numbers)
        for place, (title, width) in enumerate(grid.columns)
    ]
    rows: list[Sequence[Cell]] = [[_shown(one) for one in row] for row in grid.rows]
    if grid.bar is None:
        return Table(columns, rows)
    values = [_number(row[grid.bar]) for row in grid.rows]
    most = max([*values, 1])
    drawn = [(*row, Bar(value / most)) for row, value in zip(rows, values, strict=True)]
    return Table([*columns, Column("", 6.0)], drawn)


def _number(figure: Figure) -> int:
    return figure if isinstance(figure, int) else 0


def _shown(figure: Figure) -> str:
    return f"{figure:,}" if isinstance(figure, int) else figure
