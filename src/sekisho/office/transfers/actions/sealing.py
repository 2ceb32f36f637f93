"""What the worker does with released transfers: intent, evidence of release, stored, answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from django.db.models import Q

from sekisho.kernel import dsse
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.office.accounts.models import Person
from sekisho.office.evidence.actions import Act, record_all
from sekisho.office.post import actions as post
from sekisho.office.post.models import OutgoingParcel, Receipt
from sekisho.office.site.database import atomic, locked, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.actions.deciding import shown_decisions, timing_of
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.letter import Letter, LetterFile, ShownDecision, write_letter
from sekisho.office.transfers.models import Decision, Transfer
from sekisho.office.transfers.receipt import RECEIVED
from sekisho.office.transfers.receipt import Receipt as ReceiptWords
from sekisho.office.transfers.states import State, Verb, after
from sekisho.seal.parcel import PAYLOAD_TYPE, read_manifest


def queue_released(desk: Desk, limit: int) -> tuple[int, tuple[SekishoError, ...]]:
    """Turn up to `limit` released transfers into intents to seal; how many, and what hinders.

    Where a receiver's keys or its route are missing the transfer keeps waiting; the reason is
    written beside it.
    """
    now, done, hindrances = desk.now(), 0, []
    with atomic():
        due = Q(not_before__isnull=True) | Q(not_before__lte=now)
        rows = Transfer.objects.filter(due, state=State.READY).order_by("created", "transfer_id")
        by_node: dict[str, list[Transfer]] = defaultdict(list)
        for transfer in locked(rows)[:limit]:
            by_node[transfer.to_node].append(transfer)
        for node, transfers in sorted(by_node.items()):
            try:
                done += _queue_for(desk, node, transfers)
            except SekishoError as reason:
                hindrances.append(reason)
                ids = [one.transfer_id for one in transfers]
                Transfer.objects.filter(transfer_id__in=ids).update(code=reason.code)
    return done, tuple(hindrances)


def _queue_for(desk: Desk, node: str, transfers: Sequence[Transfer]) -> int:
    policy = require_route(desk.node, node)
    keys = post.take_peer_keys(desk, node, len(transfers))
    expires = desk.now() + timedelta(days=policy.parcel_days)
    parcels = []
    for transfer, key in zip(transfers, keys, strict=False):
        parcel = post.queue(
            desk,
            kind=post.TRANSFER,
            receiver=node,
            key=key,
            letter=write_letter(letter_of(transfer)),
            expires=expires,
            transfer_id=transfer.transfer_id,
        )
        transfer.state = after(transfer.state, Verb.SEAL)
        transfer.parcel_id, transfer.code, transfer.changed = parcel.parcel_id, "", desk.now()
        parcels.append(parcel)
    post.save_queue(parcels, keys)
    Transfer.objects.bulk_update(
        transfers[: len(parcels)], ["state", "parcel_id", "code", "changed"], batch_size=100
    )
    return len(parcels)


def letter_of(transfer: Transfer) -> Letter:
    """The letter of a transfer as its rows stand."""
    person = Person.objects.filter(login=transfer.sender).first()
    return Letter(
        transfer_id=transfer.transfer_id,
        sender=transfer.sender,
        sender_name=person.name if person else transfer.sender,
        addressees=tuple(sorted(transfer.addressees.values_list("login", flat=True))),
        purpose=transfer.purpose,
        label=transfer.label,
        timing=timing_of(transfer),
        files=tuple(
            LetterFile(f.path, f.bytes, f.sha256, f.content_type) for f in transfer.files.all()
        ),
        decisions=tuple(
            ShownDecision(bytes(d.event), d.person, bytes(d.salt))
            for d in shown_decisions(transfer)
        ),
        erase_after=transfer.erase_after,
    )


def approval_hashes(transfer_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Leaf hashes of the approvals of each transfer's present round, for its manifest."""
    found: dict[str, tuple[str, ...]] = {}
    rows = Decision.objects.filter(transfer__in=list(transfer_ids), verb=Verb.APPROVE)
    for row in rows.select_related("transfer").order_by("id"):
        if row.round == row.transfer.round:
            key = row.transfer_id
            found[key] = (*found.get(key, ()), row.event_hash)
    return found


def object_ids(transfer_ids: Collection[str]) -> dict[str, list[tuple[str, int]]]:
    """Vault object and size of every file of each transfer, in order."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for transfer in Transfer.objects.filter(pk__in=list(transfer_ids)).prefetch_related("files"):
        found[transfer.transfer_id] = [(f.object_id, f.bytes) for f in transfer.files.all()]
    return found


def record_sealed(desk: Desk, sealed: Sequence[post.Sealed]) -> list[str]:
    """Keep heads and the evidence of release before anything becomes visible in the store.

    Returns the ids of the parcels whose heads may now be stored.
    """
    with atomic():
        mine = {one.parcel_id: one for one in post.mark_sealed(sealed)}
        rows = OutgoingParcel.objects.filter(parcel_id__in=list(mine)).order_by("parcel_id")
        record_all(
            desk, [_release_act(row, mine[row.parcel_id]) for row in rows if row.transfer_id]
        )
    return sorted(mine)


def _release_act(row: OutgoingParcel, sealed: post.Sealed) -> Act:
    data = {
        "parcel": row.parcel_id,
        "root": sealed.root,
        "receiver": row.receiver,
        "receiver_key": row.receiver_key_id,
        "receiver_key_kind": row.receiver_key_kind,
        "letter_sha256": sealed.letter_sha256,
    }
    return Act("transfer.sealed", row.transfer_id, data, {})


def record_stored(desk: Desk, parcel_ids: Collection[str]) -> None:
    """The heads lie in the store: the transfers have left."""
    with atomic():
        rows = list(
            OutgoingParcel.objects.filter(parcel_id__in=list(parcel_ids), state=post.SEALED)
        )
        post.mark_stored([row.parcel_id for row in rows])
        moved = [row for row in rows if row.transfer_id]
        Transfer.objects.filter(
            transfer_id__in=[row.transfer_id for row in moved], state=State.SEALING
        ).update(state=after(State.SEALING, Verb.STORE), changed=desk.now(), code="")
        acts = [
            Act("transfer.sent", row.transfer_id, {"parcel": row.parcel_id}, {}) for row in moved
        ]
        record_all(desk, acts)


def take_receipts(desk: Desk, author: str, receipts: Iterable[tuple[ReceiptWords, bytes]]) -> int:
    """Answers of a receiving node, already verified; how many were new."""
    with atomic():
        return sum(_take_receipt(desk, author, words, envelope) for words, envelope in receipts)


def _take_receipt(desk: Desk, author: str, words: ReceiptWords, envelope: bytes) -> int:
    parcel = OutgoingParcel.objects.filter(parcel_id=words.parcel_id, receiver=author).first()
    if parcel is None or parcel.manifest is None or not _matches(parcel, words):
        raise Refused("SKS-T063", parcel=words.parcel_id, node=author)
    _, new = Receipt.objects.get_or_create(
        parcel_id=words.parcel_id,
        author=author,
        defaults={"addressee": desk.node, "envelope": envelope, "created": desk.now()},
    )
    if not new:
        return 0
    _move(desk, parcel, words)
    return 1


def _matches(parcel: OutgoingParcel, words: ReceiptWords) -> bool:
    manifest = read_manifest(dsse.decode(bytes(parcel.manifest), PAYLOAD_TYPE).payload)
    return (words.transfer_id, words.root) == (parcel.transfer_id, manifest.root.hex())


def _move(desk: Desk, parcel: OutgoingParcel, words: ReceiptWords) -> None:
    accepted = words.outcome == RECEIVED
    verb = Verb.TAKE_RECEIPT if accepted else Verb.TAKE_REFUSAL
    kind = "transfer.receipted" if accepted else "transfer.failed"
    data = {"parcel": words.parcel_id, "outcome": words.outcome}
    if words.code:
        data["code"] = words.code
    record_all(desk, [Act(kind, parcel.transfer_id, data, {})])
    transfer = locked_wait(Transfer.objects.filter(transfer_id=parcel.transfer_id)).get()
    try:
        transfer.state = after(transfer.state, verb)
    except Refused:
        return
    transfer.code, transfer.changed = words.code, desk.now()
    transfer.save()
