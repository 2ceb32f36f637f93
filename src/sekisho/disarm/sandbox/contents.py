"""Files that lie in memory only: what goes to a child, and what comes from it, sealed."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sekisho.kernel.limits import MIB

_WHOLE = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
_PIECE_BYTES = MIB

Piece = bytes | bytearray | memoryview
Untrusted = Piece | BinaryIO | Iterable[Piece]
"""All of it at once, a file from where it stands, or pieces in their order."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A content as it was taken: its size, its SHA-256, and a sealed memory file that holds it.

    The file is None when the content was larger than allowed; it was read to its end all the
    same, so that the digest is that of the whole.
    """

    bytes: int
    sha256: str
    file: BinaryIO | None


def blank(name: str) -> int:
    """A descriptor of an empty memory file that can be sealed later."""
    return os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)


def take(untrusted: Untrusted, bytes_max: int) -> Taken:
    """Copy a content, from where its file stands to its end, and seal the copy.

    The copy is what the child reads and what the digest is of, whatever happens to the original.
    """
    digest = hashlib.sha256()
    size = 0
    file = os.fdopen(blank("disarm-in"), "w+b", buffering=0)
    try:
        for piece in _pieces(untrusted):
            digest.update(piece)
            size += memoryview(piece).nbytes
            if size <= bytes_max:
                _write_all(file.fileno(), piece)
        if size > bytes_max:
            file.close()
            return Taken(size, digest.hexdigest(), None)
        return Taken(size, digest.hexdigest(), _sealed_reader(file))
    except BaseException:
        file.close()
        raise


def seal(descriptor: int) -> BinaryIO:
    """Seal a memory file whose writers are gone, and open it for reading at its start.

    The descriptor is used up. Raises OSError when somebody still has it mapped for writing.
    """
    return _sealed_reader(os.fdopen(descriptor, "r+b", buffering=0))


def measured(file: BinaryIO) -> tuple[int, str]:
    """Size and SHA-256 of a sealed file; leaves it at its start."""
    digest = hashlib.sha256()
    for piece in _pieces(file):
        digest.update(piece)
    size = file.tell()
    file.seek(0)
    return size, digest.hexdigest()


def _sealed_reader(file: BinaryIO) -> BinaryIO:
    """A description of its own: whoever moves or marks another one does not move this one."""
    with file:
        fcntl.fcntl(file.fileno(), fcntl.F_ADD_SEALS, _WHOLE)
        try:
            return open(f"/proc/self/fd/{file.fileno()}", "rb")  # noqa: PTH123
        except OSError:
            os.lseek(file.fileno(), 0, os.SEEK_SET)
            return os.fdopen(os.dup(file.fileno()), "rb")


def _pieces(untrusted: Untrusted) -> Iterator[Piece]:
    if isinstance(untrusted, bytes | bytearray | memoryview):
        view = memoryview(untrusted).cast("B")
        for start in range(0, len(view), _PIECE_BYTES):
            yield view[start : start + _PIECE_BYTES]
        return
    read = getattr(untrusted, "read", None)
    if read is None:
        yield from untrusted
        return
    while piece := read(_PIECE_BYTES):
        yield piece


def _write_all(descriptor: int, piece: Piece) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
