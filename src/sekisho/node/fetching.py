"""From heads in the store to transfers in our vault; nothing in the store is believed.

1. what a listing shows and is not known yet is noted and leased (one transaction);
2. each head is verified against the directory, its key looked up, its letter judged;
3. files stream into the vault while every segment is checked, then the root;
4. transfers, keys, evidence and receipts are kept (one transaction), or the refusal is.

Small parcels of a batch share steps 3 and 4; a large one is kept as soon as it is whole. One that
fails harms no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

from django.db import DatabaseError

from sekisho.kernel.errors import Broken, Refused, SekishoError, Unavailable
from sekisho.node import notices, unpacking
from sekisho.node.opening import Node
from sekisho.node.peers import Peers
from sekisho.node.progress import Heartbeat, Progress, silent
from sekisho.node.rechecking import check_all
from sekisho.office.post import actions as post
from sekisho.office.post.models import IncomingParcel, ReceiverKey
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.actions import receiving
from sekisho.store import layout
from sekisho.store.protocol import NotThere

A = TypeVar("A")
B = TypeVar("B")

BATCHES_MAX = 100
"""In one round: a store that shows very many parcels must not keep us from sending and erasing."""

INCOMPLETE_FOR_MAX = timedelta(hours=1)
"""How long blocks may be missing after a head appeared (stale listings, slow replication)."""

OUT_OF_STEP = frozenset({"SKS-N028", "SKS-N029", "SKS-N030", "SKS-N046"})
"""No member yet, no link, unknown keys: our directory, a hand-over or our clock may be late."""

OUT_OF_STEP_FOR_MAX = timedelta(days=3)
FROM_THE_FUTURE = "SKS-P008"
STILL_MISSING = "SKS-T065"


@dataclass
class Fetched:
    """What one round of fetching did."""

    transfers: int = 0
    notices: int = 0
    refused: list[SekishoError] = field(default_factory=list)
    troubles: list[SekishoError] = field(default_factory=list)


def fetch(node: Node, peers: Peers, progress: Progress = silent) -> Fetched:
    """Take in everything that lies in the store for this node."""
    result = Fetched()
    arrivals = layout.parcels_for(node.store, node.name, peers.partners())
    result.troubles += [reason for _, reason in arrivals.failed]
    _note_new(node, arrivals.heads)
    for _ in range(BATCHES_MAX):
        rows = post.lease_incoming(node.desk, node.settings.work.batch)
        if not rows:
            break
        _Batch(node, peers, result, progress).take_in(rows)
    return result


def _note_new(node: Node, heads: Sequence[layout.ParcelPart]) -> None:
    by_sender: dict[str, list[str]] = defaultdict(list)
    for head in heads:
        by_sender[head.sender].append(head.parcel_id)
    for sender, listed in by_sender.items():
        for start in range(0, len(listed), post.INSERT_BATCH):
            part = listed[start : start + post.INSERT_BATCH]
            fresh = set(part) - post.known_parcels(sender, part)
            if fresh:
                post.note_incoming(node.desk, sender, sorted(fresh))


class _Batch:
    """The parcels that were leased together."""

    def __init__(self, node: Node, peers: Peers, result: Fetched, progress: Progress) -> None:
        self._node = node
        self._peers = peers
        self._result = result
        self._progress = progress
        self._reception = receiving.Reception(node.desk)
        self._keys_used: dict[tuple[str, str], str] = {}
        self._found: dict[str, ReceiverKey] = {}

    def take_in(self, rows: Sequence[IncomingParcel]) -> None:
        """Every parcel is kept, refused or put off."""
        verified = list(self._each(rows, self._verify))
        keys = [one.head.terms.receiver_key_id for one in verified]
        self._found = post.receiver_keys(self._node.desk, keys)
        parcels = list(self._each(verified, self._first_use))
        openers = [unpacking.Unpacking(self._node, one, self._found) for one in parcels]
        notes = [one for one in openers if one.parcel.head.terms.kind == post.NOTICE]
        large = [one for one in openers if one not in notes and not one.is_small]
        small = [one for one in openers if one not in notes and one.is_small]
        for _ in self._each(notes, self._take_notice):
            self._result.notices += 1
        self._keep(small, self._checked(list(self._each(small, self._read_small))))
        for one in large:
            self._keep([one], self._checked(list(self._each([one], self._read_large))))

    def _verify(self, row: IncomingParcel) -> unpacking.Parcel:
        return unpacking.verify(self._node, self._peers, row)

    def _first_use(self, parcel: unpacking.Parcel) -> unpacking.Parcel:
        """Two parcels of one batch may not share a one-time key either. Refused SKS-T062.

        Of which kind a key is we know ourselves; and who names another sender's key takes
        nothing from it.
        """
        terms = parcel.head.terms
        key = self._found.get(terms.receiver_key_id)
        if key is not None and key.kind == post.ONE_TIME:
            use = (parcel.row.sender, key.key_id)
            if self._keys_used.setdefault(use, terms.parcel_id) != terms.parcel_id:
                raise Refused("SKS-T062", key=key.key_id[:16])
        return parcel

    def _take_notice(self, one: unpacking.Unpacking) -> bool:
        head, row = one.parcel.head, one.parcel.row
        notices.take_in(self._node, self._peers, row, head, one.read_letter())
        return True

    def _read_small(self, one: unpacking.Unpacking) -> unpacking.Unpacking:
        one.read_whole(self._reception)
        return one

    def _read_large(self, one: unpacking.Unpacking) -> unpacking.Unpacking:
        one.stream_into_vault(self._reception, self._progress)
        return one

    def _checked(self, read: Sequence[unpacking.Unpacking]) -> list[unpacking.Unpacking]:
        """Those whose files may be kept, disarmed again side by side."""
        at_once = self._node.settings.disarm.children
        disarms = any(one.plan.policy.disarms for one in read)
        disarmer = self._node.disarmer if disarms else None
        beats = [one.heartbeat() for one in read]
        offered = [one.offered() for one in read]
        flat = [file for files in offered for file in files]
        results = list(check_all(flat, disarmer, at_once, lambda: _beat(beats)))
        rest = iter(results)
        shares = [[next(rest) for _ in files] for files in offered]
        mine = {one.id: share for one, share in zip(read, shares, strict=True)}
        return list(self._each(read, lambda one: one.taken(mine[one.id])))

    def _keep(
        self, all_of_them: Sequence[unpacking.Unpacking], read: Sequence[unpacking.Unpacking]
    ) -> None:
        """Step 3 for what is in memory, then step 4 for all that is whole."""
        try:
            unpacking.deposit_together(self._node, read)
        except SekishoError as trouble:
            for one in read:
                self._failed(one.parcel.row, one.parcel.facts, trouble)
            return
        finally:
            for one in all_of_them:
                one.close()
        whole = list(self._each(read, _judged))
        # Killed or cut off in here, nobody knows whether the rows were committed: what turns out
        # to have none is left to the sweep.
        used = self._accept(whole)
        unpacking.drop_unused(self._node, [one for one in all_of_them if one.id not in used])
        self._result.transfers += len(used)

    def _accept(self, whole: Sequence[unpacking.Unpacking]) -> set[str]:
        """All in one transaction; if one of them spoils it, each in its own."""
        try:
            return receiving.accept_all(self._node.desk, [one.delivery() for one in whole])
        except (SekishoError, DatabaseError):
            accept = partial(_accept_one, self._node.desk)
            return set().union(*self._each(whole, accept))

    def _each(self, items: Sequence[A], act: Callable[[A], B]) -> Iterator[B]:
        """What `act` makes of each item; those that fail are refused or put off."""
        for item in items:
            try:
                yield act(item)
            except SekishoError as error:
                row, facts = _of(item)
                self._failed(row, facts, error)

    def _failed(
        self, row: IncomingParcel, facts: receiving.ParcelFacts | None, error: SekishoError
    ) -> None:
        reason = _plain(row, error)
        if self._may_pass_later(row, reason):
            self._result.troubles.append(reason)
            post.put_off(self._node.desk, IncomingParcel, row.pk, row.fence, reason.code)
            return
        lost = reason.code == STILL_MISSING
        final = Refused("SKS-T066", parcel=row.parcel_id) if lost else reason
        self._result.refused.append(final)
        receiving.refuse(self._node.desk, row, final, facts)

    def _may_pass_later(self, row: IncomingParcel, reason: SekishoError) -> bool:
        waited = self._node.desk.now() - row.first_seen
        if reason.code == STILL_MISSING:
            return waited < INCOMPLETE_FOR_MAX
        if reason.code in OUT_OF_STEP:
            return waited < OUT_OF_STEP_FOR_MAX
        return isinstance(reason, (Unavailable, Broken)) or reason.code == FROM_THE_FUTURE


def _beat(beats: Sequence[Heartbeat]) -> None:
    """Extend the leases; a parcel that another worker has taken over is left to it later."""
    for beat in beats:
        with suppress(Unavailable):
            beat()


def _judged(one: unpacking.Unpacking) -> unpacking.Unpacking:
    one.delivery()
    return one


def _accept_one(desk: Desk, one: unpacking.Unpacking) -> set[str]:
    try:
        return receiving.accept_all(desk, [one.delivery()])
    except DatabaseError as trouble:
        raise Unavailable("SKS-C010", reason=str(trouble)[:200]) from trouble


def _of(item: object) -> tuple[IncomingParcel, receiving.ParcelFacts | None]:
    if isinstance(item, unpacking.Unpacking):
        return item.parcel.row, item.parcel.facts
    if isinstance(item, unpacking.Parcel):
        return item.row, item.facts
    if isinstance(item, IncomingParcel):
        return item, None
    raise TypeError(type(item))


def _plain(row: IncomingParcel, error: SekishoError) -> SekishoError:
    """A missing object in the words of the parcel it belongs to."""
    if isinstance(error, NotThere):
        return Unavailable(STILL_MISSING, parcel=row.parcel_id)
    return error
