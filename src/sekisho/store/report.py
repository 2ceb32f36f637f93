"""What an examination of a store found: values and words, nothing that acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from sekisho.kernel.errors import SekishoError


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    INFO = "info"
    CARE = "care"
    BAD = "bad"


class Verdict(StrEnum):
    """Whether a store may be used."""

    USE = "use"
    CARE = "care"
    NO = "no"


@dataclass(frozen=True)
class Finding:
    """The result of one check, in words for people; `check` is its stable English name."""

    check: str
    level: Level
    ja: str
    en: str


@dataclass(frozen=True)
class Report:
    """All findings about one store at one moment."""

    store: str
    at: datetime
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst finding decides."""
        levels = {finding.level for finding in self.findings}
        if Level.BAD in levels:
            return Verdict.NO
        return Verdict.CARE if Level.CARE in levels else Verdict.USE

    def lines(self, language: str) -> list[str]:
        """The report for people in `ja` or `en`: the store, one line for each finding, the verdict.

        The marks at the beginning of a line are of equal width, so that the lines align.
        """
        japanese = language == "ja"
        body = [f"{_MARKS[f.level][japanese]} {f.ja if japanese else f.en}" for f in self.findings]
        return [self.store, *body, verdict_words(self.verdict, language)]


_MARKS = {
    Level.OK: ("ok  ", "良 "),
    Level.INFO: ("info", "参考"),
    Level.CARE: ("care", "注意"),
    Level.BAD: ("BAD ", "不可"),
}


def verdict_words(verdict: Verdict, language: str) -> str:
    """The verdict as a sentence in `ja` or `en`."""
    japanese = language == "ja"
    match verdict:
        case Verdict.USE:
            return "判定: 使えます。" if japanese else "Verdict: may be used."
        case Verdict.CARE:
            if japanese:
                return "判定: 使えますが、「注意」の行を確かめてください。"
            return "Verdict: may be used with care; see the lines marked “care”."
        case Verdict.NO:
            if japanese:
                return "判定: このままでは使えません。「不可」の行を直して、調べ直してください。"
            return "Verdict: must not be used as it is; mend the lines marked “BAD” and ask again."
        case never:
            assert_never(never)


def from_error(check: str, error: SekishoError, level: Level = Level.BAD) -> Finding:
    """A check that ended in one of our errors, with what to do next."""
    ja, en = error.explain("ja"), error.explain("en")
    return Finding(
        check,
        level,
        f"{ja.what}{ja.next_step}（{error.code}）",
        f"{en.what} {en.next_step} ({error.code})",
    )
