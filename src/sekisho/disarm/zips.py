"""What a ZIP holds: an Office document (with or without macros), a program, or just files.

Readers go by the central directory at the end, and the headers at the front may say otherwise. So
an Office document is called by a harmless name only when that directory is in view; the headers
at the front are asked for the rest. Layout: PKWARE APPNOTE 6.3 sections 4.3.7, 4.3.12, 4.3.16.
What cannot be seen clearly is called `ooxml`, which is of the family `unknown`.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

from sekisho.disarm.window import Window
from sekisho.kernel.limits import MIB

PART_BYTES_MAX = 1 * MIB
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_ENCRYPTED = 0x0001
_SIZES_FOLLOW = 0x0008
_CONTENT_TYPES = b"[content_types].xml"


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a ZIP. `offset` is where its local header stands in the file."""

    name: bytes
    flags: int
    method: int
    packed_bytes: int
    offset: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The members in view, and whether those are all there are."""

    members: tuple[Member, ...]
    is_complete: bool


def zip_kind(window: Window) -> str:
    """The kind of a file that begins as a ZIP does."""
    listing = _central_directory(window) or _local_headers(window)
    members = listing.members
    names = [member.name.lower() for member in members]
    if any(member.flags & _ENCRYPTED for member in members):
        return "zip-locked"
    # Two lists of content, or two kinds of list: programs would not agree on what this is.
    if names.count(_CONTENT_TYPES) + names.count(b"mimetype") > 1:
        return "ooxml"
    if names[:1] == [b"mimetype"]:
        return _opendocument_kind(_content(window, members[0]))
    if not listing.is_complete and any(name.startswith(_OFFICE_NAMES) for name in names):
        return "ooxml"
    if _CONTENT_TYPES in names:
        types = _content(window, members[names.index(_CONTENT_TYPES)])
        return _office_kind(types, names)
    if _looks_like_program(names):
        return "java"
    return "zip"


_OFFICE_NAMES = (_CONTENT_TYPES, b"word/", b"xl/", b"ppt/", b"visio/", b"docprops/", b"_rels/")

_OPENDOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/vnd.oasis.opendocument.graphics": "odg",
    b"application/epub+zip": "epub",
}

_OPEN = b"application/vnd.openxmlformats-officedocument."
_MS = b"application/vnd.ms-"
_OFFICE_MAIN_PARTS = {
    _OPEN + b"wordprocessingml.document.main+xml": ("docx", "docm"),
    _OPEN + b"wordprocessingml.template.main+xml": ("dotx", "dotm"),
    _OPEN + b"spreadsheetml.sheet.main+xml": ("xlsx", "xlsm"),
    _OPEN + b"spreadsheetml.template.main+xml": ("xltx", "xltm"),
    _OPEN + b"presentationml.presentation.main+xml": ("pptx", "pptm"),
    _OPEN + b"presentationml.slideshow.main+xml": ("ppsx", "ppsm"),
    _OPEN + b"presentationml.template.main+xml": ("potx", "potm"),
    _MS + b"visio.drawing.main+xml": ("vsdx", "vsdm"),
    _MS + b"word.document.macroenabled.main+xml": ("docm", "docm"),
    _MS + b"word.template.macroenabledtemplate.main+xml": ("dotm", "dotm"),
    _MS + b"excel.sheet.macroenabled.main+xml": ("xlsm", "xlsm"),
    _MS + b"excel.template.macroenabled.main+xml": ("xltm", "xltm"),
    _MS + b"excel.addin.macroenabled.main+xml": ("xlam", "xlam"),
    _MS + b"excel.sheet.binary.macroenabled.main": ("xlsb", "xlsb"),
    _MS + b"powerpoint.presentation.macroenabled.main+xml": ("pptm", "pptm"),
    _MS + b"powerpoint.slideshow.macroenabled.main+xml": ("ppsm", "ppsm"),
    _MS + b"powerpoint.template.macroenabled.main+xml": ("potm", "potm"),
    _MS + b"powerpoint.addin.macroenabled.main+xml": ("ppam", "ppam"),
    _MS + b"visio.drawing.macroenabled.main+xml": ("vsdm", "vsdm"),
}
"""Main part's content type (ECMA-376 part 1 and MS-OFFMACRO2) → kind, kind when it has macros."""


_ATTRIBUTE = re.compile(rb"""contenttype\s*=\s*["']([^"']*)["']""")


def _opendocument_kind(mimetype: bytes | None) -> str:
    return _OPENDOCUMENT.get((mimetype or b"").strip(), "odf")


def _looks_like_program(names: list[bytes]) -> bool:
    marks = (b"meta-inf/manifest.mf", b"androidmanifest.xml")
    return any(name in marks or name.endswith(b".class") for name in names)


def _office_kind(untrusted_types: bytes | None, names: list[bytes]) -> str:
    """The kind by the list of content types; `ooxml` where it is cut off, hidden or ambiguous."""
    if untrusted_types is None:
        return "ooxml"
    types = untrusted_types.lower()
    # Character references and entities could spell a content type that we do not see.
    if b"&" in types or b"<!" in types or b"\0" in types:
        return "ooxml"
    values = set(_ATTRIBUTE.findall(types))
    found = [kinds for main, kinds in _OFFICE_MAIN_PARTS.items() if main in values]
    if len(found) != 1:
        return "ooxml"
    has_macros = b"vbaproject" in types or any(n.endswith(b"vbaproject.bin") for n in names)
    return found[0][has_macros]


def _central_directory(window: Window) -> Listing | None:
    """The list at the end of the ZIP, or None when it is not whole and in view."""
    tail = window.tail
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return None
    _, _, _, _, count, directory_bytes, declared, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail) or directory_bytes > at:
        return None
    start = at - directory_bytes
    shift = window.tail_start + start - declared
    members: list[Member] = []
    position = start
    while position + _CENTRAL.size <= at:
        row = _CENTRAL.unpack_from(tail, position)
        if row[0] != b"PK\x01\x02":
            return None
        name = tail[position + _CENTRAL.size : position + _CENTRAL.size + row[10]]
        members.append(Member(name, row[3], row[4], row[8], row[16] + shift))
        position += _CENTRAL.size + row[10] + row[11] + row[12]
    if position != at or len(members) != count:
        return None
    return Listing(tuple(members), is_complete=True)


def _local_headers(window: Window) -> Listing:
    """The members from the front on, as far as their sizes lead from one to the next."""
    members: list[Member] = []
    position = 0
    while header := window.piece(position, _LOCAL.size):
        row = _LOCAL.unpack(header)
        name = window.piece(position + _LOCAL.size, row[9])
        if row[0] != b"PK\x03\x04" or name is None:
            break
        members.append(Member(name, row[2], row[3], row[7], position))
        if row[2] & _SIZES_FOLLOW:
            break
        position += _LOCAL.size + row[9] + row[10] + row[7]
    return Listing(tuple(members), is_complete=False)


def _content(window: Window, member: Member) -> bytes | None:
    """A member's bytes, or None when they are cut off, too many, damaged or packed unusually."""
    header = window.piece(member.offset, _LOCAL.size)
    if header is None or header[:4] != b"PK\x03\x04":
        return None
    row = _LOCAL.unpack(header)
    packed = window.rest(member.offset + _LOCAL.size + row[9] + row[10])
    if row[3] == 0 and not row[2] & _SIZES_FOLLOW:
        return packed[: row[7]] if row[7] <= min(len(packed), PART_BYTES_MAX) else None
    if row[3] != zlib.DEFLATED:
        return None
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = unpack.decompress(packed, PART_BYTES_MAX)
    except zlib.error:
        return None
    return data if unpack.eof else None
