"""Everything that this node knows of one transfer, put together for its proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sekisho.kernel import documents, dsse
from sekisho.kernel.errors import Refused
from sekisho.node import packages, upkeep
from sekisho.node.opening import Node
from sekisho.node.peers import newest_directory
from sekisho.node.reports import Told, reports_of
from sekisho.office.accounts.models import Person
from sekisho.office.evidence.looking import ACTOR_FIELDS
from sekisho.office.evidence.models import Checkpoint, Cosignature, Disclosure, Event
from sekisho.office.post.models import IncomingParcel, OutgoingParcel, Receipt
from sekisho.office.transfers import queries
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.receipt import RECEIPT_TYPE, read_receipt
from sekisho.office.transfers.receipt import Receipt as ReceiptWords
from sekisho.seal.parcel import PAYLOAD_TYPE, Manifest, read_manifest


@dataclass(frozen=True)
class Step:
    """One act in the ledger, and who did it as far as that is still disclosed."""

    kind: str
    subject: str
    time: datetime
    index: int
    leaf_hash: str
    actor: str


@dataclass(frozen=True)
class Dossier:
    """`moment` is that of the newest thing in it: the same facts give the same moment.

    `package` is the evidence package, `listing` the list of all files as canonical JSON.
    """

    node: Node
    row: Transfer | Arrival
    titles: Mapping[str, str]
    people: Mapping[str, Person]
    told: Sequence[Told]
    steps: Sequence[Step]
    parcels: Sequence[Manifest]
    receipts: Sequence[ReceiptWords]
    checkpoint: Checkpoint
    cosigned: Sequence[Cosignature]
    moment: datetime
    package: bytes
    listing: bytes

    @property
    def package_sha256(self) -> str:
        """The digest that the document states of the evidence package."""
        return sha256(self.package).hexdigest()

    def title(self, name: str) -> str:
        """What the directory calls a node, with its name."""
        return f"{self.titles[name]}（{name}）" if name in self.titles else name

    def person(self, login: str) -> str:
        """Division, name and login of somebody of this node; the login where it knows no more."""
        found = self.people.get(login)
        if found is None:
            return login
        return f"{found.division} {found.name}（{login}）".lstrip()


def gather(node: Node, transfer_id: str) -> Dossier:
    """What is known of a transfer that leaves or has arrived; pending acts get their place first.

    Raises Refused SKS-T005, Broken SKS-V010, SKS-V011, SKS-T060 and what exporting evidence raises.
    """
    row = queries.find_transfer(transfer_id) or queries.find_arrival(transfer_id)
    if row is None:
        raise Refused("SKS-T005", transfer=transfer_id)
    upkeep.settle_evidence(node)
    events = packages.events_of(transfer_id)
    checkpoint = packages.checkpoint_for(max(one.leaf_index for one in events))
    cosigned = list(checkpoint.cosigned.order_by("witness"))
    moments = [one.time for one in events] + [one.received for one in cosigned]
    moment = max([*moments, checkpoint.created]).replace(microsecond=0)
    parcels = _parcels(transfer_id)
    return Dossier(
        node=node,
        row=row,
        titles=_titles(node),
        people={one.login: one for one in Person.objects.filter(login__in=_logins(row, events))},
        told=reports_of(node, row),
        steps=_steps(events),
        parcels=parcels,
        receipts=_receipts(parcels),
        checkpoint=checkpoint,
        cosigned=cosigned,
        moment=moment,
        package=packages.export_transfer(node, transfer_id, created=moment),
        listing=_listing(row),
    )


def _titles(node: Node) -> dict[str, str]:
    directory = newest_directory(node)
    known = directory.nodes.items() if directory else ()
    return {node.name: node.settings.title} | {name: entry.title for name, entry in known}


def _logins(row: Transfer | Arrival, events: Iterable[Event]) -> set[str]:
    logins = set(_actors(events).values())
    if isinstance(row, Transfer):
        decided = {login for one in row.decisions.all() for login in (one.person, one.acting_for)}
        return logins | {row.sender} | decided
    return logins | {one.login for one in row.addressees.all()}


def _actors(events: Iterable[Event]) -> dict[int, str]:
    ids = [one.pk for one in events]
    rows = Disclosure.objects.filter(event__in=ids, field__in=ACTOR_FIELDS)
    return dict(rows.values_list("event_id", "value"))


def _steps(events: Sequence[Event]) -> list[Step]:
    actors = _actors(events)
    return [
        Step(e.kind, e.subject, e.time, e.leaf_index, e.leaf_hash, actors.get(e.pk, ""))
        for e in events
    ]


def _parcels(transfer_id: str) -> list[Manifest]:
    rows: list[OutgoingParcel | IncomingParcel] = []
    for model in (OutgoingParcel, IncomingParcel):
        rows += model.objects.filter(manifest__isnull=False, transfer_id=transfer_id)
    found = [read_manifest(dsse.decode(bytes(one.manifest), PAYLOAD_TYPE).payload) for one in rows]
    return sorted(found, key=lambda one: (one.terms.created, one.terms.parcel_id))


def _receipts(parcels: Sequence[Manifest]) -> list[ReceiptWords]:
    rows = Receipt.objects.filter(parcel_id__in=[one.terms.parcel_id for one in parcels])
    envelopes = (dsse.decode(bytes(one.envelope), RECEIPT_TYPE) for one in rows)
    return sorted((read_receipt(one.payload) for one in envelopes), key=lambda one: one.made)


def _listing(row: Transfer | Arrival) -> bytes:
    """The form in which the evidence of a submission lists the files."""
    files = row.files.all()
    return documents.write([{"path": f.path, "bytes": f.bytes, "sha256": f.sha256} for f in files])
