"""Checkpoints of our logs as signed notes: signing, opening, adding cosignatures.

A node signs a checkpoint with its `note-ed25519` key as a plain note signature (type 0x01) and,
in suite S1, with its `note-ml-dsa-44` key as a cosignature by the log itself (type 0x06).
Whoever opens one demands every kind of the suite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sekisho.kernel.errors import Refused
from sekisho.kernel.signing import SigningKeys, VerifyingKeys
from sekisho.ledger import cosignature
from sekisho.ledger.body import Checkpoint, origin_of, read_body
from sekisho.ledger.note import Note, NoteKey, read_note, read_signature_lines

CLOCK_SKEW_MAX = timedelta(minutes=10)
"""How far ahead of ours the clock of another node may be."""

POSIX_MAX = 253_402_300_799
"""The last second of the year 9999."""


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint whose log signatures hold.

    `time` is when the log says it signed (POSIX seconds, from its ML-DSA-44 signature); None in
    suite S0, where the log signs no time.
    """

    checkpoint: Checkpoint
    note: Note
    time: int | None


def sign_checkpoint(node: str, size: int, root: bytes, keys: SigningKeys, now: datetime) -> bytes:
    """The note of a checkpoint of this node's log, signed with every note kind of its suite."""
    checkpoint = Checkpoint(origin_of(node), size, root)
    signatures = cosignature.sign(cosignature.log_keys(node, keys.public), keys, checkpoint, now)
    return Note(checkpoint.body(), signatures).encode()


def open_checkpoint(untrusted: bytes, node: str, keys: VerifyingKeys) -> SignedCheckpoint:
    """A checkpoint of the log of `node`, its log signatures verified.

    Raises InvalidInput SKS-L020, SKS-L022 (form) or Refused SKS-L025 (another log), SKS-L023
    (a signature is missing), SKS-L024 (a signature is wrong).
    """
    note = read_note(untrusted)
    checkpoint = read_body(note.text)
    if checkpoint.origin != origin_of(node):
        raise Refused("SKS-L025", expected=origin_of(node), found=checkpoint.origin)
    times = [cosignature.check(key, note, checkpoint) for key in cosignature.log_keys(node, keys)]
    return SignedCheckpoint(
        checkpoint, note, max((t for t in times if t is not None), default=None)
    )


def add_cosignatures(
    note: bytes, untrusted_lines: str, witness: Sequence[NoteKey], now: datetime
) -> bytes:
    """Our own note with the lines that one witness sent, every key of it verified.

    A newer cosignature replaces an older one; lines by other keys are left out. Raises
    InvalidInput SKS-L020, Refused SKS-L023, SKS-L024, or SKS-L026 (its time lies ahead of ours).
    """
    ours = read_note(note)
    sent = read_signature_lines(untrusted_lines)
    known = {(key.name, key.key_id) for key in witness}
    joined = ours.with_signatures(one for one in sent if (one.name, one.key_id) in known)
    checkpoint = read_body(joined.text)
    for key in witness:
        time = cosignature.check(key, joined, checkpoint)
        require_not_ahead(time, key.name, now)
    return joined.encode()


def moment_of(posix: int) -> datetime:
    """A signed time as a moment; what lies beyond the calendar counts as its last second."""
    return datetime.fromtimestamp(min(posix, POSIX_MAX), UTC)


def require_not_ahead(time: int | None, name: str, now: datetime) -> None:
    """A signed time may not lie more than `CLOCK_SKEW_MAX` after `now`. Refused SKS-L026."""
    if time is not None and time > (now + CLOCK_SKEW_MAX).timestamp():
        raise Refused("SKS-L026", name=name, time=time)
