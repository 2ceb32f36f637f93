"""Sentences about sequences, measures and results: whole ones, in both languages."""

from __future__ import annotations

from sekisho.assess.assessing import Assessor
from sekisho.assess.catalogue import Step
from sekisho.assess.figures import once_in, yen
from sekisho.assess.model import Model
from sekisho.assess.result import Found
from sekisho.assess.sequences import Sequence
from sekisho.assess.timing import days_until
from sekisho.kernel.speech import Pair

ESTIMATE: Pair = ("推定であり予測ではない。", "These are estimates, not predictions.")
HEADINGS: tuple[Pair, ...] = (
    ("入口", "Where it begins"),
    ("広がった理由", "Why it spreads"),
    ("止められなかった理由", "Why it is not stopped"),
    ("止まる業務と日数", "What follows"),
    ("直すこと", "What to mend"),
)
GOALS: dict[str, Pair] = {
    "leak": ("住民の情報が漏れる", "data of residents leaks"),
    "change": ("住民の記録が変わる", "records of residents change"),
    "stop": ("業務が止まる", "work stops"),
}
MEASURES_SHOWN = 3


def told(assessor: Assessor, model: Model, one: Sequence) -> list[list[Pair]]:
    """The sentences of a card, one list for each of HEADINGS."""
    return [
        [one.entrance.words],
        [step.words for step in one.steps[1:]]
        or [("入口がそのまま被害になる。", "The entrance itself does the harm.")],
        _not_stopped(assessor, model, one),
        _harm(assessor, model, one),
        _to_mend(assessor, model, one),
    ]


def acting(model: Model, one: Sequence) -> list[tuple[str, int, float]]:
    """(measure, number of the step, what is left) of measures not in force, strongest first."""
    found: dict[str, tuple[str, int, float]] = {}
    for number, step in enumerate(one.steps, 1):
        for measure, left in step.factors.items():
            if measure not in model.measures and left < found.get(measure, ("", 0, 1.0))[2]:
                found[measure] = (measure, number, left)
    return sorted(found.values(), key=lambda item: (item[2], item[0]))


def _not_stopped(assessor: Assessor, model: Model, one: Sequence) -> list[Pair]:
    lacking = [assessor.study.words("measure", name) for name, _, _ in acting(model, one)]
    if not lacking:
        return [("効く対策はすべてあるが、なお残る。", "All measures that act are in force.")]
    return [
        (f"このモデルには「{ja}」がない。", f"This model lacks: {en}.")
        for ja, en in lacking[:MEASURES_SHOWN]
    ]


def _harm(assessor: Assessor, model: Model, one: Sequence) -> list[Pair]:
    name = min(assessor.study.tables["asset"])
    owner = assessor.study.tables["asset"][name]["owner"]
    often = once_in(one.per_year)
    rate: Pair = (
        f"この流れだけで、{often[0]}と推定する。",
        f"By this way alone: {often[1]} (estimate).",
    )
    if one.goal == "stop":
        days = assessor.study.range("asset", name, "stop_days")
        what: Pair = (
            f"{owner}の業務が{days.low:g}日から{days.high:g}日止まる。",
            f"Work stops for {days.low:g} to {days.high:g} days.",
        )
    else:
        loss = yen(assessor.study.range("asset", name, f"{one.goal}_yen").likely)
        what = (f"{GOALS[one.goal][0]}。損害は{loss[0]}ほどになる。", _loss_en(one.goal, loss[1]))
    return [what, rate, *_pace(assessor, model, one)]


def _pace(assessor: Assessor, model: Model, one: Sequence) -> list[Pair]:
    days = days_until(assessor, model, one.threat, one.goal)
    if days is None:
        return []
    half = max(1, round(days.half))
    return [
        (
            f"同じ脅威で被害に至るとき、半分は始まりから{half}日以内に至る。",
            f"When this threat comes to such harm, half the cases do so within {half} days.",
        )
    ]


def _loss_en(goal: str, loss: str) -> str:
    return f"The {GOALS[goal][1]}; the loss is about {loss}."


def _to_mend(assessor: Assessor, model: Model, one: Sequence) -> list[Pair]:
    found = []
    for name, number, left in acting(model, one)[:MEASURES_SHOWN]:
        ja, en = assessor.study.words("measure", name)
        found.append(
            (
                f"「{ja}」で、{number}番の起こりやすさを{left:.0%}に減らす。",
                f"With {en}, step {number} keeps {left:.0%} of its chance.",
            )
        )
    return found or [("残る危険を受け入れるか、流れをやめる。", "Accept what is left, or end it.")]


def stops(assessor: Assessor, found: Found) -> list[Pair]:
    """For each goal the first of the smallest sets of steps without which no way is left."""
    steps = {step.name: step for step in assessor.steps}
    told_of = []
    for goal, cuts in found.cuts.items():
        if cuts:
            ja = "」と「".join(steps[name].words[0].rstrip("。") for name in cuts[0])
            en = "” and “".join(steps[name].words[1].rstrip(".") for name in cuts[0])
            told_of.append(
                (
                    f"「{ja}」を止めれば、金銭目的の攻撃者によって{GOALS[goal][0]}流れはなくなる。",
                    f"Close “{en}”, and no way is left by which {GOALS[goal][1]}"
                    " (attacker for money).",
                )
            )
    return told_of


def inputs_of(step: Step) -> Pair:
    """What a step rests on: its ids, chance, days and source."""
    chance, days = step.chance, step.days
    ids = f" [{', '.join(step.attack)}]" if step.attack else ""
    return (
        f"{step.name}{ids}: 起こりやすさ {chance.low:g}〜{chance.likely:g}〜{chance.high:g}、"
        f"日数 {days.low:g}〜{days.high:g}、出典 {step.source}",
        f"{step.name}{ids}: chance {chance.low:g}–{chance.likely:g}–{chance.high:g}, "
        f"days {days.low:g}–{days.high:g}, source: {step.source}",
    )


def main_way(found: Found) -> Pair:
    """What a leak comes to in the likeliest way that is left; of any harm where nothing leaks."""
    leaks = [one for one in found.sequences if one.goal == "leak"] or list(found.sequences)
    return leaks[0].steps[-1].words if leaks else ("—", "—")
