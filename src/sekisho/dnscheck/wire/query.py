"""Queries: one question, EDNS0 (RFC 6891) where the server knows it."""

from __future__ import annotations

import struct

REPLY_BYTES_MAX = 1_232
"""What we say that we take by UDP: it passes without fragments (DNS Flag Day 2020)."""

_HEAD = struct.Struct("!HHHHHH")
_TAIL = struct.Struct("!HH")
_RECURSION = 0x0100
_CLASS_IN = 1
_OPT = b"\0" + struct.pack("!HHIH", 41, REPLY_BYTES_MAX, 0, 0)
_CASES = bytes(0x20 if chr(byte).isascii() and chr(byte).isalpha() else 0 for byte in range(256))


def question_bytes(name: bytes, kind: int) -> bytes:
    """The question section: a name on the wire, a type, class IN."""
    return name + _TAIL.pack(kind, _CLASS_IN)


def mixed_case(name: bytes, noise: int) -> bytes:
    """The name with the case of its letters drawn from `noise`; a reply must repeat it
    (draft-vixie-dnsext-dns0x20). Lengths of labels are below 64 and no letters."""
    letters = int.from_bytes(name.translate(_CASES))
    return (int.from_bytes(name) ^ (letters & noise)).to_bytes(len(name))


def query(number: int, question: bytes, *, recursive: bool, edns: bool = True) -> bytes:
    """A query message. `number` is its id; `question` comes from `question_bytes`."""
    head = _HEAD.pack(number, _RECURSION if recursive else 0, 1, 0, 0, 1 if edns else 0)
    return head + question + _OPT if edns else head + question
