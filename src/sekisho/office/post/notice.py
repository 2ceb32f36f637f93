"""The letter of a notice parcel: receipts, a checkpoint to be witnessed, cosignatures back.

docs/formats/letter-v1.md describes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.kernel import documents

NOTICE_BYTES_MAX = 4 * 1024 * 1024
RECEIPTS_MAX = 400
PROOF_HASHES_MAX = 128


@dataclass(frozen=True)
class Offer:
    """A checkpoint of the sender's log, with the proof that it extends the one of `old_size`."""

    note: bytes
    old_size: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class Answer:
    """What a witness says to an offer: the size and the cosignature lines, or a code."""

    size: int
    lines: str
    code: str
    known_size: int


@dataclass(frozen=True)
class Notice:
    """Everything one node tells another at one time."""

    receipts: tuple[bytes, ...] = ()
    offer: Offer | None = None
    answer: Answer | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not self.receipts and self.offer is None and self.answer is None


def write_notice(notice: Notice) -> bytes:
    """The notice as bytes."""
    words: dict[str, object] = {
        "v": 1,
        "receipts": [documents.b64(one) for one in notice.receipts],
    }
    if notice.offer:
        words["offer"] = {
            "note": documents.b64(notice.offer.note),
            "old_size": notice.offer.old_size,
            "proof": [one.hex() for one in notice.offer.proof],
        }
    if notice.answer:
        words["answer"] = {
            "size": notice.answer.size,
            "lines": notice.answer.lines,
            "code": notice.answer.code,
            "known_size": notice.answer.known_size,
        }
    return documents.write(words)


def read_notice(untrusted: bytes) -> Notice:
    """The reverse of `write_notice`. Raises InvalidInput SKS-K001 or SKS-K002."""
    fields = documents.read(untrusted, "notice", NOTICE_BYTES_MAX)
    fields.integer("v", minimum=1, maximum=1)
    receipts = fields.texts("receipts", items_max=RECEIPTS_MAX, chars_max=40_000)
    notice = Notice(
        receipts=tuple(documents.unb64(one, "notice.receipts") for one in receipts),
        offer=_offer(fields.object("offer")) if fields.has("offer") else None,
        answer=_answer(fields.object("answer")) if fields.has("answer") else None,
    )
    fields.done()
    documents.require_canonical(untrusted, write_notice(notice), "notice")
    return notice


def _offer(fields: documents.Fields) -> Offer:
    offer = Offer(
        note=fields.data("note", bytes_max=64 * 1024),
        old_size=fields.integer("old_size"),
        proof=tuple(
            documents.unhex(one, "notice.proof", 32)
            for one in fields.texts("proof", items_max=PROOF_HASHES_MAX)
        ),
    )
    fields.done()
    return offer


def _answer(fields: documents.Fields) -> Answer:
    answer = Answer(
        size=fields.integer("size"),
        lines=fields.text("lines", chars_max=20_000),
        code=fields.text("code", pattern="(SKS-[A-Z][0-9]{3})?"),
        known_size=fields.integer("known_size"),
    )
    fields.done()
    return answer
