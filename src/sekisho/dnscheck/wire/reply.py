"""Replies, read from untrusted bytes: one pass, nothing read twice, nothing beyond the message."""

from __future__ import annotations

import struct
from typing import NamedTuple

from sekisho.dnscheck.answers import NOERROR, Record
from sekisho.dnscheck.wire.names import read_name
from sekisho.dnscheck.wire.rdata import data_text
from sekisho.dnscheck.wire.types import NAMES, type_name
from sekisho.kernel.errors import InvalidInput

HEAD_BYTES = 12
TTL_MAX = 2**31 - 1
"""RFC 2181, section 8: beyond it a time to live counts as 0."""

_COUNTS = struct.Struct("!HHHHH")
_FIXED = struct.Struct("!HHIH")
_IS_REPLY, _AUTHORITATIVE, _TRUNCATED, _RCODE = 0x8000, 0x0400, 0x0200, 0x000F
_CLASS_IN = 1
_OF_THE_QUESTION = b"\xc0\x0c"
_OPT = 41


class Reply(NamedTuple):
    """What a server said."""

    rcode: int
    authoritative: bool
    truncated: bool
    records: tuple[Record, ...]
    """The answer section."""
    authority: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()
    """Without OPT. Both are read only where `records` is empty, or when asked for."""


def read_reply(
    untrusted: bytes, *, whole: bool = True, asked: tuple[str, int] | None = None
) -> Reply:
    """A reply to one question in class IN. Raises InvalidInput SKS-Q101.

    With `whole=False` the sections after the answer are left unread where there is an answer:
    they would say nothing that is used. `asked` is the name in the question and where the question
    ends, for a caller who has compared its bytes already.
    """
    try:
        return _read(untrusted, whole, asked)
    except (IndexError, struct.error):
        raise InvalidInput("SKS-Q101", reason="cut off") from None
    except ValueError as error:
        raise InvalidInput("SKS-Q101", reason=str(error)) from None


def _read(message: bytes, whole: bool, asked: tuple[str, int] | None) -> Reply:
    flags, questions, answers, authorities, additionals = _COUNTS.unpack_from(message, 2)
    if not flags & _IS_REPLY or questions > 1:
        raise ValueError("no reply to one question")
    at, known = HEAD_BYTES, {}
    if asked:
        known[at], at = asked
    elif questions:
        known[at], at = read_name(message, at, {})
        at += 4
    rcode, authoritative = flags & _RCODE, bool(flags & _AUTHORITATIVE)
    records, at, _ = _section(message, at, answers, known)
    if records and not whole and rcode == NOERROR:
        return Reply(rcode, authoritative, bool(flags & _TRUNCATED), records)
    authority, at, _ = _section(message, at, authorities, known)
    additional, at, upper = _section(message, at, additionals, known, extra=True)
    if at != len(message):
        raise ValueError("bytes after the end")
    return Reply(
        rcode | upper << 4,
        authoritative,
        bool(flags & _TRUNCATED),
        records,
        authority,
        additional,
    )


def _section(
    message: bytes, at: int, count: int, known: dict[int, str], extra: bool = False
) -> tuple[tuple[Record, ...], int, int]:
    """Records, where they end, and the upper bits of the code that an OPT among them has."""
    found: list[Record] = []
    upper = 0
    for _ in range(count):
        if message[at : at + 2] == _OF_THE_QUESTION and HEAD_BYTES in known:
            name, at = known[HEAD_BYTES], at + 2
        else:
            name, at = read_name(message, at, known)
        kind, group, ttl, length = _FIXED.unpack_from(message, at)
        at += 10
        end = at + length
        if end > len(message):
            raise IndexError
        if kind == _OPT and extra:
            upper = ttl >> 24
        elif group != _CLASS_IN:
            raise ValueError("another class")
        else:
            text = data_text(kind, message, at, end, known)
            if ttl > TTL_MAX:
                ttl = 0
            found.append(Record(name, NAMES.get(kind) or type_name(kind), ttl, text))
        at = end
    return tuple(found), at, upper
