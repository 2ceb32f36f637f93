"""7z and LZH through libarchive, a library in C: it reads only inside a child that is locked down.

The library is loaded with this module, before the child is locked; where it is missing, these
archives do not come through.
"""

from __future__ import annotations

import locale
from collections.abc import Callable, Iterator

from sekisho.disarm import limits
from sekisho.disarm.formats.archives.entry import Content, Entry, decoded_name, no_content
from sekisho.disarm.work import Source, Stopped, Work

try:
    import libarchive
    from libarchive import ffi

    # Names come out as UTF-8 only where the C library knows that encoding.
    locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    IS_THERE = True
except (ImportError, OSError, AttributeError, TypeError, locale.Error):
    # No package, no library, or one too old for the package.
    IS_THERE = False

_FORMATS = {"7z": "7zip", "lzh": "lha"}
_FOLDER, _FILE = 0o040000, 0o100000
_FILE_TYPE = 0o170000


def library_entries(source: Source, work: Work) -> list[Entry]:
    """Every file and folder.

    Raises Stopped SKS-D506 (no library), SKS-D507 (damaged or with a password).
    """
    if not IS_THERE:
        raise Stopped("SKS-D506")
    content = bytes(source.content)
    try:
        with libarchive.memory_reader(
            content, format_name=_FORMATS[source.kind], filter_name="none"
        ) as archive:
            return list(_entries(archive, work))
    except libarchive.ArchiveError as damaged:
        raise Stopped("SKS-D507") from damaged


def _entries(archive: libarchive.read.ArchiveRead, work: Work) -> Iterator[Entry]:
    for found in archive:
        work.budget.member()
        name = decoded_name(ffi.entry_pathname(found._entry_p) or b"")
        kind = found.filetype & _FILE_TYPE
        if kind == _FOLDER:
            yield Entry(name, True, no_content)
        elif kind == _FILE:
            content = _content(found, work)
            yield Entry(name, False, _giving(content))
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
