"""The policy of a route: strict about names, bounds and shapes, the same after a round trip."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel import limits
from sekisho.kernel.errors import InvalidInput
from sekisho.office.transfers.policy import Level, Policy, read_policy

BOUNDS = {
    "approvals": (0, 9),
    "files_max": (1, 10_000),
    "file_bytes_max": (0, limits.FILE_BYTES_MAX),
    "transfer_bytes_max": (0, limits.FILE_BYTES_MAX),
    "retention_days": (1, 3_650),
    "parcel_days": (1, 365),
    "collect_limit": (0, 1_000),
    "decide_days": (1, 365),
    "rescan_hours": (0, 720),
}
LISTS = ("senders", "recipients", "approvers", "labels", "types")
MORE = ("after_for", "label_days")
FLAGS = ("emergency", "restricted", "bulk")


def refused(key: str, value: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as found:
        read_policy({key: value})
    return found.value


def test_nothing_said_is_the_default() -> None:
    assert read_policy({}) == Policy()


def test_the_default_is_approved_by_one_other_person_beforehand() -> None:
    assert (Policy().approvals, Policy().timing) == (1, "before")


def test_every_key_is_covered_here() -> None:
    rest = {"timing", "schedule_days", "schedule_hours", "disarm", "levels"}
    assert {field.name for field in fields(Policy)} == {*BOUNDS, *LISTS, *FLAGS, *rest, *MORE}


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("aprovals", "approvals"),
        ("retention", "retention_days"),
        ("Senders", "senders"),
        ("schedule_hour", "schedule_hours"),
        ("zzz", "—"),
        ("", "—"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_one(key: str, nearest: str) -> None:
    reason = refused(key, 1)
    assert (reason.code, reason.params) == ("SKS-T001", {"key": key, "nearest": nearest})


@pytest.mark.parametrize("key", BOUNDS)
def test_numbers_reach_exactly_to_their_bounds(key: str) -> None:
    low, high = BOUNDS[key]
    for value in (low, high):
        assert getattr(read_policy({key: value}), key) == value
    for value in (low - 1, high + 1):
        assert refused(key, value).code == "SKS-T002"


@pytest.mark.parametrize("value", [True, 1.0, "1", None, [1]])
@pytest.mark.parametrize("key", BOUNDS)
def test_only_a_whole_number_is_a_number(key: str, value: Any) -> None:
    assert refused(key, value).code == "SKS-T002"


@pytest.mark.parametrize("key", LISTS)
@pytest.mark.parametrize("value", [[], "sato", None, ["sato", ""], [1], ["x" * 101], {"sato": 1}])
def test_lists_hold_words(key: str, value: Any) -> None:
    assert refused(key, value).code == "SKS-T002"


@pytest.mark.parametrize("key", LISTS)
def test_lists_may_come_from_json_or_python(key: str) -> None:
    assert getattr(read_policy({key: ["一", "二"]}), key) == ("一", "二")
    assert getattr(read_policy({key: ("一", "二")}), key) == ("一", "二")


def test_a_label_fits_the_letter_that_carries_it() -> None:
    assert read_policy({"labels": ["密" * 40]}).labels == ("密" * 40,)
    assert refused("labels", ["密" * 41]).code == "SKS-T002"


@pytest.mark.parametrize("value", ["", "Before", "during", 1, None, ["before"]])
def test_the_timing_is_before_or_after(value: Any) -> None:
    assert refused("timing", value).code == "SKS-T002"
    assert read_policy({"timing": "after"}).timing == "after"


@pytest.mark.parametrize("value", [[], [0], [8], [1, 8], [True], ["1"], 1, None, [1.0]])
def test_days_of_the_week_are_one_to_seven(value: Any) -> None:
    assert refused("schedule_days", value).code == "SKS-T002"


@pytest.mark.parametrize("value", [[9], [9, 9], [17, 9], [0, 25], [-1, 5], [0, 12, 24], "9-17", []])
def test_hours_are_a_beginning_and_a_later_end(value: Any) -> None:
    assert refused("schedule_hours", value).code == "SKS-T002"


WORDS = st.text(min_size=1, max_size=40).filter(lambda word: not word.startswith("line:"))
POLICIES = st.builds(
    Policy,
    **{key: st.integers(low, high) for key, (low, high) in BOUNDS.items()},
    **{key: st.lists(WORDS, min_size=1, max_size=4).map(tuple) for key in LISTS},
    **{key: st.booleans() for key in FLAGS},
    levels=st.lists(
        st.builds(Level, st.just(("role:approver", "line:2")), st.integers(1, 6)), max_size=5
    ).map(tuple),
    label_days=st.dictionaries(WORDS, st.integers(*BOUNDS["retention_days"]), max_size=3),
    after_for=st.lists(st.text(min_size=1, max_size=40), max_size=3).map(tuple),
    timing=st.sampled_from(["before", "after"]),
    schedule_days=st.sets(st.integers(1, 7), min_size=1).map(tuple),
    schedule_hours=st.tuples(st.integers(0, 12), st.integers(13, 24)),
)


@given(POLICIES)
def test_what_is_kept_in_a_row_reads_back_the_same(policy: Policy) -> None:
    assert read_policy(json.loads(json.dumps(policy.as_json()))) == policy


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = st.sampled_from(
    [
        *BOUNDS,
        *LISTS,
        *FLAGS,
        "levels",
        "after_for",
        "timing",
        "schedule_days",
        "schedule_hours",
        "x",
    ]
)


@given(st.dictionaries(KEYS, ANYTHING, max_size=4))
def test_whatever_is_written_is_a_policy_or_refused_by_code(untrusted: dict[str, Any]) -> None:
    try:
        policy = read_policy(untrusted)
    except InvalidInput as reason:
        assert reason.code in ("SKS-T001", "SKS-T002")
        assert reason.explain("ja").what and reason.explain("en").what
    else:
        assert read_policy(policy.as_json()) == policy


@pytest.mark.parametrize(
    ("kind", "family", "profile"),
    [("docx", "document", "strict"), ("pdf", "document", "picture"), ("png", "image", "none")],
)
def test_the_most_exact_profile_counts(kind: str, family: str, profile: str) -> None:
    disarm = {"*": "standard", "image": "none", "document": "picture", "docx": "strict"}
    policy = read_policy({"disarm": disarm})
    assert policy.profile_for(kind, family) == profile
    assert policy.profile_for("zip", "archive") == "standard"
    assert policy.disarms


def test_nothing_said_means_not_disarmed() -> None:
    assert read_policy({}).profile_for("docx", "document") == "none"
    assert not read_policy({}).disarms
    assert not read_policy({"disarm": {"*": "none", "image": "none"}}).disarms


@pytest.mark.parametrize(
    ("disarm", "code"),
    [
        ({"dokx": "standard"}, "SKS-T007"),
        ({"*": "standart"}, "SKS-T002"),
        ({"*": 1}, "SKS-T002"),
        ({1: "standard"}, "SKS-T007"),
        (["standard"], "SKS-T002"),
        ("standard", "SKS-T002"),
    ],
)
def test_a_bad_profile_or_kind_is_refused(disarm: Any, code: str) -> None:
    assert refused("disarm", disarm).code == code


def test_an_unknown_kind_is_refused_with_the_nearest_one() -> None:
    assert refused("disarm", {"pgn": "standard"}).params["nearest"] == "png"


@pytest.mark.parametrize("key", FLAGS)
@pytest.mark.parametrize("value", [1, "true", None, []])
def test_a_flag_is_true_or_false(key: str, value: Any) -> None:
    assert refused(key, value).code == "SKS-T002"
    assert getattr(read_policy({key: True}), key) is True


@pytest.mark.parametrize(
    "value",
    [
        *("x", {"approvers": ["a"]}, [["a"]], [{}], [{"approvers": []}]),
        *([{"approvers": ["a"], "approvals": n}] for n in (0, 7, True, "1")),
        [{"approvers": ["a"], "who": 1}],
        [{"approvers": ["line:x"]}],
        [{"approvers": ["a"]}] * 6,
    ],
)
def test_steps_of_approval_that_cannot_be(value: Any) -> None:
    assert refused("levels", value).code == "SKS-T002"


def test_steps_take_the_place_of_approvers_and_approvals() -> None:
    steps = read_policy(
        {"levels": [{"approvers": ["line:1"]}, {"approvers": ["a"], "approvals": 2}]}
    )
    assert steps.steps == (Level(("line:1",), 1), Level(("a",), 2))
    assert (steps.needed, Policy(approvals=2).needed) == (3, 2)
    assert Policy(approvals=2).steps == (Level(("role:approver",), 2),)


@pytest.mark.parametrize("word", ["line:0", "line:10", "line:x", "line:1 "])
def test_a_word_for_the_line_has_a_level(word: str) -> None:
    assert refused("approvers", [word]).code == "SKS-T002"


@pytest.mark.parametrize("word", ["line:", "line:1", "line:9", "superior"])
def test_words_for_the_line(word: str) -> None:
    assert read_policy({"approvers": [word]}).approvers == (word,)


def test_what_may_leave_first() -> None:
    may = [Policy(timing="after"), Policy(emergency=True), Policy(after_for=("sato",))]
    assert [one.may_leave_first for one in (*may, Policy())] == [True, True, True, False]


def test_a_class_is_kept_for_days_of_its_own() -> None:
    policy = read_policy({"retention_days": 30, "label_days": {"機密性3A": 7}})
    assert (policy.days_kept("機密性3A"), policy.days_kept("機密性2")) == (7, 30)
    assert read_policy(json.loads(json.dumps(policy.as_json()))) == policy


@pytest.mark.parametrize(
    "value", [{"a": 0}, {"a": 3_651}, {"": 7}, {"a": "7"}, {"a": True}, ["a"], {"a" * 41: 7}]
)
def test_days_of_a_class_have_bounds(value: Any) -> None:
    assert refused("label_days", value).code == "SKS-T002"
