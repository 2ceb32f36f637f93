"""The tables of the page: models side by side, measures, viewpoints, inputs that matter."""

from __future__ import annotations

import numpy as np

from sekisho.assess.assessing import Assessor
from sekisho.assess.bdd import Floats
from sekisho.assess.figures import NO_DIFFERENCE, difference, figure, once_in, rounded, yen
from sekisho.assess.measuring import Effect, why_none
from sekisho.assess.result import Found, Result
from sekisho.assess.telling.markup import table
from sekisho.assess.telling.sentences import main_way
from sekisho.kernel.speech import EN, Pair

SWINGS_SHOWN = 8
RUNGS_SHOWN = 12


def pick(pair: Pair, language: str) -> str:
    """The one of two texts that the reader reads."""
    return pair[1] if language == EN else pair[0]


def comparison(result: Result, language: str) -> str:
    """Models in columns."""

    def say(ja: str, en: str) -> str:
        return pick((ja, en), language)

    first = result.found[0]
    rows = [
        [
            say("漏えい（推定）", "leaks (estimate)"),
            *(_often(f, "leak", language) for f in result.found),
        ],
        [
            say("書換え・欠落（推定）", "changes (estimate)"),
            *(_often(f, "change", language) for f in result.found),
        ],
        [
            say("業務が止まる日数（年）", "days of work stopped a year"),
            *(_number(f.year.stop_days, language) for f in result.found),
        ],
        [
            say("危険の大きさ（年）", "expected loss a year"),
            *(_money(f.year.risk, language) for f in result.found),
        ],
        [
            say("いちばん左との差", "against the first"),
            "—",
            *(gap(first, f, language) for f in result.found[1:]),
        ],
        [say("費用（年）", "cost a year"), *(_money(f.year.cost, language) for f in result.found)],
        [
            say("職員の時間（年）", "staff hours a year"),
            *(_hours(f, language) for f in result.found),
        ],
        [
            say("残る主な流れ", "main way left"),
            *(pick(main_way(f), language) for f in result.found),
        ],
    ]
    headers = ["", *(pick(f.model.words, language) for f in result.found)]
    caption = say(
        "かっこの中は、入力のあいまいさによる90%の幅です。",
        "In brackets: the middle 90%, from the uncertainty of the inputs.",
    )
    return table(headers, rows, caption)


def gap(first: Found, other: Found, language: str) -> str:
    """The difference of risk to the first model, or that none can be claimed."""
    found = difference(first.year.risk, other.year.risk)
    if found.covers_zero:
        return pick(NO_DIFFERENCE, language)
    money = pick(yen(abs(found.mean)), language)
    words = (
        (f"{money}少ない", f"{money} less") if found.mean < 0 else (f"{money}多い", f"{money} more")
    )
    return pick(words, language)


def measures(result: Result, found: Found, language: str) -> str:
    """Each measure alone; the largest effect first."""

    def say(ja: str, en: str) -> str:
        return pick((ja, en), language)

    headers = [
        say("対策", "measure"),
        say("減る危険（年）", "risk removed a year"),
        say("費用（年）", "cost a year"),
        say("職員の時間（年）", "staff hours a year"),
        say("費用1円あたり", "per yen"),
        say("職員1分あたり", "per minute of staff"),
        say("注", "note"),
    ]
    rows = [_rung(result.assessor, found, one, language) for one in found.rungs[:RUNGS_SHOWN]]
    return table(headers, rows, say("対策を1つずつ加えたとき。", "Each measure added alone."))


def sets(result: Result, found: Found, language: str) -> str:
    """The best sets under the budget."""
    rows = [
        [
            names(result.assessor, one.measures, language),
            pick(yen(one.removed.mean), language),
            pick(yen(one.yen), language),
            f"{rounded(one.minutes / 60):g}",
        ]
        for one in found.sets
    ]
    budget = pick(yen(result.budget_yen), language)
    headers = [
        pick(("組合せ", "set"), language),
        pick(("減る危険（年）", "risk removed a year"), language),
        pick(("費用（年）", "cost a year"), language),
        pick(("職員の時間（年）", "staff hours a year"), language),
    ]
    caption = (f"年{budget}までの最もよい組合せ。", f"The best sets for up to {budget} a year.")
    return table(headers, rows, pick(caption, language))


def viewpoints(result: Result, language: str) -> str:
    """Which model ranks first for each threat and party, and whether that is fragile."""
    study = result.assessor.study
    parties = list(study.tables["party"])
    cells = {(v.threat, v.party): v for v in result.views}
    rows = []
    for threat in study.tables["threat"]:
        row = [pick(study.words("threat", threat), language)]
        for party in parties:
            view = cells[threat, party]
            best = pick(study.models[view.best].words, language)
            mark = pick(("（もろい）", " (fragile)"), language) if view.is_fragile else ""
            row.append(f"{best}{mark}")
        rows.append(row)
    caption = (
        "各立場から見て1位のモデル。（もろい）は、入力を半分または2倍にした場合の1割を超えて1位が替わるもの。",
        "The model that ranks first. Fragile: when inputs are halved or doubled, "
        "it changes in over a tenth of cases.",
    )
    headers = ["", *(pick(study.words("party", party), language) for party in parties)]
    return table(headers, rows, pick(caption, language))


def inputs_that_matter(result: Result, found: Found, language: str) -> str:
    """The inputs that move the result most."""
    rows = [
        [
            input_words(result.assessor, one.name, language),
            pick(yen(one.halved), language),
            pick(yen(one.doubled), language),
        ]
        for one in found.swings[:SWINGS_SHOWN]
    ]
    headers = [
        pick(("入力", "input"), language),
        pick(("半分にしたときの危険", "risk when halved"), language),
        pick(("2倍にしたときの危険", "risk when doubled"), language),
    ]
    return table(headers, rows, pick(("影響の大きい順。", "The widest first."), language))


def input_words(assessor: Assessor, name: str, language: str) -> str:
    """How an input is called: the sentence of a step, or the name of a thing."""
    kind, _, rest = name.partition(".")
    if kind == "step":
        return next(pick(s.words, language) for s in assessor.steps if s.name == rest)
    thing, _, key = rest.rpartition(".")
    return f"{pick(assessor.study.words(kind, thing), language)}{pick(KEYS[key], language)}"


KEYS: dict[str, Pair] = {
    "per_year": ("の年間の回数", ": times a year"),
    "yen": ("の費用", ": cost"),
    "minutes": ("の手間", ": minutes"),
    "leak_yen": ("が漏れたときの損害", ": loss by a leak"),
    "change_yen": ("が変わったときの損害", ": loss by a change"),
    "stop_days": ("の業務が止まる日数", ": days of work stopped"),
    "stop_yen_per_day": ("の業務が1日止まる損害", ": loss by a day stopped"),
}


def names(assessor: Assessor, measures_: tuple[str, ...], language: str) -> str:
    """Measures by name."""
    return pick(("、", ", "), language).join(
        pick(assessor.study.words("measure", one), language) for one in measures_
    )


def _rung(assessor: Assessor, found: Found, one: Effect, language: str) -> list[str]:
    why = why_none(assessor, found.model, one)
    return [
        names(assessor, one.measures, language),
        pick(yen(max(0.0, one.removed.mean)), language),
        pick(yen(one.yen), language),
        f"{rounded(one.minutes / 60):g}",
        f"{rounded(one.per_yen):g}" if one.yen else "—",
        pick(yen(one.per_minute), language) if one.minutes else "—",
        pick(why, language) if why else "",
    ]


def _often(found: Found, goal: str, language: str) -> str:
    times = found.year.times(goal)
    chance = rounded(100 * float((1 - np.exp(-times)).mean()))
    per_cent = pick((f"年{chance:g}%", f"{chance:g}% a year"), language)
    often = pick(once_in(float(times.mean())), language)
    return pick((f"{often}（{per_cent}）", f"{often} ({per_cent})"), language)


def _number(values: Floats, language: str) -> str:
    one = figure(values)
    mean, low, high = (f"{rounded(value):g}" for value in (one.mean, one.low, one.high))
    return spread(mean, low, high, language)


def _money(values: Floats, language: str) -> str:
    one = figure(values)
    mean, low, high = (pick(yen(v), language) for v in (one.mean, one.low, one.high))
    return spread(mean, low, high, language)


def spread(mean: str, low: str, high: str, language: str) -> str:
    """A mean with its interval."""
    return pick((f"{mean}（{low}〜{high}）", f"{mean} ({low}–{high})"), language)


def _hours(found: Found, language: str) -> str:
    return pick(
        (
            f"{rounded(float(found.year.minutes.mean()) / 60):g}時間",
            f"{rounded(float(found.year.minutes.mean()) / 60):g} h",
        ),
        language,
    )
