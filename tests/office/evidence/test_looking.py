"""The ledger as an auditor looks at it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support.acts import RECEIVER, SENDER, approve, deliver, submit
from tests.support.town import START, Town

from sekisho.kernel.errors import InvalidInput
from sekisho.node.ledger_check import check_ledger
from sekisho.office.evidence.actions import forget
from sekisho.office.evidence.looking import EventTerms, count_kinds, events, ledger_standing
from sekisho.office.evidence.models import Checkpoint, Disclosure, LedgerLeaf
from sekisho.office.site.database import atomic

EVERY = EventTerms()


def test_it_says_how_far_the_witnesses_have_countersigned(town: Town) -> None:
    deliver(town)
    town.settle()
    submit(town)
    with town.at(SENDER) as node:
        found = ledger_standing(node.desk.now())
        assert found.pending == 2 and found.placed == found.size == found.witnessed
        (witness,) = found.witnesses
        assert (witness.peer, witness.behind, witness.late) == (RECEIVER, 0, False)
        assert witness.last == START
        assert found.first is not None and found.first <= START
    town.run(SENDER)
    town.clock.advance(timedelta(days=2))
    with town.at(SENDER) as node:
        found = ledger_standing(node.desk.now())
        (witness,) = found.witnesses
        assert (witness.behind, witness.late) == (2, True)
        assert found.size == found.witnessed + 2


def test_a_node_that_has_done_nothing_has_a_standing(town: Town) -> None:
    with town.at("mynumber") as node:
        Checkpoint.objects.all().delete()
        found = ledger_standing(node.desk.now())
        assert (found.size, found.root, found.made) == (0, "", None)


def test_events_are_found_by_kind_person_subject_and_period(town: Town) -> None:
    one = submit(town)
    town.clock.advance(timedelta(hours=1))
    two = submit(town)
    approve(town, one)
    with town.at(SENDER):
        assert [row.kind for row in events(EventTerms(person="suzuki")).rows] == [
            "transfer.approved"
        ]
        assert events(EventTerms(person="sato", kinds=("transfer.submitted",))).total == 2
        assert {row.subject for row in events(EventTerms(subject=two[:12])).rows} == {two}
        late = EventTerms(since=START + timedelta(hours=1))
        assert events(late).rows[0].actor == "suzuki"
        assert count_kinds(late) == {
            "transfer.submitted": 1,
            "transfer.judged": 1,
            "transfer.approved": 1,
        }
        early = EventTerms(until=START + timedelta(hours=1), kinds=("transfer.submitted",))
        assert [row.subject for row in events(early).rows] == [one]


def test_pages_follow_one_another(town: Town) -> None:
    for _ in range(4):
        submit(town)
    with town.at(SENDER):
        whole = events(EVERY, limit=500)
        before, got = 0, []
        while True:
            page = events(EVERY, before=before, limit=3)
            got += page.rows
            if not page.next_before:
                break
            before = page.next_before
        assert tuple(got) == whole.rows and whole.total == len(got)


def test_who_was_forgotten_is_not_found_any_more(town: Town) -> None:
    transfer_id = submit(town)
    with town.at(SENDER) as node:
        forget(node.desk, subject=transfer_id, reason="終わり")
        assert not Disclosure.objects.filter(value="sato", field="sender").exists()
        assert events(EventTerms(person="sato")).total == 0
        assert {row.actor for row in events(EventTerms(subject=transfer_id)).rows} == {""}


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidInput):
        EventTerms(since=START, until=START - timedelta(days=1))


def test_the_check_finds_what_was_rewritten(town: Town) -> None:
    deliver(town)
    town.settle()
    with town.at(SENDER) as node:
        found = check_ledger(node)
        assert found.sound and found.size == found.witnessed > 5
        with atomic():
            LedgerLeaf.objects.filter(idx=3).update(entry=b"{}")
        found = check_ledger(node)
        assert not found.sound
        assert found.faults[0].code == "SKS-L010"


def test_the_check_finds_a_log_that_its_witness_saw_otherwise(town: Town) -> None:
    deliver(town)
    town.settle()
    with town.at(SENDER) as node:
        newest = Checkpoint.objects.order_by("-size")[0]
        Checkpoint.objects.filter(pk=newest.pk).update(root="00" * 32)
        found = check_ledger(node)
        assert [one.code for one in found.faults] == ["SKS-L015"]
