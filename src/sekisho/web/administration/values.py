"""Texts of forms as values, and back."""

from __future__ import annotations

import re
from datetime import date, datetime

from sekisho.kernel import limits
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.sizes import shown_bytes
from sekisho.web.days import chosen_day, end

_BETWEEN = re.compile(r"[,、，;；\r\n]+")
_SIZE = re.compile(r"(\d{1,15})\s*(B|KiB|MiB|GiB)?", re.ASCII | re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "kib": limits.KIB, "mib": limits.MIB, "gib": limits.GIB}


def words_of(text: str) -> list[str]:
    """The words between commas or lines, without those that are empty."""
    return [word for part in _BETWEEN.split(text) if (word := part.strip())]


def number_of(key: str, text: str) -> int:
    """A whole number. Raises InvalidInput SKS-T002."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise InvalidInput("SKS-T002", key=key, value=text[:40], allowed="0, 1, 2, …")
    return int(text)


def size_of(key: str, text: str) -> int:
    """`100 MiB` in bytes. Raises InvalidInput SKS-T002."""
    found = _SIZE.fullmatch(text)
    if found is None:
        raise InvalidInput("SKS-T002", key=key, value=text[:40], allowed="100 MiB, 2 GiB")
    return int(found[1]) * _UNITS[(found[2] or "").lower()]


def exact_size(count: int) -> str:
    """A size that `size_of` reads as the same number."""
    words = shown_bytes(count)
    return words if "." not in words and size_of("", words) == count else f"{count} B"


def day_of(untrusted: str) -> date | None:
    """A day, or None where nothing was typed. Raises InvalidInput SKS-W025."""
    found = chosen_day(untrusted)
    if untrusted and found is None:
        raise InvalidInput("SKS-W025")
    return found


def end_of(untrusted: str) -> datetime:
    """The end of a day that has to be named. Raises InvalidInput SKS-W025."""
    found = end(day_of(untrusted))
    if found is None:
        raise InvalidInput("SKS-W025")
    return found
