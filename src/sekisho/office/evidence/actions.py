"""Evidence: recorded in the transaction of the act, then given its place in the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

from sekisho.kernel.clock import stamp
from sekisho.kernel.merkle import leaf_hash
from sekisho.kernel.signing import EVENT_KINDS
from sekisho.ledger import events
from sekisho.ledger.checkpoint import sign_checkpoint
from sekisho.ledger.events import EVENT_TYPE, make_event
from sekisho.ledger.log import Log
from sekisho.ledger.rows import SqlRows
from sekisho.office.evidence.models import Checkpoint, Disclosure, Event, SequencerState
from sekisho.office.site.database import atomic, connection, current_alias, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import insert_many, update_many

SEQUENCE_BATCH_MAX = 1_000
FORGET_BATCH = 500


@dataclass(frozen=True)
class Recorded:
    """An event as it was written: exact signed bytes, leaf hash (hex), what its hashes hide."""

    envelope: bytes
    leaf_hash: str
    openings: tuple[events.Disclosure, ...]


@dataclass(frozen=True)
class Act:
    """One act to be recorded. `hidden` values reach the log only as salted hashes."""

    kind: str
    subject: str
    data: Mapping[str, Any]
    hidden: Mapping[str, str]


def record(
    desk: Desk,
    kind: str,
    subject: str,
    data: Mapping[str, Any] | None = None,
    hidden: Mapping[str, str] | None = None,
) -> Recorded:
    """Write the evidence of one act. Call it inside the transaction that does the act."""
    return record_all(desk, [Act(kind, subject, data or {}, hidden or {})])[0]


def record_all(desk: Desk, acts: Sequence[Act]) -> list[Recorded]:
    """Write the evidence of several acts of one transaction, in order."""
    if not connection().in_atomic_block:
        raise AssertionError("evidence is written in the transaction of the act")
    now = desk.now().replace(microsecond=0)
    through = {"token": desk.token} if desk.token else {}
    rows: list[tuple[Event, tuple[events.Disclosure, ...]]] = []
    for act in acts:
        payload, disclosures = make_event(
            kind=act.kind,
            node=desk.node,
            time=now,
            subject=act.subject,
            data={**act.data, **through},
            hidden=act.hidden,
        )
        envelope = desk.signing.sign(EVENT_TYPE, payload, EVENT_KINDS).encode()
        hashed = leaf_hash(envelope).hex()
        row = Event(
            kind=act.kind, subject=act.subject, time=now, envelope=envelope, leaf_hash=hashed
        )
        rows.append((row, tuple(disclosures)))
    insert_many([row for row, _ in rows], learn_keys=True)
    insert_many(
        Disclosure(event=row, field=one.field, salt=one.salt, value=one.value)
        for row, openings in rows
        for one in openings
    )
    return [Recorded(row.envelope, row.leaf_hash, openings) for row, openings in rows]


def open_log() -> Log:
    """The log of the current node; appending needs a transaction."""
    backend = connections[current_alias()]
    return Log(SqlRows(backend.cursor, paramstyle="format"))


def sequence() -> int:
    """Give pending events their places, at most a batch, in one transaction; how many."""
    with atomic():
        SequencerState.objects.get_or_create(name="log")
        locked_wait(SequencerState.objects.filter(name="log")).get()
        pending = list(
            Event.objects.filter(leaf_index__isnull=True).order_by("id")[:SEQUENCE_BATCH_MAX]
        )
        if not pending:
            return 0
        places = open_log().append([bytes(event.envelope) for event in pending])
        for event, place in zip(pending, places, strict=True):
            event.leaf_index = place
            event.envelope = b""
        update_many(pending, ["leaf_index", "envelope"])
        return len(pending)


def make_checkpoint(desk: Desk) -> Checkpoint | None:
    """Sign the present log if it has grown since the last checkpoint; the newest checkpoint."""
    with atomic():
        log = open_log()
        size = log.size()
        last = Checkpoint.objects.order_by("-size").first()
        if size == 0 or (last is not None and last.size >= size):
            return last
        root = log.root(size)
        note = sign_checkpoint(desk.node, size, root, desk.signing, desk.now())
        return Checkpoint.objects.create(size=size, root=root.hex(), note=note, created=desk.now())


def forget(desk: Desk, *, subject: str, reason: str) -> int:
    """Erase what the salted hashes of one subject stand for; the hashes stay. How many."""
    with atomic():
        count, _ = Disclosure.objects.filter(event__subject=subject).delete()
        record(
            desk,
            "evidence.forgotten",
            subject,
            {"count": count, "at": stamp(desk.now())},
            {"reason": reason},
        )
        return count


def forget_disclosures(subjects: Collection[str]) -> int:
    """Erase once more what was forgotten before, in the caller's transaction; how many.

    The evidence of it was written the first time.
    """
    wanted, count = sorted(subjects), 0
    for start in range(0, len(wanted), FORGET_BATCH):
        part = wanted[start : start + FORGET_BATCH]
        count += Disclosure.objects.filter(event__subject__in=part).delete()[0]
    return count
