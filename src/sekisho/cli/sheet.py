"""The help page of a command, in the user's language and with columns that fit Japanese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from sekisho.cli.width import pad, width, wrap
from sekisho.cli.words import both

LEFT_COLUMNS_MAX = 34

_HEADINGS = {
    "Options": "オプション",
    "Commands": "コマンド",
    "Shared options": "共通のオプション",
}


class Sheet(click.HelpFormatter):
    """Click's formatter with translated headings and East Asian widths."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The usage line."""
        self.write(f"{both('使い方', 'Usage')}: {prog} {args}".rstrip() + "\n")

    def write_heading(self, heading: str) -> None:
        """A heading, translated where it is one of click's own."""
        self.write(
            f"{'':>{self.current_indent}}{both(_HEADINGS.get(heading, heading), heading)}:\n"
        )

    def write_text(self, text: str) -> None:
        """Paragraphs, each wrapped; a paragraph after a form feed keeps its lines."""
        for number, paragraph in enumerate(text.split("\n\n")):
            if number:
                self.write("\n")
            for line in paragraph.split("\n"):
                self._lines(wrap(line.strip(), self.width - self.current_indent))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = LEFT_COLUMNS_MAX, col_spacing: int = 2
    ) -> None:
        """Two columns; a left side that is too wide stands on a line of its own."""
        listed = list(rows)
        left = min(col_max, max(width(term) for term, _ in listed)) + col_spacing
        for term, text in listed:
            lines = wrap(text, max(20, self.width - self.current_indent - left))
            if width(term) + col_spacing > left:
                self._lines([term])
                self._lines([" " * left + line for line in lines])
            else:
                self._lines([pad(term, left) + lines[0], *(" " * left + one for one in lines[1:])])

    def _lines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.write(f"{'':>{self.current_indent}}{line}".rstrip() + "\n")


class SheetContext(click.Context):
    """A context whose help is written on a `Sheet`."""

    formatter_class = Sheet
