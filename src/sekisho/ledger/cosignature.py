"""What a signature under a checkpoint signs, for each signature type; making and checking one.

Sources
- type 0x01: C2SP signed-note, "Ed25519 signatures": the note's text itself.
- type 0x04 and 0x06: C2SP tlog-cosignature (read at commit 01194db1 of github.com/C2SP/C2SP):
  `timestamped_signature` = u64be time ‖ signature. The Ed25519 kind signs
  `cosignature/v1\\ntime T\\n` ‖ text. The ML-DSA-44 kind signs the structure
  `cosigned_message`: label[12] = `subtree/v1\\n\\0`, cosigner_name<1..255>, u64 timestamp,
  log_origin<1..255>, u64 start = 0, u64 end = size, hash[32]; vectors have one length byte and
  integers are big-endian (RFC 8446 section 3).
- The specification names no ML-DSA context string; it is empty here, as in the reference
  implementation (filippo.io/torchwood).

One Ed25519 key may sign types 0x01 and 0x04: a text that begins with `cosignature/v1` cannot be
the body of a checkpoint, whose second line is a number.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.exceptions import InvalidSignature

from sekisho.kernel.errors import Refused
from sekisho.kernel.signing import SigningKeys, VerifyingKeys
from sekisho.ledger.body import SIZE_MAX, Checkpoint, origin_of
from sekisho.ledger.note import Note, NoteKey, NoteSignature, SignatureType

SUBTREE_LABEL = b"subtree/v1\n\x00"
TIME_BYTES = 8
_KINDS = {
    SignatureType.ED25519: "note-ed25519",
    SignatureType.COSIGNATURE_ED25519: "note-ed25519",
    SignatureType.COSIGNATURE_ML_DSA_44: "note-ml-dsa-44",
}
LOG_TYPES = (SignatureType.ED25519, SignatureType.COSIGNATURE_ML_DSA_44)
WITNESS_TYPES = (SignatureType.COSIGNATURE_ED25519, SignatureType.COSIGNATURE_ML_DSA_44)


def log_keys(node: str, keys: VerifyingKeys) -> tuple[NoteKey, ...]:
    """The verifier keys of a node's log; a checkpoint carries a signature by every one."""
    return _note_keys(node, keys, LOG_TYPES)


def witness_keys(node: str, keys: VerifyingKeys) -> tuple[NoteKey, ...]:
    """The verifier keys of a node as a witness; it cosigns with every one."""
    return _note_keys(node, keys, WITNESS_TYPES)


def _note_keys(
    node: str, keys: VerifyingKeys, types: tuple[SignatureType, ...]
) -> tuple[NoteKey, ...]:
    return tuple(
        NoteKey(origin_of(node), one, keys.raw[_KINDS[one]])
        for one in types
        if _KINDS[one] in keys.suite.note
    )


def sign(
    note_keys: tuple[NoteKey, ...], keys: SigningKeys, checkpoint: Checkpoint, now: datetime
) -> tuple[NoteSignature, ...]:
    """One signature per note key, by the private halves in `keys`, at `now`."""
    time = int(now.timestamp())
    return tuple(
        NoteSignature(
            one.name,
            one.key_id,
            _stamp(one, time)
            + keys.private_key(_KINDS[one.type]).sign(signed_message(one, checkpoint, time)),
        )
        for one in note_keys
    )


def check(key: NoteKey, note: Note, checkpoint: Checkpoint) -> int | None:
    """The signature of `key` under the note holds; its time in POSIX seconds (None: type 0x01).

    `checkpoint` is what `read_body` made of the note's text. Raises Refused SKS-L023 (there is
    no signature by this key) or SKS-L024 (it is wrong).
    """
    packed = note.signature_by(key)
    if packed is None:
        raise Refused("SKS-L023", name=key.name, type=key.type.name)
    time, signature = 0, packed
    if key.type is not SignatureType.ED25519:
        time, signature = int.from_bytes(packed[:TIME_BYTES], "big"), packed[TIME_BYTES:]
    try:
        if time > SIZE_MAX:
            raise InvalidSignature
        key.public_key.verify(signature, signed_message(key, checkpoint, time))
    except InvalidSignature:
        raise Refused("SKS-L024", name=key.name, type=key.type.name) from None
    return None if key.type is SignatureType.ED25519 else time


def signed_message(key: NoteKey, checkpoint: Checkpoint, time: int) -> bytes:
    """The bytes that `key` signs for this checkpoint at `time` (POSIX seconds)."""
    if key.type is SignatureType.ED25519:
        return checkpoint.body().encode()
    if key.type is SignatureType.COSIGNATURE_ED25519:
        return f"cosignature/v1\ntime {time}\n{checkpoint.body()}".encode()
    return b"".join(
        (
            SUBTREE_LABEL,
            _short(key.name),
            time.to_bytes(8, "big"),
            _short(checkpoint.origin),
            bytes(8),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def _short(text: str) -> bytes:
    data = text.encode()
    return bytes([len(data)]) + data


def _stamp(key: NoteKey, time: int) -> bytes:
    return b"" if key.type is SignatureType.ED25519 else time.to_bytes(TIME_BYTES, "big")
