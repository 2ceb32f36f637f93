"""Signed notes and verifier keys: text with signature lines under it.

Source: C2SP signed-note (text, empty line, lines `— name base64(key id ‖ signature)`) and its
vkey encoding. Stricter than the specification where that costs nothing: base64 has one form,
and a note has at most one signature by each key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from hashlib import sha256
from typing import Any, NoReturn

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from sekisho.kernel import documents
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.limits import KIB

NOTE_BYTES_MAX = 256 * KIB
NOTE_SIGNATURES_MAX = 64
NAME_BYTES_MAX = 255
KEY_ID_BYTES = 4
_DASH = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class SignatureType(IntEnum):
    """The signature type byte of signed-note."""

    ED25519 = 0x01
    COSIGNATURE_ED25519 = 0x04
    COSIGNATURE_ML_DSA_44 = 0x06


PUBLIC_KEY_BYTES = {
    SignatureType.ED25519: 32,
    SignatureType.COSIGNATURE_ED25519: 32,
    SignatureType.COSIGNATURE_ML_DSA_44: 1312,
}


@dataclass(frozen=True)
class NoteKey:
    """A verifier key: who (name), how (type), and the raw public key."""

    name: str
    type: SignatureType
    public: bytes

    @cached_property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name ‖ 0A ‖ type ‖ public key)."""
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[
            :KEY_ID_BYTES
        ]

    @cached_property
    def public_key(self) -> Any:
        """The `cryptography` object. Raises ValueError when the bytes are no key."""
        if self.type is SignatureType.COSIGNATURE_ML_DSA_44:
            return MLDSA44PublicKey.from_public_bytes(self.public)
        return Ed25519PublicKey.from_public_bytes(self.public)

    def encode(self) -> str:
        """The vkey: `name+hex(key id)+base64(type ‖ public key)`."""
        packed = documents.b64(bytes([self.type]) + self.public)
        return f"{self.name}+{self.key_id.hex()}+{packed}"


@dataclass(frozen=True)
class NoteSignature:
    """One signature line; `signature` is what follows the key id."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """The line with its newline."""
        return f"{_DASH}{self.name} {documents.b64(self.key_id + self.signature)}\n"


@dataclass(frozen=True)
class Note:
    """A text (ending in a newline) and signatures over it; nothing is verified here."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        """The note as bytes."""
        return (self.text + "\n" + "".join(one.line() for one in self.signatures)).encode()

    def signature_by(self, key: NoteKey) -> bytes | None:
        """The signature under this key's name and id, or None."""
        for one in self.signatures:
            if (one.name, one.key_id) == (key.name, key.key_id):
                return one.signature
        return None

    def with_signatures(self, more: Iterable[NoteSignature]) -> Note:
        """The same text with further signatures; a later one by the same key replaces."""
        by_key = {(one.name, one.key_id): one for one in (*self.signatures, *more)}
        return Note(self.text, tuple(by_key.values()))


def read_note(untrusted: bytes) -> Note:
    """The note that the bytes hold, unverified. Raises InvalidInput SKS-L020."""
    if len(untrusted) > NOTE_BYTES_MAX:
        _refuse(f"over {NOTE_BYTES_MAX} bytes")
    try:
        whole = untrusted.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("not UTF-8")
    if _CONTROL.search(whole):
        _refuse("control character")
    body, separator, lines = whole.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        _refuse("no signature lines")
    return Note(body + "\n", read_signature_lines(lines))


def read_signature_lines(untrusted: str) -> tuple[NoteSignature, ...]:
    """Signature lines, each with its newline. Raises InvalidInput SKS-L020."""
    if len(untrusted) > NOTE_BYTES_MAX or not untrusted.endswith("\n"):
        _refuse("signature lines")
    lines = untrusted[:-1].split("\n")
    if len(lines) > NOTE_SIGNATURES_MAX:
        _refuse(f"over {NOTE_SIGNATURES_MAX} signatures")
    found = tuple(_read_line(line) for line in lines)
    if len({(one.name, one.key_id) for one in found}) != len(found):
        _refuse("two signatures by one key")
    return found


def read_vkey(untrusted: str) -> NoteKey:
    """The reverse of `NoteKey.encode`. Raises InvalidInput SKS-L021."""
    name, _, rest = untrusted.partition("+")
    key_id, _, packed = rest.partition("+")
    try:
        data = documents.unb64(packed, "vkey")
        key = NoteKey(name, SignatureType(data[0]), data[1:])
        sound = len(key.public) == PUBLIC_KEY_BYTES[key.type] and key.key_id.hex() == key_id
        sound = sound and is_key_name(name) and key.public_key is not None
    except (InvalidInput, ValueError, IndexError):
        sound = False
    if not sound:
        raise InvalidInput("SKS-L021", name=name[:80])
    return key


def is_key_name(name: str) -> bool:
    """Whether a signature line may carry this name: no space, no plus, 1 to 255 bytes."""
    if "+" in name or _CONTROL.search(name) or any(one.isspace() for one in name):
        return False
    try:
        return 0 < len(name.encode()) <= NAME_BYTES_MAX
    except UnicodeEncodeError:
        return False


def _read_line(line: str) -> NoteSignature:
    if not line.startswith(_DASH):
        _refuse("signature line")
    name, _, packed = line.removeprefix(_DASH).partition(" ")
    try:
        data = documents.unb64(packed, "note")
    except InvalidInput:
        _refuse("base64")
    if not is_key_name(name) or len(data) <= KEY_ID_BYTES:
        _refuse("signature line")
    return NoteSignature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def _refuse(reason: str) -> NoReturn:
    raise InvalidInput("SKS-L020", reason=reason)
