"""Proof that a log has contradicted itself, which anybody can check without trusting us.

Two notes, both signed by the log: either the same size with two different roots (a fork), or a
later signing time with a smaller tree (a rollback). The second works only on checkpoints of
suite S1: what the log signs with ML-DSA-44 says that at that time it knew no larger tree (C2SP
tlog-cosignature), while the plain Ed25519 note signs no time.
"""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.kernel import documents
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.limits import KIB
from sekisho.kernel.signing import VerifyingKeys
from sekisho.ledger.checkpoint import SignedCheckpoint, open_checkpoint
from sekisho.ledger.note import NOTE_BYTES_MAX

FORK_EVIDENCE_BYTES_MAX = 3 * NOTE_BYTES_MAX + 4 * KIB
FORK = "fork"
ROLLBACK = "rollback"


@dataclass(frozen=True)
class ForkEvidence:
    """Two checkpoints of one node's log that cannot both be honest, as signed notes."""

    node: str
    first: bytes
    second: bytes

    def encode(self) -> bytes:
        """The evidence as one document, to be stored and passed on."""
        return documents.write(
            {
                "v": 1,
                "node": self.node,
                "first": documents.b64(self.first),
                "second": documents.b64(self.second),
            }
        )

    def verify(self, keys: VerifyingKeys) -> str:
        """`fork` or `rollback`, when both notes are signed by the log and contradict each other.

        Raises Refused SKS-L045 when they do not contradict, and whatever `open_checkpoint`
        raises.
        """
        first, second = (
            open_checkpoint(note, self.node, keys) for note in (self.first, self.second)
        )
        kind = contradiction(first, second)
        if kind is None:
            raise Refused("SKS-L045", node=self.node)
        return kind


def read_fork_evidence(untrusted: bytes) -> ForkEvidence:
    """The reverse of `encode`. Raises InvalidInput SKS-K001, SKS-K002, SKS-K004."""
    fields = documents.read(untrusted, "fork evidence", FORK_EVIDENCE_BYTES_MAX)
    fields.integer("v", minimum=1, maximum=1)
    from_node = fields.text("node", pattern="[a-z][a-z0-9-]{0,31}")
    notes = [fields.data(name, bytes_max=NOTE_BYTES_MAX) for name in ("first", "second")]
    fields.done()
    if not all(notes):
        raise InvalidInput("SKS-K002", where="fork evidence", reason="note")
    return ForkEvidence(from_node, *notes)


def contradiction(one: SignedCheckpoint, other: SignedCheckpoint) -> str | None:
    """How two verified checkpoints of one log contradict each other, if they do by themselves.

    Two different sizes may still be inconsistent; only a consistency proof can tell.
    """
    a, b = one.checkpoint, other.checkpoint
    if a.size == b.size:
        return FORK if a.root != b.root else None
    small, large = (one, other) if a.size < b.size else (other, one)
    if small.time is not None and large.time is not None and small.time > large.time:
        return ROLLBACK
    return None
