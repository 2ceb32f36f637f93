"""Two models held against each other: nothing differs but what was changed."""

from __future__ import annotations

import pytest

from sekisho.assess.assessing import Assessor
from sekisho.assess.catalogue import shipped_steps
from sekisho.assess.comparing import Change, Gap, changes, gaps
from sekisho.assess.model import study
from sekisho.assess.ranges import Range
from sekisho.assess.telling.differences import change_table, gap_table
from sekisho.kernel.errors import InvalidInput

DEARER = "[channel.post]\nyen = [9000000, 9500000, 9900000]\n"
NAMES = ("前", "後")


def assessor(text: str = "") -> Assessor:
    """A study with few draws."""
    return Assessor.of(study(text, "x"), shipped_steps(), draws=60)


def by_name(found: list[Gap]) -> dict[str, Gap]:
    return {one.name: one for one in found}


def test_a_study_against_itself_is_the_same_in_every_draw() -> None:
    found = gaps(assessor(), "alpha-post", assessor(), "alpha-post")
    assert all(one.same and one.between.mean == 0 for one in found)
    assert gap_table(found, NAMES, "ja").count("同じ") == len(found)
    assert changes(study(), study()) == []


def test_only_what_was_changed_differs() -> None:
    found = by_name(gaps(assessor(), "alpha-post", assessor(DEARER), "alpha-post"))
    assert [name for name, one in found.items() if not one.same] == ["cost"]
    assert found["cost"].between.low > 0
    shown = gap_table(list(found.values()), NAMES, "ja")
    assert "万円多い" in shown and shown.count("同じ") == len(found) - 1
    assert changes(study(), study(DEARER, "x")) == [
        Change(
            "channel",
            "post",
            "yen",
            study().range("channel", "post", "yen"),
            Range(9_000_000, 9_500_000, 9_900_000),
        )
    ]


def test_against_another_way_the_difference_has_its_sign_and_its_doubt() -> None:
    there = by_name(gaps(assessor(), "alpha-usb", assessor(), "alpha-post"))
    back = by_name(gaps(assessor(), "alpha-post", assessor(), "alpha-usb"))
    for name, one in there.items():
        assert one.between.mean == pytest.approx(-back[name].between.mean)
    assert there["leak"].between.high < 0
    doubtful = gaps(assessor(), "alpha-usb", assessor(), "alpha-share")
    assert by_name(doubtful)["risk"].between.covers_zero
    assert "差があるとは言えない" in gap_table(doubtful, NAMES, "ja")
    assert "% fewer" in gap_table(list(there.values()), ("a", "b"), "en")


def test_what_is_less_than_a_hundredth_is_not_counted_out() -> None:
    more = '[model.alpha-post]\nmeasures = ["mfa", "training"]\n'
    less = '[model.alpha-post]\nmeasures = ["mfa"]\n'
    stops = by_name(gaps(assessor(less), "alpha-post", assessor(more), "alpha-post"))["stop_days"]
    assert not stops.same
    shown = gap_table([stops], ("a", "b"), "en")
    assert "nearly the same" in shown and "e-0" not in shown and "（" not in shown


def test_what_is_new_has_nothing_before_and_markup_stays_text() -> None:
    new = study('[fact.x]\nja = "<b>"\nen = "x"\nvalue = "1"\nsource = "own"\n', "x")
    found = changes(study(), new)
    assert {(one.name, one.before) for one in found} == {("x", None)}
    shown = change_table(found, NAMES, "ja")
    assert "—" in shown and "<b>" not in shown and "&lt;b&gt;" in shown


def test_a_model_that_is_not_there() -> None:
    with pytest.raises(InvalidInput, match="SKS-A004"):
        gaps(assessor(), "alpha-post", assessor(), "nothing")
