"""A gzip file (RFC 1952): one packed file, or a tar archive."""

from __future__ import annotations

import zlib

from sekisho.disarm import limits
from sekisho.disarm.formats.archives.entry import Entry, decoded_name
from sekisho.disarm.formats.archives.tars import tar_entries
from sekisho.disarm.identify import HEAD_BYTES, TAIL_BYTES, identify
from sekisho.disarm.work import Source, Stopped, Work
from sekisho.kernel.limits import KIB, MIB
from sekisho.kernel.names import safe_name

_READ_BYTES = 64 * KIB
_STEP_BYTES = 1 * MIB
_WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS
_NAME_FLAG, _EXTRA_FLAG = 0x08, 0x04


def gzip_entries(source: Source, work: Work) -> list[Entry]:
    """The file in it, or the entries of the tar archive in it.

    Raises Stopped SKS-D501 (damaged), SKS-D505 (too large) and what tar archives raise.
    """
    unpacked = memoryview(_unpacked(source.content, work))
    kind = identify(
        bytes(unpacked[:HEAD_BYTES]), bytes(unpacked[-TAIL_BYTES:]), size=len(unpacked)
    ).name
    if kind == "tar":
        return tar_entries(unpacked, work)
    return [Entry(_name(source), False, lambda: unpacked)]


def _unpacked(content: memoryview, work: Work) -> bytearray:
    """Every packed piece of the file, joined (section 2.2)."""
    out = bytearray()
    unpacker = None
    for at in range(0, len(content), _READ_BYTES):
        data = bytes(content[at : at + _READ_BYTES])
        while data:
            if unpacker is None:
                data = data.lstrip(b"\0") if out else data
                if not data:
                    break
                work.budget.member()
                unpacker = zlib.decompressobj(_WITH_GZIP_HEADER)
            data = _step(unpacker, data, out, work)
            if unpacker.eof:
                data, unpacker = unpacker.unused_data, None
    if unpacker is not None or not content:
        raise Stopped("SKS-D501")
    return out


def _step(unpacker: zlib._Decompress, data: bytes, out: bytearray, work: Work) -> bytes:
    try:
        piece = unpacker.decompress(data, _STEP_BYTES)
    except zlib.error as damaged:
        raise Stopped("SKS-D501") from damaged
    work.budget.expand(len(piece))
    out += piece
    if len(out) > limits.MEMBER_BYTES_MAX:
        raise Stopped("SKS-D505", bytes=len(out), allowed=limits.MEMBER_BYTES_MAX)
    return unpacker.unconsumed_tail


def _name(source: Source) -> str:
    """As the file itself is called, without `.gz`; else the name that was packed with it."""
    base = source.untrusted_name.replace("\\", "/").rpartition("/")[2]
    if base.casefold().endswith(".gz") and len(base) > len(".gz"):
        return base[: -len(".gz")]
    head = bytes(source.content[:HEAD_BYTES])
    if len(head) > 10 and head[3] & _NAME_FLAG and not head[3] & _EXTRA_FLAG:
        return safe_name(decoded_name(head[10:].partition(b"\0")[0]).replace("/", "_"))
    return "中身"
