"""Receipts: what the receiving node answers to a parcel, signed and left to the next notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sekisho.office.post.models import Receipt
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.receipt import RECEIPT_TYPE
from sekisho.office.transfers.receipt import Receipt as ReceiptWords


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


@dataclass(frozen=True)
class Answer:
    """What a receipt is to say of a parcel."""

    facts: ParcelFacts
    outcome: str
    code: str
    redisarmed: int = 0
    results: str = ""


def answer(desk: Desk, answers: Sequence[Answer]) -> None:
    """Sign receipts and leave them to the next notice."""
    Receipt.objects.bulk_create(
        (
            Receipt(
                parcel_id=one.facts.parcel_id,
                author=desk.node,
                addressee=one.facts.sender,
                envelope=_signed_receipt(desk, one),
                created=desk.now(),
            )
            for one in answers
        ),
        ignore_conflicts=True,
    )


def _signed_receipt(desk: Desk, one: Answer) -> bytes:
    facts = one.facts
    words = ReceiptWords(
        parcel_id=facts.parcel_id,
        transfer_id=facts.transfer_id,
        sender=facts.sender,
        receiver=desk.node,
        outcome=one.outcome,
        code=one.code,
        root=facts.root,
        letter_sha256=facts.letter_sha256,
        made=desk.now(),
        redisarmed=one.redisarmed,
        results=one.results,
    )
    return desk.signing.sign(RECEIPT_TYPE, words.encode()).encode()


def waiting_receipts(addressee: str, limit: int) -> list[Receipt]:
    """Our receipts that this peer has not been sent yet."""
    return list(Receipt.objects.filter(addressee=addressee, sent_in="").order_by("id")[:limit])
