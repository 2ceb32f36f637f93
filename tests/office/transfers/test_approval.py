"""Who may approve, in which step, and when it is enough: pure values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.who import Who
from sekisho.office.transfers.approval import Case, Made, counted, levels_now, may_decide
from sekisho.office.transfers.policy import Level, Policy

STAFF = ("staff",)
APPROVER = ("approver", "staff")
SATO = Who("sato", "税務課", STAFF)
SUZUKI = Who("suzuki", "税務課", APPROVER)
KAKARI = Who("kakari", "資産税係", STAFF)
KACHO = Who("kacho", "税務課", STAFF)
BUCHO = Who("bucho", "総務部", STAFF)
EVERYONE = (SATO, SUZUKI, KAKARI, KACHO, BUCHO)
LINE = (("kakari",), ("kacho",), ("bucho",))
ONE = Case("sato", (Level(("role:approver", "kacho")),), line=LINE)
STEPS = Case("sato", (Level(("line:1",)), Level(("line:2", "bucho"))), line=LINE)


def by(*words: str, approvals: int = 1) -> Case:
    return Case("sato", (Level(words, approvals),), line=LINE)


def code(case: Case, actor: Who, authority: Who | None = None) -> str:
    """The refusal, or nothing."""
    try:
        may_decide(case, actor, authority or actor, everyone=lambda: EVERYONE)
    except Refused as reason:
        return reason.code
    return ""


@pytest.mark.parametrize(
    ("words", "able"),
    [
        (("role:approver",), ["suzuki"]),
        (("division:税務課",), ["suzuki", "kacho"]),
        (("superior",), ["kakari"]),
        (("line:1",), ["kakari"]),
        (("line:2",), ["kacho"]),
        (("line:3",), ["bucho"]),
        (("line:4",), []),
        (("line:",), ["kakari", "kacho", "bucho"]),
        (("suzuki", "line:3"), ["suzuki", "bucho"]),
        (("*",), ["suzuki", "kakari", "kacho", "bucho"]),
    ],
)
def test_words_for_approvers(words: tuple[str, ...], able: list[str]) -> None:
    assert by(*words).able(1, EVERYONE) == able


def test_nobody_approves_his_own() -> None:
    assert code(by("sato", "*"), SATO) == "SKS-T030"


def test_nobody_approves_his_own_as_a_deputy() -> None:
    assert code(by("role:approver"), SATO, SUZUKI) == "SKS-T030"


def test_a_deputy_of_the_sender_does_not_approve_for_him() -> None:
    assert code(by("sato", "role:approver"), SUZUKI, SATO) == "SKS-T030"


def test_a_deputy_needs_no_standing_of_his_own() -> None:
    assert code(by("kacho"), KAKARI, KACHO) == ""
    assert code(by("kacho"), KAKARI) == "SKS-T031"


def test_a_contractor_approves_nothing() -> None:
    contractor = Who("gyosha", roles=("contractor",))
    assert code(by("gyosha", "*", "role:contractor"), contractor) == "SKS-T031"
    assert code(by("kacho"), contractor, KACHO) == "SKS-T031"


def test_nobody_decides_twice_neither_as_a_deputy() -> None:
    made = (Made("kakari", "approve", "suzuki"),)
    two = replace(by("role:approver", "kakari", "kacho", approvals=2), made=made)
    assert code(two, SUZUKI) == "SKS-T032"
    assert code(two, KAKARI) == "SKS-T032"
    assert code(two, KAKARI, KACHO) == "SKS-T032"
    assert code(two, BUCHO, SUZUKI) == "SKS-T032"
    assert code(two, KACHO) == ""


def test_a_later_step_waits_for_the_earlier() -> None:
    assert code(STEPS, KACHO) == "SKS-H041"
    assert code(STEPS, KAKARI) == ""
    after = replace(STEPS, made=(Made("kakari", "approve", level=1),))
    assert code(after, KACHO) == ""
    assert may_decide(after, KACHO, KACHO) == 2
    assert (STEPS.open_level(), after.open_level(), STEPS.missing(), after.missing()) == (
        1,
        2,
        2,
        1,
    )


def test_who_stands_in_both_steps_approves_in_one() -> None:
    both = Case("sato", (Level(("kacho",)), Level(("kacho", "bucho"))))
    after = replace(both, made=(Made("kacho", "approve", level=1),))
    assert code(after, KACHO) == "SKS-T032"
    assert code(after, BUCHO) == ""


def test_n_of_m() -> None:
    case = by("line:", approvals=2)
    assert case.missing() == 2
    one = replace(case, made=(Made("bucho", "approve"),))
    assert (one.missing(), one.open_level()) == (1, 1)
    two = replace(case, made=(Made("bucho", "approve"), Made("kakari", "approve")))
    assert (two.missing(), two.open_level()) == (0, 0)


def test_the_sender_may_choose_among_them() -> None:
    case = replace(by("line:"), chosen=frozenset({"kacho"}))
    assert code(case, KACHO) == ""
    assert code(case, BUCHO) == "SKS-H042"


def test_a_choice_of_people_who_no_longer_may_binds_nobody() -> None:
    case = replace(by("line:"), chosen=frozenset({"gone"}))
    assert code(case, BUCHO) == ""


def test_what_was_sent_back_counts_for_nothing() -> None:
    assert replace(ONE, made=(Made("suzuki", "send_back"),)).missing() == 1


def test_steps_are_those_of_the_submission() -> None:
    now = Policy(levels=(Level(("a",)), Level(("b",))))
    stored = (Level(("x",), 2), Level(("y",), 3))
    assert levels_now(stored, 5, now) == (Level(("a",), 2), Level(("b",), 3))
    assert levels_now(stored, 5, Policy()) == stored
    assert levels_now((), 2, now) == (Level(("a", "b"), 2),)


PEOPLE = st.sampled_from(["sato", "suzuki", "kondo", "tanaka"])
DECISIONS = st.lists(st.tuples(PEOPLE, st.sampled_from(["", "suzuki", "kondo"])))


@given(DECISIONS, PEOPLE)
def test_each_person_counts_once_and_the_sender_never(
    decisions: list[tuple[str, str]], sender: str
) -> None:
    counts = [counted(sender, decisions[:n]) for n in range(len(decisions) + 1)]
    assert counts == sorted(counts)
    everybody = {one for pair in decisions for one in pair if one} - {sender}
    assert counts[-1] <= len(everybody)
    if all(not acting for _, acting in decisions):
        assert counts[-1] == len(everybody)
