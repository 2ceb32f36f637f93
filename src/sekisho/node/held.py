"""A file's content in memory, sealed: nobody can change it any more, and no disk has seen it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Self

from cryptography.utils import Buffer

from sekisho.disarm.identify import HEAD_BYTES, TAIL_BYTES, ContentType, identify
from sekisho.kernel.errors import Refused
from sekisho.kernel.limits import MIB

PIECE_BYTES = MIB
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL


@dataclass
class Held:
    """Sealed content behind a descriptor, its size and SHA-256. Close it as soon as possible."""

    descriptor: int
    bytes: int
    sha256: str

    def pieces(self) -> Iterator[Buffer]:
        """The content from its beginning; the descriptor's own position stays where it is."""
        for start in range(0, self.bytes, PIECE_BYTES):
            yield os.pread(self.descriptor, PIECE_BYTES, start)

    def content_type(self) -> ContentType:
        """What kind of content it is."""
        start = max(0, self.bytes - TAIL_BYTES)
        head = os.pread(self.descriptor, HEAD_BYTES, 0)
        tail = os.pread(self.descriptor, TAIL_BYTES, start)
        return identify(head, tail, size=self.bytes)

    def close(self) -> None:
        """The content is gone; closing again does nothing."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def hold(pieces: Iterable[Buffer], bytes_max: int) -> Held:
    """All the pieces in memory. Raises Refused SKS-D003 when there are more bytes than that."""
    descriptor = os.memfd_create("sekisho", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    digest, count = sha256(), 0
    try:
        for piece in pieces:
            view = memoryview(piece).cast("B")
            count += len(view)
            if count > bytes_max:
                raise Refused("SKS-D003", bytes=count, allowed=bytes_max)
            digest.update(view)
            while view:
                view = view[os.write(descriptor, view) :]
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
    except BaseException:
        os.close(descriptor)
        raise
    return Held(descriptor, count, digest.hexdigest())


def held_result(descriptor: int) -> Held:
    """Take over a descriptor whose content somebody else has written and sealed."""
    size = os.fstat(descriptor).st_size
    found = Held(descriptor, size, "")
    digest = sha256()
    for piece in found.pieces():
        digest.update(piece)
    found.sha256 = digest.hexdigest()
    return found
