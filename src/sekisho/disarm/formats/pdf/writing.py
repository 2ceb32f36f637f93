"""Write the new document in its one canonical form (ISO 32000-2 sections 7.5.7 and 7.5.8).

Objects are numbered breadth first from the catalog, keys in the order of their bytes; what is no
stream is packed into object streams; there is one cross-reference stream and no earlier revision.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from typing import Any, BinaryIO

from sekisho.disarm import limits
from sekisho.disarm.formats.pdf.builder import Node
from sekisho.disarm.formats.pdf.filters import pack
from sekisho.disarm.work import Stopped

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PER_STREAM = 400
"""Objects in one object stream."""

_NAME_ESCAPED = re.compile(r"[^!$&'*+,\-.0-9:;=?@A-Z\\^_`a-z|~\"]")
_STRING_ESCAPED = re.compile(rb"[()\\\r\n]")
_ESCAPES = {b"\r": b"\\r", b"\n": b"\\n"}
_names: dict[str, bytes] = {}
_NAMES_KEPT_MAX = 20_000


def name_bytes(name: str) -> bytes:
    """A name as it is written."""
    known = _names.get(name)
    if known is None:
        escaped = _NAME_ESCAPED.sub(lambda m: f"#{ord(m[0]):02X}", name)
        known = b"/" + escaped.encode("latin-1")
        if len(_names) < _NAMES_KEPT_MAX:
            _names[name] = known
    return known


def string_bytes(value: bytes) -> bytes:
    """A string as it is written."""
    return b"(" + _STRING_ESCAPED.sub(lambda m: _ESCAPES.get(m[0], b"\\" + m[0]), value) + b")"


def number_bytes(value: float) -> bytes:
    """A number as it is written: at most six digits behind the point, no exponent."""
    if type(value) is int:
        return b"%d" % value
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    if text.startswith("0."):
        text = text[1:]
    elif text.startswith("-0."):
        text = "-" + text[2:]
    return b"0" if text in ("-0", "") else text.encode()


def value_bytes(value: Any) -> bytes:
    """Any value of the new document."""
    out: list[bytes] = []
    _write(value, out)
    return b"".join(out)


def _write(value: Any, out: list[bytes]) -> None:
    kind = type(value)
    if kind is Node:
        out.append(b"%d 0 R" % value.number)
    elif kind is str:
        out.append(_names.get(value) or name_bytes(value))
    elif kind is int:
        out.append(b"%d" % value)
    elif kind is dict:
        out.append(b"<<")
        for key in sorted(value):
            out.append(_names.get(key) or name_bytes(key))
            at = len(out)
            _write(value[key], out)
            if out[at][:1] not in (b"/", b"(", b"<", b"["):
                out[at] = b" " + out[at]
        out.append(b">>")
    elif kind is list:
        _write_list(value, out)
    elif kind is float:
        out.append(number_bytes(value))
    elif kind is bytes:
        out.append(string_bytes(value))
    else:
        out.append({None: b"null", True: b"true", False: b"false"}[value])


def _write_list(value: list[Any], out: list[bytes]) -> None:
    kinds = set(map(type, value))
    if kinds == {int}:
        out.append(f"[{' '.join(map(str, value))}]".encode())
        return
    if kinds == {Node}:
        out.append(b"[" + b" ".join([b"%d 0 R" % one.number for one in value]) + b"]")
        return
    if kinds and kinds <= {int, float}:
        out.append(b"[" + b" ".join(map(number_bytes, value)) + b"]")
        return
    out.append(b"[")
    for index, one in enumerate(value):
        if index:
            out.append(b" ")
        _write(one, out)
    out.append(b"]")


def numbered(root: Node) -> list[Node]:
    """Every node that can be reached, in canonical order; their numbers are set."""
    root.number = 1
    order = [root]
    waiting = deque(order)
    while waiting:
        _meet(waiting.popleft().out, order, waiting)
    return order


def _meet(value: Any, order: list[Node], waiting: deque[Node]) -> None:
    kind = type(value)
    if kind is Node:
        if not value.number:
            order.append(value)
            value.number = len(order)
            waiting.append(value)
    elif kind is dict:
        for key in sorted(value):
            one = value[key]
            kind = type(one)
            if kind is dict or kind is list or (kind is Node and not one.number):
                _meet(one, order, waiting)
    elif kind is list:
        for one in value:
            kind = type(one)
            if kind is dict or kind is list or (kind is Node and not one.number):
                _meet(one, order, waiting)


class _Out:
    """Counts and hashes what is written."""

    def __init__(self, sink: BinaryIO) -> None:
        self.sink = sink
        self.bytes = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.bytes += len(data)
        if self.bytes > limits.OUTPUT_BYTES_MAX:
            raise Stopped("SKS-D205", bytes=self.bytes, allowed=limits.OUTPUT_BYTES_MAX)
        self.digest.update(data)
        self.sink.write(data)


def write_document(root: Node, info: Node | None, sink: BinaryIO) -> None:
    """Write everything that `root` leads to, and the title."""
    order = numbered(root)
    if info is not None:
        order.append(info)
        info.number = len(order)
    out = _Out(sink)
    out.write(HEADER)
    rows: list[tuple[int, int, int]] = [(0, 0, 0)] * (len(order) + 1)
    plain: list[Node] = []
    for node in order:
        if node.data is None:
            plain.append(node)
            continue
        rows[node.number] = (1, out.bytes, 0)
        node.out["Length"] = len(node.data)
        out.write(b"%d 0 obj\n%b\nstream\n" % (node.number, value_bytes(node.out)))
        out.write(node.data)
        out.write(b"\nendstream\nendobj\n")
    for start in range(0, len(plain), PER_STREAM):
        holder = len(rows)
        group = plain[start : start + PER_STREAM]
        for index, node in enumerate(group):
            rows[node.number] = (2, holder, index)
        rows.append((1, out.bytes, 0))
        out.write(_holder(holder, group))
    _write_end(out, rows, root, info)


def _holder(number: int, group: list[Node]) -> bytes:
    head: list[bytes] = []
    body: list[bytes] = []
    at = 0
    for node in group:
        data = value_bytes(node.out)
        head.append(b"%d %d" % (node.number, at))
        body.append(data)
        at += len(data) + 1
    first = b" ".join(head) + b"\n"
    packed = pack(first + b"\n".join(body))
    entries = {
        "Type": "ObjStm",
        "N": len(group),
        "First": len(first),
        "Filter": "FlateDecode",
        "Length": len(packed),
    }
    return b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, value_bytes(entries), packed)


def _write_end(out: _Out, rows: list[tuple[int, int, int]], root: Node, info: Node | None) -> None:
    start, number = out.bytes, len(rows)
    rows.append((1, start, 0))
    width = max(2, (start.bit_length() + 7) // 8)
    cells = [bytes([a]) + b.to_bytes(width, "big") + c.to_bytes(2, "big") for a, b, c in rows]
    before = bytes(width + 3)
    lines = []
    for cell in cells:
        lines.append(b"\2" + bytes(a - b & 255 for a, b in zip(cell, before, strict=True)))
        before = cell
    packed = pack(b"".join(lines))
    digest = out.digest.digest()[:16]
    entries: dict[str, Any] = {
        "Type": "XRef",
        "Size": number + 1,
        "W": [1, width, 2],
        "Root": root,
        "ID": [digest, digest],
        "Filter": "FlateDecode",
        "DecodeParms": {"Predictor": 12, "Columns": width + 3},
        "Length": len(packed),
    }
    if info is not None:
        entries["Info"] = info
    out.write(
        b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, value_bytes(entries), packed)
    )
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
