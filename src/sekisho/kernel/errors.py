"""Coded errors: what happened, what to do next, whom to ask.

The words stand in `codes/*.toml`, one file per area; a test checks that every code raised is
explained in Japanese and English and that no code is explained twice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


class SekishoError(Exception):
    """An expected failure. `code` is stable (`SKS-P003`); `params` fill its sentence."""

    exit_code = 1

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code}: {self.explain('en').what}"

    def explain(self, language: str) -> Explanation:
        """The sentence of this error in `ja` or `en`, its gaps filled."""
        words = explanation(self.code, language)
        return Explanation(self.code, _fill(words.what, self.params), words.next_step, words.ask)


class Refused(SekishoError):
    """A rule says no; the same call will be refused again until something is changed."""

    exit_code = 3


class SeveralRefused(Refused):
    """A rule says no to several files; `reasons` names each file with what stands against it."""

    def __init__(
        self, code: str, reasons: Sequence[tuple[str, SekishoError]], /, **params: Any
    ) -> None:
        super().__init__(code, **params)
        self.reasons = tuple(reasons)


class InvalidInput(SekishoError):
    """What came from outside is damaged, hostile or of the wrong shape."""

    exit_code = 4


class Unavailable(SekishoError):
    """Something we need is away or busy; the same call may go through later."""

    exit_code = 5


class Broken(SekishoError):
    """What we keep ourselves is not as we left it: a key is missing, a ledger was rolled back."""

    exit_code = 6


@dataclass(frozen=True)
class Explanation:
    """One error code in one language."""

    code: str
    what: str
    next_step: str
    ask: str


def explanation(code: str, language: str) -> Explanation:
    """The unfilled words of `code` in `ja` or `en`. Raises KeyError for a code that is not ours."""
    entry = catalogue()[code]
    suffix = "" if language == "ja" else "_en"
    return Explanation(code, entry["what" + suffix], entry["next" + suffix], entry["ask" + suffix])


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every code with its words, merged from all areas. Raises ValueError on a duplicate."""
    merged: dict[str, dict[str, str]] = {}
    for file in sorted((Path(__file__).parent / "codes").glob("*.toml")):
        for code, entry in tomllib.loads(file.read_text("utf-8")).items():
            if code in merged:
                raise ValueError(f"{code} is explained twice")
            merged[code] = entry
    return merged


class _Gaps(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _fill(sentence: str, params: dict[str, Any]) -> str:
    return sentence.format_map(_Gaps(params))
