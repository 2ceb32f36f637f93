"""A witness countersigns a log's checkpoint only if it continues what it countersigned before.

Source: C2SP tlog-witness (rules of `add-checkpoint`; the transport there is HTTP, ours are
parcels). The caller keeps one `WitnessedState` per log, written durably in the same transaction
in which it takes the state out, *before* the cosignature leaves the node: otherwise two requests
side by side could make a witness sign two histories.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.merkle import EMPTY_ROOT
from sekisho.kernel.signing import SigningKeys, VerifyingKeys
from sekisho.ledger import cosignature
from sekisho.ledger.checkpoint import SignedCheckpoint, open_checkpoint, require_not_ahead
from sekisho.ledger.fork import ForkEvidence, contradiction
from sekisho.ledger.tree import check_consistency


@dataclass(frozen=True)
class WitnessedState:
    """The last checkpoint of one log that this witness countersigned, with the log's note."""

    node: str
    size: int
    root: bytes
    note: bytes


class Contradicted(Refused):
    """The log signed two checkpoints that cannot both be honest; `evidence` proves it."""

    def __init__(self, code: str, evidence: ForkEvidence, **params: object) -> None:
        super().__init__(code, **params)
        self.evidence = evidence


class Witness:
    """One node as a witness of other nodes' logs."""

    def __init__(self, node: str, keys: SigningKeys) -> None:
        self._keys = keys
        self._note_keys = cosignature.witness_keys(node, keys.public)

    def check(
        self,
        node: str,
        keys: VerifyingKeys,
        last: WitnessedState | None,
        untrusted_note: bytes,
        consistency_proof: Sequence[bytes],
        now: datetime,
    ) -> tuple[str, WitnessedState]:
        """Our cosignature lines for a checkpoint of the log of `node`, and the state to keep.

        `keys` are that node's; the proof is from `last.size` (or 0) to the offered size. Raises
        what `open_checkpoint` raises (form, another log, signatures), and Refused

        - SKS-L026: the log signed at a time that lies ahead of our clock;
        - SKS-L040: smaller than what we countersigned (a rollback, or an old note come late);
        - SKS-L041: the same size with another root (a fork);
        - SKS-L042: larger, but signed before the smaller one;
        - SKS-L043: not shown to continue what we countersigned.

        Where the two notes contradict each other by themselves it is a `Contradicted`.
        """
        offered = open_checkpoint(untrusted_note, node, keys)
        require_not_ahead(offered.time, node, now)
        if last is not None:
            _require_no_contradiction(offered, last, keys, untrusted_note)
        _require_growth(offered, last, consistency_proof)
        lines = cosignature.sign(self._note_keys, self._keys, offered.checkpoint, now)
        new = offered.checkpoint
        state = WitnessedState(node, new.size, new.root, untrusted_note)
        return "".join(one.line() for one in lines), state


def _require_no_contradiction(
    offered: SignedCheckpoint, last: WitnessedState, keys: VerifyingKeys, note: bytes
) -> None:
    kind = _contradiction(offered, last, keys)
    new = offered.checkpoint
    if new.size < last.size:
        code = "SKS-L040"
    elif new.size == last.size and new.root != last.root:
        code = "SKS-L041"
    elif kind is not None:
        code = "SKS-L042"
    else:
        return
    params = {"node": last.node, "seen": last.size, "size": new.size}
    if kind is None:
        raise Refused(code, **params)
    raise Contradicted(code, ForkEvidence(last.node, last.note, note), **params)


def _contradiction(
    offered: SignedCheckpoint, last: WitnessedState, keys: VerifyingKeys
) -> str | None:
    """None also when the last note was signed by keys that the node has handed over since."""
    try:
        seen = open_checkpoint(last.note, last.node, keys)
    except SekishoError:
        return None
    return contradiction(seen, offered)


def _require_growth(
    offered: SignedCheckpoint, last: WitnessedState | None, proof: Sequence[bytes]
) -> None:
    seen, seen_root = (last.size, last.root) if last else (0, EMPTY_ROOT)
    new = offered.checkpoint
    try:
        check_consistency(seen, seen_root, new.size, new.root, proof)
    except Refused:
        raise Refused("SKS-L043", node=new.origin, seen=seen, size=new.size) from None
