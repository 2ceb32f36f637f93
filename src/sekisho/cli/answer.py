"""Giving the answer: one JSON value for programs, words and tables for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from sekisho.cli.call import Call
from sekisho.cli.width import table


@dataclass(frozen=True)
class Table:
    """Rows under headers; drawn with lines on a terminal, as plain columns elsewhere."""

    headers: tuple[str, ...]
    rows: Sequence[Sequence[str]]

    def show(self) -> None:
        """Write it on standard output."""
        if sys.stdout.isatty():
            _draw(self)
        else:
            for line in table(self.headers, self.rows):
                click.echo(line)


Shown = str | Table


def answer(call: Call, value: Any, *shown: Shown | Callable[[], None]) -> None:
    """Give `value` as JSON, or show the texts and tables to a person."""
    if call.json:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))
        return
    for one in shown:
        if isinstance(one, Table):
            one.show()
        elif callable(one):
            one()
        else:
            click.echo(one)


def _draw(found: Table) -> None:
    # Here, not above: most calls write no table to a terminal.
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=SIMPLE_HEAD, pad_edge=False)
    for header in found.headers:
        drawn.add_column(header, overflow="fold")
    for row in found.rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console().print(drawn)
