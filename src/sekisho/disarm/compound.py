"""What an OLE2 compound file holds: an old Office document, a mail, a locked document.

Only the storages and streams at the top count: a Word document may well have a workbook inside.
Layout: MS-CFB sections 2.2 (header), 2.3 (FAT), 2.6 (directory).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from sekisho.disarm.window import Window

_HEADER_BYTES = 512
_ENTRY_BYTES = 128
_HEADER_FAT_SECTORS = 109
_SECTORS_MAX = 1_024
_NONE = 0xFFFFFFFF

_STREAMS = {
    "EncryptedPackage": "ooxml-locked",
    "WordDocument": "doc",
    "Workbook": "xls",
    "Book": "xls",
    "PowerPoint Document": "ppt",
    "VisioDocument": "vsd",
    "__properties_version1.0": "msg",
    "DocumentText": "jtd",
    "JSCompDocument": "jtd",
}
_INSTALLER_CLASSES = (
    bytes.fromhex("84100c0000000000c000000000000046"),  # {000C1084-0000-0000-C000-000000000046}
    bytes.fromhex("86100c0000000000c000000000000046"),  # {000C1086-…}, a patch
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the directory; siblings form a binary tree."""

    name: str
    left: int
    right: int
    child: int
    class_id: bytes


def compound_kind(window: Window) -> str:
    """The kind of a file that begins as a compound file does; `ole2` when it is not clear."""
    entries = list(_entries(window))
    if not entries:
        return "ole2"
    if entries[0].class_id in _INSTALLER_CLASSES:
        return "msi"
    found = {_STREAMS[name] for name in _top_names(entries) if name in _STREAMS}
    return found.pop() if len(found) == 1 else "ole2"


def _top_names(entries: list[Entry]) -> Iterator[str]:
    """The names right under the root, as far as their rows are in view."""
    waiting = [entries[0].child]
    seen: set[int] = set()
    while waiting:
        index = waiting.pop()
        if index in seen or index >= len(entries):
            continue
        seen.add(index)
        yield entries[index].name
        waiting += [entries[index].left, entries[index].right]


def _entries(window: Window) -> Iterator[Entry]:
    header = window.piece(0, _HEADER_BYTES)
    if header is None:
        return
    (shift,) = struct.unpack_from("<H", header, 30)
    (sector,) = struct.unpack_from("<L", header, 48)
    if shift not in (9, 12):
        return
    for number in _chain(window, header, sector, shift):
        data = window.piece((number + 1) << shift, 1 << shift)
        if data is None:
            return
        for start in range(0, len(data), _ENTRY_BYTES):
            yield _entry(data[start : start + _ENTRY_BYTES])


def _chain(window: Window, header: bytes, sector: int, shift: int) -> Iterator[int]:
    """The numbers of the directory's sectors; loops end.

    Where the part of the FAT that says which is next is out of view, it is the one behind: a
    directory is written in one piece. Rows that no other row names are not looked at anyway.
    """
    per_sector = (1 << shift) // 4
    fat = struct.unpack_from(f"<{_HEADER_FAT_SECTORS}L", header, 76)
    for _ in range(_SECTORS_MAX):
        yield sector
        block, index = divmod(sector, per_sector)
        if block < len(fat) and fat[block] == _NONE:
            return
        place = ((fat[block] + 1) << shift) + index * 4 if block < len(fat) else window.size
        cell = window.piece(place, 4)
        if cell is None:
            sector += 1
            continue
        (sector,) = struct.unpack("<L", cell)
        if sector >= 0xFFFFFFFA:  # the end of the chain, or a sector of another use
            return


def _entry(row: bytes) -> Entry:
    (name_bytes,) = struct.unpack_from("<H", row, 64)
    name = row[: max(0, min(name_bytes, 64) - 2)].decode("utf-16-le", "replace")
    left, right, child = struct.unpack_from("<3L", row, 68)
    return Entry(name, left, right, child, row[80:96])
