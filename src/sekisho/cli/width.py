"""How wide text stands in a terminal: East Asian characters take two columns."""

from __future__ import annotations

from collections.abc import Sequence

from sekisho.kernel.widths import pad, width, wrap

__all__ = ["pad", "table", "width", "wrap"]


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns set side by side, two blanks between them."""
    everything = [tuple(headers), *(tuple(row) for row in rows)]
    widths = [max(width(row[i]) for row in everything) for i in range(len(headers))]
    return [
        "  ".join(pad(cell, columns) for cell, columns in zip(row, widths, strict=True)).rstrip()
        for row in everything
    ]
