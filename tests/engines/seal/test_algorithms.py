"""The table of algorithms: nothing the code uses is missing, nothing is called listed that is not.

The lists below are what was read of the CRYPTREC list; the table may claim no more.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sekisho
from sekisho.kernel import signing
from sekisho.seal import algorithms, hpke
from sekisho.seal.algorithms import ALGORITHMS, R1, R2, Algorithm, Standing

READ_IN_FULL = {
    "DSA", "ECDSA", "EdDSA", "RSA-PSS", "RSASSA-PKCS1-v1_5", "RSA-OAEP", "DH", "ECDH",
    "AES", "Camellia", "KCipher-2",
    "SHA-256", "SHA-384", "SHA-512", "SHA-512/256", "SHA3-256", "SHA3-384", "SHA3-512",
    "SHAKE128", "SHAKE256",
    "CBC", "CFB", "CTR", "OFB", "XTS", "CCM", "GCM", "ChaCha20-Poly1305", "CMAC", "HMAC",
}  # fmt: skip
KNOWN_FROM_OTHERS = {"ML-KEM-768", "ML-KEM-1024"}

ENGINES = ("kernel", "seal", "store", "ledger", "disarm", "assess", "dnscheck", "erase")
NAMESPACES = {"hashes", "ec", "mlkem", "hashlib", "KEM", "KDF", "AEAD", "algorithms", "modes"}
NEUTRAL = {
    "hashes", "ec", "mlkem", "KEM", "KDF", "AEAD", "Suite", "Encoding", "PublicFormat",
    "Cipher", "algorithms", "modes", "backend",
    "ec.EllipticCurvePublicKey", "ec.EllipticCurvePrivateKey",
    "ec.derive_private_key", "ec.generate_private_key",
    "hashlib.new", "hashlib.file_digest", "hashes.HashAlgorithm",
}  # fmt: skip
"""Names that choose no algorithm by themselves."""


def rows_using(tag: str) -> list[Algorithm]:
    return [row for row in ALGORITHMS if tag in row.used_by]


@pytest.mark.parametrize("kind", sorted(signing.KINDS))
def test_every_kind_of_signing_key_has_a_row(kind: str) -> None:
    assert any("署名" in row.category for row in rows_using(f"kind:{kind}"))


@pytest.mark.parametrize("kind", sorted(signing.KINDS))
def test_every_signature_beyond_the_list_stands_beside_a_listed_one(kind: str) -> None:
    """What the notes of ML-DSA promise, read off the suites."""
    standing = {
        kind: {row.standing for row in rows_using(f"kind:{kind}") if "署名" in row.category}
        for kind in signing.KINDS
    }
    for suite in signing.SUITES.values():
        for together in (suite.document, suite.note):
            if kind in together and standing[kind] == {Standing.NOT_LISTED}:
                assert any(standing[other] == {Standing.LISTED} for other in together)


@pytest.mark.parametrize("suite", sorted(hpke.SUITES))
def test_every_hpke_suite_has_rows_for_all_its_parts(suite: str) -> None:
    categories = " ".join(row.category for row in rows_using(f"hpke:{suite}"))
    for part in ("鍵共有", "ブロック暗号", "認証付き秘匿モード", "ハッシュ関数"):
        assert part in categories


def used_names() -> Iterator[str]:
    """What the engines import or take out of cryptographic namespaces."""
    source = Path(sekisho.__file__).parent
    for engine in ENGINES:
        for path in sorted((source / engine).rglob("*.py")):
            yield from _names_in(ast.parse(path.read_text("utf-8")))


def _names_in(module: ast.Module) -> Iterator[str]:
    imported = set()
    for found in ast.walk(module):
        if isinstance(found, ast.ImportFrom) and found.module:
            names = {name.name for name in found.names}
            if found.module.startswith("cryptography.hazmat"):
                imported |= names
                yield from names
            elif found.module == "hashlib":
                yield from (f"hashlib.{name}" for name in names)
        elif isinstance(found, ast.Import):
            imported |= {name.name for name in found.names}
    if "hmac" in imported:
        yield "hmac"
    for found in ast.walk(module):
        if isinstance(found, ast.Attribute) and isinstance(found.value, ast.Name):
            space, name = found.value.id, f"{found.value.id}.{found.attr}"
            if space in NAMESPACES & imported:
                yield name


def test_every_algorithm_the_engines_import_has_a_row() -> None:
    in_table = {name for row in ALGORITHMS for name in row.library}
    used = set(used_names())
    assert "AESGCM" in used
    assert used - in_table - NEUTRAL == set()


def test_no_row_names_something_that_is_not_used() -> None:
    used = set(used_names())
    for row in ALGORITHMS:
        assert not row.library or used & set(row.library), row.name


@pytest.mark.parametrize("row", ALGORITHMS, ids=lambda row: row.name)
def test_no_row_claims_more_than_was_read(row: Algorithm) -> None:
    if row.standing is Standing.LISTED:
        assert row.edition in (R1, R2)
        expected = READ_IN_FULL if row.edition == R1 else KNOWN_FROM_OTHERS
        assert row.listed_as in expected
        assert row.confirmed == (row.edition == R1)
    else:
        assert row.listed_as == ""
        assert row.name not in READ_IN_FULL | KNOWN_FROM_OTHERS
        assert row.note, "an algorithm beyond the list says why it is used"
    assert row.confirmed == (row.edition == R1)
    if row.standing is Standing.NO_CATEGORY:
        assert "区分なし" in row.category


@pytest.mark.parametrize("row", ALGORITHMS, ids=lambda row: row.name)
def test_every_row_is_complete_in_both_languages(row: Algorithm) -> None:
    for text in (row.name, row.purpose, row.purpose_en, row.parameters, row.category):
        assert text.strip() == text != ""
    assert bool(row.note) == bool(row.note_en)
    assert re.search(r"RFC \d|FIPS \d|SP 800-\d|c2sp\.org", row.source)
    assert row.used_by


def test_names_are_unique() -> None:
    assert len({row.name for row in ALGORITHMS}) == len(ALGORITHMS)


def test_what_should_be_looked_up_is_told() -> None:
    assert {row.name for row in algorithms.unconfirmed()} == {
        "ML-DSA-65",
        "ML-DSA-44",
        "ML-KEM-1024",
    }
    assert {row.name for row in algorithms.beyond_the_list()} >= {"ML-DSA-65", "ML-DSA-44"}


SIZES = {
    "Ed25519": (32, 64),
    "ML-DSA-65": (1952, 3309),
    "ML-DSA-44": (1312, 2420),
}


@pytest.mark.parametrize("name", sorted(SIZES))
def test_the_sizes_in_the_table_are_those_of_the_code(name: str) -> None:
    row = next(row for row in ALGORITHMS if row.name == name)
    kind = row.used_by[0].removeprefix("kind:")
    suite = next(suite for suite in signing.SUITES.values() if kind in suite.kinds)
    keys = signing.SigningKeys.generate(suite)
    signature = keys.sign("t", b"x", (kind,)).signatures[0].sig
    assert (len(keys.public.raw[kind]), len(signature)) == SIZES[name]
    for size in SIZES[name]:
        assert f"{size:,}" in row.parameters


def test_the_sizes_of_wrapped_keys_are_those_of_the_code() -> None:
    row = next(row for row in ALGORITHMS if row.name.startswith("HPKE"))
    for suite in hpke.SUITES:
        wrapped = hpke.wrap(suite, hpke.generate(suite)[1], bytes(32), b"")
        assert f"{len(wrapped):,}" in row.parameters
