"""Evidence packages put together from this node's ledger: one transfer, a period, a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO

from sekisho.kernel.errors import Refused
from sekisho.kernel.ids import check_id
from sekisho.ledger import cosignature, package
from sekisho.ledger.events import Disclosure as Opening
from sekisho.ledger.policy import policy_text
from sekisho.node import upkeep
from sekisho.node.opening import Node
from sekisho.node.peers import Peers, load_peers
from sekisho.office.evidence.actions import open_log
from sekisho.office.evidence.looking import ACTOR_FIELDS
from sekisho.office.evidence.models import Checkpoint, Disclosure, Event
from sekisho.office.post.models import (
    Handover,
    IncomingParcel,
    OutgoingParcel,
    Receipt,
    ReceiverKey,
)


def export_transfer(node: Node, transfer_id: str, created: datetime | None = None) -> bytes:
    """Everything this node's ledger says of one transfer. `created` is the moment that it names
    as that of its making; without it, now. Raises Refused SKS-T005, SKS-T070."""
    events = events_of(transfer_id)
    return _export(node, package.TRANSFER, transfer_id, events, created)


def events_of(transfer_id: str) -> list[Event]:
    """Every act about one transfer, in order. Raises Refused SKS-T005 when there is none."""
    check_id(transfer_id, "tr")
    events = list(Event.objects.filter(subject__in=_subjects(transfer_id)).order_by("id"))
    if not events:
        raise Refused("SKS-T005", transfer=transfer_id)
    return events


def _subjects(transfer_id: str) -> list[str]:
    """The transfer, and the receiver keys that died with its parcels."""
    parcels = IncomingParcel.objects.filter(transfer_id=transfer_id)
    keys = ReceiverKey.objects.filter(used_by__in=parcels.values("parcel_id"))
    return [transfer_id, *keys.values_list("key_id", flat=True)]


def export_person(node: Node, login: str) -> bytes:
    """Every act in which this person is the sender or the actor (a request for disclosure).

    Raises Refused SKS-T070 when there is none.
    """
    acts = Disclosure.objects.filter(field__in=ACTOR_FIELDS, value=login).values("event")
    events = list(Event.objects.filter(pk__in=acts).order_by("id"))
    return _export(node, package.PERSON, login, events)


def export_period(node: Node, since: datetime, until: datetime) -> bytes:
    """Every entry from `since` to `until`, with one proof that none is left out.

    Raises Refused SKS-T070 when there is none.
    """
    upkeep.settle_evidence(node)
    rows = Event.objects.filter(time__gte=since, time__lt=until, leaf_index__isnull=False)
    places = list(rows.order_by("leaf_index").values_list("leaf_index", flat=True))
    if not places:
        raise Refused("SKS-T070")
    start, end = places[0], places[-1] + 1
    checkpoint = checkpoint_for(end - 1)
    inside = Event.objects.filter(leaf_index__gte=start, leaf_index__lt=end)
    transfers = set(inside.filter(subject__startswith="tr_").values_list("subject", flat=True))
    log = open_log()
    entries, proof = package.prove_period(log, start, end, checkpoint.size, _openings(inside))
    subject = f"{since:%Y-%m-%d}/{until:%Y-%m-%d}"
    return _write(node, package.PERIOD, subject, checkpoint, entries, _parcels(transfers), proof)


def _export(
    node: Node,
    kind: str,
    subject: str,
    events: Sequence[Event],
    created: datetime | None = None,
) -> bytes:
    if not events:
        raise Refused("SKS-T070")
    upkeep.settle_evidence(node)
    settled = Event.objects.filter(pk__in=[event.pk for event in events])
    places = sorted(settled.values_list("leaf_index", flat=True))
    checkpoint = checkpoint_for(places[-1])
    entries = package.prove_entries(
        open_log(), places, bytes(checkpoint.note), checkpoint.size, _openings(settled)
    )
    # A person's package holds that person's own acts; parcels and receipts are of others too.
    transfers = {subject} if kind == package.TRANSFER else set()
    held = _parcels(transfers)
    return _write(node, kind, subject, checkpoint, entries, held, created=created)


def checkpoint_for(last_index: int) -> Checkpoint:
    """The oldest countersigned checkpoint that covers the entry, else the newest of all."""
    covering = Checkpoint.objects.filter(size__gt=last_index)
    witnessed = covering.filter(cosigned__isnull=False).order_by("size").first()
    return witnessed or covering.order_by("-size")[0]


def _openings(events: Iterable[Event]) -> dict[int, list[Opening]]:
    found: dict[int, list[Opening]] = defaultdict(list)
    rows = Disclosure.objects.filter(event__in=events).select_related("event")
    for row in rows.order_by("event_id", "field"):
        found[row.event.leaf_index].append(Opening(row.field, bytes(row.salt), row.value))
    return found


def _parcels(transfers: set[str]) -> dict[str, dict[str, bytes]]:
    """Signed manifests and receipts of these transfers, by parcel id."""
    manifests: dict[str, bytes] = {}
    for model in (OutgoingParcel, IncomingParcel):
        rows = model.objects.filter(manifest__isnull=False, transfer_id__in=transfers)
        manifests.update((row.parcel_id, bytes(row.manifest)) for row in rows)
    receipts = Receipt.objects.filter(parcel_id__in=manifests)
    return {
        "parcels": manifests,
        "receipts": {row.parcel_id: bytes(row.envelope) for row in receipts},
    }


def _write(
    node: Node,
    kind: str,
    subject: str,
    checkpoint: Checkpoint,
    entries: tuple[package.PackageEntry, ...],
    held: dict[str, dict[str, bytes]],
    range_proof: tuple[bytes, ...] = (),
    created: datetime | None = None,
) -> bytes:
    peers = load_peers(node)
    out = BytesIO()
    package.write_package(
        package.EvidencePackage(
            kind=kind,
            node=node.name,
            created=created or node.desk.now(),
            subject=subject,
            directory=peers.directory.envelope,
            checkpoint=bytes(checkpoint.note),
            policy=_policy(node, peers),
            entries=entries,
            handovers=tuple(
                bytes(row.envelope) for row in Handover.objects.order_by("node", "number")
            ),
            range_proof=range_proof,
            **held,
        ),
        out,
    )
    return out.getvalue()


def _policy(node: Node, peers: Peers) -> bytes:
    """Our log, and one of the nodes we exchange with as witness, if there is one."""
    now = node.desk.now()
    witnesses = [
        cosignature.witness_keys(peer, peers.directory.keys_of(peer, now, peers.handovers)[0])
        for peer in peers.partners()
    ]
    log = cosignature.log_keys(node.name, node.desk.signing.public)
    return policy_text(log, witnesses, min(1, len(witnesses)))
