"""A store in a folder: a local disk, or a share that the operating system has mounted.

An object is one file. It is written under a temporary name, synced, given its name without
replacing anything, and the folder is synced; folders on the way are synced to their parents too.
"""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import groupby
from pathlib import Path

from sekisho.kernel.errors import Unavailable
from sekisho.store import folder_files as files
from sekisho.store.batches import at_once
from sekisho.store.faults import coded, from_os_error
from sekisho.store.marker import MARKER_BYTES_MAX, check_marker
from sekisho.store.placing import Place, place
from sekisho.store.protocol import (
    MARKER_NAME,
    Data,
    Entry,
    NotThere,
    check_name,
    check_prefix,
    pieces,
)

FOLDER_MODE = 0o755
"""Other nodes read what we write; narrow it with the umask and a common group."""


class FolderStore:
    """The `Store` in the folder `root`, which must hold a marker (see `opening.create_store`).

    `store_id` "" accepts whichever store is there. `giving_name` is a seam for file systems that
    lack one of the ways in `placing`.
    """

    def __init__(self, root: Path, store_id: str = "", giving_name: Place = place) -> None:
        self._root = root
        self._store_id = store_id
        self._giving_name = giving_name
        self._seen_marker: tuple[int, ...] = ()
        self._settled: set[str] = set()

    def describe(self) -> str:
        return f"folder {self._root}"

    def put(self, name: str, data: Data) -> bool:
        return self.put_many([(name, data)])[0]

    def put_many(self, items: Iterable[tuple[str, Data]]) -> builtins.list[bool]:
        todo = [(check_name(name), data) for name, data in items]
        answers: dict[int, bool] = {}
        with self._opened() as root:
            for folder, group in _by_folder([name for name, _ in todo]):
                with coded(folder, self.describe()), self._made(root, folder) as here:
                    written = at_once(lambda i: self._write(here, *todo[i]), group)
                    # Also when nothing is new: a writer that died may have left names unsynced.
                    files.sync_folder(here)
                    answers.update(zip(group, written, strict=True))
        return [answers[i] for i in range(len(todo))]

    def _write(self, folder: int, name: str, data: Data) -> bool:
        with coded(name, self.describe()):
            return files.write_new(folder, _last(name), pieces(data), self._giving_name)

    def get(self, name: str, bytes_max: int) -> bytes:
        with self._holding(check_name(name)) as here:
            return files.read_whole(here, _last(name), bytes_max)

    def list(self, prefix: str) -> Iterator[Entry]:
        return self._entries(check_prefix(prefix))

    def _entries(self, prefix: str) -> Iterator[Entry]:
        base, slash, stem = prefix.rpartition("/")
        with suppress(NotThere), self._holding(prefix) as here:
            yield from files.entries(here, base + slash, stem)

    def delete(self, name: str) -> None:
        self.delete_many([name])

    def delete_many(self, names: Iterable[str]) -> None:
        todo = [check_name(name) for name in names]
        for _, group in _by_folder(todo):
            with suppress(NotThere), self._holding(todo[group[0]]) as here:
                for i in group:
                    with suppress(FileNotFoundError):
                        os.unlink(_last(todo[i]), dir_fd=here)
                files.sync_folder(here)

    def tidy(self, prefix: str, before: datetime) -> int:
        with suppress(NotThere), self._holding(check_prefix(prefix)) as here:
            return files.remove_leftovers(here, before)
        return 0

    def free_bytes(self) -> int | None:
        """How much this process may still write."""
        with self._opened() as root, coded("", self.describe()):
            found = os.fstatvfs(root)
            return found.f_bavail * found.f_frsize

    def keeps_file_name(self, under: str, file_name: str) -> bool:
        """Whether a file name outside our own alphabet comes back from a listing as it went in."""
        with self._opened() as root, coded(under, self.describe()), self._made(root, under) as here:
            os.close(os.open(file_name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=here))
            try:
                return any(item.name == file_name for item in files.scan(here))
            finally:
                os.unlink(file_name, dir_fd=here)

    def remove_empty_folders(self, under: str) -> None:
        """Remove the folder `under` and those below it, as far as they are empty."""
        with suppress(NotThere), self._holding(check_name(under)) as here:
            files.remove_empty(here, _last(under))

    def lay_marker(self, marker: bytes) -> bool:
        """Make the folder a store. False if there is a marker already."""
        with coded(MARKER_NAME, self.describe()):
            self._root.mkdir(mode=FOLDER_MODE, exist_ok=True)
            with files.closing(files.open_root(self._root)) as root:
                laid = files.write_new(root, MARKER_NAME, [marker], self._giving_name)
                files.sync_folder(root)
                return laid

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The root, opened anew and seen to be the store, for one operation.

        Not kept open: a descriptor into a share that went away and came back stays dead, and one
        into a folder under a mount point would go on writing beneath the mount.
        """
        try:
            root = files.open_root(self._root)
        except (FileNotFoundError, NotADirectoryError):
            raise Unavailable("SKS-S004", store=self.describe()) from None
        except OSError as error:
            raise from_os_error(error, "", self.describe()) from error
        with files.closing(root):
            self._check_marker(root)
            yield root

    def _check_marker(self, root: int) -> None:
        with coded(MARKER_NAME, self.describe()):
            try:
                found = os.stat(MARKER_NAME, dir_fd=root, follow_symlinks=False)
            except FileNotFoundError:
                raise Unavailable("SKS-S004", store=self.describe()) from None
            seen = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
            if seen != self._seen_marker:
                untrusted = files.read_whole(root, MARKER_NAME, MARKER_BYTES_MAX)
                check_marker(untrusted, self._store_id, self.describe())
                self._seen_marker = seen

    @contextmanager
    def _holding(self, name: str) -> Iterator[int]:
        """The folder that holds `name`. Raises NotThere; OSError of the block comes out coded."""
        with self._opened() as root, coded(name, self.describe()):
            here = os.dup(root)
            try:
                for segment in name.split("/")[:-1]:
                    inner = files.open_step(here, segment)
                    os.close(here)
                    here = inner
                yield here
            finally:
                os.close(here)

    @contextmanager
    def _made(self, root: int, folder: str) -> Iterator[int]:
        """The folder `folder`, made where it is missing, known to its parents durably."""
        here = os.dup(root)
        try:
            path = ""
            for segment in folder.split("/") if folder else ():
                path += segment + "/"
                inner = self._step_or_make(here, segment, path)
                os.close(here)
                here = inner
            yield here
        finally:
            os.close(here)

    def _step_or_make(self, here: int, segment: str, path: str) -> int:
        try:
            inner = files.open_step(here, segment)
        except FileNotFoundError:
            with suppress(FileExistsError):
                os.mkdir(segment, FOLDER_MODE, dir_fd=here)
            self._settled.discard(path)
            inner = files.open_step(here, segment)
        if path not in self._settled:
            # Someone else may have made it and died before syncing: each process does so once.
            files.sync_folder(here)
            self._settled.add(path)
        return inner


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _by_folder(names: builtins.list[str]) -> Iterator[tuple[str, builtins.list[int]]]:
    """Positions in `names` grouped by the folder, so that each folder is synced once."""
    key = [name.rpartition("/")[0] for name in names]
    for folder, group in groupby(sorted(range(len(names)), key=key.__getitem__), key.__getitem__):
        yield folder, list(group)
