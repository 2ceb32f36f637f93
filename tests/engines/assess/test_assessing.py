"""A study as a whole: years, differences, measures, viewpoints, sequences."""

from __future__ import annotations

import numpy as np
import pytest

from sekisho.assess.assessing import Assessor
from sekisho.assess.catalogue import shipped_steps
from sekisho.assess.figures import difference, figure, once_in, yen
from sekisho.assess.measuring import NOT_HERE, effect, why_none
from sekisho.assess.model import study
from sekisho.assess.result import Result, assess
from sekisho.kernel.errors import InvalidInput

NAMES = ("alpha-usb", "alpha-post")


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor.of(study(), shipped_steps(), seed=3, draws=200)


@pytest.fixture(scope="module")
def result(assessor: Assessor) -> Result:
    return assess(assessor, NAMES)


def test_a_model_against_itself_shows_no_difference(assessor: Assessor) -> None:
    model = assessor.study.models["alpha-usb"]
    gap = difference(assessor.year(model).risk, assessor.year(model).risk)
    assert (gap.mean, gap.low, gap.high) == (0, 0, 0)
    assert gap.covers_zero


def test_the_order_of_the_catalogue_changes_nothing(assessor: Assessor) -> None:
    turned = Assessor.of(study(), tuple(reversed(shipped_steps())), seed=3, draws=200)
    model = assessor.study.models["beta-share"]
    assert np.allclose(turned.year(model).risk, assessor.year(model).risk, rtol=1e-12)


def test_a_measure_never_raises_the_risk_and_a_second_time_changes_nothing(
    assessor: Assessor,
) -> None:
    for model in assessor.study.models.values():
        for measure in ("mfa", "recheck", "backup"):
            assert effect(assessor, model, (measure,)).removed.low >= 0
    model = assessor.study.models["alpha-post"]
    assert effect(assessor, model, ("recheck",)).removed.mean == 0


def test_why_a_measure_does_nothing_is_said(assessor: Assessor) -> None:
    post, usb = (assessor.study.models[name] for name in ("alpha-post", "alpha-usb"))
    assert why_none(assessor, post, effect(assessor, post, ("media_encrypt",))) == NOT_HERE
    assert why_none(assessor, usb, effect(assessor, usb, ("media_encrypt",))) is None


def test_sets_stay_within_the_budget_and_grow(result: Result) -> None:
    for found in result.found:
        assert all(one.yen <= result.budget_yen for one in found.sets)
        removed = [one.removed.mean for one in found.sets]
        assert removed == sorted(removed)


def test_every_viewpoint_ranks_every_model(result: Result) -> None:
    tables = result.assessor.study.tables
    assert len(result.views) == len(tables["threat"]) * len(tables["party"])
    for view in result.views:
        assert sorted(view.ranks.values()) == [1, 2]
        assert set(view.ranks) == set(NAMES)
        assert 0 <= view.firm <= 1


def test_sequences_begin_at_their_threat_and_end_at_their_goal(result: Result) -> None:
    for found in result.found:
        assert 3 <= len(found.sequences) <= 10
        for one in found.sequences:
            assert one.steps[0].needs[0] == f"start:{one.threat}"
            assert one.steps[-1].gives == f"goal:{one.goal}"
            given = {f"start:{one.threat}"}
            for step in one.steps:
                assert set(step.needs) <= given
                given.add(step.gives)


def test_a_cut_leaves_no_way_and_none_of_its_steps_is_idle(result: Result) -> None:
    found = result.found[0]
    for goal, cuts in found.cuts.items():
        graph = result.assessor.asked(found.model, "money", goal).graph
        for cut in cuts:
            assert f"goal:{goal}" not in graph.reached(without=cut)
            for name in cut:
                assert f"goal:{goal}" in graph.reached(without=set(cut) - {name})


def test_halving_and_doubling_surround_the_likely_value(result: Result) -> None:
    for found in result.found:
        widths = [swing.width for swing in found.swings]
        assert widths == sorted(widths, reverse=True)
        assert all(swing.width > 0 for swing in found.swings)


def test_an_unknown_model_is_named(assessor: Assessor) -> None:
    with pytest.raises(InvalidInput) as caught:
        assess(assessor, ("alpha-ubs",))
    assert caught.value.code == "SKS-A004"


@pytest.mark.parametrize(
    ("often", "words"),
    [(1 / 520, "520年に1回"), (1 / 12.4, "12年に1回"), (3, "年に3回"), (0, "起こらない")],
)
def test_frequencies_in_words(often: float, words: str) -> None:
    assert once_in(often)[0] == words


@pytest.mark.parametrize(
    ("value", "words"), [(1_234_567, "120万円"), (234_000_000, "2.3億円"), (840, "840円")]
)
def test_money_has_two_digits(value: float, words: str) -> None:
    assert yen(value)[0] == words


def test_a_figure_holds_the_middle() -> None:
    found = figure(np.arange(101.0))
    assert (found.mean, found.low, found.high) == (50, 5, 95)
