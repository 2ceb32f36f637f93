"""Days until harm, sampled where it comes to harm."""

from __future__ import annotations

from sekisho.assess.assessing import Assessor
from sekisho.assess.catalogue import Step, shipped_steps
from sekisho.assess.model import study
from sekisho.assess.ranges import Range
from sekisho.assess.timing import days_until


def step(name: str, needs: str, gives: str, chance: float, days: float) -> Step:
    likely, taken = Range(chance, chance, chance), Range(days, days, days)
    words = ("職員が見る。", "Staff look.")
    return Step(name, "end", "lgwan", (), (needs,), gives, likely, taken, {}, words, (), "test")


def test_a_rare_way_takes_the_sum_of_its_steps() -> None:
    steps = (
        step("a", "start:money", "x", 1e-9, 2),
        step("b", "x", "goal:leak", 1e-9, 5),
    )
    assessor = Assessor.of(study(), steps)
    found = days_until(assessor, assessor.study.models["alpha-usb"], "money", "leak")
    assert found is not None
    assert (found.early, found.half, found.late) == (7, 7, 7)


def test_days_stand_in_order_and_out_of_reach_is_said() -> None:
    assessor = Assessor.of(study(), shipped_steps())
    for model in assessor.study.models.values():
        found = days_until(assessor, model, "money", "leak")
        assert found is not None
        assert 0 < found.early <= found.half <= found.late
        assert days_until(assessor, model, "insider", "stop") is not None
    nothing = Assessor.of(study(), ())
    assert days_until(nothing, assessor.study.models["alpha-usb"], "money", "leak") is None


def test_the_same_seed_gives_the_same_days() -> None:
    def once() -> object:
        assessor = Assessor.of(study(), shipped_steps(), seed=8)
        return days_until(assessor, assessor.study.models["beta-post"], "contractor", "stop")

    assert once() == once()
