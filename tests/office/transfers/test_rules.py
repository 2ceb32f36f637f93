"""Judgements about transfers, case by case: pure values, no database, no clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sekisho.kernel.errors import Refused
from sekisho.office.transfers import rules
from sekisho.office.transfers.policy import AFTER, BEFORE, Level, Policy
from sekisho.office.transfers.rules import Request, What, Who

SATO = Who("sato", "税務課")
SUZUKI = Who("suzuki", "税務課", ("staff", "approver"))
PDF = What("通知.pdf", 1_000, "pdf", "document")
REQUEST = Request(SATO, ("sato",), "機密性2", "様式の更新", (PDF,))


def codes(policy: Policy, request: Request) -> list[str]:
    return [reason.code for reason in rules.judge(policy, request)]


def files(*sizes: int) -> tuple[What, ...]:
    return tuple(replace(PDF, path=f"{n}.pdf", bytes=size) for n, size in enumerate(sizes))


ALLOWED = {
    "everything is ordinary": (Policy(), REQUEST),
    "a sender by login": (Policy(senders=("sato",)), REQUEST),
    "a sender by division": (Policy(senders=("kondo", "division:税務課")), REQUEST),
    "a sender by role": (
        Policy(senders=("role:approver",)),
        replace(REQUEST, sender=SUZUKI),
    ),
    "one of the recipients": (Policy(recipients=("sato", "kondo")), REQUEST),
    "as many files as allowed": (Policy(files_max=2), replace(REQUEST, files=files(1, 1))),
    "a file as large as allowed": (Policy(file_bytes_max=1_000), REQUEST),
    "together as large as allowed": (
        Policy(transfer_bytes_max=1_000),
        replace(REQUEST, files=files(400, 600)),
    ),
    "an empty file": (Policy(file_bytes_max=0), replace(REQUEST, files=files(0))),
    "a purpose of several lines, as long as allowed": (
        Policy(),
        replace(REQUEST, purpose="様式の更新\n\t" + "税" * 393),
    ),
    "as many addressees as allowed": (
        Policy(),
        replace(REQUEST, addressees=tuple(map(str, range(500)))),
    ),
    "a kind of content": (Policy(types=("png", "pdf")), REQUEST),
    "a family of content": (Policy(types=("document",)), REQUEST),
}


@pytest.mark.parametrize("case", ALLOWED)
def test_it_may_leave(case: str) -> None:
    assert codes(*ALLOWED[case]) == []


REFUSED = {
    "SKS-T020 stranger": (Policy(senders=("kondo",)), REQUEST),
    "SKS-T020 other division": (Policy(senders=("division:広報課",)), REQUEST),
    "SKS-T020 no such role": (Policy(senders=("role:admin",)), REQUEST),
    "SKS-T020 a login that looks like a role": (
        Policy(senders=("role:admin",)),
        replace(REQUEST, sender=Who("admin", "role:admin")),
    ),
    "SKS-T020 no division is not every division": (
        Policy(senders=("division:税務課",)),
        replace(REQUEST, sender=Who("sato", "")),
    ),
    "SKS-T021": (Policy(), replace(REQUEST, addressees=())),
    "SKS-T022": (Policy(recipients=("kondo",)), REQUEST),
    "SKS-T022 one of several": (
        Policy(recipients=("sato",)),
        replace(REQUEST, addressees=("sato", "kondo")),
    ),
    "SKS-T023": (Policy(labels=("機密性1",)), REQUEST),
    "SKS-T023 only a part of the word": (
        Policy(labels=("機密性3A",)),
        replace(REQUEST, label="機密性3"),
    ),
    "SKS-T024": (Policy(), replace(REQUEST, purpose="")),
    "SKS-T024 blanks, also wide ones": (Policy(), replace(REQUEST, purpose=" \t\n\u3000")),
    "SKS-T036 a purpose too long for the letter": (
        Policy(),
        replace(REQUEST, purpose="税" * 401),
    ),
    "SKS-T036 a purpose that plays with the screen": (
        Policy(),
        replace(REQUEST, purpose="通知\x1b[2J"),
    ),
    "SKS-T036 an addressee that no letter can carry": (
        Policy(),
        replace(REQUEST, addressees=("x" * 65,)),
    ),
    "SKS-T037": (Policy(), replace(REQUEST, addressees=tuple(map(str, range(501))))),
    "SKS-T025": (Policy(), replace(REQUEST, files=())),
    "SKS-T026": (Policy(files_max=2), replace(REQUEST, files=files(1, 1, 1))),
    "SKS-T027": (
        Policy(transfer_bytes_max=1_000),
        replace(REQUEST, files=files(500, 501)),
    ),
    "SKS-T028": (Policy(file_bytes_max=999), REQUEST),
    "SKS-T029": (Policy(types=("png", "image")), REQUEST),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_may_not_leave(case: str) -> None:
    assert codes(*REFUSED[case]) == [case.split()[0]]


def test_every_reason_is_given_at_once() -> None:
    policy = Policy(
        senders=("kondo",),
        recipients=("kondo",),
        labels=("機密性1",),
        types=("png",),
        files_max=1,
        file_bytes_max=1,
        transfer_bytes_max=1,
    )
    worst = Request(SATO, ("sato", "suzuki"), "機密性2", "", files(2, 1))
    assert codes(policy, worst) == [
        *("SKS-T020", "SKS-T022", "SKS-T022", "SKS-T023", "SKS-T024"),
        *("SKS-T026", "SKS-T027", "SKS-T028", "SKS-T029", "SKS-T029"),
    ]


def test_a_reason_names_what_is_wrong() -> None:
    (reason,) = rules.judge(Policy(types=("png",)), REQUEST)
    assert reason.params["path"] == "通知.pdf"
    assert "「通知.pdf」の中身は「PDF 文書」です。" in reason.explain("ja").what
    assert "“通知.pdf” holds this: PDF document." in reason.explain("en").what


@pytest.mark.parametrize(
    ("policy", "at_once"),
    [
        (Policy(approvals=0), True),
        (Policy(approvals=0, timing=AFTER), True),
        (Policy(approvals=2, timing=AFTER), True),
        (Policy(approvals=1), False),
    ],
)
def test_what_leaves_before_anybody_looks(policy: Policy, at_once: bool) -> None:
    assert rules.released_at_once(policy, policy.timing) is at_once


@pytest.mark.parametrize(
    ("limit", "login", "times", "code"),
    [
        (0, "sato", 1_000, None),
        (2, "sato", 1, None),
        (2, "sato", 2, "SKS-T041"),
        (2, "sato", 3, "SKS-T041"),
        (0, "suzuki", 0, "SKS-T040"),
        (1, "suzuki", 5, "SKS-T040"),
    ],
)
def test_who_may_collect_how_often(limit: int, login: str, times: int, code: str | None) -> None:
    if code is None:
        rules.may_collect(limit, login, {"sato"}, times)
        return
    with pytest.raises(Refused) as refused:
        rules.may_collect(limit, login, {"sato"}, times)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("policy", "timing", "approvers"),
    [
        (Policy(approvals=0), BEFORE, []),
        (Policy(approvals=0), AFTER, []),
        (Policy(approvals=1), BEFORE, ["suzuki"]),
        (Policy(approvals=2), BEFORE, ["suzuki", "kondo", "tanaka"]),
        (Policy(approvals=2, timing=AFTER), AFTER, []),
        (Policy(approvals=2, timing=AFTER), BEFORE, []),
        (Policy(approvals=2, emergency=True), AFTER, []),
        (Policy(approvals=2, after_for=("role:approver",)), AFTER, []),
        (Policy(approvals=2, emergency=True), BEFORE, ["suzuki", "kondo"]),
    ],
)
def test_shown_approvals_that_suffice(policy: Policy, timing: str, approvers: list[str]) -> None:
    rules.approvals_shown(policy, timing, "sato", [(one, "") for one in approvers])


@pytest.mark.parametrize(
    ("policy", "timing", "approvers", "found"),
    [
        (Policy(approvals=1), BEFORE, [], 0),
        (Policy(approvals=1), BEFORE, ["sato"], 0),
        (Policy(approvals=2), BEFORE, ["suzuki", "suzuki"], 1),
        (Policy(approvals=2), BEFORE, ["suzuki", "sato"], 1),
        (Policy(approvals=1), AFTER, ["suzuki"], 0),
        (Policy(approvals=2, emergency=True), BEFORE, ["suzuki"], 1),
    ],
)
def test_shown_approvals_that_do_not(
    policy: Policy, timing: str, approvers: list[str], found: int
) -> None:
    with pytest.raises(Refused) as refused:
        rules.approvals_shown(policy, timing, "sato", [(one, "") for one in approvers])
    assert refused.value.code == "SKS-T042"
    assert refused.value.params == {"found": found, "needed": policy.approvals}


@pytest.mark.parametrize(
    ("decisions", "found"),
    [
        ([("tanaka", "suzuki"), ("kondo", "")], None),
        ([("tanaka", "suzuki"), ("suzuki", "")], 1),
        ([("tanaka", "suzuki"), ("tanaka", "")], 1),
        ([("tanaka", "sato"), ("kondo", "")], 1),
        ([("sato", "suzuki"), ("kondo", "")], 1),
        ([("tanaka", "suzuki"), ("ito", "suzuki")], 1),
    ],
)
def test_in_whose_place_it_was_approved_counts_too(
    decisions: list[tuple[str, str]], found: int | None
) -> None:
    if found is None:
        rules.approvals_shown(Policy(approvals=2), BEFORE, "sato", decisions)
        return
    with pytest.raises(Refused) as refused:
        rules.approvals_shown(Policy(approvals=2), BEFORE, "sato", decisions)
    assert refused.value.params["found"] == found


def test_steps_are_counted_together_by_the_receiving_side() -> None:
    steps = Policy(levels=(Level(("role:approver",)), Level(("line:2",), 2)))
    rules.approvals_shown(steps, BEFORE, "sato", [(one, "") for one in ("a", "b", "c")])
    with pytest.raises(Refused):
        rules.approvals_shown(steps, BEFORE, "sato", [("a", ""), ("b", "")])


EMERGENCIES = [
    (Policy(), "停電のため", ["SKS-H040"]),
    (Policy(emergency=True), "停電のため", []),
    (Policy(emergency=True), " ", ["SKS-T035"]),
    (Policy(emergency=True), "急" * 401, ["SKS-T036"]),
]


@pytest.mark.parametrize(("policy", "reason", "found"), EMERGENCIES)
def test_an_emergency_has_a_reason_and_a_route_that_allows_it(
    policy: Policy, reason: str, found: list[str]
) -> None:
    assert codes(policy, replace(REQUEST, emergency=reason)) == found


def test_who_leaves_first() -> None:
    policy = Policy(after_for=("suzuki", "division:財政課"))
    assert rules.timing_for(policy, SUZUKI) == AFTER
    assert rules.timing_for(policy, SATO) == BEFORE
    assert rules.timing_for(policy, Who("ito", units=frozenset({"財政課"}))) == AFTER
    assert rules.timing_for(Policy(emergency=True), SATO, "停電のため") == AFTER


def test_everybody_is_everybody_but_contractors() -> None:
    contractor = Who("gyosha", roles=("contractor",))
    assert not rules.matches(["*"], contractor)
    assert rules.matches(["role:contractor"], contractor)
    assert codes(Policy(), replace(REQUEST, sender=contractor)) == ["SKS-T020"]
    assert codes(Policy(senders=("gyosha",)), replace(REQUEST, sender=contractor)) == []


def test_a_division_is_every_unit_of_a_person_and_what_is_above_it() -> None:
    known = Who("ito", "資産税係", units=frozenset({"資産税係", "税務課", "総務部"}))
    for unit in ("資産税係", "税務課", "総務部"):
        assert rules.matches([f"division:{unit}"], known)
    assert not rules.matches(["division:市民部"], known)


def test_the_receiving_side_judges_sizes_counts_and_types_only() -> None:
    strict = Policy(
        senders=("nobody",), labels=("x",), types=("png",), files_max=1, file_bytes_max=10
    )
    found = rules.content_findings(strict, files(11, 1))
    assert [one.code for one in found] == ["SKS-T026", "SKS-T028", "SKS-T029", "SKS-T029"]
    assert [one.code for one in rules.content_findings(strict, ())] == ["SKS-T025"]
