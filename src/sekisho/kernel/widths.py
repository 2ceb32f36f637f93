"""How wide text stands, in columns: East Asian characters take two."""

from __future__ import annotations

import re
import unicodedata

_PIECE = re.compile(r"[!-~\u00a0-\u024f]+|\s|.", re.DOTALL)
_NEVER_FIRST = frozenset(
    "、。，．・：；！？）」』】〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…%）"
)


def width(text: str) -> int:
    """Columns that `text` takes; combining marks take none."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """`text` with blanks after it up to `columns`."""
    return text + " " * max(0, columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most `columns`: broken at blanks, and anywhere between Japanese characters
    except before those that must not begin a line."""
    lines, line = [], ""
    for piece in _pieces(text):
        if piece.isspace():
            line += " " if line else ""
        elif line and width(line) + width(piece) > columns:
            lines.append(line.rstrip())
            line = piece
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str) -> list[str]:
    """What may not be broken: a word, or a character with the marks that follow it."""
    found: list[str] = []
    for piece in _PIECE.findall(text):
        if found and piece in _NEVER_FIRST and not found[-1].isspace():
            found[-1] += piece
        else:
            found.append(piece)
    return found
