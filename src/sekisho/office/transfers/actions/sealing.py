"""What the worker does with released transfers: intent, evidence of release, stored, answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q

from sekisho.kernel import dsse
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.ids import new_id
from sekisho.office.accounts.models import Person
from sekisho.office.evidence.actions import Act, record_all
from sekisho.office.post import actions as post
from sekisho.office.post.models import OutgoingParcel, Receipt
from sekisho.office.site.database import atomic, locked, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import insert_many, update_many
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions.deciding import shown_decisions, timing_of
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.disarmed import context_of
from sekisho.office.transfers.letter import (
    LETTER_ID_PREFIX,
    Letter,
    LetterFile,
    ShownDecision,
    write_letter,
)
from sekisho.office.transfers.models import Transfer
from sekisho.office.transfers.receipt import RECEIVED
from sekisho.office.transfers.receipt import Receipt as ReceiptWords
from sekisho.office.transfers.states import TRANSITIONS, State, Verb, after
from sekisho.office.vault.actions import data_keys
from sekisho.seal.parcel import PAYLOAD_TYPE, read_manifest


def queue_released(desk: Desk, limit: int) -> tuple[int, tuple[SekishoError, ...]]:
    """Turn released transfers, up to `limit` for each node, into intents to seal; how many, and
    what hinders.

    Where a receiver's keys or its route are missing the transfer keeps waiting; the reason is
    written beside it.
    """
    now, done, hindrances = desk.now(), 0, []
    with atomic():
        due = Q(not_before__isnull=True) | Q(not_before__lte=now)
        # What is to be erased at the end of this round does not leave any more.
        ready = Transfer.objects.filter(due, state=State.READY, erase_after__gt=now)
        # Node by node: however many wait for one, they do not stand in the way of the others.
        for node in sorted(ready.order_by().values_list("to_node", flat=True).distinct()):
            rows = ready.filter(to_node=node).order_by("created", "transfer_id")
            ids = [transfer.pk for transfer in locked(rows)[:limit]]
            try:
                done += _queue_for(desk, node, _whole(ids))
            except SekishoError as reason:
                hindrances.append(reason)
                Transfer.objects.filter(pk__in=ids).update(code=reason.code)
    return done, tuple(hindrances)


def _whole(ids: Sequence[str]) -> list[Transfer]:
    rows = Transfer.objects.filter(pk__in=ids).order_by("created", "transfer_id")
    return list(rows.prefetch_related("files", "addressees", "decisions"))


def _queue_for(desk: Desk, node: str, transfers: Sequence[Transfer]) -> int:
    policy = require_route(desk.node, node)
    # The worker may come late, or the schedule may have been changed since the release.
    opens = rules.opens_at(policy, desk.now())
    if opens > desk.now():
        ids = [one.transfer_id for one in transfers]
        Transfer.objects.filter(transfer_id__in=ids).update(not_before=opens)
        return 0
    if policy.rescan_hours:
        transfers = [one for one in transfers if one.scanned_again is not None]
        if not transfers:
            return 0
    keys = post.take_peer_keys(desk, node, len(transfers))
    expires = desk.now() + timedelta(days=policy.parcel_days)
    logins = {transfer.sender for transfer in transfers}
    names = dict(Person.objects.filter(login__in=logins).values_list("login", "name"))
    parcels = []
    for transfer, key in zip(transfers, keys, strict=False):
        parcel = post.queue(
            desk,
            kind=post.TRANSFER,
            receiver=node,
            key=key,
            letter=write_letter(letter_of(transfer, names.get(transfer.sender, ""))),
            expires=min(expires, transfer.erase_after),
            transfer_id=transfer.transfer_id,
        )
        transfer.state = after(transfer.state, Verb.SEAL)
        transfer.parcel_id, transfer.code, transfer.changed = parcel.parcel_id, "", desk.now()
        parcels.append(parcel)
    post.save_queue(parcels, keys)
    update_many(transfers[: len(parcels)], ["state", "parcel_id", "code", "changed"])
    return len(parcels)


def letter_of(transfer: Transfer, sender_name: str) -> Letter:
    """The letter of a transfer as its rows stand; each letter has an id of its own."""
    return Letter(
        transfer_id=transfer.transfer_id,
        sender=transfer.sender,
        sender_name=sender_name or transfer.sender,
        addressees=tuple(sorted(one.login for one in transfer.addressees.all())),
        purpose=transfer.purpose,
        label=transfer.label,
        timing=timing_of(transfer),
        files=tuple(
            LetterFile(f.path, f.bytes, f.sha256, f.content_type, f.report_bytes, f.report_sha256)
            for f in transfer.files.all()
        ),
        decisions=tuple(
            ShownDecision(
                bytes(d.event), d.person, bytes(d.salt), d.acting_for, bytes(d.acting_salt)
            )
            for d in shown_decisions(transfer)
        ),
        erase_after=transfer.erase_after,
        letter_id=new_id(LETTER_ID_PREFIX),
    )


@dataclass(frozen=True)
class Contents:
    """What goes into one parcel: vault objects with their sizes and keys, approvals to bind, and
    what is stated in the open."""

    objects: tuple[tuple[str, int, bytes], ...] = ()
    approvals: tuple[str, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)


NOTHING = Contents()


def contents_of(desk: Desk, transfer_ids: Collection[str]) -> dict[str, Contents]:
    """The contents of each transfer. Raises Broken SKS-T060 when a file's key is gone."""
    rows = Transfer.objects.filter(pk__in=list(transfer_ids))
    transfers = list(rows.prefetch_related("files", "decisions"))
    objects = {one.transfer_id: _objects_of(one) for one in transfers}
    keys = data_keys(desk, [name for found in objects.values() for name, _ in found])
    return {
        one.transfer_id: Contents(
            tuple((name, size, keys[name]) for name, size in objects[one.transfer_id]),
            tuple(decision.event_hash for decision in shown_decisions(one)),
            context_of(one),
        )
        for one in transfers
    }


def _objects_of(transfer: Transfer) -> list[tuple[str, int]]:
    """The objects of the vault that a parcel carries: the files, then their reports."""
    files = list(transfer.files.all())
    found = [(file.object_id, file.bytes) for file in files]
    if transfer.reports_object:
        found.append((transfer.reports_object, sum(file.report_bytes for file in files)))
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


def take_receipts(
    desk: Desk, author: str, receipts: Sequence[tuple[ReceiptWords, bytes]]
) -> list[Refused]:
    """Answers of a receiving node, already verified; the ones that answer nothing of ours.

    Call it inside the transaction that takes in the notice.
    """
    ids = [words.parcel_id for words, _ in receipts]
    rows = OutgoingParcel.objects.filter(parcel_id__in=ids, receiver=author)
    parcels = {row.parcel_id: row for row in rows if row.manifest is not None}
    known = Receipt.objects.filter(parcel_id__in=ids, author=author)
    seen = set(known.values_list("parcel_id", flat=True))
    fresh, refused = [], []
    for words, envelope in receipts:
        parcel = parcels.get(words.parcel_id)
        if parcel is None or not _matches(parcel, words):
            refused.append(Refused("SKS-T063", parcel=words.parcel_id, node=author))
        elif words.parcel_id not in seen:
            seen.add(words.parcel_id)
            fresh.append((words, envelope))
    # A worker killed between putting a head and noting it: the answer shows that it lies there.
    unnoted = [w.parcel_id for w, _ in fresh if parcels[w.parcel_id].state == post.SEALED]
    if unnoted:
        record_stored(desk, unnoted)
    _keep_receipts(desk, author, fresh)
    return refused


def _keep_receipts(desk: Desk, author: str, fresh: Sequence[tuple[ReceiptWords, bytes]]) -> None:
    insert_many(
        Receipt(
            parcel_id=words.parcel_id,
            author=author,
            addressee=desk.node,
            envelope=envelope,
            created=desk.now(),
        )
        for words, envelope in fresh
    )
    record_all(desk, [_answered(words) for words, _ in fresh])
    ids = [words.transfer_id for words, _ in fresh]
    transfers = {row.pk: row for row in locked_wait(Transfer.objects.filter(pk__in=ids))}
    for words, _ in fresh:
        _move(desk, transfers[words.transfer_id], words)
    update_many(list(transfers.values()), ["state", "code", "changed", "detail"])


def _matches(parcel: OutgoingParcel, words: ReceiptWords) -> bool:
    manifest = read_manifest(dsse.decode(bytes(parcel.manifest), PAYLOAD_TYPE).payload)
    return (words.transfer_id, words.root) == (parcel.transfer_id, manifest.root.hex())


def _answered(words: ReceiptWords) -> Act:
    kind = "transfer.receipted" if words.outcome == RECEIVED else "transfer.failed"
    data = {"parcel": words.parcel_id, "outcome": words.outcome, "code": words.code}
    if words.redisarmed:
        data |= {"redisarmed": words.redisarmed, "results": words.results}
    return Act(kind, words.transfer_id, data, {})


def _move(desk: Desk, transfer: Transfer, words: ReceiptWords) -> None:
    """The transfer follows the answer, unless it has gone another way meanwhile."""
    if words.outcome != RECEIVED and words.parcel_id != transfer.parcel_id:
        # Sent again meanwhile: the refusal of the earlier parcel says nothing about the new one.
        return
    verb = Verb.TAKE_RECEIPT if words.outcome == RECEIVED else Verb.TAKE_REFUSAL
    if (State(transfer.state), verb) in TRANSITIONS:
        transfer.state = after(transfer.state, verb)
        transfer.code, transfer.changed = words.code, desk.now()
        if words.redisarmed:
            transfer.detail = {"redisarmed": words.redisarmed}
