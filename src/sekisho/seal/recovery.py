"""Secrets for the worst day: sealed to a recovery key pair, or under a recovery phrase.

Of the pair only the public half lies on the machine that makes backups; the private half, or the
paper with the phrase, waits in a safe. The phrase is made here and has 256 random bits: nobody
guesses it, so it needs no slow derivation. Format: docs/formats/backup-v1.md.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import unicodedata
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from sekisho.kernel import documents
from sekisho.kernel.errors import Broken, InvalidInput, Refused
from sekisho.seal import hpke, keyfiles

PRIVATE_FORMAT = "sekisho-recovery-key-v1"
PUBLIC_FORMAT = "sekisho-recovery-public-v1"
SEALED_FORMAT = "sekisho-sealed-keys-v1"
SEALED_BYTES_MAX = 8 * 1024 * 1024
KEY_BYTES = 32
_IV_BYTES = 12
_CHECK_CHARS = 4
# Base32 has no 0, 1 and 8: people who copy by hand mean these letters.
_MISREAD = str.maketrans("018", "olb")


@dataclass(frozen=True)
class RecoveryPublic:
    """The half to which backups of keys are sealed; `key_id` is what people compare."""

    suite: str
    public: bytes

    @property
    def key_id(self) -> str:
        """16 hexadecimal digits."""
        return sha256(f"sekisho recovery key {self.suite}\x00".encode() + self.public).hexdigest()[
            :16
        ]

    def encode(self) -> bytes:
        """The public file; it is no secret."""
        words = {"format": PUBLIC_FORMAT, "suite": self.suite, "public": documents.b64(self.public)}
        return documents.write(words) + b"\n"


@dataclass(frozen=True)
class RecoveryKey:
    """The half that opens; keep it away from every machine that makes backups."""

    suite: str
    private: bytes = field(repr=False)

    @property
    def public(self) -> RecoveryPublic:
        """The other half."""
        return RecoveryPublic(self.suite, hpke.public_of(self.suite, self.private))


@dataclass(frozen=True)
class Phrase:
    """A recovery phrase: 256 random bits that people can write down."""

    secret: bytes = field(repr=False)

    def text(self) -> str:
        """Fourteen groups of four letters and digits, the last of which tells misreadings."""
        body = base64.b32encode(self.secret).decode().rstrip("=").lower() + _check(self.secret)
        return " ".join(body[i : i + 4] for i in range(0, len(body), 4))


Lock = RecoveryPublic | Phrase
Unlock = RecoveryKey | Phrase


def make_key(path: Path, suite: str) -> RecoveryKey:
    """A fresh pair, its private half in a new file of its owner alone.

    Raises InvalidInput SKS-P020 (suite), Refused SKS-N003 (a file is there), SKS-N005.
    """
    private, _ = hpke.generate(suite)
    words = {"format": PRIVATE_FORMAT, "suite": suite, "private": documents.b64(private)}
    keyfiles.write_new(path, documents.write(words))
    return RecoveryKey(suite, private)


def load_key(path: Path) -> RecoveryKey:
    """The private half. Raises what `keyfiles.read` raises, Broken SKS-N004 or SKS-P023."""
    try:
        fields = documents.read(keyfiles.read(path), "recovery key")
        fields.choice("format", {PRIVATE_FORMAT})
        found = RecoveryKey(fields.text("suite", pattern="S[01]"), fields.data("private"))
        fields.done()
    except InvalidInput as error:
        # Only the code: the details could quote a damaged secret.
        raise Broken("SKS-N004", file=str(path), reason=error.code) from None
    hpke.public_of(found.suite, found.private)
    return found


def read_public(untrusted: bytes) -> RecoveryPublic:
    """The public half. Raises InvalidInput SKS-K001, SKS-K002 or SKS-P021."""
    fields = documents.read(untrusted, "recovery public key")
    fields.choice("format", {PUBLIC_FORMAT})
    suite = fields.text("suite", pattern="S[01]")
    found = RecoveryPublic(suite, hpke.check_public(suite, fields.data("public")))
    fields.done()
    return found


def make_phrase() -> Phrase:
    """A fresh phrase."""
    return Phrase(os.urandom(KEY_BYTES))


def read_phrase(untrusted: str) -> Phrase:
    """The phrase as somebody typed it; capitals, full-width characters and blanks do not matter.

    Raises InvalidInput SKS-B014.
    """
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", untrusted)).lower()
    body = plain.translate(_MISREAD)
    try:
        secret = base64.b32decode(body[:-_CHECK_CHARS].upper() + "====")
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES or body != Phrase(secret).text().replace(" ", ""):
        raise InvalidInput("SKS-B014")
    return Phrase(secret)


def seal_secrets(lock: Lock, secrets: bytes, about: str) -> bytes:
    """`secrets` readable only with the other half of `lock`, and only as being `about` this."""
    key, iv = os.urandom(KEY_BYTES), os.urandom(_IV_BYTES)
    words = {"format": SEALED_FORMAT, "about": about, "iv": documents.b64(iv)}
    if isinstance(lock, RecoveryPublic):
        wrapped = hpke.wrap(lock.suite, lock.public, key, _bound(about))
        words |= {"suite": lock.suite, "to": lock.key_id, "wrapped": documents.b64(wrapped)}
    else:
        key = _key_of(lock, about)
        words |= {"suite": "phrase", "to": "", "wrapped": ""}
    words["sealed"] = documents.b64(AESGCM(key).encrypt(iv, secrets, _bound(about)))
    return documents.write(words)


def open_secrets(unlock: Unlock, untrusted: bytes) -> tuple[str, bytes]:
    """What the sealed file is about, and the secrets in it.

    Raises InvalidInput SKS-K001, SKS-K002 (shape); Refused SKS-B015 (another key or phrase, or
    changed bytes).
    """
    fields = documents.read(untrusted, "sealed keys", SEALED_BYTES_MAX)
    fields.choice("format", {SEALED_FORMAT})
    about, suite = fields.text("about"), fields.choice("suite", {"S0", "S1", "phrase"})
    to, wrapped = fields.text("to", chars_max=16), fields.data("wrapped")
    iv, sealed = fields.data("iv", length=_IV_BYTES), fields.data("sealed")
    fields.done()
    if isinstance(unlock, Phrase) is not (suite == "phrase"):
        raise Refused("SKS-B015", to=to or "phrase")
    try:
        if isinstance(unlock, Phrase):
            key = _key_of(unlock, about)
        else:
            key = hpke.unwrap(unlock.suite, unlock.private, wrapped, _bound(about))
        return about, AESGCM(key).decrypt(iv, sealed, _bound(about))
    except (InvalidTag, Refused):
        raise Refused("SKS-B015", to=to or "phrase") from None


def sealed_to(untrusted: bytes) -> str:
    """The id of the recovery key that opens the file, or `phrase`. Raises InvalidInput."""
    fields = documents.read(untrusted, "sealed keys", SEALED_BYTES_MAX)
    return fields.text("to", chars_max=16) or "phrase"


def _key_of(phrase: Phrase, about: str) -> bytes:
    return HKDFExpand(hashes.SHA384(), KEY_BYTES, _bound(about)).derive(phrase.secret)


def _bound(about: str) -> bytes:
    return b"sekisho sealed keys\x00" + about.encode()


def _check(secret: bytes) -> str:
    digest = sha256(b"sekisho recovery phrase " + secret).digest()
    return base64.b32encode(digest).decode()[:_CHECK_CHARS].lower()
