"""From a released transfer to a parcel in the store, killed anywhere and taken up again.

1. intent: the transfer becomes a queued parcel, one receiver key is used up (one transaction);
2. blocks go into the store (sealing again gives the same bytes, so only missing ones are put);
3. the head and the evidence of release are kept (one transaction);
4. the head goes into the store: only now can the receiver see the parcel;
5. sent: the sealing secret is destroyed (one transaction with its evidence).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from sekisho.kernel.errors import SekishoError
from sekisho.node.opening import Node
from sekisho.node.peers import Peers
from sekisho.node.progress import Heartbeat, Progress, silent
from sekisho.node.rescanning import scan_again
from sekisho.office.post import actions as post
from sekisho.office.post.models import OutgoingParcel, PeerKey
from sekisho.office.transfers.actions import sealing as transfers
from sekisho.seal.parcel import ParcelTerms
from sekisho.seal.sealing import SealedParcel, Source, seal
from sekisho.store import layout


@dataclass(frozen=True)
class Sent:
    """What one round of sending did."""

    parcels: int = 0
    troubles: tuple[SekishoError, ...] = ()


def send_ready(node: Node, peers: Peers, progress: Progress = silent) -> Sent:
    """Seal and store everything that is due; what fails is put off and named."""
    done, troubles = 0, list(scan_again(node))
    _, hindrances = transfers.queue_released(node.desk, node.settings.work.batch)
    troubles.extend(hindrances)
    while parcels := post.lease_outgoing(node.desk, node.settings.work.batch):
        count, failed = _work_off(node, peers, parcels, progress)
        done, troubles = done + count, troubles + failed
        _, hindrances = transfers.queue_released(node.desk, node.settings.work.batch)
    return Sent(done, tuple(troubles))


def _work_off(
    node: Node, peers: Peers, parcels: Sequence[OutgoingParcel], progress: Progress
) -> tuple[int, list[SekishoError]]:
    troubles: list[SekishoError] = []
    sealed = []
    sources = _Sources(node, [one for one in parcels if one.state == post.QUEUED])
    for parcel in parcels:
        if parcel.state != post.QUEUED:
            continue
        try:
            peers.require_link(node.name, parcel.receiver, parcel.kind)
            sealed.append(_seal(node, parcel, sources, progress))
        except SekishoError as reason:
            troubles.append(reason)
            post.put_off(node.desk, OutgoingParcel, parcel.pk, parcel.fence, reason.code)
    ready = set(transfers.record_sealed(node.desk, sealed)) if sealed else set()
    heads = [(p, bytes(p.head)) for p in parcels if p.state == post.SEALED]
    by_id = {one.parcel_id: one.head for one in sealed}
    heads += [(p, by_id[p.parcel_id]) for p in parcels if p.parcel_id in ready]
    return _store_heads(node, heads, troubles), troubles


def _store_heads(
    node: Node, heads: Sequence[tuple[OutgoingParcel, bytes]], troubles: list[SekishoError]
) -> int:
    items = [
        (layout.parcel_head(node.name, parcel.receiver, parcel.parcel_id), head)
        for parcel, head in heads
    ]
    if not items:
        return 0
    try:
        node.store.put_many(items)
    except SekishoError as reason:
        troubles.append(reason)
        for parcel, _ in heads:
            post.put_off(node.desk, OutgoingParcel, parcel.pk, parcel.fence, reason.code)
        return 0
    transfers.record_stored(node.desk, [parcel.parcel_id for parcel, _ in heads])
    return len(items)


def _seal(node: Node, parcel: OutgoingParcel, sources: _Sources, progress: Progress) -> post.Sealed:
    beat = Heartbeat(node.desk, OutgoingParcel, parcel.pk, parcel.fence)
    contents, sizes = sources.of(parcel)
    total = sum(sizes)
    key = sources.key(parcel)
    made: SealedParcel = seal(
        terms=_terms(node, parcel, key.suite, sources.bound(parcel)),
        secret=post.sealing_secret(node.desk, parcel),
        letter=bytes(parcel.letter),
        sources=contents,
        source_bytes=sizes,
        receiver_public=bytes(key.public),
        signer=node.desk.signing,
        put_block=partial(_put_block, node, parcel),
        have=_blocks_there(node, parcel, total),
        threads=node.settings.work.threads,
        progress=lambda done: (beat(), progress(parcel.parcel_id, done, total)),
    )
    return post.Sealed(
        parcel_id=parcel.parcel_id,
        fence=parcel.fence,
        head=made.head,
        manifest=made.envelope.encode(),
        root=made.manifest.root.hex(),
        letter_sha256=sha256(bytes(parcel.letter)).hexdigest(),
        blocks=made.manifest.layout.blocks,
    )


def _terms(
    node: Node, parcel: OutgoingParcel, suite: str, bound: transfers.Contents
) -> ParcelTerms:
    context = {"transfer": parcel.transfer_id} if parcel.transfer_id else {}
    return ParcelTerms(
        parcel_id=parcel.parcel_id,
        suite=suite,
        kind=parcel.kind,
        sender=node.name,
        receiver=parcel.receiver,
        receiver_key_id=parcel.receiver_key_id,
        receiver_key_kind=parcel.receiver_key_kind,
        created=parcel.created,
        expires=parcel.expires,
        context={**context, **bound.context},
        approvals=bound.approvals,
    )


def _put_block(node: Node, parcel: OutgoingParcel, suffix: str, data: memoryview) -> None:
    name = layout.parcel_block(node.name, parcel.receiver, parcel.parcel_id, int(suffix[1:]))
    node.store.put(name, data)


def _blocks_there(node: Node, parcel: OutgoingParcel, total: int) -> frozenset[str]:
    """Blocks of an earlier try; a first try has none, so nobody is asked."""
    if parcel.fence <= 1 or total == 0:
        return frozenset()
    head = layout.parcel_head(node.name, parcel.receiver, parcel.parcel_id)
    prefix = head.removesuffix("head")
    return frozenset(entry.name.removeprefix(prefix) for entry in node.store.list(prefix + "b"))


class _Sources:
    """The files of a batch of transfers, read straight from the vault."""

    def __init__(self, node: Node, parcels: Sequence[OutgoingParcel]) -> None:
        self._node = node
        ids = [one.transfer_id for one in parcels if one.transfer_id]
        self._contents = transfers.contents_of(node.desk, ids)
        wanted = [one.receiver_key_id for one in parcels]
        self._keys = {key.key_id: key for key in PeerKey.objects.filter(key_id__in=wanted)}

    def key(self, parcel: OutgoingParcel) -> PeerKey:
        """The receiver's key that this parcel uses up."""
        return self._keys[parcel.receiver_key_id]

    def of(self, parcel: OutgoingParcel) -> tuple[list[Source], list[int]]:
        """What to read, and the exact sizes."""
        objects = self._contents.get(parcel.transfer_id, transfers.NOTHING).objects
        read = self._node.vault.read
        return [partial(read, one, key) for one, _, key in objects], [s for _, s, _ in objects]

    def bound(self, parcel: OutgoingParcel) -> transfers.Contents:
        """The approvals and public facts that the manifest binds."""
        return self._contents.get(parcel.transfer_id, transfers.NOTHING)
