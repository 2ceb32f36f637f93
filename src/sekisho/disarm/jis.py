"""ISO-2022-JP as mail programs really write it (Microsoft's code page 50221).

Python's codecs refuse the characters of NEC and IBM (① ㈱ 髙) that half of all Japanese mail holds.
Here the two bytes of JIS X 0208 are turned into those of CP932 and back (rows 1 to 94).
"""

from __future__ import annotations

import re

_SHIFT = re.compile(rb"\x1b(\$[@B]|\$\([@BD]|\([BJIH])")
_ASCII, _KANJI, _KANA = b"(B", b"$B", b"(I"


def decode(data: bytes) -> str:
    """The text; what is no character of it becomes U+FFFD."""
    pieces: list[str] = []
    mode, start = _ASCII, 0
    for shift in _SHIFT.finditer(data):
        pieces.append(_piece(data[start : shift.start()], mode))
        mode, start = shift[1], shift.end()
    pieces.append(_piece(data[start:], mode))
    return "".join(pieces)


def encode(text: str) -> bytes | None:
    """The bytes, every line ending in ASCII; None when a character has none."""
    out = bytearray()
    mode = _ASCII
    for char in text:
        kind, code = _code(char)
        if kind is None:
            return None
        if kind != mode:
            out += b"\x1b" + kind
            mode = kind
        out += code
    if mode != _ASCII:
        out += b"\x1b" + _ASCII
    return bytes(out)


def _piece(data: bytes, mode: bytes) -> str:
    if mode in (b"(B", b"(J", b"(H"):
        return data.decode("ascii", "replace")
    if mode == _KANA:
        return bytes(byte | 0x80 for byte in data).decode("cp932", "replace")
    if mode == b"$(D":
        return "\ufffd" * (len(data) // 2)
    return _kanji(data)


def _kanji(data: bytes) -> str:
    pieces: list[str] = []
    at = 0
    while at < len(data):
        if data[at] < 0x21:
            # A line that does not shift back: the break is a break, not half a character.
            pieces.append(chr(data[at]))
            at += 1
            continue
        pair = data[at : at + 2]
        pieces.append(_shifted(pair).decode("cp932", "replace"))
        at += 2
    return "".join(pieces)


def _shifted(pair: bytes) -> bytes:
    """JIS X 0208 to Shift_JIS (JIS X 0208:1997 annex 1)."""
    if len(pair) < 2 or not (0x21 <= pair[0] <= 0x7E and 0x21 <= pair[1] <= 0x7E):
        return b"\xff"
    row, cell = pair[0], pair[1]
    lead = ((row - 0x21) >> 1) + (0x81 if row < 0x5F else 0xC1)
    if row % 2:
        return bytes((lead, cell + (0x1F if cell < 0x60 else 0x20)))
    return bytes((lead, cell + 0x7E))


def _code(char: str) -> tuple[bytes | None, bytes]:
    if char < "\x80":
        return _ASCII, char.encode()
    try:
        shifted = char.encode("cp932")
    except UnicodeEncodeError:
        return None, b""
    if len(shifted) == 1:
        is_kana = 0xA1 <= shifted[0] <= 0xDF
        return (_KANA, bytes((shifted[0] & 0x7F,))) if is_kana else (None, b"")
    pair = _unshifted(shifted)
    # The characters of IBM stand in rows beyond 94; only those that have a twin come back.
    if pair is None or _kanji(pair) != char:
        return None, b""
    return _KANJI, pair


def _unshifted(shifted: bytes) -> bytes | None:
    lead, trail = shifted
    row = ((lead - (0x81 if lead < 0xA0 else 0xC1)) << 1) + 0x21
    low = trail - (0x1F if trail < 0x80 else 0x20)
    pair = (row + 1, trail - 0x7E) if trail >= 0x9F else (row, low)
    return bytes(pair) if all(0x21 <= byte <= 0x7E for byte in pair) else None
