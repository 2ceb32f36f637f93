"""Approving, sending back, rejecting: by others than the sender, once each, in this round."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import SekishoError
from sekisho.node.opening import Node
from sekisho.office.accounts.actions import retire_person, save_person
from sekisho.office.transfers.actions import deciding, sending
from sekisho.office.transfers.models import Decision, Transfer

SUBMITTED = ["transfer.submitted", "transfer.judged"]


@pytest.fixture
def waiting(town: Town) -> str:
    """A transfer of sato that needs two approvals."""
    acts.set_route(town, acts.SENDER, approvals=2)
    return acts.submit(town)


def refused(act: Callable[..., Any], node: Node, **arguments: Any) -> str:
    """The code of a refusal that left neither a decision nor evidence behind."""
    before = acts.kinds(node), Decision.objects.count(), list(Transfer.objects.values())
    with pytest.raises(SekishoError) as reason:
        act(node.desk, **arguments)
    assert before == (acts.kinds(node), Decision.objects.count(), list(Transfer.objects.values()))
    return reason.value.code


def test_two_approvals_by_different_people_release(town: Town, waiting: str) -> None:
    assert acts.approve(town, waiting, "suzuki") == "waiting"
    assert acts.approve(town, waiting, "takahashi") == "ready"
    with town.at(acts.SENDER) as node:
        approved = ["transfer.approved", "transfer.approved"]
        assert acts.kinds(node, waiting) == [*SUBMITTED, *approved]
        assert acts.last_event("transfer.approved").data == {"round": 1}


def test_nobody_approves_his_own_transfer(town: Town) -> None:
    transfer_id = acts.submit(town, actor="suzuki")
    with town.at(acts.SENDER) as node:
        for act in (deciding.approve, deciding.send_back, deciding.reject):
            arguments = {} if act is deciding.approve else {"reason": "x"}
            code = refused(act, node, actor="suzuki", transfer_id=transfer_id, **arguments)
            assert code == "SKS-T030"


def test_only_an_approver_approves(town: Town, waiting: str) -> None:
    with town.at(acts.SENDER) as node:
        assert refused(deciding.approve, node, actor="admin", transfer_id=waiting) == "SKS-T031"


def test_nobody_approves_twice(town: Town, waiting: str) -> None:
    acts.approve(town, waiting, "suzuki")
    with town.at(acts.SENDER) as node:
        assert refused(deciding.approve, node, actor="suzuki", transfer_id=waiting) == "SKS-T032"


def test_who_has_left_approves_nothing(town: Town, waiting: str) -> None:
    with town.at(acts.SENDER) as node:
        retire_person(node.desk, actor="admin", login="suzuki")
        assert refused(deciding.approve, node, actor="suzuki", transfer_id=waiting) == "SKS-T051"


def test_what_is_not_there_is_not_decided(town: Town) -> None:
    nothing = "tr_" + "a" * 26
    with town.at(acts.SENDER) as node:
        assert refused(deciding.approve, node, actor="suzuki", transfer_id=nothing) == "SKS-T005"


def test_an_approval_too_many_is_refused(town: Town, waiting: str) -> None:
    acts.approve(town, waiting, "suzuki")
    acts.approve(town, waiting, "takahashi")
    with town.at(acts.SENDER) as node:
        save_person(node.desk, actor="admin", login="ito", name="伊藤", roles=["approver"])
        assert refused(deciding.approve, node, actor="ito", transfer_id=waiting) == "SKS-T010"


@pytest.mark.parametrize("act", [deciding.send_back, deciding.reject])
@pytest.mark.parametrize(
    ("reason", "code"), [("", "SKS-T035"), (" \u3000\n", "SKS-T035"), ("税" * 401, "SKS-T036")]
)
def test_a_refusal_has_a_reason_that_can_be_kept(
    town: Town, act: Callable[..., Any], reason: str, code: str
) -> None:
    transfer_id = acts.submit(town)
    with town.at(acts.SENDER) as node:
        arguments = {"actor": "suzuki", "transfer_id": transfer_id, "reason": reason}
        assert refused(act, node, **arguments) == code


def test_approvals_before_a_sending_back_do_not_count_after_it(town: Town, waiting: str) -> None:
    acts.approve(town, waiting, "suzuki")
    with town.at(acts.SENDER) as node:
        deciding.send_back(node.desk, actor="takahashi", transfer_id=waiting, reason="目的を詳しく")
        assert Transfer.objects.get().state == "sent_back"
        again = sending.submit_again(
            node.desk, actor="sato", transfer_id=waiting, purpose="様式の更新（四月分）"
        )
        assert (again.state, again.round, again.purpose) == ("waiting", 2, "様式の更新（四月分）")
    assert acts.approve(town, waiting, "takahashi") == "waiting"
    assert acts.approve(town, waiting, "suzuki") == "ready"
    with town.at(acts.SENDER) as node:
        shown = deciding.shown_decisions(Transfer.objects.get())
        assert [(one.person, one.round) for one in shown] == [("takahashi", 2), ("suzuki", 2)]
        assert acts.kinds(node, waiting) == [
            *(*SUBMITTED, "transfer.approved", "transfer.sent_back"),
            *(*SUBMITTED, "transfer.approved", "transfer.approved"),
        ]
    acts.carry(town)
    assert acts.state(town, waiting) == "received"


def test_only_the_sender_submits_again_and_only_what_was_sent_back(town: Town) -> None:
    transfer_id = acts.submit(town)
    with town.at(acts.SENDER) as node:
        again = sending.submit_again
        assert refused(again, node, actor="sato", transfer_id=transfer_id) == "SKS-T010"
        deciding.send_back(node.desk, actor="suzuki", transfer_id=transfer_id, reason="誤記")
        assert refused(again, node, actor="takahashi", transfer_id=transfer_id) == "SKS-T033"


def test_what_is_submitted_again_is_judged_again(town: Town) -> None:
    transfer_id = acts.submit(town, {"様式.txt": "様式".encode()})
    with town.at(acts.SENDER) as node:
        deciding.send_back(node.desk, actor="suzuki", transfer_id=transfer_id, reason="誤記")
    acts.set_route(town, acts.SENDER, types=["image"])
    with town.at(acts.SENDER) as node:
        again = sending.submit_again
        assert refused(again, node, actor="sato", transfer_id=transfer_id) == "SKS-T029"
    acts.set_route(town, acts.SENDER, types=["text"])
    with town.at(acts.SENDER) as node:
        assert again(node.desk, actor="sato", transfer_id=transfer_id).state == "waiting"


def test_a_family_that_a_route_allows_is_still_allowed_the_second_time(town: Town) -> None:
    acts.set_route(town, acts.SENDER, types=["document"])
    transfer_id = acts.submit(town, {"様式.pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"})
    with town.at(acts.SENDER) as node:
        deciding.send_back(node.desk, actor="suzuki", transfer_id=transfer_id, reason="誤記")
        again = sending.submit_again(node.desk, actor="sato", transfer_id=transfer_id)
        assert again.state == "waiting"


def test_a_new_purpose_must_fit_as_the_first_one_did(town: Town) -> None:
    transfer_id = acts.submit(town)
    with town.at(acts.SENDER) as node:
        deciding.send_back(node.desk, actor="suzuki", transfer_id=transfer_id, reason="誤記")
        code = refused(
            sending.submit_again,
            node,
            actor="sato",
            transfer_id=transfer_id,
            purpose="税" * 401,
        )
        assert code == "SKS-T036"


def test_what_was_rejected_never_leaves(town: Town, waiting: str) -> None:
    with town.at(acts.SENDER) as node:
        rejected = deciding.reject(
            node.desk, actor="suzuki", transfer_id=waiting, reason="他の経路で送ること"
        )
        assert rejected.state == "rejected"
        assert acts.kinds(node, waiting) == [*SUBMITTED, "transfer.rejected"]
        assert refused(deciding.approve, node, actor="takahashi", transfer_id=waiting) == "SKS-T010"
        again = sending.submit_again
        assert refused(again, node, actor="sato", transfer_id=waiting) == "SKS-T010"
        assert refused(sending.withdraw, node, actor="sato", transfer_id=waiting) == "SKS-T010"
    acts.end(town, acts.SENDER)
    with town.at(acts.SENDER) as node:
        assert acts.kept(node) == (0, 0)


def test_the_number_of_approvals_is_that_of_the_submission(town: Town, waiting: str) -> None:
    """A route that is relaxed afterwards does not let through what waits already."""
    acts.set_route(town, acts.SENDER, approvals=1)
    assert acts.approve(town, waiting, "suzuki") == "waiting"
    assert acts.approve(town, waiting, "takahashi") == "ready"


def at_once(town: Town, *work: Callable[[Node], object]) -> list[object]:
    """What each piece of work, in a thread of its own, gave or raised."""
    barrier, results = threading.Barrier(len(work)), [None] * len(work)

    def run(number: int) -> None:
        with town.at(acts.SENDER) as node:
            barrier.wait()
            try:
                results[number] = work[number](node)
            except SekishoError as reason:
                results[number] = reason.code
            finally:
                connections[node.alias].close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_approvers_at_the_same_moment_both_count(town: Town, waiting: str) -> None:
    def by(actor: str) -> Callable[[Node], str]:
        return lambda node: (
            deciding.approve(node.desk, actor=actor, transfer_id=waiting).state.value
        )

    assert set(at_once(town, by("suzuki"), by("takahashi"))) == {"waiting", "ready"}
    with town.at(acts.SENDER):
        assert Decision.objects.count() == 2


def test_one_approver_twice_at_the_same_moment_counts_once(town: Town, waiting: str) -> None:
    def once(node: Node) -> str:
        return deciding.approve(node.desk, actor="suzuki", transfer_id=waiting).state.value

    assert sorted(map(str, at_once(town, once, once))) == ["SKS-T032", "waiting"]


def test_approval_and_withdrawal_at_the_same_moment_exclude_each_other(town: Town) -> None:
    transfer_id = acts.submit(town)
    results = at_once(
        town,
        lambda node: (
            deciding.approve(node.desk, actor="suzuki", transfer_id=transfer_id).state.value
        ),
        lambda node: sending.withdraw(node.desk, actor="sato", transfer_id=transfer_id).state.value,
    )
    assert results in (["ready", "withdrawn"], ["SKS-T010", "withdrawn"])
    assert acts.state(town, transfer_id) == "withdrawn"
