"""Pending events get consecutive places, once each, also when two workers do it at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connections
from tests.support.acts import SENDER
from tests.support.town import Town

from sekisho.ledger.checkpoint import open_checkpoint
from sekisho.office.evidence import actions as evidence
from sekisho.office.evidence.actions import Act, make_checkpoint, open_log, record_all, sequence
from sekisho.office.evidence.models import Checkpoint, Event
from sekisho.office.site.database import atomic


def write_events(town: Town, count: int) -> None:
    with town.at(SENDER) as node, atomic():
        record_all(node.desk, [Act("test.event", f"n{n}", {"n": n}, {}) for n in range(count)])


def places() -> list[int]:
    return list(Event.objects.order_by("id").values_list("leaf_index", flat=True))


def test_events_get_consecutive_places_in_the_order_of_the_acts(town: Town) -> None:
    with town.at(SENDER):
        before = open_log().size()
        assert places() == list(range(before))
    write_events(town, 300)
    with town.at(SENDER):
        assert places()[before:] == [None] * 300
        assert sequence() == 300
        assert places() == list(range(before + 300))
        assert sequence() == 0


def test_the_log_holds_the_signed_bytes_and_the_row_no_longer_does(town: Town) -> None:
    with town.at(SENDER) as node:
        with atomic():
            (recorded,) = record_all(node.desk, [Act("test.event", "n", {}, {})])
        sequence()
        row = Event.objects.get(kind="test.event")
        assert bytes(row.envelope) == b""
        assert open_log().entries(row.leaf_index, row.leaf_index + 1) == [recorded.envelope]


def test_one_batch_after_the_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "SEQUENCE_BATCH_MAX", 7)
    write_events(town, 20)
    with town.at(SENDER):
        assert [sequence() for _ in range(4)] == [7, 7, 6, 0]
        assert places() == list(range(len(places())))


def test_two_sequencers_at_once_give_each_event_one_place(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "SEQUENCE_BATCH_MAX", 5)
    write_events(town, 60)
    barrier, counts = threading.Barrier(3), []

    def work() -> None:
        with town.at(SENDER) as node:
            barrier.wait()
            try:
                while count := sequence():
                    counts.append(count)
            finally:
                connections[node.alias].close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 60
    with town.at(SENDER):
        assert places() == list(range(len(places())))
        assert open_log().size() == len(places())


def test_a_checkpoint_covers_the_whole_log_and_is_signed_once(town: Town) -> None:
    write_events(town, 3)
    with town.at(SENDER) as node:
        sequence()
        made = make_checkpoint(node.desk)
        assert made is not None
        log = open_log()
        assert (made.size, made.root) == (log.size(), log.root(log.size()).hex())
        opened = open_checkpoint(bytes(made.note), SENDER, node.identity.signing.public)
        assert (opened.checkpoint.size, opened.checkpoint.root.hex()) == (made.size, made.root)
        count = Checkpoint.objects.count()
        again = make_checkpoint(node.desk)
        assert again is not None and again.size == made.size
        assert Checkpoint.objects.count() == count


def test_what_is_still_pending_is_under_no_checkpoint(town: Town) -> None:
    with town.at(SENDER) as node:
        before = make_checkpoint(node.desk)
        write_events(town, 1)
        after = make_checkpoint(node.desk)
        assert before is not None and after is not None
        assert before.size == after.size
