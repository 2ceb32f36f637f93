"""One page of HTML about the compared models. It asks for nothing from elsewhere and prints."""

from __future__ import annotations

from html import escape
from importlib import resources

from sekisho.assess.assessing import Assessor
from sekisho.assess.model import Model
from sekisho.assess.result import Found, Result
from sekisho.assess.sequences import Sequence
from sekisho.assess.telling.card import card
from sekisho.assess.telling.markup import heading, links, listed, paragraph
from sekisho.assess.telling.plan import PLAN, plan
from sekisho.assess.telling.sentences import (
    ESTIMATE,
    GOALS,
    HEADINGS,
    acting,
    inputs_of,
    stops,
    told,
)
from sekisho.assess.telling.tables import (
    comparison,
    inputs_that_matter,
    measures,
    pick,
    sets,
    viewpoints,
)
from sekisho.kernel.speech import Pair

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
_TITLE: Pair = ("データ連携のモデルの比較", "Models of data linkage compared")
_CONTENTS: Pair = ("この画面の中", "On this page")
_VIEWPOINTS: Pair = ("立場ごとの見え方", "Viewpoints")
CARDS_SHOWN, LONG_SHOWN, LONG = 6, 4, 3
MARKS_SHOWN = 2


def page(result: Result, *, language: str, version: str) -> str:
    """The page in `ja` or `en`."""
    foot = provenance(result, language=language, version=version)
    return framed(body(result, language), foot, language=language)


def body(result: Result, language: str) -> str:
    """What stands below the heading, for a page of somebody else's: no style or script in it."""
    marked = [(f"model-{n}", found) for n, found in enumerate(result.found, 1)]
    named = [(mark, pick(found.model.words, language)) for mark, found in marked]
    places = [("viewpoints", pick(_VIEWPOINTS, language)), *named, ("plan", pick(PLAN, language))]
    return "\n".join(
        [
            paragraph(pick(ESTIMATE, language), "estimate"),
            f'<nav aria-label="{pick(_CONTENTS, language)}">{links(places)}</nav>',
            comparison(result, language),
            heading(2, pick(_VIEWPOINTS, language), "viewpoints"),
            viewpoints(result, language),
            *(_model(result, found, mark, language) for mark, found in marked),
            plan(result, language),
        ]
    )


def framed(content: str, foot: str, *, language: str) -> str:
    """A page of its own around what `body` made, with the line of `provenance`."""
    title = escape(pick(_TITLE, language))
    css = resources.files("sekisho.assess.telling").joinpath("page.css").read_text("utf-8")
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{language}">',
            '<head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>\n{css}</style></head>",
            f"<body><main><h1>{title}</h1>",
            content,
            f"</main><footer>{escape(foot)}</footer></body></html>",
            "",
        ]
    )


def provenance(result: Result, *, language: str, version: str) -> str:
    """The line on every page: estimate, inputs, seed, version, and how it was computed."""
    exact = all(found.year.is_exact for found in result.found)
    how: Pair = ("確率は厳密計算", "probabilities exact") if exact else ("確率は標本", "sampled")
    seed, draws = result.assessor.seed, result.assessor.inputs.count
    return pick(ESTIMATE, language) + pick(
        (
            f" 推定の入力 {len(result.missing)}件、種 {seed}、入力の標本 {draws}、"
            f"{how[0]}、Sekisho {version}",
            f" Estimated inputs: {len(result.missing)}; seed {seed}; {draws} draws; "
            f"{how[1]}; Sekisho {version}",
        ),
        language,
    )


def _model(result: Result, found: Found, mark: str, language: str) -> str:
    name = pick(found.model.words, language)
    return "".join(
        [
            heading(2, name, mark),
            heading(3, pick(("攻撃や誤りの流れ", "Sequences"), language)),
            *(_card(result, found, one, language) for one in chosen(found)),
            heading(3, pick(("止められる場所", "Where it can be stopped"), language)),
            listed(pick(one, language) for one in stops(result.assessor, found)),
            heading(3, pick(("対策の効き目", "What measures do"), language)),
            measures(result, found, language),
            sets(result, found, language),
            heading(3, pick(("結果を左右する入力", "Inputs that matter"), language)),
            inputs_that_matter(result, found, language),
        ]
    )


def chosen(found: Found) -> list[Sequence]:
    """The cards that are shown: the likeliest that cross zones or spread, and of the short ones."""
    long = [one for one in found.sequences if len(one.steps) >= LONG]
    short = [one for one in found.sequences if len(one.steps) < LONG]
    return [*long[:LONG_SHOWN], *short[: CARDS_SHOWN - len(long[:LONG_SHOWN])]]


def picture(assessor: Assessor, model: Model, one: Sequence, language: str) -> str:
    """The card's SVG, with the strongest measures that would stop each step."""
    marks: dict[int, list[Pair]] = {}
    for measure, number, _ in acting(model, one):
        if len(marks.setdefault(number, [])) < MARKS_SHOWN:
            marks[number].append(assessor.study.words("measure", measure))
    return card(one.steps, marks, language)


def _card(result: Result, found: Found, one: Sequence, language: str) -> str:
    study = result.assessor.study
    threat = pick(study.words("threat", one.threat), language)
    goal = pick(GOALS[one.goal], language)
    parts = [
        f"<dt>{pick(name, language)}</dt><dd>{listed(pick(text, language) for text in texts)}</dd>"
        for name, texts in zip(HEADINGS, told(result.assessor, found.model, one), strict=True)
    ]
    shown = picture(result.assessor, found.model, one, language)
    return (
        f'<section class="card">{heading(3, f"{threat} → {goal}")}'
        f'<div class="wide" tabindex="0">{shown}</div><dl>{"".join(parts)}</dl>'
        f"<details><summary>{pick(('出典と入力', 'Sources and inputs'), language)}</summary>"
        f"{listed(pick(inputs_of(step), language) for step in one.steps)}</details></section>"
    )
