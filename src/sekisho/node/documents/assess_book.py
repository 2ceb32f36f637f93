"""What `assess` found as an Excel file: figures to work with, inputs with their sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO

from sekisho.assess.bdd import Floats
from sekisho.assess.figures import NO_DIFFERENCE, difference, figure
from sekisho.assess.measuring import Effect, why_none
from sekisho.assess.ranges import Range
from sekisho.assess.result import Found, Result
from sekisho.assess.rules import GOALS
from sekisho.assess.telling import sentences, tables
from sekisho.assess.telling.page import provenance
from sekisho.kernel.speech import EN, Pair
from sekisho.office.site.sheets import Head, Sheet, Value, write_xlsx

Row = Sequence[Value]
ESTIMATE = "estimate"
Heads = tuple[tuple[Pair, int], ...]
_MODEL = (("モデル", "model"), 28)
_LOW, _HIGH = (("下端", "low"), 16), (("上端", "high"), 16)
_NOTE = (("注", "note"), 50)
_MODELS: Heads = (_MODEL, (("項目", "figure"), 32), (("平均", "mean"), 16), _LOW, _HIGH, _NOTE)
_VIEWS: Heads = (
    (("脅威", "threat"), 20),
    (("立場", "party"), 20),
    _MODEL,
    (("順位", "rank"), 8),
    (("1位が変わらない割合", "share of firm firsts"), 22),
)
_SEQUENCES: Heads = (
    _MODEL,
    (("番号", "number"), 8),
    (("脅威", "threat"), 20),
    (("結果", "end"), 22),
    (("年間の回数", "times a year"), 14),
    (("順", "step"), 6),
    (("ステップ", "what happens"), 60),
    (("ATT&CK", "ATT&CK"), 20),
)
_MEASURES: Heads = (
    _MODEL,
    (("対策", "measures"), 40),
    (("減る危険（円/年）", "risk removed (yen a year)"), 18),
    _LOW,
    _HIGH,
    (("費用（円/年）", "cost (yen a year)"), 16),
    (("職員の分/年", "staff minutes a year"), 16),
    (("費用1円あたり", "per yen"), 14),
    (("職員1分あたり", "per staff minute"), 14),
    _NOTE,
)
_INPUTS: Heads = (
    (("種類", "kind"), 12),
    (("名前", "id"), 24),
    (("言葉", "words"), 50),
    (("項目", "key"), 18),
    (("最小", "lowest"), 12),
    (("値", "value"), 24),
    (("最大", "highest"), 12),
    (("推定", "estimate"), 8),
    (("出どころ", "source"), 60),
)


def as_xlsx(result: Result, *, language: str, version: str, made: datetime) -> bytes:
    """Every table of the result. Texts stay texts, whatever they begin with."""
    out = BytesIO()
    book = _Book(result, language)
    sheets = [book.about(version), *book.sheets()]
    write_xlsx(sheets, out, made=made, language=language)
    return out.getvalue()


class _Book:
    """The sheets of one result in one language."""

    def __init__(self, result: Result, language: str) -> None:
        self._result, self._language = result, language
        self._study = result.assessor.study

    def about(self, version: str) -> Sheet:
        """What every reader has to know first."""
        said = provenance(self._result, language=self._language, version=version)
        return self._sheet(("はじめに", "about"), ((("この表について", "about"), 100),), [[said]])

    def sheets(self) -> list[Sheet]:
        """Models, viewpoints, sequences, measures and sets of them, inputs."""
        return [
            self._sheet(("モデル", "models"), _MODELS, self._models()),
            self._sheet(("視点", "viewpoints"), _VIEWS, self._views()),
            self._sheet(("攻撃シーケンス", "sequences"), _SEQUENCES, self._sequences()),
            self._sheet(("対策", "measures"), _MEASURES, self._measures()),
            self._sheet(("入力", "inputs"), _INPUTS, self._inputs()),
        ]

    def _say(self, pair: Pair) -> str:
        return pair[1] if self._language == EN else pair[0]

    def _sheet(self, title: Pair, heads: Heads, rows: Iterator[Row] | list[Row]) -> Sheet:
        return Sheet(self._say(title), [Head(self._say(one), size) for one, size in heads], rows)

    def _models(self) -> Iterator[Row]:
        first = self._result.found[0]
        for one in self._result.found:
            name, year = self._say(one.model.words), one.year
            kind = ("厳密計算", "exact") if year.is_exact else ("標本による", "sampled")
            for goal in GOALS:
                times = ("年間の回数", "times a year")
                title = f"{self._say(sentences.GOALS[goal])} {self._say(times)}"
                yield self._figures(name, title, year.times(goal), self._say(kind))
            for title, values in (
                (("危険（円/年）", "expected loss (yen a year)"), year.risk),
                (("止まる日数/年", "days stopped a year"), year.stop_days),
                (("費用（円/年）", "cost (yen a year)"), year.cost),
                (("職員の分/年", "staff minutes a year"), year.minutes),
            ):
                yield self._figures(name, self._say(title), values, "")
            if one is not first:
                gap = difference(first.year.risk, year.risk)
                title = self._say(("最初のモデルとの危険の差", "risk against the first model"))
                note = self._say(NO_DIFFERENCE) if gap.covers_zero else ""
                yield [name, title, gap.mean, gap.low, gap.high, note]

    def _figures(self, name: str, title: str, values: Floats, note: str) -> Row:
        found = figure(values)
        return [name, title, found.mean, found.low, found.high, note]

    def _views(self) -> Iterator[Row]:
        for view in self._result.views:
            threat = self._say(self._study.words("threat", view.threat))
            party = self._say(self._study.words("party", view.party))
            for name, rank in sorted(view.ranks.items(), key=lambda item: item[1]):
                yield [threat, party, self._say(self._study.models[name].words), rank, view.firm]

    def _sequences(self) -> Iterator[Row]:
        for one in self._result.found:
            for number, sequence in enumerate(one.sequences, 1):
                threat = self._say(self._study.words("threat", sequence.threat))
                end = self._say(sentences.GOALS[sequence.goal])
                begin = [self._say(one.model.words), number, threat, end, sequence.per_year]
                for place, step in enumerate(sequence.steps, 1):
                    yield [*begin, place, self._say(step.words), ", ".join(step.attack)]

    def _measures(self) -> Iterator[Row]:
        """Each alone, then the best sets under the budget."""
        for one in self._result.found:
            yield from (self._effect(one, rung) for rung in one.rungs)
            yield from (self._effect(one, best) for best in one.sets if len(best.measures) > 1)

    def _effect(self, found: Found, one: Effect) -> Row:
        why = why_none(self._result.assessor, found.model, one)
        return [
            self._say(found.model.words),
            tables.names(self._result.assessor, one.measures, self._language),
            one.removed.mean,
            one.removed.low,
            one.removed.high,
            one.yen,
            one.minutes,
            one.per_yen if one.yen else None,
            one.per_minute if one.minutes else None,
            self._say(why) if why else "",
        ]

    def _inputs(self) -> Iterator[Row]:
        for kind, found in self._study.tables.items():
            for name, table in found.items():
                source = str(table.get("source", ""))
                words = self._say((table.get("ja", ""), table.get("en", "")))
                for key, value in table.items():
                    if key not in ("ja", "en", "source"):
                        yield self._input([kind, name, words, key], value, source)
        for step in self._result.assessor.steps:
            for key, given in (("chance", step.chance), ("days", step.days)):
                yield self._input(
                    ["step", step.name, self._say(step.words), key], given, step.source
                )
            for measure, factor in step.factors.items():
                begin = ["step", step.name, self._say(step.words), f"measures.{measure}"]
                yield self._input(begin, factor, step.source)

    def _input(self, begin: Row, value: object, source: str) -> Row:
        low = high = likely = None
        if isinstance(value, Range):
            low, likely, high = value.low, value.likely, value.high
        mark = self._say(("推定", "estimate")) if ESTIMATE in source else ""
        shown = likely if isinstance(value, Range) else _plain(value)
        return [*begin, low, shown, high, mark, source]


def _plain(value: object) -> Value:
    """One cell, whatever the form of the key."""
    if isinstance(value, dict):
        return ", ".join(f"{key} = {one:g}" for key, one in value.items())
    if isinstance(value, tuple):
        return ", ".join(value)
    return value if isinstance(value, int | float) else str(value)
