"""An administrator's keys as lines for paper: typed back by a person, each line with its check.

A line is a number, 52 base32 characters (a 32-byte seed) and four check characters, in groups of
four. The first line names the suite and the key set. Format: docs/formats/identity-v1.md.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Sequence
from hashlib import sha256

from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.signing import SEED_BYTES, SUITES, SigningKeys

_SEED_CHARS = 52
_CHECK_CHARS = 4
# Base32 has no 0, 1 and 8: people who copy by hand mean these letters.
_MISREAD = str.maketrans("018", "olb")


def to_lines(signing: SigningKeys) -> tuple[str, ...]:
    """The lines to print; whoever reads them can sign. Keep the paper as the stick: in a safe."""
    suite = signing.suite
    lines = [f"0 {suite.name} {_grouped(signing.public.set_id)}"]
    for number, kind in enumerate(suite.kinds, 1):
        seed = signing.seeds[kind]
        text = _seed_text(seed) + _check(suite.name, kind, number, seed)
        lines.append(f"{number} {_grouped(text)}")
    return tuple(lines)


def from_lines(untrusted: Sequence[str]) -> SigningKeys:
    """The keys typed back; capitals, full-width characters and spaces do not matter.

    Raises InvalidInput SKS-N016 naming the first line (from 0) that is wrong.
    """
    lines = [_plain(line) for line in untrusted if line.strip()]
    head = re.fullmatch(r"0(s[01])([0-9a-f]{16})", lines[0]) if lines else None
    if head is None:
        raise InvalidInput("SKS-N016", line=0)
    suite = SUITES[head[1].upper()]
    seeds = {}
    for number, kind in enumerate(suite.kinds, 1):
        if number >= len(lines):
            raise InvalidInput("SKS-N016", line=number)
        seeds[kind] = _seed(lines[number], suite.name, kind, number)
    signing = SigningKeys(suite, seeds)
    if len(lines) != len(suite.kinds) + 1 or signing.public.set_id != head[2]:
        raise InvalidInput("SKS-N016", line=0)
    return signing


def _seed(line: str, suite: str, kind: str, number: int) -> bytes:
    text = line.removeprefix(str(number)).translate(_MISREAD)
    try:
        seed = base64.b32decode(text[:_SEED_CHARS].upper() + "====")
    except (binascii.Error, ValueError):
        seed = b""
    expected = _seed_text(seed) + _check(suite, kind, number, seed)
    if not line.startswith(str(number)) or len(seed) != SEED_BYTES or text != expected:
        raise InvalidInput("SKS-N016", line=number)
    return seed


def _seed_text(seed: bytes) -> str:
    return base64.b32encode(seed).decode().rstrip("=").lower()


def _check(suite: str, kind: str, number: int, seed: bytes) -> str:
    digest = sha256(f"sekisho paper key {suite} {kind} {number} ".encode() + seed).digest()
    return base64.b32encode(digest).decode()[:_CHECK_CHARS].lower()


def _grouped(text: str) -> str:
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def _plain(line: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", line)).lower()
