"""Names on the wire and in the spelling of `answers`, both ways (RFC 1035, sections 3.1, 4.1.4)."""

from __future__ import annotations

import re
from functools import lru_cache

from sekisho.kernel.errors import InvalidInput

ROOT = "."
LABEL_BYTES_MAX = 63
NAME_WIRE_BYTES_MAX = 255
POINTER = 0xC0
LABELS_KEPT = 4_096

_LENGTHS = {length: bytes([length]) for length in range(1, LABEL_BYTES_MAX + 1)}
_PLAIN = re.compile(rb"[a-z0-9_*-]+")
_SPECIAL = b'."\\();@$'
_PIECES = re.compile(r"\\(\d{3})|\\(\D)|([^\\])", re.ASCII | re.DOTALL)


def read_name(message: bytes, at: int, known: dict[int, str]) -> tuple[str, int]:
    """The name that begins at `at`, and where it ends there.

    `known` keeps the names of places that were pointed to; it belongs to one message. A pointer
    must lead to before the piece it stands in, so that every chain of them ends. Raises ValueError
    for what is no name, IndexError where the message ends too early.
    """
    labels: list[str] = []
    begin, end, left = at, 0, NAME_WIRE_BYTES_MAX - 1
    passed: list[tuple[int, int]] = []
    rest = ""
    while length := message[at]:
        if length >= POINTER:
            target = (length - POINTER) << 8 | message[at + 1]
            end = end or at + 2
            if target >= begin:
                raise ValueError("a pointer forward")
            rest = known.get(target, "")
            if rest:
                break
            passed.append((target, len(labels)))
            at = begin = target
            continue
        if length > LABEL_BYTES_MAX:
            raise ValueError("a label of an unknown kind")
        at += 1 + length
        left -= 1 + length
        if left < 0:
            raise ValueError("a name too long")
        labels.append(_label_text(message[at - length : at]))
        if at >= len(message):
            raise IndexError
    else:
        end = end or at + 1
    if rest and rest != ROOT:
        if labels and len(rest) > left - 1 and len(name_bytes(rest)) > left + 1:
            raise ValueError("a name too long")
        labels.append(rest)
    for target, skipped in passed:
        known[target] = ".".join(labels[skipped:]) or ROOT
    return ".".join(labels) or ROOT, end


@lru_cache(LABELS_KEPT)
def _label_text(label: bytes) -> str:
    small = label.lower()
    if _PLAIN.fullmatch(small):
        return small.decode("ascii")
    return "".join(_character(byte) for byte in small)


def _character(byte: int) -> str:
    if byte in _SPECIAL:
        return "\\" + chr(byte)
    return chr(byte) if 0x21 <= byte <= 0x7E else f"\\{byte:03d}"


def name_bytes(name: str) -> bytes:
    """A name as it stands in a question. Raises InvalidInput SKS-Q001 for what is none."""
    if name == ROOT:
        return b"\0"
    try:
        if "\\" in name:
            wire = b"".join(_LENGTHS[len(label)] + label for label in _escaped(name)) + b"\0"
        else:
            first, dot, rest = name.partition(".")
            label = first.encode("ascii")
            if dot and not rest:
                raise ValueError(name)
            wire = _LENGTHS[len(label)] + label + _tail(rest)
    except (UnicodeEncodeError, ValueError, KeyError):
        raise _refused(name) from None
    if len(wire) > NAME_WIRE_BYTES_MAX:
        raise _refused(name)
    return wire


@lru_cache(LABELS_KEPT)
def _tail(name: str) -> bytes:
    """What follows the first label; names of one zone share it."""
    labels = name.encode("ascii").split(b".") if name else []
    return b"".join(_LENGTHS[len(label)] + label for label in labels) + b"\0"


def _escaped(name: str) -> list[bytes]:
    """Labels of a name with backslashes. Raises ValueError."""
    labels, end = [bytearray()], 0
    for piece in _PIECES.finditer(name):
        number, quoted, plain = piece.groups()
        if piece.start() != end:
            raise ValueError(name)
        end = piece.end()
        if plain == ".":
            labels.append(bytearray())
        else:
            labels[-1].append(int(number) if number else ord(quoted or plain))
    if end != len(name):
        raise ValueError(name)
    return [bytes(label) for label in labels]


def _refused(name: str) -> InvalidInput:
    return InvalidInput("SKS-Q001", name=name[:80])
