"""A verdict: lines in plain words, each good, bad, not known or for information."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sekisho.kernel.errors import Refused, SekishoError
from sekisho.ledger.words import WORDS


class State(StrEnum):
    """What a line says about the evidence. UNKNOWN: it could not be checked, but must be."""

    OK = "ok"
    BAD = "bad"
    UNKNOWN = "unknown"
    INFO = "info"


@dataclass(frozen=True)
class Line:
    """One statement; `code` leads to the explanation of what to do (`sekisho explain`)."""

    state: State
    code: str | None
    words_ja: str
    words_en: str


@dataclass(frozen=True)
class Verdict:
    """All that was found, in the order in which it was checked."""

    lines: tuple[Line, ...]

    @property
    def ok(self) -> bool:
        """Whether everything that must hold was checked and holds."""
        return not any(line.state in (State.BAD, State.UNKNOWN) for line in self.lines)


def good(key: str, **params: Any) -> Line:
    """A check that came out well, in the words of that key."""
    return _from_words(State.OK, key, params)


def info(key: str, **params: Any) -> Line:
    """Something worth knowing that decides nothing."""
    return _from_words(State.INFO, key, params)


def bad(code: str, **params: Any) -> Line:
    """A check that failed."""
    return from_error(Refused(code, **params))


def unknown(code: str, **params: Any) -> Line:
    """A check that could not be made."""
    return from_error(Refused(code, **params), State.UNKNOWN)


def from_error(error: SekishoError, state: State = State.BAD) -> Line:
    """A line with the words of a coded error."""
    return Line(state, error.code, error.explain("ja").what, error.explain("en").what)


def _from_words(state: State, key: str, params: dict[str, Any]) -> Line:
    words_ja, words_en = WORDS[key]
    return Line(state, None, words_ja.format_map(params), words_en.format_map(params))
