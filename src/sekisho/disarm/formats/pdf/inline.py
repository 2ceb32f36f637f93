"""Pictures inside content streams (ISO 32000-2 section 8.9.7): read, checked and written anew."""

from __future__ import annotations

import re
from typing import Any

from sekisho.disarm.formats.pdf.filters import (
    Undecodable,
    filter_names,
    inflate_front,
    pack,
    unpack,
)
from sekisho.disarm.formats.pdf.syntax import read_value
from sekisho.disarm.formats.pdf.values import Irregular
from sekisho.disarm.formats.pdf.writing import value_bytes
from sekisho.disarm.work import Budget

INLINE_BYTES_MAX = 4 * 1024 * 1024
_ID = re.compile(rb"(?<=[\0\t\n\f\r \]>)A-Za-z0-9])ID[\0\t\n\f\r ]")
_EI = re.compile(rb"[\0\t\n\f\r ]EI(?![^\0\t\n\f\r ()<>\[\]{}/%])")
_EI_NOW = re.compile(rb"[\0\t\n\f\r ]{0,2}EI(?![^\0\t\n\f\r ()<>\[\]{}/%])")
_KEYS = {
    "Width": "W",
    "Height": "H",
    "BitsPerComponent": "BPC",
    "ColorSpace": "CS",
    "Filter": "F",
    "DecodeParms": "DP",
    "ImageMask": "IM",
    "Decode": "D",
    "Interpolate": "I",
    "Length": "L",
}
_SPACES = {"DeviceGray": "G", "DeviceRGB": "RGB", "DeviceCMYK": "CMYK"}
_COMPONENTS = {"G": 1, "RGB": 3, "CMYK": 4}


def read(data: bytes, at: int, budget: Budget) -> tuple[bytes, int]:
    """The picture whose BI ends at `at` as it is written (empty if it cannot stay), and its end."""
    start = _ID.search(data, at, at + 4_096)
    if start is None:
        return b"", len(data)
    begin = start.end()
    try:
        entries = read_value(b"<<" + data[at : start.start()] + b">>", 0, [])[0]
        entries = {_KEYS.get(key, key): value for key, value in entries.items()}
        names = filter_names(entries.get("F"))
        parms = entries.get("DP")
        listed = [p if type(p) is dict else {} for p in (parms if type(parms) is list else [parms])]
        body, end = _body(data, begin, entries, names, budget)
        samples, _ = unpack(body, names, listed, budget)
        return _written(entries, samples, bool(names)), end
    except (Irregular, Undecodable):
        end_mark = _EI.search(data, begin)
        return b"", end_mark.end() if end_mark else len(data)


def _body(
    data: bytes, begin: int, entries: dict[str, Any], names: list[str], budget: Budget
) -> tuple[bytes, int]:
    """The packed bytes and where EI ends. Raises Undecodable when there is no end."""
    length = entries.get("L")
    if not names:
        length = _row_bytes(entries) * _size(entries, "H")
    if type(length) is int and 0 <= length <= INLINE_BYTES_MAX:
        end = _EI_NOW.match(data, begin + length)
        if end:
            return data[begin : begin + length], end.end()
    if names[:1] == ["FlateDecode"]:
        room = _row_bytes(entries) * _size(entries, "H")
        piece = data[begin : begin + min(room + room // 50 + 1_024, INLINE_BYTES_MAX)]
        _, rest = inflate_front(piece, budget)
        if rest is not None:
            stop = begin + len(piece) - len(rest)
            end = _EI_NOW.match(data, stop)
            if end:
                return data[begin:stop], end.end()
    end = _EI.search(data, begin)
    if end is None:
        raise Undecodable("no end")
    return data[begin : end.start()], end.end()


def _size(entries: dict[str, Any], key: str) -> int:
    value = entries.get(key)
    if type(value) is not int or not 1 <= value <= 30_000:
        raise Undecodable(key)
    return value


def _row_bytes(entries: dict[str, Any]) -> int:
    space = entries.get("CS")
    components = 1
    if type(space) is str:
        components = _COMPONENTS.get(_SPACES.get(space, space), 1)
    bits = 1 if entries.get("IM") is True else entries.get("BPC", 8)
    if bits not in (1, 2, 4, 8, 16):
        raise Undecodable("BPC")
    return (_size(entries, "W") * components * int(bits) + 7) // 8


def _written(entries: dict[str, Any], samples: bytes, was_packed: bool) -> bytes:
    wanted = _row_bytes(entries) * _size(entries, "H")
    if wanted > INLINE_BYTES_MAX:
        raise Undecodable("too large")
    samples = samples[:wanted].ljust(wanted, b"\0")
    out: dict[str, Any] = {"W": entries["W"], "H": entries["H"]}
    if entries.get("IM") is True:
        out["IM"] = True
    else:
        out["BPC"] = entries.get("BPC", 8)
        out["CS"] = _space(entries.get("CS"))
    decode = entries.get("D")
    if type(decode) is list and len(decode) <= 8 and all(type(d) in (int, float) for d in decode):
        out["D"] = decode
    if type(entries.get("I")) is bool:
        out["I"] = entries["I"]
    if was_packed:
        out["F"] = "Fl"
        samples = pack(samples)
        out["L"] = len(samples)
    head = value_bytes(out)[2:-2]
    return b"BI " + head + b" ID " + samples + b"\nEI"


def _space(value: Any) -> Any:
    if type(value) is str and value:
        return _SPACES.get(value, value)
    if type(value) is list and len(value) == 4 and value[0] in ("I", "Indexed"):
        base, high, table = _SPACES.get(str(value[1]), value[1]), value[2], value[3]
        if base in _COMPONENTS and type(high) is int and type(table) is bytes:
            return ["I", base, high, table]
    raise Undecodable("CS")
