"""Signing keys of nodes and administrators, and signatures over DSSE envelopes.

Ed25519: RFC 8032. ML-DSA: FIPS 204. In suite S1 a document carries one signature of each kind
and both must hold, so that breaking one of the two algorithms breaks nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import (
    MLDSA44PrivateKey,
    MLDSA44PublicKey,
    MLDSA65PrivateKey,
    MLDSA65PublicKey,
)

from sekisho.kernel import documents, dsse
from sekisho.kernel.errors import InvalidInput, Refused

SEED_BYTES = 32
FINGERPRINT_GROUPS = 8


@dataclass(frozen=True)
class KeyKind:
    """What one kind of key is: its algorithm's classes and the size of its public half."""

    name: str
    public_bytes: int
    private_from_seed: Any
    public_from_raw: Any


KINDS = {
    kind.name: kind
    for kind in (
        KeyKind(
            "ed25519", 32, Ed25519PrivateKey.from_private_bytes, Ed25519PublicKey.from_public_bytes
        ),
        KeyKind(
            "ml-dsa-65", 1952, MLDSA65PrivateKey.from_seed_bytes, MLDSA65PublicKey.from_public_bytes
        ),
        KeyKind(
            "note-ed25519",
            32,
            Ed25519PrivateKey.from_private_bytes,
            Ed25519PublicKey.from_public_bytes,
        ),
        KeyKind(
            "note-ml-dsa-44",
            1312,
            MLDSA44PrivateKey.from_seed_bytes,
            MLDSA44PublicKey.from_public_bytes,
        ),
    )
}


@dataclass(frozen=True)
class SigningSuite:
    """Which kinds sign documents (parcels, directories) and which sign checkpoints."""

    name: str
    document: tuple[str, ...]
    note: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        return self.document + self.note


SUITES = {
    suite.name: suite
    for suite in (
        SigningSuite("S0", ("ed25519",), ("note-ed25519",)),
        SigningSuite("S1", ("ed25519", "ml-dsa-65"), ("note-ed25519", "note-ml-dsa-44")),
    )
}
EVENT_KINDS = ("ed25519",)
"""Ledger events are signed by Ed25519 alone; the checkpoint over them also by ML-DSA (ADR 0003)."""


# The points of order 1, 2, 4 and 8 by their y. Under such a key a signature that nobody made
# verifies for any message (RFC 8032 does not exclude them, OpenSSL does not either).
_ED25519_PRIME = 2**255 - 19
_ORDER_EIGHT = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_WEAK_ED25519 = {
    0,
    1,
    _ED25519_PRIME - 1,
    _ORDER_EIGHT,
    _ED25519_PRIME - _ORDER_EIGHT,
}


def is_weak(kind: str, raw_public: bytes) -> bool:
    """Whether an Ed25519 public key is a point of small order, under which anybody can sign."""
    if not kind.endswith("ed25519"):
        return False
    y = int.from_bytes(raw_public, "little") % 2**255
    return y % _ED25519_PRIME in _WEAK_ED25519


def key_id(kind: str, raw_public: bytes) -> str:
    """16 hexadecimal digits of SHA-256(kind ‖ 00 ‖ public key)."""
    return sha256(kind.encode() + b"\x00" + raw_public).hexdigest()[:16]


@dataclass(frozen=True)
class VerifyingKeys:
    """The public halves of one key set: `raw` maps each kind of the suite to its bytes."""

    suite: SigningSuite
    raw: Mapping[str, bytes]

    @cached_property
    def set_id(self) -> str:
        """16 hexadecimal digits naming the whole set."""
        return self._digest.hex()[:16]

    @cached_property
    def fingerprint(self) -> str:
        """Eight groups of five digits that two people can read to each other (132 bits)."""
        number = int.from_bytes(self._digest) % 10 ** (5 * FINGERPRINT_GROUPS)
        digits = f"{number:0{5 * FINGERPRINT_GROUPS}d}"
        return " ".join(digits[i : i + 5] for i in range(0, len(digits), 5))

    @cached_property
    def _digest(self) -> bytes:
        parts = (kind.encode() + b"\x00" + self.raw[kind] for kind in self.suite.kinds)
        return sha256(b"sekisho key set\x00" + b"".join(parts)).digest()

    def key_id(self, kind: str) -> str:
        """The id that signatures of this kind carry."""
        return key_id(kind, self.raw[kind])

    @cached_property
    def _keys(self) -> dict[str, Any]:
        return {kind: KINDS[kind].public_from_raw(raw) for kind, raw in self.raw.items()}

    def public_key(self, kind: str) -> Any:
        """The `cryptography` object of one kind."""
        return self._keys[kind]

    def verify(self, envelope: dsse.Envelope, kinds: tuple[str, ...] | None = None) -> None:
        """Every kind asked for (default: all document kinds of the suite) must be there and hold.

        Raises Refused SKS-K007 (signature missing) or SKS-K008 (signature wrong).
        """
        signed = envelope.signed_bytes
        by_key = {one.keyid: one.sig for one in envelope.signatures}
        for kind in kinds or self.suite.document:
            signature = by_key.get(self.key_id(kind))
            if signature is None:
                raise Refused("SKS-K007", kind=kind, key=self.key_id(kind))
            try:
                self._keys[kind].verify(signature, signed)
            except InvalidSignature:
                raise Refused("SKS-K008", kind=kind, key=self.key_id(kind)) from None

    def as_document(self) -> dict[str, Any]:
        """The form in which key sets stand in signed documents."""
        keys = {kind: documents.b64(self.raw[kind]) for kind in self.suite.kinds}
        return {"suite": self.suite.name, "keys": keys}


def read_verifying_keys(fields: documents.Fields) -> VerifyingKeys:
    """The reverse of `as_document`. Raises InvalidInput SKS-K002 or SKS-K009 (not a key)."""
    suite = SUITES[fields.choice("suite", set(SUITES))]
    inner = fields.object("keys")
    raw = {kind: inner.data(kind, length=KINDS[kind].public_bytes) for kind in suite.kinds}
    inner.done()
    fields.done()
    keys = VerifyingKeys(suite, raw)
    try:
        for kind in suite.kinds:
            keys.public_key(kind)
            if is_weak(kind, raw[kind]):
                raise ValueError
    except ValueError:
        raise InvalidInput("SKS-K009", where=fields.where) from None
    return keys


class SigningKeys:
    """The private halves of one key set, each a 32-byte seed."""

    def __init__(self, suite: SigningSuite, seeds: Mapping[str, bytes]) -> None:
        self.suite = suite
        self.seeds = dict(seeds)
        self._private = {kind: KINDS[kind].private_from_seed(seeds[kind]) for kind in suite.kinds}
        self.public = VerifyingKeys(
            suite,
            {kind: key.public_key().public_bytes_raw() for kind, key in self._private.items()},
        )

    @classmethod
    def generate(cls, suite: SigningSuite) -> SigningKeys:
        """A fresh key set from the operating system's randomness."""
        return cls(suite, {kind: os.urandom(SEED_BYTES) for kind in suite.kinds})

    def private_key(self, kind: str) -> Any:
        """The `cryptography` object of one kind."""
        return self._private[kind]

    def sign(
        self, payload_type: str, payload: bytes, kinds: tuple[str, ...] | None = None
    ) -> dsse.Envelope:
        """A DSSE envelope signed by every kind asked for (default: all document kinds)."""
        signed = dsse.pae(payload_type, payload)
        signatures = tuple(
            dsse.Signature(self.public.key_id(kind), self._private[kind].sign(signed))
            for kind in kinds or self.suite.document
        )
        return dsse.Envelope(payload_type, payload, signatures)
