"""The segments of a JPEG: which are needed for its pixels, and which say how to show them."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from sekisho.disarm.formats.pictures import colour, exif
from sekisho.disarm.formats.pictures.decoding import unusual
from sekisho.disarm.work import Stopped, Work

_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
PROGRESSIVE = 0xC2
_FRAMES = (0xC0, 0xC1, PROGRESSIVE)
"""Baseline, extended sequential and progressive, by Huffman codes."""
_OTHER_FRAMES = (0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xD0))
_TABLES = (0xC4, 0xDB, 0xDD)
"""DHT, DQT, DRI."""
_NEXT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SCANS_MAX = 100
"""Each scan of a progressive picture costs a pass over all of it; usual are about ten."""
_SEGMENTS_MAX = 5_000
_ICC = b"ICC_PROFILE\0"
_ICC_PART_BYTES = 65_519
_JFIF = b"JFIF\0"
_ADOBE = b"Adobe"
_EXIF = b"Exif\0\0"


@dataclass
class Parts:
    """A JPEG taken apart: `coded` is all that makes pixels, `marks` the APPn and COM segments."""

    width: int = 0
    height: int = 0
    components: int = 0
    end: int = 0
    frame: int = 0
    """The SOF marker."""
    scans: int = 0
    coded: list[bytes] = field(default_factory=list)
    marks: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def is_progressive(self) -> bool:
        """Whether its coefficients are spread over scans."""
        return self.frame == PROGRESSIVE

    @property
    def coded_bytes(self) -> int:
        """The size of all that makes pixels."""
        return sum(map(len, self.coded))


def read(content: memoryview) -> Parts:
    """Take a JPEG apart up to its EOI. Raises Stopped SKS-D300, SKS-D301."""
    data = bytes(content)
    parts = Parts()
    at = 2
    while True:
        marker, start = _marker(data, at)
        if marker == _EOI:
            parts.end = start
            break
        (length,) = struct.unpack_from(">H", data.ljust(start + 2, b"\0"), start)
        end = start + length
        if length < 2 or end > len(data):
            raise Stopped("SKS-D300")
        if marker == _SOS:
            end = _end_of_scan(data, end)
        if len(parts.coded) + len(parts.marks) >= _SEGMENTS_MAX:
            raise Stopped("SKS-D300")
        _take(parts, marker, data[start + 2 : start + length], data[start:end])
        at = end
    if not parts.width or not parts.scans:
        raise Stopped("SKS-D300")
    return parts


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at `at` and where it ends; any number of FF may stand before it."""
    if data[at : at + 1] != b"\xff":
        raise Stopped("SKS-D300")
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise Stopped("SKS-D300")
    return data[at], at + 1


def _end_of_scan(data: bytes, start: int) -> int:
    found = _NEXT.search(data, start)
    if not found:
        raise Stopped("SKS-D300")
    return found.start()


def _take(parts: Parts, marker: int, body: bytes, whole: bytes) -> None:
    if _APP0 <= marker <= _APP15 or marker == _COM:
        parts.marks.append((marker, body))
        return
    if marker in _OTHER_FRAMES:
        raise unusual("JPEG arithmetic / lossless / hierarchical")
    if marker in _FRAMES:
        _frame(parts, body)
        parts.frame = marker
    elif marker == _SOS:
        parts.scans += 1
        if parts.scans > _SCANS_MAX or not parts.width:
            raise Stopped("SKS-D300")
    elif marker not in _TABLES:
        raise unusual(f"JPEG {marker:02X}")
    parts.coded.append(bytes((0xFF, marker)) + whole)


def _frame(parts: Parts, body: bytes) -> None:
    if len(body) < 9 or parts.width:
        raise Stopped("SKS-D300")
    depth, parts.height, parts.width, parts.components = struct.unpack_from(">BHHB", body)
    if depth != 8:
        raise unusual(f"JPEG {depth} bit")
    if parts.components not in (1, 3, 4) or len(body) != 6 + 3 * parts.components:
        raise unusual(f"JPEG {parts.components} components")
    if not parts.width or not parts.height:
        raise Stopped("SKS-D300")


@dataclass(frozen=True, slots=True)
class Marks:
    """What may be said beside the pixels: resolution, colour and the way it is turned."""

    density: bytes = b""
    """Unit, across, down as in JFIF; empty when there is no JFIF segment."""
    transform: int | None = None
    """Of Adobe's segment: 0 as it is, 1 YCbCr, 2 YCCK; None when there is none."""
    profile: bytes = b""
    turn: int = 1

    @classmethod
    def of(cls, parts: Parts, work: Work | None) -> Marks:
        """Read them from the segments; what is left out is said to `work`."""
        density, transform, turn = b"", None, 1
        profile: dict[int, bytes] = {}
        left_out: list[str] = []
        for marker, body in parts.marks:
            if marker == _APP0 and body.startswith(_JFIF) and len(body) >= 14 and not density:
                density = _density(body)
                if body[12] or body[13]:
                    left_out.append("picture-thumbnail")
            elif marker == _APP14 and body.startswith(_ADOBE) and len(body) >= 12:
                transform = body[11] if body[11] <= 2 else None
            elif marker == _APP2 and body.startswith(_ICC) and len(body) > 14:
                profile.setdefault(body[12], body[14:])
            elif marker == _APP1 and body.startswith(_EXIF):
                turn, has_place = exif.turn_and_place(body[6:])
                if body[6:] != exif.written(turn):
                    left_out.append("picture-location" if has_place else "picture-metadata")
            else:
                left_out.append(_name(marker, body))
        icc = _profile(profile, parts.components)
        if profile and not icc:
            left_out.append("picture-profile")
        if work:
            for what in left_out:
                work.removed(what)
        return cls(density, transform, icc, turn)

    def needed(self) -> list[bytes]:
        """The segments without which the pixels would be other ones."""
        written = []
        if self.density:
            written.append(_segment(_APP0, _JFIF + b"\1\1" + self.density + b"\0\0"))
        if self.transform is not None:
            body = _ADOBE + b"\0\x64\0\0\0\0" + bytes((self.transform,))
            written.append(_segment(_APP14, body))
        return written

    def all(self, recoded: Marks) -> list[bytes]:
        """Every segment that stays; a JFIF segment where the coefficients are of its colours."""
        density = recoded.density or self.density
        base = Marks(density, self.transform).needed()
        shown = []
        if self.turn != 1:
            shown.append(_segment(_APP1, _EXIF + exif.written(self.turn)))
        parts = [
            self.profile[at : at + _ICC_PART_BYTES]
            for at in range(0, len(self.profile), _ICC_PART_BYTES)
        ]
        for number, part in enumerate(parts, 1):
            shown.append(_segment(_APP2, _ICC + bytes((number, len(parts))) + part))
        first = 1 if density else 0
        return base[:first] + shown + base[first:]


def written(marks: list[bytes], coded: list[bytes]) -> bytes:
    """A JPEG of these segments."""
    return b"".join((b"\xff\xd8", *marks, *coded, b"\xff\xd9"))


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _density(body: bytes) -> bytes:
    unit, across, down = struct.unpack_from(">BHH", body, 7)
    if unit > 2 or not across or not down:
        unit, across, down = 0, 1, 1
    return struct.pack(">BHH", unit, across, down)


def _profile(parts: dict[int, bytes], components: int) -> bytes:
    whole = b"".join(part for _, part in sorted(parts.items()))
    space = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}[components]
    return colour.rebuilt(whole, space) or b""


def _name(marker: int, body: bytes) -> str:
    if marker == _COM:
        return "picture-comment"
    if marker == _APP2 and body.startswith(b"MPF\0"):
        return "picture-second"
    return "picture-metadata"


def read_tables(data: bytes) -> list[bytes]:
    """The DQT and DHT segments of a JPEG that holds nothing else. Raises Stopped SKS-D300."""
    found: list[bytes] = []
    at = 2
    while True:
        marker, start = _marker(data, at)
        if marker == _EOI:
            return found
        length = int.from_bytes(data[start : start + 2], "big")
        at = start + length
        if length < 2 or at > len(data):
            raise Stopped("SKS-D300")
        if marker in _TABLES[:2]:
            found.append(bytes((0xFF, marker)) + data[start:at])
