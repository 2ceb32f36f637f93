"""7z and LZH through libarchive, a library in C: it reads only inside a child that is locked down.

The library is loaded with this module, before the child is locked; where it is missing, these
archives do not come through.
"""

from __future__ import annotations

import locale
from collections.abc import Callable, Iterator

from sekisho.disarm import limits
from sekisho.disarm.formats.archives.entry import Content, Entry, decoded_name, no_content
from sekisho.disarm.formats.archives.lzhs import (
    FOLDER_METHOD,
    STORED_METHODS,
    lzh_members,
    single,
)
from sekisho.disarm.work import Stopped, Work

try:
    import libarchive
    from libarchive import ffi

    # Names come out as UTF-8 only where the C library knows that encoding.
    locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    IS_THERE = True
except (ImportError, OSError, AttributeError, TypeError, locale.Error):
    # No package, no library, or one too old for the package.
    IS_THERE = False

_FOLDER, _FILE = 0o040000, 0o100000
_FILE_TYPE = 0o170000


def sevenzip_entries(content: memoryview, work: Work) -> list[Entry]:
    """Every file and folder. Raises Stopped SKS-D506 (no library), SKS-D507 (damaged, locked)."""
    return _read(bytes(content), "7zip", work)


def lzh_entries(content: memoryview, work: Work) -> list[Entry]:
    """The same of LZH; also SKS-D501."""
    entries = []
    for member in lzh_members(content):
        work.budget.member()
        name = decoded_name(member.name)
        if member.method == FOLDER_METHOD:
            if "|" in name:
                work.removed("archive-link")
            else:
                entries.append(Entry(f"{name.rstrip('/')}/", True, no_content))
            continue
        if member.method in STORED_METHODS:
            work.budget.expand(len(member.packed))
            entries.append(Entry(name, False, _giving(bytes(member.packed))))
            continue
        found = _read(single(member), "lha", work)
        if len(found) != 1 or found[0].is_folder:
            raise Stopped("SKS-D507")
        entries.append(Entry(name, False, found[0].read))
    return entries


def _read(content: bytes, form: str, work: Work) -> list[Entry]:
    if not IS_THERE:
        raise Stopped("SKS-D506")
    try:
        with libarchive.memory_reader(content, format_name=form, filter_name="none") as archive:
            return list(_entries(archive, work))
    except libarchive.ArchiveError as damaged:
        raise Stopped("SKS-D507") from damaged


def _entries(archive: libarchive.read.ArchiveRead, work: Work) -> Iterator[Entry]:
    for found in archive:
        work.budget.member()
        name = decoded_name(ffi.entry_pathname(found._entry_p) or b"")
        kind = found.filetype & _FILE_TYPE
        if kind == _FOLDER:
            yield Entry(f"{name.rstrip('/')}/", True, no_content)
        elif kind == _FILE:
            yield Entry(name, False, _giving(_content(found, work)))
        else:
            work.removed("archive-link")


def _content(found: libarchive.entry.ArchiveEntry, work: Work) -> bytes:
    declared = found.size or 0
    if declared > limits.MEMBER_BYTES_MAX:
        raise Stopped("SKS-D505", bytes=declared, allowed=limits.MEMBER_BYTES_MAX)
    out = bytearray()
    for block in found.get_blocks():
        work.budget.expand(len(block))
        out += block
        if len(out) > limits.MEMBER_BYTES_MAX:
            raise Stopped("SKS-D505", bytes=len(out), allowed=limits.MEMBER_BYTES_MAX)
    return bytes(out)


def _giving(content: bytes) -> Callable[[], Content]:
    return lambda: content
