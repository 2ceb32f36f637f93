"""Approval by the organisation, at work: lines, steps, deputies, choices, emergencies, many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support import acts
from tests.support.organised import away, organise
from tests.support.town import Town, days, draft_for

from sekisho.kernel.errors import SekishoError
from sekisho.node import submitting
from sekisho.node.opening import Node
from sekisho.office.accounts import absences
from sekisho.office.accounts.actions import retire_person
from sekisho.office.evidence.models import Event
from sekisho.office.permissions import Act
from sekisho.office.transfers import queries
from sekisho.office.transfers.actions import deciding, sending
from sekisho.office.transfers.actions.sealing import letter_of
from sekisho.office.transfers.letter import read_letter, write_letter
from sekisho.office.transfers.models import Arrival, Decision, Route, Transfer

STEPS = [{"approvers": ["line:1"]}, {"approvers": ["line:2", "role:approver"], "approvals": 1}]


@pytest.fixture
def organised(town: Town) -> Town:
    """The town with an organisation at the sending side."""
    with town.at(acts.SENDER) as node:
        organise(node)
    return town


def code(act: Callable[..., Any], node: Node, **arguments: Any) -> str:
    """The code of a refusal that left neither a decision nor evidence behind."""
    before = Event.objects.count(), Decision.objects.count()
    with pytest.raises(SekishoError) as reason:
        act(node.desk, **arguments)
    assert before == (Event.objects.count(), Decision.objects.count())
    return reason.value.code


def refusal(town: Town, **draft: Any) -> str:
    with pytest.raises(SekishoError) as reason:
        acts.submit(town, **draft)
    return reason.value.code


def test_the_nearest_head_approves(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, approvers=["superior"])
    transfer_id = acts.submit(organised)
    with organised.at(acts.SENDER) as node:
        for other in ("kacho", "suzuki"):
            given = {"actor": other, "transfer_id": transfer_id}
            assert code(deciding.approve, node, **given) == "SKS-T031"
        assert queries.able_to_decide(node.desk, Transfer.objects.get()) == ["kakari"]
        assert [one.pk for one in queries.waiting_for(node.desk, "kakari")] == [transfer_id]
        assert queries.waiting_for(node.desk, "suzuki") == []
    assert acts.approve(organised, transfer_id, "kakari") == "ready"
    acts.carry(organised)
    assert acts.state(organised, transfer_id) == "received"


def test_the_head_of_a_unit_asks_the_one_above(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, approvers=["superior"])
    transfer_id = acts.submit(organised, actor="kacho")
    assert acts.approve(organised, transfer_id, "bucho") == "ready"


def test_who_has_no_head_above_cannot_submit(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, approvers=["superior"])
    assert refusal(organised, actor="bucho") == "SKS-H043"
    assert refusal(organised, actor="admin") == "SKS-H043"


def test_the_line_follows_whoever_heads_the_unit_now(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, approvers=["superior"])
    transfer_id = acts.submit(organised)
    with organised.at(acts.SENDER) as node:
        retire_person(node.desk, actor="admin", login="kakari")
    assert acts.approve(organised, transfer_id, "kacho") == "ready"


def test_steps_go_in_order_and_their_number_travels(organised: Town) -> None:
    acts.set_routes(organised, levels=STEPS)
    transfer_id = acts.submit(organised)
    with organised.at(acts.SENDER) as node:
        given = {"actor": "suzuki", "transfer_id": transfer_id}
        assert code(deciding.approve, node, **given) == "SKS-H041"
        assert queries.waiting_for(node.desk, "suzuki") == []
    assert acts.approve(organised, transfer_id, "kakari") == "waiting"
    with organised.at(acts.SENDER) as node:
        assert [one.level for one in queries.waiting(node.desk, "suzuki")] == [2]
    assert acts.approve(organised, transfer_id, "suzuki") == "ready"
    with organised.at(acts.SENDER):
        assert acts.last_event("transfer.judged").data["steps"] == [1, 1]
        assert acts.last_event("transfer.approved").data == {"round": 1, "step": 2}
    acts.carry(organised)
    assert acts.state(organised, transfer_id) == "received"


def test_the_receiving_side_counts_all_steps(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, approvers=["superior"])
    acts.set_route(organised, acts.RECEIVER, levels=STEPS)
    transfer_id = acts.submit(organised)
    acts.approve(organised, transfer_id, "kakari")
    organised.run(acts.SENDER, acts.RECEIVER, acts.SENDER)
    with organised.at(acts.SENDER):
        transfer = Transfer.objects.get()
        assert (transfer.state, transfer.code) == ("refused", "SKS-T042")


def test_a_deputy_decides_and_it_is_read_afterwards(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, approvers=["superior"])
    transfer_id = acts.submit(organised)
    with organised.at(acts.SENDER) as node:
        given = {"actor": "takahashi", "transfer_id": transfer_id, "acting_for": "kakari"}
        assert code(deciding.approve, node, **given) == "SKS-H053"
        away(node, "kakari", "takahashi")
        waiting = queries.waiting(node.desk, "takahashi")
        assert [(one.transfer.pk, one.acting_for) for one in waiting] == [(transfer_id, "kakari")]
        assert deciding.approve(node.desk, **given).state == "ready"
        event = acts.last_event("transfer.approved")
        assert event.data == {"round": 1, "acting": True}
        assert set(event.hidden) == {"actor", "reason", "acting_for"}
        assert [one.person for one in queries.to_read_after("kakari")] == ["takahashi"]
        assert deciding.read_after(node.desk, actor="kakari", transfer_id=transfer_id) == 1
        assert acts.last_event("transfer.read_after").hidden.keys() == {"actor"}
        assert queries.to_read_after("kakari") == []
        for nobody in ("kakari", "takahashi"):
            found = code(deciding.read_after, node, actor=nobody, transfer_id=transfer_id)
            assert found == "SKS-H047"
    acts.carry(organised)
    assert acts.state(organised, transfer_id) == "received"


def test_a_deputy_acts_only_during_the_absence(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, approvers=["superior"])
    transfer_id = acts.submit(organised)
    given = {"actor": "takahashi", "transfer_id": transfer_id, "acting_for": "kakari"}
    with organised.at(acts.SENDER) as node:
        made = away(node, "kakari", "takahashi", days=1)
        organised.clock.advance(days(1))
        assert code(deciding.approve, node, **given) == "SKS-H053"
        again = away(node, "kakari", "takahashi")
        assert code(absences.end_absence, node, actor="sato", absence_id=again.pk) == "SKS-T053"
        absences.end_absence(node.desk, actor="kakari", absence_id=again.pk)
        assert code(deciding.approve, node, **given) == "SKS-H053"
        for over in (made.pk, again.pk):
            found = code(absences.end_absence, node, actor="kakari", absence_id=over)
            assert found == "SKS-H052"


def test_the_sender_does_not_approve_his_own_as_a_deputy(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, approvers=["superior"])
    transfer_id = acts.submit(organised)
    with organised.at(acts.SENDER) as node:
        away(node, "kakari", "sato")
        given = {"actor": "sato", "transfer_id": transfer_id, "acting_for": "kakari"}
        assert code(deciding.approve, node, **given) == "SKS-T030"


ABSENCES = {
    "SKS-H051": {"deputy": "kakari"},
    "SKS-T051": {"deputy": "who"},
    "SKS-T053": {"actor": "sato"},
    "SKS-H050": {"ends": timedelta(0)},
}


@pytest.mark.parametrize("refused", ABSENCES)
def test_an_absence_that_cannot_be(organised: Town, refused: str) -> None:
    with organised.at(acts.SENDER) as node:
        given = {"actor": "kakari", "person": "kakari", "deputy": "suzuki", "ends": timedelta(1)}
        given |= ABSENCES[refused]
        now = node.desk.now()
        given["ends"] = now + given["ends"]  # type: ignore[operator]
        assert code(absences.be_absent, node, starts=now, **given) == refused


def test_a_contractor_is_no_deputy(organised: Town) -> None:
    with organised.at(acts.SENDER) as node, pytest.raises(SekishoError) as reason:
        away(node, "kakari", "gyosha")
    assert reason.value.code == "SKS-H051"


def test_an_administrator_says_who_is_away(organised: Town) -> None:
    with organised.at(acts.SENDER) as node:
        now = node.desk.now()
        absences.be_absent(
            node.desk,
            actor="admin",
            person="kakari",
            deputy="suzuki",
            starts=now,
            ends=now + days(1),
        )
        assert absences.acts_for("suzuki", now) == ["kakari"]
        assert absences.deputies_of("kakari", now) == ["suzuki"]
        assert [one.said_by for one in absences.absences(["kakari"])] == ["admin"]


def test_the_sender_chooses_among_those_who_may(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, approvers=["line:"])
    transfer_id = acts.submit(organised, approvers=("kacho",))
    with organised.at(acts.SENDER) as node:
        given = {"actor": "kakari", "transfer_id": transfer_id}
        assert code(deciding.approve, node, **given) == "SKS-H042"
        assert queries.able_to_decide(node.desk, Transfer.objects.get()) == ["kacho"]
    assert acts.approve(organised, transfer_id, "kacho") == "ready"


def test_nobody_chooses_whom_the_route_does_not_name(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, approvers=["line:"], approvals=2)
    assert refusal(organised, approvers=("suzuki", "kacho", "kakari")) == "SKS-H045"
    assert refusal(organised, approvers=("sato", "kacho", "kakari")) == "SKS-H045"
    assert refusal(organised, approvers=("kacho",)) == "SKS-H044"


def test_an_emergency_leaves_at_once_and_is_confirmed_after(organised: Town) -> None:
    acts.set_routes(organised, emergency=True)
    transfer_id = acts.submit(organised, emergency="停電のため、至急住民へ知らせる")
    with organised.at(acts.SENDER) as node:
        transfer = Transfer.objects.get()
        assert (transfer.state, transfer.confirm) == ("ready", "pending")
        assert acts.last_event("transfer.submitted").data["emergency"] is True
        assert "emergency_reason" in acts.last_event("transfer.submitted").hidden
        assert acts.last_event("transfer.judged").data["timing"] == "after"
        assert [one.pk for one in queries.waiting_for(node.desk, "suzuki")] == [transfer_id]
    acts.carry(organised)
    assert acts.state(organised, transfer_id) == "received"
    with organised.at(acts.SENDER) as node:
        given = {"actor": "sato", "transfer_id": transfer_id}
        assert code(deciding.confirm, node, **given) == "SKS-T030"
        made = deciding.confirm(node.desk, actor="suzuki", transfer_id=transfer_id)
        assert made.confirm == "done"


def test_what_is_no_emergency_waits_on_a_route_that_knows_them(organised: Town) -> None:
    acts.set_routes(organised, emergency=True)
    assert acts.state(organised, acts.submit(organised)) == "waiting"


def test_no_emergency_where_the_route_knows_none(organised: Town) -> None:
    assert refusal(organised, emergency="急ぐ") == "SKS-H040"


def test_the_receiving_side_decides_for_itself_whether_it_knows_emergencies(
    organised: Town,
) -> None:
    acts.set_route(organised, acts.SENDER, emergency=True)
    transfer_id = acts.submit(organised, emergency="停電のため")
    organised.run(acts.SENDER, acts.RECEIVER, acts.SENDER)
    assert acts.state(organised, transfer_id) == "refused"


def test_some_leave_first_and_others_wait(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, after_for=["division:総務部"])
    assert acts.state(organised, acts.submit(organised)) == "ready"
    assert acts.state(organised, acts.submit(organised, actor="admin")) == "waiting"


def test_many_are_approved_at_once_where_the_route_allows_it(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, bulk=True)
    first, second = acts.submit(organised), acts.submit(organised)
    own, nothing = acts.submit(organised, actor="suzuki"), "tr_" + "a" * 26
    with organised.at(acts.SENDER) as node:
        wanted = [first, own, nothing, second, first]
        found = deciding.approve_many(node.desk, actor="suzuki", transfer_ids=wanted)
        assert [(one.transfer_id, one.error and one.error.code) for one in found] == [
            *((first, None), (own, "SKS-T030"), (nothing, "SKS-T005")),
            (second, None),
        ]
        assert [one.transfer.state for one in found if one.transfer] == ["ready", "ready"]


def test_many_at_once_not_where_the_route_says_nothing(organised: Town) -> None:
    transfer_id = acts.submit(organised)
    with organised.at(acts.SENDER) as node:
        (only,) = deciding.approve_many(node.desk, actor="suzuki", transfer_ids=[transfer_id])
        assert only.error is not None
        assert only.error.code == "SKS-H046"
    assert acts.state(organised, transfer_id) == "waiting"


@pytest.mark.parametrize("restricted", [False, True])
def test_a_restricted_approver_sees_report_and_preview_but_no_file(
    organised: Town, restricted: bool
) -> None:
    acts.set_route(organised, acts.SENDER, restricted=restricted)
    acts.submit(organised)
    with organised.at(acts.SENDER) as node:
        row = Transfer.objects.get()
        for act in (Act.SEE, Act.PREVIEW, Act.DECIDE):
            queries.require_may(node.desk, "suzuki", act, row)
        for login in ("sato", *(() if restricted else ("suzuki",))):
            queries.require_may(node.desk, login, Act.OPEN_FILE, row)
        if restricted:
            with pytest.raises(SekishoError) as reason:
                queries.require_may(node.desk, "suzuki", Act.OPEN_FILE, row)
            assert reason.value.code == "SKS-T093"


def test_what_one_may_see_of_all_transfers(organised: Town) -> None:
    mine, other = acts.submit(organised), acts.submit(organised, actor="admin")
    with organised.at(acts.SENDER) as node:

        def seen(login: str) -> set[str]:
            return {one.pk for one in queries.transfers_of(node.desk, login)}

        assert (seen("sato"), seen("kacho"), seen("gyosha")) == ({mine}, set(), set())
        assert seen("admin") == seen("suzuki") == {mine, other}
        deciding.approve(node.desk, actor="suzuki", transfer_id=mine)
        assert seen("suzuki") == {mine, other}
        assert {one.pk for one in queries.transfers_of(node.desk, "suzuki", states=["ready"])} == {
            mine
        }
        with pytest.raises(SekishoError) as reason:
            row = queries.find_transfer(mine)
            queries.require_may(node.desk, "kacho", Act.SEE, row)
        assert reason.value.code == "SKS-T093"


def test_a_contractor_sends_only_where_he_is_named(organised: Town) -> None:
    assert refusal(organised, actor="gyosha") == "SKS-T020"
    acts.set_route(organised, acts.SENDER, senders=["*", "role:contractor"])
    transfer_id = acts.submit(organised, actor="gyosha")
    with organised.at(acts.SENDER) as node:
        assert [one.pk for one in queries.transfers_of(node.desk, "gyosha")] == [transfer_id]


def test_transfers_of_before_the_steps_were_kept_go_on(organised: Town) -> None:
    """Rows that an earlier version wrote, and a route whose policy lacks the new settings."""
    transfer_id = acts.submit(organised)
    with organised.at(acts.SENDER):
        Transfer.objects.update(levels=[])
        old = {"approvers": ["role:approver"], "approvals": 1}
        Route.objects.update(policy=old)
    assert acts.approve(organised, transfer_id) == "ready"


def letter_acting_for(town: Town, **policy: Any) -> tuple[Transfer, Any]:
    """A transfer that takahashi approved in place of kakari, and its letter."""
    acts.set_route(town, acts.SENDER, approvers=["superior"], **policy)
    transfer_id = acts.submit(town)
    with town.at(acts.SENDER) as node:
        away(node, "kakari", "takahashi")
        deciding.approve(node.desk, actor="takahashi", transfer_id=transfer_id, acting_for="kakari")
        row = queries.find_transfer(transfer_id)
        assert row is not None
        return row, letter_of(row, "佐藤 花子")


def test_a_letter_says_in_whose_place_it_was_approved(organised: Town) -> None:
    _, letter = letter_acting_for(organised)
    written = write_letter(letter)
    assert b'"acting_for":"kakari"' in written
    assert b'"v":3' in written
    assert read_letter(written) == letter


@pytest.mark.parametrize("forgery", ["not said", "another", "another salt", "said of another"])
def test_in_whose_place_it_was_approved_cannot_be_left_out_or_changed(
    organised: Town, forgery: str
) -> None:
    row, letter = letter_acting_for(organised)
    (made,) = letter.decisions
    changed = {
        "not said": replace(made, acting_for="", acting_salt=b""),
        "another": replace(made, acting_for="kacho"),
        "another salt": replace(made, acting_salt=bytes(16)),
        "said of another": replace(made, person="kakari"),
    }[forgery]
    hashed = hashes_of_decisions(organised)
    with organised.at(acts.SENDER) as node:
        sending.withdraw(node.desk, actor="sato", transfer_id=row.pk)
    forged = replace(letter, decisions=(changed,))
    acts.forge(
        organised,
        write_letter(forged),
        transfer_id=row.pk,
        files=list(acts.CONTENTS.values()),
        approvals=hashed,
    )
    organised.run(acts.RECEIVER)
    with organised.at(acts.RECEIVER):
        assert not Arrival.objects.exists()
        assert acts.last_event("parcel.refused").data["code"] == "SKS-T044"


def hashes_of_decisions(town: Town) -> tuple[str, ...]:
    with town.at(acts.SENDER):
        return tuple(Decision.objects.values_list("event_hash", flat=True))


def test_a_transfer_that_was_sent_back_is_asked_again_of_the_same_steps(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, levels=STEPS)
    transfer_id = acts.submit(organised, approvers=("kakari", "suzuki"))
    acts.approve(organised, transfer_id, "kakari")
    with organised.at(acts.SENDER) as node:
        deciding.send_back(node.desk, actor="suzuki", transfer_id=transfer_id, reason="誤記")
        again = sending.submit_again(node.desk, actor="sato", transfer_id=transfer_id)
        assert (again.state, again.round) == ("waiting", 2)
        assert queries.waiting_for(node.desk, "suzuki") == []
    assert acts.approve(organised, transfer_id, "kakari") == "waiting"
    assert acts.approve(organised, transfer_id, "suzuki") == "ready"


def test_a_draft_may_be_judged_before_its_files(organised: Town) -> None:
    acts.set_route(organised, acts.SENDER, approvers=["superior"])
    with organised.at(acts.SENDER) as node:
        paths = acts.write_files(organised.folder)
        draft = draft_for(emergency="急ぐ")
        with pytest.raises(SekishoError) as reason:
            submitting.submit(node, actor="sato", draft=draft, paths=paths)
        assert reason.value.code == "SKS-H040"
        assert acts.kept(node) == (0, 0)
