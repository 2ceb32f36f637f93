"""From a head in the store to a transfer in our vault; nothing in the store is believed.

1. what a listing shows and is not known yet is noted and leased (one transaction);
2. the head is verified against the directory, its key looked up, its letter judged;
3. files stream into the vault while every segment is checked, then the root;
4. transfer, keys, evidence and receipt are kept (one transaction), or the refusal is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256

from sekisho.kernel.errors import Broken, Refused, SekishoError, Unavailable
from sekisho.node import notices
from sekisho.node.opening import Node
from sekisho.node.peers import Peers
from sekisho.node.progress import Heartbeat, Progress, silent
from sekisho.node.tasting import Taster
from sekisho.office.post import actions as post
from sekisho.office.post.models import IncomingParcel
from sekisho.office.transfers.actions import receiving
from sekisho.office.transfers.letter import Letter, LetterFile, read_letter
from sekisho.seal import opening
from sekisho.seal.blocks import GetBlock
from sekisho.seal.head import HEAD_BYTES_MAX, VerifiedHead, read_head, verify_head
from sekisho.seal.vault import Deposited
from sekisho.store import layout
from sekisho.store.protocol import NotThere

INCOMPLETE_FOR_MAX = timedelta(hours=1)
"""How long blocks may be missing after a head appeared (stale listings, slow replication)."""

FROM_THE_FUTURE = "SKS-P008"
STILL_MISSING = "SKS-T065"


@dataclass
class Fetched:
    """What one round of fetching did."""

    transfers: int = 0
    notices: int = 0
    refused: list[SekishoError] = field(default_factory=list)
    troubles: list[SekishoError] = field(default_factory=list)


@dataclass(frozen=True)
class _Kept:
    """A file of the parcel in our vault, identified by its content."""

    file: LetterFile
    content_type: str
    family: str
    deposited: Deposited

    @property
    def object_id(self) -> str:
        return self.deposited.object_id

    @property
    def data_key(self) -> bytes:
        return self.deposited.data_key

    @property
    def bytes(self) -> int:
        return self.deposited.bytes

    @property
    def sha256(self) -> str:
        return self.deposited.sha256


def fetch(node: Node, peers: Peers, progress: Progress = silent) -> Fetched:
    """Take in everything that lies in the store for this node."""
    result = Fetched()
    arrivals = layout.parcels_for(node.store, node.name, peers.partners())
    result.troubles += [reason for _, reason in arrivals.failed]
    _note_new(node, arrivals.heads)
    while rows := post.lease_incoming(node.desk, node.settings.work.batch):
        for row in rows:
            _take_in(node, peers, row, result, progress)
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


def _take_in(
    node: Node, peers: Peers, row: IncomingParcel, result: Fetched, progress: Progress
) -> None:
    facts: receiving.ParcelFacts | None = None
    try:
        head = _verified_head(node, peers, row)
        facts = _facts(row, head)
        if head.terms.kind == post.NOTICE:
            _take_notice(node, peers, row, head)
            result.notices += 1
        elif _take_transfer(node, peers, row, head, facts, progress):
            result.transfers += 1
    except SekishoError as error:
        reason = _plain(row, error)
        if _may_pass_later(node, row, reason):
            result.troubles.append(reason)
            post.put_off(node.desk, IncomingParcel, row.pk, row.fence, reason.code)
        else:
            lost = Refused("SKS-T066", parcel=row.parcel_id)
            final = lost if reason.code == STILL_MISSING else reason
            result.refused.append(final)
            receiving.refuse(node.desk, row, final, facts)


def _plain(row: IncomingParcel, error: SekishoError) -> SekishoError:
    """A missing object in the words of the parcel it belongs to."""
    if isinstance(error, NotThere):
        return Unavailable(STILL_MISSING, parcel=row.parcel_id)
    return error


def _may_pass_later(node: Node, row: IncomingParcel, reason: SekishoError) -> bool:
    if reason.code == STILL_MISSING:
        return node.desk.now() - row.first_seen < INCOMPLETE_FOR_MAX
    return isinstance(reason, (Unavailable, Broken)) or reason.code == FROM_THE_FUTURE


def _verified_head(node: Node, peers: Peers, row: IncomingParcel) -> VerifiedHead:
    name = layout.parcel_head(row.sender, node.name, row.parcel_id)
    head = read_head(node.store.get(name, HEAD_BYTES_MAX))
    now = node.desk.now()
    keys = peers.keys_for(row.sender, head.envelope, now)
    verified = verify_head(
        head, keys, receiver=node.name, sender=row.sender, parcel_id=row.parcel_id, now=now
    )
    peers.require_link(row.sender, node.name, verified.terms.kind)
    return verified


def _facts(row: IncomingParcel, head: VerifiedHead) -> receiving.ParcelFacts:
    terms = head.terms
    return receiving.ParcelFacts(
        row_id=row.pk,
        fence=row.fence,
        sender=row.sender,
        parcel_id=row.parcel_id,
        receiver_key_id=terms.receiver_key_id,
        expires=terms.expires,
        manifest=head.envelope.encode(),
        root=head.manifest.root.hex(),
        transfer_id=terms.context.get("transfer", ""),
        letter_sha256="",
        approvals=terms.approvals,
    )


def open_parcel(
    node: Node, row: IncomingParcel, head: VerifiedHead, get_block: GetBlock | None = None
) -> opening.Opening:
    """The parcel's payload, ready to be read (from the store, if nothing else is said).

    Raises Refused SKS-T061, SKS-T062, SKS-P022.
    """
    _, private = post.receiver_private(
        node.desk,
        sender=row.sender,
        key_id=head.terms.receiver_key_id,
        parcel_id=row.parcel_id,
    )
    key = opening.content_key(head, private)

    def from_store(suffix: str, exact_bytes: int) -> bytes:
        name = layout.parcel_block(row.sender, node.name, row.parcel_id, int(suffix[1:]))
        return node.store.get(name, exact_bytes)

    return opening.Opening(head, key, get_block or from_store, node.settings.work.threads)


def _take_notice(node: Node, peers: Peers, row: IncomingParcel, head: VerifiedHead) -> None:
    with open_parcel(node, row, head) as payload:
        letter = payload.letter()
        payload.finish()
    notices.take_in(node, peers, row, head, letter)


def _take_transfer(
    node: Node,
    peers: Peers,
    row: IncomingParcel,
    head: VerifiedHead,
    facts: receiving.ParcelFacts,
    progress: Progress,
) -> bool:
    beat = Heartbeat(node.desk, IncomingParcel, row.pk, row.fence)
    total = head.manifest.payload_bytes
    with open_parcel(node, row, head) as payload:
        raw_letter = payload.letter()
        letter = read_letter(raw_letter)
        facts = replace(facts, letter_sha256=sha256(raw_letter).hexdigest())
        keys = peers.keys_for(row.sender, head.envelope, node.desk.now())
        policy = receiving.judge_letter(node.desk, facts, letter, keys)
        kept: list[_Kept] = []
        try:
            kept = _deposit(
                node, payload, letter, lambda n: (beat(), progress(row.parcel_id, n, total))
            )
            payload.finish()
            receiving.judge_contents(policy, kept)
            delivery = receiving.Delivery(facts, letter, policy, tuple(kept))
            used = receiving.accept(node.desk, delivery)
        except BaseException:
            _drop(node, kept)
            raise
    if not used:
        _drop(node, kept)
    return used


def _deposit(
    node: Node, payload: opening.Opening, letter: Letter, progress: Callable[[int], object]
) -> list[_Kept]:
    tasters: list[Taster] = []

    def sources() -> Iterator[Taster]:
        for file in letter.files:
            tasters.append(Taster(payload.pieces(file.bytes)))
            yield tasters[-1]

    deposited = node.vault.deposit_many(sources(), progress)
    kinds = [taster.content_type() for taster in tasters]
    return [
        _Kept(file, kind.name, kind.family, one)
        for file, kind, one in zip(letter.files, kinds, deposited, strict=True)
    ]


def _drop(node: Node, kept: list[_Kept]) -> None:
    for one in kept:
        node.vault.remove(one.object_id)
