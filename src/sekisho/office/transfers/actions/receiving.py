"""What the receiving node does with a parcel: judge the letter, keep the files, answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sekisho.kernel import dsse
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.merkle import leaf_hash
from sekisho.kernel.signing import EVENT_KINDS, VerifyingKeys
from sekisho.ledger.events import EVENT_TYPE, Disclosure, check_disclosure, read_event
from sekisho.office.accounts.actions import unknown_logins
from sekisho.office.evidence.actions import record
from sekisho.office.post import actions as post
from sekisho.office.post.models import IncomingParcel, Receipt
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.letter import Letter, LetterFile, ShownDecision
from sekisho.office.transfers.models import Arrival, ArrivalAddressee, ArrivedFile
from sekisho.office.transfers.policy import Policy
from sekisho.office.transfers.receipt import RECEIPT_TYPE, RECEIVED, REFUSED
from sekisho.office.transfers.receipt import Receipt as ReceiptWords
from sekisho.office.transfers.states import ArrivalState
from sekisho.office.vault.actions import register


@dataclass(frozen=True)
class ParcelFacts:
    """What is known of a parcel once its head has been verified."""

    row_id: int
    fence: int
    sender: str
    parcel_id: str
    receiver_key_id: str
    expires: datetime
    manifest: bytes
    root: str
    transfer_id: str
    letter_sha256: str
    approvals: tuple[str, ...]


class Kept(Protocol):
    """A file of the parcel, deposited in our vault and identified by its content."""

    file: LetterFile
    content_type: str
    family: str
    object_id: str
    data_key: bytes
    bytes: int
    sha256: str


def judge_letter(desk: Desk, facts: ParcelFacts, letter: Letter, keys: VerifyingKeys) -> Policy:
    """This side's own judgement before the files are read.

    Raises Refused: another transfer than the manifest names, no route, unknown addressee, too
    large, approvals missing or not genuine.
    """
    if letter.transfer_id != facts.transfer_id:
        raise Refused("SKS-T068")
    policy = require_route(facts.sender, desk.node)
    unknown = unknown_logins(letter.addressees)
    if unknown or not letter.addressees:
        raise Refused("SKS-T043", logins="、".join(unknown[:5]) or "—")
    approvers = [
        _approver(decision, facts, letter.transfer_id, keys) for decision in letter.decisions
    ]
    shown = tuple(leaf_hash(decision.event).hex() for decision in letter.decisions)
    if shown != facts.approvals:
        raise Refused("SKS-T044")
    rules.approvals_shown(policy, letter.timing, letter.sender, approvers)
    sizes = [rules.What(f.path, f.bytes, "*", "*") for f in letter.files]
    for reason in rules.content_findings(policy, sizes, types=False):
        raise reason
    return policy


def _approver(
    decision: ShownDecision, facts: ParcelFacts, transfer_id: str, keys: VerifyingKeys
) -> str:
    """The person behind a signed approval. Raises Refused SKS-T044 when it proves nothing."""
    envelope = dsse.decode(decision.event, EVENT_TYPE)
    keys.verify(envelope, EVENT_KINDS)
    event = read_event(envelope.payload)
    mine = (event.kind, event.node, event.subject)
    opening = Disclosure("actor", decision.salt, decision.person)
    if mine != ("transfer.approved", facts.sender, transfer_id) or not check_disclosure(
        event, opening
    ):
        raise Refused("SKS-T044")
    return decision.person


def judge_contents(policy: Policy, kept: Sequence[Kept]) -> None:
    """What really arrived: digests as the letter says, types as this side's route allows.

    Raises Refused SKS-T045 (digest) or the route's own reason.
    """
    for one in kept:
        if (one.bytes, one.sha256) != (one.file.bytes, one.file.sha256):
            raise Refused("SKS-T045", path=one.file.path)
    seen = [rules.What(k.file.path, k.bytes, k.content_type, k.family) for k in kept]
    for reason in rules.content_findings(policy, seen):
        raise reason


@dataclass(frozen=True)
class Delivery:
    """One verified parcel with its letter and its files, ready to be kept."""

    facts: ParcelFacts
    letter: Letter
    policy: Policy
    kept: tuple[Kept, ...]


def accept(desk: Desk, delivery: Delivery) -> bool:
    """Keep an arrived transfer and queue the receipt, in one transaction.

    A transfer that arrived before in another parcel is answered again and not kept twice.
    Returns whether the vault objects of this delivery are in use now.
    """
    facts = delivery.facts
    with atomic():
        if not _finish_row(facts, post.RECEIVED, delivery.letter.transfer_id):
            return False
        fresh = not Arrival.objects.filter(pk=delivery.letter.transfer_id).exists()
        if fresh:
            _keep(desk, delivery)
        post.use_receiver_key(
            key_id=facts.receiver_key_id, parcel_id=facts.parcel_id, expires=facts.expires
        )
        data = {
            "parcel": facts.parcel_id,
            "sender": facts.sender,
            "root": facts.root,
            "letter_sha256": facts.letter_sha256,
            "transfer": delivery.letter.transfer_id,
            "again": not fresh,
        }
        record(desk, "parcel.received", delivery.letter.transfer_id, data)
        _answer(desk, facts, RECEIVED, "")
    return fresh


def _finish_row(facts: ParcelFacts, state: str, transfer_id: str, code: str = "") -> bool:
    rows = IncomingParcel.objects.filter(pk=facts.row_id, fence=facts.fence, state=post.SEEN)
    return bool(
        rows.update(
            state=state,
            transfer_id=transfer_id,
            manifest=facts.manifest,
            lease_until=None,
            kind=post.TRANSFER,
            code=code,
        )
    )


def _keep(desk: Desk, delivery: Delivery) -> None:
    letter, now = delivery.letter, desk.now()
    erase_after = min(letter.erase_after, now + timedelta(days=delivery.policy.retention_days))
    arrival = Arrival.objects.create(
        transfer_id=letter.transfer_id,
        from_node=delivery.facts.sender,
        parcel_id=delivery.facts.parcel_id,
        sender=letter.sender,
        sender_name=letter.sender_name,
        purpose=letter.purpose,
        label=letter.label,
        state=ArrivalState.RECEIVED,
        received=now,
        erase_after=erase_after,
    )
    ArrivalAddressee.objects.bulk_create(
        ArrivalAddressee(arrival=arrival, login=login) for login in letter.addressees
    )
    register(desk, delivery.kept)
    ArrivedFile.objects.bulk_create(
        ArrivedFile(
            arrival=arrival,
            position=position,
            path=one.file.path,
            bytes=one.bytes,
            sha256=one.sha256,
            content_type=one.content_type,
            object_id=one.object_id,
        )
        for position, one in enumerate(delivery.kept)
    )


def _answer(desk: Desk, facts: ParcelFacts, outcome: str, code: str) -> None:
    words = ReceiptWords(
        parcel_id=facts.parcel_id,
        transfer_id=facts.transfer_id,
        sender=facts.sender,
        receiver=desk.node,
        outcome=outcome,
        code=code,
        root=facts.root,
        letter_sha256=facts.letter_sha256,
        made=desk.now(),
    )
    Receipt.objects.get_or_create(
        parcel_id=facts.parcel_id,
        author=desk.node,
        defaults={
            "addressee": facts.sender,
            "envelope": desk.signing.sign(RECEIPT_TYPE, words.encode()).encode(),
            "created": desk.now(),
        },
    )


def refuse(
    desk: Desk, row: IncomingParcel, reason: SekishoError, facts: ParcelFacts | None
) -> None:
    """Stop a parcel for good, with evidence; the sender is answered only when the parcel was
    proven to be his."""
    with atomic():
        rows = IncomingParcel.objects.filter(pk=row.pk, fence=row.fence, state=post.SEEN)
        params = {key: str(value)[:200] for key, value in reason.params.items()}
        manifest = facts.manifest if facts else None
        transfer_id = facts.transfer_id if facts else ""
        if not rows.update(
            state=post.REFUSED,
            code=reason.code,
            detail=params,
            manifest=manifest,
            transfer_id=transfer_id,
            lease_until=None,
        ):
            return
        data = {"parcel": row.parcel_id, "sender": row.sender, "code": reason.code}
        record(desk, "parcel.refused", transfer_id or row.parcel_id, data)
        if facts is not None and facts.transfer_id:
            _answer(desk, facts, REFUSED, reason.code)


def waiting_receipts(addressee: str, limit: int) -> list[Receipt]:
    """Our receipts that this peer has not been sent yet."""
    return list(Receipt.objects.filter(addressee=addressee, sent_in="").order_by("id")[:limit])
