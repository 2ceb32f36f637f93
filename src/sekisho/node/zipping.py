"""Several files as one ZIP that is never a file here: made while it is handed out.

Stored without compression, names in UTF-8, sizes over 4 GiB by ZIP64 (APPNOTE.TXT 4.3.9, 4.4.4,
4.5.3). Nothing is written back: sizes and checksums follow each file in a data descriptor.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.utils import Buffer

_PRIVATE = 0o100600 << 16
_UNIX = 3


@dataclass(frozen=True)
class Entry:
    """One file to be packed: the safe path it gets, its size, and its content."""

    path: str
    bytes: int
    moment: datetime
    pieces: Iterable[Buffer] = field(repr=False)


def zip_pieces(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The archive in pieces, each a little larger than a piece of the content at most."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[arg-type]
        for one in entries:
            with archive.open(_info(one), "w") as target:
                for piece in one.pieces:
                    target.write(piece)
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()


def _info(one: Entry) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(one.path, one.moment.timetuple()[:6])
    info.create_system, info.external_attr = _UNIX, _PRIVATE
    # The writer decides by it whether the file needs ZIP64.
    info.file_size = one.bytes
    return info


class _Sink:
    """Takes what the writer writes; it cannot be sought in."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: Buffer) -> int:
        self._written.append(bytes(data))
        return len(self._written[-1])

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """What was written since it was asked for last."""
        found = b"".join(self._written)
        self._written.clear()
        return found
