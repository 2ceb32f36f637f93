"""The signed receipt (受領証): a parcel came, whole, or was refused.

It names the parcel by its id and by the root over its ciphertext, and what was inside by the
digest of the letter (which holds the digest of every file); the sender has both in its own
ledger, so the evidence of two nodes can be laid side by side, also after erasure. The format is
described in docs/formats/letter-v1.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sekisho.kernel import documents
from sekisho.kernel.clock import stamp
from sekisho.kernel.ids import check_id, check_node_name
from sekisho.kernel.limits import KIB, TRANSFER_FILES_MAX

RECEIPT_TYPE = "application/vnd.sekisho.receipt+json"
RECEIPT_BYTES_MAX = 64 * KIB
RECEIVED = "received"
REFUSED = "refused"
REDISARMED = "redisarmed"
"""What became of a file where the receiving side kept its own result of disarming."""


@dataclass(frozen=True)
class Receipt:
    """What a receipt says; `code` is that of a refusal, `letter_sha256` empty if never opened.

    `redisarmed` files were kept as the receiver's own disarming made them; `results` is then the
    salted hash of the list of them that stands in the receiver's event `parcel.disarmed`.
    """

    parcel_id: str
    transfer_id: str
    sender: str
    receiver: str
    outcome: str
    code: str
    root: str
    letter_sha256: str
    made: datetime
    redisarmed: int = 0
    results: str = ""

    def encode(self) -> bytes:
        """The payload that the receiving node signs as `RECEIPT_TYPE`.

        Where every file was kept as it came it is a receipt of version 1.
        """
        more = {"redisarmed": self.redisarmed, "results": self.results} if self.redisarmed else {}
        return documents.write(
            {
                **more,
                "v": 2 if more else 1,
                "parcel": self.parcel_id,
                "transfer": self.transfer_id,
                "sender": self.sender,
                "receiver": self.receiver,
                "outcome": self.outcome,
                "code": self.code,
                "root": self.root,
                "letter_sha256": self.letter_sha256,
                "made": stamp(self.made),
            }
        )


def read_receipt(untrusted: bytes) -> Receipt:
    """The reverse of `encode`. Raises InvalidInput SKS-K001 to SKS-K005."""
    fields = documents.read(untrusted, "receipt", RECEIPT_BYTES_MAX)
    version = fields.integer("v", minimum=1, maximum=2)
    redisarmed, results = 0, ""
    if version > 1:
        redisarmed = fields.integer("redisarmed", minimum=1, maximum=TRANSFER_FILES_MAX)
        results = fields.digest("results")
    found = Receipt(
        parcel_id=fields.checked("parcel", check_id, "pc"),
        transfer_id=fields.checked("transfer", check_id, "tr"),
        sender=fields.checked("sender", check_node_name),
        receiver=fields.checked("receiver", check_node_name),
        outcome=fields.choice("outcome", {RECEIVED, REFUSED}),
        code=fields.text("code", pattern="(?:SKS-[A-Z][0-9]{3})?"),
        root=fields.digest("root"),
        letter_sha256=fields.text("letter_sha256", pattern="(?:[0-9a-f]{64})?"),
        made=fields.moment("made"),
        redisarmed=redisarmed,
        results=results,
    )
    fields.done()
    documents.require_canonical(untrusted, found.encode(), "receipt")
    return found
