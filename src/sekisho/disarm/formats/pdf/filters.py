"""Unpack the streams of a PDF with limits (ISO 32000-2 section 7.4); pack with libdeflate."""

from __future__ import annotations

import re
import zlib
from itertools import accumulate
from typing import SupportsIndex

import deflate
import numpy as np

from sekisho.disarm import limits
from sekisho.disarm.formats.pdf.syntax import hex_string
from sekisho.disarm.formats.pdf.values import Value
from sekisho.disarm.work import Budget

FILTERS_MAX = 6
"""Filters one after another on one stream."""

PACK_LEVEL = 9
_SHORT = {
    "A85": "ASCII85Decode",
    "AHx": "ASCIIHexDecode",
    "CCF": "CCITTFaxDecode",
    "DCT": "DCTDecode",
    "Fl": "FlateDecode",
    "LZW": "LZWDecode",
    "RL": "RunLengthDecode",
}
PICTURE_FILTERS = frozenset({"DCTDecode", "JPXDecode", "JBIG2Decode", "CCITTFaxDecode"})


class Undecodable(Exception):
    """The packed bytes are not what their filter says."""


def pack(data: bytes) -> bytes:
    """Deflated by libdeflate: the same bytes on every machine, unlike zlib."""
    return bytes(deflate.zlib_compress(data, PACK_LEVEL))


def filter_names(value: Value) -> list[str]:
    """The filters of a resolved Filter entry, in full names. Raises Undecodable."""
    names = [] if value is None else value if type(value) is list else [value]
    if len(names) > FILTERS_MAX or any(type(name) is not str for name in names):
        raise Undecodable("filters")
    return [_SHORT.get(name, name) for name in names]


def unpack(
    raw: bytes, names: list[str], parms: list[dict[str, Value]], budget: Budget
) -> tuple[bytes, bool]:
    """The bytes behind filters that are not for pictures, and whether `raw` may stay as it is.

    It may when it is deflated once, ends where it should, and has no predictor. Raises
    Undecodable, and Stopped when the budget is used up.
    """
    exact = False
    data = raw
    for index, name in enumerate(names):
        parm = parms[index] if index < len(parms) else {}
        if name == "FlateDecode":
            data, whole = inflate(data, budget)
            exact = whole and len(names) == 1
        elif name in _DECODERS:
            data = _DECODERS[name](data, parm, budget)
        else:
            raise Undecodable(name)
        predictor = parm.get("Predictor", 1)
        if name in ("FlateDecode", "LZWDecode") and predictor != 1:
            data, exact = unpredict(data, parm), False
    return data, exact


def inflate(raw: bytes, budget: Budget) -> tuple[bytes, bool]:
    """Inflated, and whether the bytes were a whole zlib stream and nothing else."""
    data, rest = inflate_front(raw, budget)
    return data, rest == b""


def inflate_front(raw: bytes, budget: Budget) -> tuple[bytes, bytes | None]:
    """Inflated, and the bytes behind the end; None when there is no end."""
    unpacker = zlib.decompressobj()
    free = limits.RATIO_FREE_BYTES + limits.EXPANDED_RATIO_MAX * budget.packed_bytes
    allowed = min(limits.MEMBER_BYTES_MAX, max(free - budget.expanded_bytes, 0) + 1)
    try:
        data = unpacker.decompress(raw, allowed)
    except zlib.error as error:
        raise Undecodable("FlateDecode") from error
    budget.expand(len(data))
    if len(data) == limits.MEMBER_BYTES_MAX:
        budget.expand(limits.EXPANDED_BYTES_MAX)
    return data, unpacker.unused_data if unpacker.eof else None


def _ascii85(raw: bytes, _: dict[str, Value], budget: Budget) -> bytes:
    text = raw.translate(None, b"\0\t\n\f\r ").partition(b"~")[0].replace(b"z", b"!!!!!")
    if not re.fullmatch(rb"[!-u]*+", text):
        raise Undecodable("ASCII85Decode")
    budget.expand(len(text))
    missing = -len(text) % 5
    digits = np.frombuffer(text + b"u" * missing, np.uint8).reshape(-1, 5) - np.uint64(33)
    values = digits @ np.array([85**4, 85**3, 85**2, 85, 1], np.uint64)
    # A last group of one digit alone says nothing.
    whole = len(values) * 4 - (4 if missing == 4 else missing)
    return (values & np.uint64(0xFFFFFFFF)).astype(">u4").tobytes()[:whole]


def _ascii_hex(raw: bytes, _: dict[str, Value], budget: Budget) -> bytes:
    text = raw.partition(b">")[0]
    budget.expand(len(text))
    try:
        return hex_string(text)
    except ValueError as error:
        raise Undecodable("ASCIIHexDecode") from error


def _run_length(raw: bytes, _: dict[str, Value], budget: Budget) -> bytes:
    out = bytearray()
    at, charged = 0, 0
    while at < len(raw) and raw[at] != 128:
        count = raw[at]
        if count < 128:
            out += raw[at + 1 : at + 2 + count]
            at += 2 + count
        else:
            out += raw[at + 1 : at + 2] * (257 - count)
            at += 2
        if len(out) - charged > 65_536:
            budget.expand(len(out) - charged)
            charged = len(out)
    budget.expand(len(out) - charged)
    return bytes(out)


def _lzw(raw: bytes, parm: dict[str, Value], budget: Budget) -> bytes:
    early = 0 if parm.get("EarlyChange", 1) == 0 else 1
    table = [bytes([i]) for i in range(256)] + [b"", b""]
    out: list[bytes] = []
    bits, held, width, total = 0, 0, 9, 0
    before = b""
    for byte in raw:
        bits, held = (bits << 8 | byte) & 0xFFFFFFFF, held + 8
        if held < width:
            continue
        held -= width
        code = bits >> held & (1 << width) - 1
        if code == 257:
            break
        if code == 256:
            del table[258:]
            width, before = 9, b""
            continue
        if code < len(table):
            entry = table[code]
        elif code == len(table) and before:
            entry = before + before[:1]
        else:
            raise Undecodable("LZWDecode")
        out.append(entry)
        total += len(entry)
        if total > 65_536:
            budget.expand(total)
            total = 0
        if before and len(table) < 4096:
            table.append(before + entry[:1])
        before = entry
        width = min(12, max(9, (len(table) + early).bit_length()))
    budget.expand(total)
    return b"".join(out)


_DECODERS = {
    "ASCII85Decode": _ascii85,
    "ASCIIHexDecode": _ascii_hex,
    "RunLengthDecode": _run_length,
    "LZWDecode": _lzw,
}


def layout(parm: dict[str, Value]) -> tuple[int, int]:
    """Bytes of one sample group and of one row. Raises Undecodable."""
    colors, bits = parm.get("Colors", 1), parm.get("BitsPerComponent", 8)
    columns = parm.get("Columns", 1)
    if type(colors) is not int or type(columns) is not int or bits not in (1, 2, 4, 8, 16):
        raise Undecodable("predictor")
    if not (1 <= colors <= 64 and 1 <= columns <= 1_000_000):
        raise Undecodable("predictor")
    return max(1, colors * bits // 8), (colors * bits * columns + 7) // 8


def unpredict(data: bytes, parm: dict[str, Value]) -> bytes:
    """Undo a predictor (ISO 32000-2 section 7.4.4.4). Raises Undecodable."""
    predictor = parm.get("Predictor")
    step, row = layout(parm)
    if predictor == 2:
        return _undo_tiff(data, step, row, parm)
    if type(predictor) is not int or not 10 <= predictor <= 15:
        raise Undecodable("predictor")
    stride = row + 1
    tags = data[::stride]
    if len(data) % stride == 0 and not tags.strip(b"\2"):
        return _undo_up(data, stride)
    out = bytearray()
    before = bytes(row)
    for at in range(0, len(data), stride):
        line = bytearray(data[at + 1 : at + stride].ljust(row, b"\0"))
        _undo_line(data[at], line, before, step)
        out += line
        before = bytes(line)
    return bytes(out)


def _sum(a: SupportsIndex, b: SupportsIndex) -> int:
    return int(a) + int(b) & 255


def _undo_up(data: bytes, stride: int) -> bytes:
    out = bytearray(len(data) // stride * (stride - 1))
    for column in range(1, stride):
        sums = accumulate(bytes(data[column::stride]), _sum)
        out[column - 1 :: stride - 1] = bytes(sums)
    return bytes(out)


def _undo_line(tag: int, line: bytearray, before: bytes, step: int) -> None:
    if tag == 0:
        return
    if tag == 2:
        line[:] = bytes(a + b & 255 for a, b in zip(line, before, strict=True))
        return
    if tag > 4:
        raise Undecodable("predictor")
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        up, corner = before[i], before[i - step] if i >= step else 0
        if tag == 1:
            guess = left
        elif tag == 3:
            guess = (left + up) // 2
        else:
            near = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
            guess = (left, up, corner)[near.index(min(near))]
        line[i] = line[i] + guess & 255


def _undo_tiff(data: bytes, step: int, row: int, parm: dict[str, Value]) -> bytes:
    if parm.get("BitsPerComponent", 8) != 8:
        raise Undecodable("predictor")
    out = bytearray(data)
    for at in range(0, len(data), row):
        for channel in range(step):
            span = slice(at + channel, min(at + row, len(data)), step)
            out[span] = bytes(accumulate(bytes(out[span]), _sum))
    return bytes(out)
