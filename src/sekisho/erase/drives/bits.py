"""Fields of the structures that drives answer with. All reading is bounded by the structure."""

from __future__ import annotations

from sekisho.kernel.errors import InvalidInput


def demand_length(untrusted: bytes, length: int, what: str) -> None:
    """Refuse an answer that is too short to hold its fields. Raises InvalidInput SKS-R001."""
    if len(untrusted) < length:
        raise InvalidInput("SKS-R001", what=what, found=len(untrusted), needed=length)


def printable(untrusted: bytes) -> str:
    """ASCII text without padding; whatever does not print becomes `?`."""
    text = untrusted.split(b"\x00", 1)[0].decode("ascii", "replace")
    return "".join(char if " " <= char <= "~" else "?" for char in text).strip()


def word(data: bytes, number: int) -> int:
    """Word `number` (16 bits, little endian), as the ATA standards count."""
    return int.from_bytes(data[2 * number : 2 * number + 2], "little")


def words(data: bytes, first: int, count: int) -> int:
    """`count` words as one number, the lowest first."""
    return int.from_bytes(data[2 * first : 2 * (first + count)], "little")


def has(value: int, bit: int) -> bool:
    """Whether a bit is set."""
    return bool(value >> bit & 1)
