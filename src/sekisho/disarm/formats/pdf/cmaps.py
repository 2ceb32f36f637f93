"""Character maps (Adobe Technical Notes 5014 and 5411): read by grammar, and the text they give.

A CMap is a PostScript program. One whose every token is known stays as it is; of others the tables
alone are written anew. Nothing else of the language is understood here.
"""

from __future__ import annotations

import re

CMAP_BYTES_MAX = 8 * 1024 * 1024
ENTRIES_MAX = 200_000
_S = rb"[\0\t\n\f\r ]++"
_HEX = rb"<[0-9A-Fa-f \t\r\n]*+>"
_KNOWN = re.compile(
    rb"(?:" + _S
    + rb"|" + _HEX
    + rb"|[0-9]{1,9}(?:\.[0-9]{1,3})?(?![^\0\t\n\f\r ()<>\[\]{}/%])"
    + rb"|\[|\]|<<|>>"
    + rb"|/(?:[A-Za-z0-9._+-]{1,80}+)(?![^\0\t\n\f\r ()<>\[\]{}/%])"
    + rb"|\([A-Za-z0-9._+-]{0,40}\)"
    + rb"|(?:findresource|begincmap|endcmap|begincodespacerange|endcodespacerange|beginbfchar"
    + rb"|endbfchar|beginbfrange|endbfrange|begincidchar|endcidchar|begincidrange|endcidrange"
    + rb"|beginnotdefrange|endnotdefrange|beginnotdefchar|endnotdefchar|currentdict|defineresource"
    + rb"|usecmap|begin|end|def|dict|dup|pop|CMapName)(?![^\0\t\n\f\r ()<>\[\]{}/%])"
    + rb")*+"
)  # fmt: skip
_BLOCK = re.compile(
    rb"begin(codespacerange|bfchar|bfrange|cidchar|cidrange|notdefrange)(?![a-z])(.*?)end\1",
    re.DOTALL,
)
_CELL = re.compile(rb"<([0-9A-Fa-f \t\r\n]*+)>|([0-9]{1,9})|(\[)|(\])")
_WMODE = re.compile(rb"/WMode[\0\t\n\f\r ]+([01])[\0\t\n\f\r ]+def")
_USE = re.compile(rb"/([A-Za-z0-9-]{1,40})[\0\t\n\f\r ]+usecmap")
_HEAD = b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
_TAIL = b"endcmap\nend\nend\n"
PER_BLOCK = 100
Map = dict[int, str]


def checked(data: bytes) -> bytes | None:
    """The map when it is regular; else its tables written anew; None when it has none."""
    if len(data) > CMAP_BYTES_MAX:
        return None
    if _KNOWN.fullmatch(data):
        return data
    lines = [_HEAD]
    if use := _USE.search(data):
        lines.append(b"/%b usecmap\n" % use[1])
    if mode := _WMODE.search(data):
        lines.append(b"/WMode %b def\n" % mode[1])
    found = False
    for block in _BLOCK.finditer(data):
        rows = _rows(block[2], block[1])
        for start in range(0, len(rows), PER_BLOCK):
            part = rows[start : start + PER_BLOCK]
            lines.append(
                b"%d begin%b\n%b\nend%b\n" % (len(part), block[1], b"\n".join(part), block[1])
            )
            found = True
    lines.append(_TAIL)
    return b"".join(lines) if found or use else None


_WIDTH = {
    b"codespacerange": 2,
    b"bfchar": 2,
    b"bfrange": 3,
    b"cidchar": 2,
    b"cidrange": 3,
    b"notdefrange": 3,
}


def _rows(body: bytes, kind: bytes) -> list[bytes]:
    cells: list[bytes] = []
    listed: list[bytes] | None = None
    for match in _CELL.finditer(body):
        if match[3]:
            listed = []
        elif match[4]:
            if listed is not None:
                cells.append(b"[" + b" ".join(listed) + b"]")
            listed = None
        else:
            digits = b"" if match[1] is None else match[1].translate(None, b" \t\r\n")
            cell = match[2] if match[1] is None else b"<" + digits + b">"
            (cells if listed is None else listed).append(cell)
        if len(cells) > ENTRIES_MAX:
            break
    width = _WIDTH[kind]
    whole = len(cells) // width * width
    return [b" ".join(cells[i : i + width]) for i in range(0, whole, width)]


def unicode_map(data: bytes) -> Map:
    """Code → text, from a ToUnicode map."""
    out: Map = {}
    for block in _BLOCK.finditer(data):
        if block[1] == b"bfchar":
            cells = [m[1] or b"" for m in _CELL.finditer(block[2])]
            for code, text in zip(cells[::2], cells[1::2], strict=False):
                _put(out, code, text)
        elif block[1] == b"bfrange":
            _put_ranges(out, block[2])
        if len(out) > ENTRIES_MAX:
            break
    return out


def _put(out: Map, code: bytes, text: bytes) -> None:
    code, text = code.translate(None, b" \t\r\n"), text.translate(None, b" \t\r\n")
    if 0 < len(code) <= 8 and len(text) % 4 == 0:
        out[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
    elif 0 < len(code) <= 8 and len(text) == 2:
        out[int(code, 16)] = chr(int(text, 16))


def _put_ranges(out: Map, body: bytes) -> None:
    rows = _rows(body, b"bfrange")
    for row in rows:
        first, last, target = row.split(b" ", 2)
        if (
            first[:1] != b"<"
            or last[:1] != b"<"
            or len(first) > 10
            or len(first) < 3
            or len(last) < 3
        ):
            continue
        low, high = int(first[1:-1], 16), int(last[1:-1], 16)
        if not low <= high <= low + 65_535 or len(out) > ENTRIES_MAX:
            continue
        if target[:1] == b"[":
            for offset, one in enumerate(target[1:-1].split(b" ")[: high - low + 1]):
                _put(out, b"%X" % (low + offset), one[1:-1])
            continue
        text = bytes.fromhex(target[1:-1].decode()) if len(target) % 2 == 0 else b""
        if len(text) < 2 or target[:1] != b"<":
            continue
        start, last_unit = text[:-2], int.from_bytes(text[-2:], "big")
        for offset in range(high - low + 1):
            unit = (last_unit + offset & 0xFFFF).to_bytes(2, "big")
            out[low + offset] = (start + unit).decode("utf-16-be", "replace")
