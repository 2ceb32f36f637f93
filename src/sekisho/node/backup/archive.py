"""The file of a backup: members one after the other, closed by a signed manifest.

A plain tar, so that it can be looked into without us. The manifest names the digest of every byte
before it; nothing behind it may stand but zeros. Format: docs/formats/backup-v1.md.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from sekisho.kernel.errors import Broken, Refused
from sekisho.kernel.limits import DOCUMENT_BYTES_MAX, MIB
from sekisho.seal.disk import disk_errors
from sekisho.seal.keyfiles import sync_folder

MANIFEST = "manifest.json"
SETTINGS = "sekisho.toml"
DATABASE = "database"
OBJECTS = "objects/"
SMALL_BYTES_MAX = DOCUMENT_BYTES_MAX


@dataclass(frozen=True)
class Whole:
    """How many bytes stand before the manifest, and their digest (hexadecimal)."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Member:
    """One member: its name, and where its bytes lie in the file."""

    name: str
    start: int
    bytes: int


class _Hashed:
    """A file that digests what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()
        self.written = 0

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self.digest.update(data)
        self.written += len(data)
        return len(data)

    def tell(self) -> int:
        return self.written


class Writer:
    """Writes a backup under a temporary name; `finish` gives it its own, durable and whole."""

    def __init__(self, path: Path, now: datetime) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._time = int(now.timestamp())
        if path.exists():
            raise Refused("SKS-B001", file=str(path))
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with disk_errors(str(path)):
            self._file = os.fdopen(os.open(self._part, flags, 0o600), "wb")
        self._hashed = _Hashed(self._file)
        stream: Any = self._hashed
        self._tar = tarfile.TarFile(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT)

    def add(self, name: str, data: bytes) -> None:
        """A small member."""
        with disk_errors(str(self._path)):
            self._tar.addfile(self._info(name, len(data)), BytesIO(data))

    def add_file(self, name: str, source: IO[bytes]) -> int:
        """A member from an open file, as large as it is now; how many bytes."""
        size = os.fstat(source.fileno()).st_size
        with disk_errors(str(self._path)):
            self._tar.addfile(self._info(name, size), source)
        return size

    def whole(self) -> Whole:
        """What the manifest has to name."""
        return Whole(self._hashed.written, self._hashed.digest.hexdigest())

    def finish(self, manifest: bytes) -> None:
        """The manifest, then the file's own name."""
        self.add(MANIFEST, manifest)
        with disk_errors(str(self._path)):
            self._tar.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.rename(self._path)
            sync_folder(self._path.parent)

    def drop(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _info(self, name: str, size: int) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, self._time, 0o600
        return info


class Reader:
    """Reads a backup that may be damaged or hostile; nothing is written anywhere."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name
        self._bytes = os.fstat(file.fileno()).st_size
        self.members = {one.name: one for one in self._members()}
        if MANIFEST not in self.members:
            raise self._damaged("manifest")

    def small(self, name: str) -> bytes:
        """A member of a few megabytes at most. Raises Broken SKS-B002."""
        found = self.members.get(name)
        if found is None or found.bytes > SMALL_BYTES_MAX:
            raise self._damaged(name)
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a member. Raises Broken SKS-B002."""
        found = self.members.get(name)
        if found is None:
            raise self._damaged(name)
        yield from self._read(found.start, found.bytes)

    def require_whole(self, whole: Whole) -> None:
        """Every byte before the manifest is the one that was written, and none stands behind it.

        Raises Broken SKS-B002.
        """
        digest = sha256()
        for piece in self._read(0, whole.bytes):
            digest.update(piece)
        last = self.members[MANIFEST]
        end = last.start + last.bytes
        rest = b"".join(self._read(end, min(self._bytes - end, MIB)))
        header_fits = last.start - whole.bytes == tarfile.BLOCKSIZE
        if digest.hexdigest() != whole.sha256 or rest.strip(b"\0") or not header_fits:
            raise self._damaged("sha256")
        if len(rest) != self._bytes - end or self._bytes % tarfile.RECORDSIZE:
            raise self._damaged("end")

    def _members(self) -> Iterator[Member]:
        seen: set[str] = set()
        try:
            with tarfile.TarFile(fileobj=self._file, mode="r") as tar:
                for one in tar:
                    within = one.offset_data + one.size <= self._bytes
                    if not one.isreg() or one.name in seen or MANIFEST in seen or not within:
                        raise self._damaged(one.name)
                    seen.add(one.name)
                    yield Member(one.name, one.offset_data, one.size)
        except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
            raise self._damaged(type(error).__name__) from None

    def _read(self, start: int, count: int) -> Iterator[bytes]:
        with disk_errors(self._name):
            self._file.seek(start)
            while count > 0:
                piece = self._file.read(min(count, MIB))
                if not piece:
                    raise self._damaged("end")
                count -= len(piece)
                yield piece

    def _damaged(self, where: str) -> Broken:
        return Broken("SKS-B002", file=self._name, where=ascii(where)[1:81])
