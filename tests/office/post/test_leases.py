"""Leases: a row is held by one worker at a time, and a late worker's result is shut out."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.town import START, Town, days

from sekisho.kernel.errors import Unavailable
from sekisho.node import unpacking
from sekisho.node.peers import load_peers
from sekisho.node.progress import BEAT, Heartbeat
from sekisho.office.post import actions as post
from sekisho.office.post import leases
from sekisho.office.post.keys import receiver_keys
from sekisho.office.post.models import IncomingParcel, OutgoingParcel
from sekisho.office.site.database import atomic
from sekisho.office.transfers.actions.receiving import Reception, accept_all, refuse
from sekisho.office.transfers.actions.sealing import queue_released
from sekisho.office.transfers.models import Arrival


@pytest.fixture
def queued(town: Town) -> str:
    """The id of a parcel that waits at the sender to be sealed."""
    acts.approve(town, acts.submit(town))
    with town.at(SENDER) as node:
        queue_released(node.desk, 10)
        return OutgoingParcel.objects.get(state="queued").parcel_id


def lease(town: Town) -> list[OutgoingParcel]:
    with town.at(SENDER) as node:
        return post.lease_outgoing(node.desk, 10)


def sealed(parcel: OutgoingParcel, head: bytes) -> post.Sealed:
    return post.Sealed(parcel.parcel_id, parcel.fence, head, b"manifest", "ab" * 32, "ab" * 32, 0)


def test_what_one_worker_holds_no_other_gets(town: Town, queued: str) -> None:
    (mine,) = lease(town)
    assert (mine.parcel_id, mine.fence) == (queued, 1)
    assert lease(town) == []
    town.clock.advance(leases.LEASE - timedelta(seconds=1))
    assert lease(town) == []


def test_an_expired_lease_is_taken_over_with_a_higher_fence(town: Town, queued: str) -> None:
    lease(town)
    town.clock.advance(leases.LEASE)
    (taken,) = lease(town)
    assert (taken.parcel_id, taken.fence) == (queued, 2)


def test_a_late_workers_head_is_shut_out(town: Town, queued: str) -> None:
    (late,) = lease(town)
    town.clock.advance(leases.LEASE)
    (new,) = lease(town)
    with town.at(SENDER), atomic():
        assert post.mark_sealed([sealed(late, b"late")]) == []
        assert OutgoingParcel.objects.get(pk=queued).state == "queued"
        assert [one.head for one in post.mark_sealed([sealed(new, b"new")])] == [b"new"]
        assert post.mark_sealed([sealed(late, b"late")]) == []
        assert post.mark_sealed([sealed(new, b"again")]) == []
        assert bytes(OutgoingParcel.objects.get(pk=queued).head) == b"new"


def test_a_late_worker_puts_nothing_off(town: Town, queued: str) -> None:
    (late,) = lease(town)
    town.clock.advance(leases.LEASE)
    (new,) = lease(town)
    with town.at(SENDER) as node:
        post.put_off(node.desk, OutgoingParcel, queued, late.fence, "SKS-S007")
        row = OutgoingParcel.objects.get(pk=queued)
        assert (row.attempts, row.code, row.lease_until) == (0, "", new_end(town))
        post.put_off(node.desk, OutgoingParcel, queued, new.fence, "SKS-S007")
        row = OutgoingParcel.objects.get(pk=queued)
        assert (row.attempts, row.code, row.lease_until) == (1, "SKS-S007", None)


def new_end(town: Town) -> Any:
    return town.clock.now() + leases.LEASE


def test_a_heartbeat_keeps_the_row_and_notices_its_loss(town: Town, queued: str) -> None:
    (mine,) = lease(town)
    with town.at(SENDER) as node:
        beat = Heartbeat(node.desk, OutgoingParcel, mine.pk, mine.fence)
        for _ in range(8):
            town.clock.advance(BEAT)
            beat()
    assert lease(town) == []
    town.clock.advance(leases.LEASE)
    assert [row.fence for row in lease(town)] == [2]
    with town.at(SENDER), pytest.raises(Unavailable) as lost:
        beat()
    assert lost.value.code == "SKS-T067"


def test_a_late_receiver_neither_keeps_nor_refuses(town: Town) -> None:
    """Another worker has the parcel by now: what the late one found out does not count."""
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    town.run(SENDER)
    with town.at(RECEIVER) as node:
        parcel_id = parcel_of(town, transfer_id)
        post.note_incoming(node.desk, SENDER, [parcel_id])
        (late,) = (one for one in post.lease_incoming(node.desk, 10) if one.parcel_id == parcel_id)
        town.clock.advance(leases.LEASE)
        post.lease_incoming(node.desk, 10)
        before = acts.kinds(node)
        refuse(node.desk, late, Unavailable("SKS-T065", parcel="x"), None)
        assert not post.finish_notice(late, b"manifest")
        assert IncomingParcel.objects.get(pk=late.pk).state == "seen"
        assert (acts.kinds(node), Arrival.objects.count()) == (before, 0)
        town.clock.advance(leases.LEASE)
    (done,) = town.run(RECEIVER)
    assert (done.received, done.refused) == (1, [])


def test_a_late_receiver_that_has_read_everything_keeps_nothing(town: Town) -> None:
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    town.run(SENDER)
    with town.at(RECEIVER) as node:
        parcel_id = parcel_of(town, transfer_id)
        post.note_incoming(node.desk, SENDER, [parcel_id])
        (row,) = post.lease_incoming(node.desk, 10)
        parcel = unpacking.verify(node, load_peers(node), row)
        late = unpacking.Unpacking(
            node, parcel, receiver_keys(node.desk, [parcel.head.terms.receiver_key_id])
        )
        late.read_whole(Reception(node.desk))
        unpacking.deposit_together(node, [late])
    town.clock.advance(leases.LEASE)
    (done,) = town.run(RECEIVER)
    assert (done.received, done.refused) == (1, [])
    with town.at(RECEIVER) as node:
        before = acts.kinds(node)
        assert accept_all(node.desk, [late.delivery()]) == set()
        assert (acts.kinds(node), Arrival.objects.count()) == (before, 1)
        unpacking.drop_unused(node, [late])
        assert acts.kept(node) == (1, 1)
    assert acts.collect(town, transfer_id) == acts.CONTENTS


def parcel_of(town: Town, transfer_id: str) -> str:
    with town.at(SENDER):
        found: str = OutgoingParcel.objects.get(transfer_id=transfer_id).parcel_id
    return found


@pytest.mark.parametrize("step", [days(-2), days(2)])
def test_a_clock_that_jumps_two_days_blocks_nothing(town: Town, queued: str, step: Any) -> None:
    """A lease and a waiting time from the other time count as ended."""
    (mine,) = lease(town)
    town.clock.advance(step)
    assert [row.fence for row in lease(town)] == [2]
    with town.at(SENDER) as node:
        post.put_off(node.desk, OutgoingParcel, queued, mine.fence + 1, "SKS-S007")
    town.clock.advance(-step)
    assert [row.fence for row in lease(town)] == [3]


def test_a_clock_set_back_two_days_lets_a_transfer_through(town: Town) -> None:
    town.clock.advance(days(2))
    town.run()
    town.clock.advance(days(-2))
    transfer_id = acts.deliver(town)
    assert acts.collect(town, transfer_id) == acts.CONTENTS


def test_failures_wait_longer_and_longer_up_to_ten_minutes(town: Town, queued: str) -> None:
    waits = []
    for _ in range(10):
        (row,) = lease(town)
        with town.at(SENDER) as node:
            post.put_off(node.desk, OutgoingParcel, row.pk, row.fence, "SKS-S007")
            due = OutgoingParcel.objects.get(pk=row.pk).not_before
        waits.append((due - town.clock.now()).total_seconds())
        town.clock.advance(due - town.clock.now() - timedelta(seconds=1))
        assert lease(town) == []
        town.clock.advance(timedelta(seconds=1))
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]


@given(st.integers(0, 10_000))
def test_no_number_of_failures_makes_it_wait_longer(attempts: int) -> None:
    wait = leases.retry_at(START, attempts) - START
    assert leases.RETRY_FIRST <= wait <= leases.RETRY_MAX


def test_workers_at_once_share_the_rows_without_overlap(town: Town) -> None:
    acts.set_route(town, SENDER, approvals=0)
    for _ in range(6):
        acts.submit(town)
    with town.at(SENDER) as node:
        queue_released(node.desk, 10)
    barrier, held = threading.Barrier(3), []

    def work() -> None:
        with town.at(SENDER) as node:
            barrier.wait()
            try:
                held.append([row.pk for row in post.lease_outgoing(node.desk, 2)])
            finally:
                connections[node.alias].close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = [pk for rows in held for pk in rows]
    assert len(every) == len(set(every)) == 6
