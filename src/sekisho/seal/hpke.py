"""Wrap a key to a receiver's public key: HPKE (RFC 9180), base mode, one shot.

Suite S1 is the hybrid MLKEM1024_P384 of draft-ietf-hpke-pq: the wrap holds as long as one of
ML-KEM-1024 and ECDH on P-384 holds. Suite S0 is P-384 alone. Both use HKDF-SHA-384 and
AES-256-GCM.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, mlkem
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM1024P384PrivateKey,
    MLKEM1024P384PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sekisho.kernel.errors import Broken, InvalidInput, Refused

CURVE = ec.SECP384R1()
SCALAR_BYTES = 48
POINT_BYTES = 97
MLKEM_SEED_BYTES = 64
MLKEM_PUBLIC_BYTES = 1568
TAG_BYTES = 16


@dataclass(frozen=True)
class HpkeSuite:
    """One suite: the sizes of its keys, and of what wrapping adds to the wrapped bytes."""

    name: str
    private_bytes: int
    public_bytes: int
    overhead_bytes: int
    hpke: Suite
    read_private: Callable[[bytes], Any]
    read_public: Callable[[bytes], Any]


def suite_of(name: str) -> HpkeSuite:
    """The suite `S0` or `S1`. Raises InvalidInput SKS-P020."""
    suite = SUITES.get(name)
    if suite is None:
        raise InvalidInput("SKS-P020", suite=name[:20])
    return suite


def generate(suite: str) -> tuple[bytes, bytes]:
    """A fresh key pair: (private, public).

    S1: ML-KEM seed (64) ‖ P-384 scalar (48); ML-KEM public key (1568) ‖ uncompressed point (97).
    S0: the P-384 halves alone. Raises InvalidInput SKS-P020.
    """
    wanted = suite_of(suite)
    scalar = ec.generate_private_key(CURVE).private_numbers().private_value
    private = scalar.to_bytes(SCALAR_BYTES)
    if wanted.name == "S1":
        private = mlkem.MLKEM1024PrivateKey.generate().private_bytes_raw() + private
    return private, public_of(suite, private)


def public_of(suite: str, private: bytes) -> bytes:
    """The public half that belongs to a private one. Raises Broken SKS-P023."""
    wanted = suite_of(suite)
    _read_private(wanted, private)
    half = _scalar(private[-SCALAR_BYTES:]).public_key()
    point = half.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    if wanted.name == "S0":
        return point
    seed = private[:-SCALAR_BYTES]
    return mlkem.MLKEM1024PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw() + point


def check_public(suite: str, untrusted_public: bytes) -> bytes:
    """The bytes themselves if they are a public key of the suite, else InvalidInput SKS-P021."""
    _read_public(suite_of(suite), untrusted_public)
    return untrusted_public


def wrap(suite: str, public: bytes, key: bytes, info: bytes) -> bytes:
    """`key` readable only by the holder of the private half, and only with the same `info`.

    Returns the encapsulation followed by the ciphertext. Raises InvalidInput SKS-P020 (suite) or
    SKS-P021 (not a public key of it).
    """
    wanted = suite_of(suite)
    return wanted.hpke.encrypt(key, _read_public(wanted, public), info)


def unwrap(suite: str, private: bytes, wrapped: bytes, info: bytes) -> bytes:
    """The key that `wrap` was given.

    Raises Refused SKS-P022 (another key, other info, or changed bytes: HPKE cannot tell them
    apart), Broken SKS-P023 (the private half is damaged), InvalidInput SKS-P020 (suite).
    """
    wanted = suite_of(suite)
    key = _read_private(wanted, private)
    try:
        return wanted.hpke.decrypt(wrapped, key, info)
    except (InvalidTag, ValueError):
        raise Refused("SKS-P022", suite=suite) from None


def _read_public(suite: HpkeSuite, untrusted: bytes) -> Any:
    try:
        if len(untrusted) != suite.public_bytes:
            raise ValueError
        return suite.read_public(untrusted)
    except ValueError:
        raise InvalidInput("SKS-P021", suite=suite.name) from None


def _read_private(suite: HpkeSuite, private: bytes) -> Any:
    try:
        if len(private) != suite.private_bytes:
            raise ValueError
        return suite.read_private(private)
    except ValueError:
        raise Broken("SKS-P023", suite=suite.name) from None


def _point(raw: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw)


def _scalar(raw: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(raw), CURVE)


def _hybrid_public(raw: bytes) -> MLKEM1024P384PublicKey:
    return MLKEM1024P384PublicKey(
        mlkem.MLKEM1024PublicKey.from_public_bytes(raw[:MLKEM_PUBLIC_BYTES]),
        _point(raw[MLKEM_PUBLIC_BYTES:]),
    )


def _hybrid_private(raw: bytes) -> MLKEM1024P384PrivateKey:
    return MLKEM1024P384PrivateKey(
        mlkem.MLKEM1024PrivateKey.from_seed_bytes(raw[:MLKEM_SEED_BYTES]),
        _scalar(raw[MLKEM_SEED_BYTES:]),
    )


SUITES = {
    suite.name: suite
    for suite in (
        HpkeSuite(
            "S0",
            SCALAR_BYTES,
            POINT_BYTES,
            POINT_BYTES + TAG_BYTES,
            Suite(KEM.P384, KDF.HKDF_SHA384, AEAD.AES_256_GCM),
            _scalar,
            _point,
        ),
        HpkeSuite(
            "S1",
            MLKEM_SEED_BYTES + SCALAR_BYTES,
            MLKEM_PUBLIC_BYTES + POINT_BYTES,
            KEM.MLKEM1024_P384.enc_length() + TAG_BYTES,
            Suite(KEM.MLKEM1024_P384, KDF.HKDF_SHA384, AEAD.AES_256_GCM),
            _hybrid_private,
            _hybrid_public,
        ),
    )
}
