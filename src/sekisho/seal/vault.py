"""The vault: objects at rest, each encrypted under its own data key.

The data key goes to the caller, who keeps it wrapped in a row. To erase an object is to destroy
that row for good (see the keyring) and then to `remove` the object; without its key the object is
noise already. Layout and reasons: docs/formats/vault-v1.md.
"""

from __future__ import annotations

import builtins
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from cryptography.utils import Buffer

from sekisho.kernel.errors import Broken, InvalidInput, Unavailable
from sekisho.kernel.ids import check_id, new_id
from sekisho.seal import floe
from sekisho.seal.disk import disk_errors
from sekisho.seal.keyfiles import sync_folder
from sekisho.seal.vaultobject import ObjectWriter, Progress, read_object

PREFIX = "ob"
SWEEP_AGE_MIN = timedelta(hours=1)
"""Younger objects may belong to a transaction that has not ended."""

SYNC_TOGETHER_MAX = 64
"""Files of a batch that wait, open, to be stored together."""

SYNC_THREADS = 4
_SHARD = slice(len(PREFIX) + 1, len(PREFIX) + 3)
_LEFTOVER = ".part"
_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Deposited:
    """An object that is durable: `bytes` and `sha256` (hexadecimal) are of the plaintext."""

    object_id: str
    data_key: builtins.bytes = field(repr=False)
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Swept:
    """What a sweep removed: unfinished files, objects without a row, and their bytes on disk."""

    leftovers: int
    orphans: int
    bytes: int


class Vault:
    """The objects below one folder. Safe to share between threads and between processes."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        """Open the vault that is there; `threads` (2 at least) work on one large object.

        Raises Broken SKS-V014 when the folder is no vault: a disk that is not mounted must not
        be mistaken for an empty one.
        """
        self._objects = folder / "objects"
        self._threads = max(2, threads)
        if not self._objects.is_dir():
            raise Broken("SKS-V014", folder=str(folder))

    @classmethod
    def create(cls, folder: Path, threads: int = 2) -> Vault:
        """Make the folder (0700, durable) and open it. Raises Unavailable SKS-V012, SKS-V013."""
        with disk_errors(str(folder)):
            folder.parent.mkdir(parents=True, exist_ok=True)
            for made in (folder, folder / "objects"):
                made.mkdir(mode=0o700, exist_ok=True)
                sync_folder(made.parent)
        return cls(folder, threads)

    def deposit(self, source: Iterable[Buffer], progress: Progress | None = None) -> Deposited:
        """Store what `source` yields; durable before this returns. See `deposit_many`."""
        return self.deposit_many([source], progress)[0]

    def deposit_many(
        self, sources: Iterable[Iterable[Buffer]], progress: Progress | None = None
    ) -> list[Deposited]:
        """Store each source as an object: hashed, measured and encrypted in one pass, no
        plaintext on disk, all of them durable before this returns, or none when it raises.

        A piece is copied before the next one is asked for. `progress` gets the plaintext bytes
        taken so far, all sources together. What a source raises goes through. Raises Unavailable
        SKS-V012 (no room) or SKS-V013.
        """
        batch = _Batch(self._objects, self._threads, progress)
        try:
            deposited = [batch.add(source) for source in sources]
            batch.settle()
        except BaseException:
            batch.undo()
            raise
        return deposited

    def read(self, object_id: str, data_key: builtins.bytes, start: int = 0) -> Iterator[Buffer]:
        """The plaintext in order, in verified pieces of at most 1 MiB, opened in parallel; with
        `start` from that byte on, without opening what lies before.

        Only when the iterator has ended is it sure that nothing was cut off. Raises InvalidInput
        SKS-K003 (no id), Broken SKS-V010 (missing) or SKS-V011 (altered, cut off, another key),
        Unavailable SKS-V013; all of them when the first piece is asked for or later.
        """
        descriptor = self._open(object_id)
        try:
            yield from read_object(descriptor, object_id, data_key, self._threads, start)
        finally:
            os.close(descriptor)

    @contextmanager
    def open_sealed(self, object_id: str) -> Iterator[BinaryIO]:
        """The object as it lies on the disk, encrypted, for a backup.

        Raises InvalidInput SKS-K003, Broken SKS-V010 (missing), Unavailable SKS-V013.
        """
        with os.fdopen(self._open(object_id), "rb") as file:
            yield file

    def place_sealed(self, object_id: str, pieces: Iterable[Buffer]) -> None:
        """Put an object back as `open_sealed` gave it, durable before this returns.

        Raises InvalidInput SKS-K003, Unavailable SKS-V012 or SKS-V013.
        """
        path = self._path(object_id)
        part = path.with_name(path.name + _LEFTOVER)
        with disk_errors(object_id):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(part, _NEW_FILE, 0o600), "wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
            sync_folder(path.parent)

    def remove(self, object_id: str) -> None:
        """Remove the object's file; one that is gone is no error.

        Call it after the row with the data key is destroyed: a file that a power failure brings
        back is swept later. Raises InvalidInput SKS-K003, Unavailable SKS-V013.
        """
        with disk_errors(object_id):
            self._path(object_id).unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """The room on the disk that the objects lie on. Raises Unavailable SKS-V013."""
        with disk_errors(str(self._objects)):
            return shutil.disk_usage(self._objects).free

    def object_ids(self) -> Iterator[str]:
        """The ids of all objects in the folder, in no order. Raises Unavailable SKS-V013."""
        for path in self._files():
            if not path.name.endswith(_LEFTOVER):
                yield path.name

    def sweep(self, known_ids: Collection[str], older_than: timedelta, now: datetime) -> Swept:
        """Remove unfinished files and objects not in `known_ids` that are older than that.

        `older_than` is an hour at least and must be longer than any deposit takes until its row
        is committed. Never sweep with the ids of a database that is only half restored. Raises
        Unavailable SKS-V013.
        """
        if older_than < SWEEP_AGE_MIN:
            raise ValueError(f"a sweep of what is younger than {SWEEP_AGE_MIN}")
        before = (now - older_than).timestamp()
        leftovers = orphans = freed = 0
        for path in self._files():
            if path.name in known_ids:
                continue
            with disk_errors(path.name), suppress(FileNotFoundError):
                found = path.lstat()
                if found.st_mtime >= before:
                    continue
                path.unlink()
                unfinished = path.name.endswith(_LEFTOVER)
                leftovers, orphans = leftovers + unfinished, orphans + (not unfinished)
                freed += found.st_size
        return Swept(leftovers, orphans, freed)

    def _open(self, object_id: str) -> int:
        path = self._path(object_id)
        try:
            with disk_errors(object_id):
                return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except Unavailable as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise Broken("SKS-V010", object=object_id) from None
            raise

    def _path(self, object_id: str) -> Path:
        check_id(object_id, PREFIX)
        return self._objects / object_id[_SHARD] / object_id

    def _files(self) -> Iterator[Path]:
        """Our files; what others put into the folder is left alone."""
        with disk_errors(str(self._objects)):
            for shard in self._objects.iterdir():
                if len(shard.name) == 2:
                    yield from (path for path in shard.iterdir() if _is_ours(path.name))


class _Batch:
    """Objects that become durable together, in one folder so that it is synced once."""

    def __init__(self, objects: Path, threads: int, progress: Progress | None) -> None:
        self._shard = new_id(PREFIX)[_SHARD]
        self._folder = objects / self._shard
        self._writer = ObjectWriter(threads)
        self._progress = progress
        self._taken = 0
        self._open: dict[str, int] = {}
        self._ids: list[str] = []
        with disk_errors(str(self._folder)), suppress(FileExistsError):
            self._folder.mkdir(mode=0o700)
            sync_folder(objects)

    def add(self, source: Iterable[Buffer]) -> Deposited:
        """Write one object under its temporary name."""
        object_id, data_key = self._new_id(), os.urandom(floe.KEY_BYTES)
        self._ids.append(object_id)
        with disk_errors(object_id):
            descriptor = os.open(self._temporary(object_id), _NEW_FILE, 0o600)
        self._open[object_id] = descriptor
        found = self._writer.write(descriptor, object_id, data_key, source, self._tell)
        self._taken += found.size
        if len(self._open) == SYNC_TOGETHER_MAX:
            self._store()
        return Deposited(object_id, data_key, found.size, found.sha256)

    def settle(self) -> None:
        """Make all of it durable, under the final names."""
        self._store()
        if self._ids:
            with disk_errors(str(self._folder)):
                sync_folder(self._folder)

    def undo(self) -> None:
        """Leave nothing behind, as far as the disk allows; a sweep does the rest."""
        self._close()
        for object_id in self._ids:
            for path in (self._temporary(object_id), self._folder / object_id):
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _store(self) -> None:
        """Side by side the files share the disk's work; one alone needs no thread."""
        with disk_errors(str(self._folder)):
            if len(self._open) > 1:
                with ThreadPoolExecutor(SYNC_THREADS, "sekisho-sync") as pool:
                    list(pool.map(os.fsync, self._open.values()))
            else:
                for descriptor in self._open.values():
                    os.fsync(descriptor)
            for object_id in self._open:
                self._temporary(object_id).rename(self._folder / object_id)
        self._close()

    def _close(self) -> None:
        while self._open:
            _, descriptor = self._open.popitem()
            os.close(descriptor)

    def _new_id(self) -> str:
        """118 random bits behind the two characters of the batch's folder."""
        fresh = new_id(PREFIX)
        return fresh[: _SHARD.start] + self._shard + fresh[_SHARD.stop :]

    def _temporary(self, object_id: str) -> Path:
        return self._folder / (object_id + _LEFTOVER)

    def _tell(self, taken: int) -> None:
        if self._progress is not None:
            self._progress(self._taken + taken)


def _is_ours(name: str) -> bool:
    try:
        check_id(name.removesuffix(_LEFTOVER), PREFIX)
    except InvalidInput:
        return False
    return True
