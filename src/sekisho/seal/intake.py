"""The sender's files, read from a disk that others write to at the same time.

Below the folder that the sender named, no link is followed: every step goes through the
descriptor of the folder before it (openat), so renaming folders meanwhile leads nowhere else.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from cryptography.utils import Buffer

from sekisho.kernel import names
from sekisho.kernel.errors import Refused
from sekisho.kernel.limits import FILE_BYTES_MAX, MIB, TRANSFER_FILES_MAX
from sekisho.seal.disk import disk_errors

T = TypeVar("T")

READ_BYTES = MIB
WALK_ENTRIES_MAX = 2 * TRANSFER_FILES_MAX
"""Files and folders together that a walk looks at."""

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: a pipe that took the place of a file since it was looked at must not hang us.
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class SourceChanged(Refused):
    """SKS-V023: a file was changed while it was read. Reading it again may go well."""


@dataclass(frozen=True)
class SourceFile:
    """One plain file of the sender: `path` below `root`, names as the sender wrote them.

    `bytes` is what the file had when it was found; what counts is what `read` delivers.
    """

    root: Path
    path: str
    bytes: int

    def read(self) -> Iterator[Buffer]:
        """The content from its beginning, in pieces of at most 1 MiB; each call reads anew.

        Raises SourceChanged SKS-V023, at the latest after the last piece, when size, times or
        inode at the end are not those of the beginning; else as `open_source` does.
        """
        with _opened(self.root, self.path) as descriptor:
            before = _checked(self.path, os.fstat(descriptor))
            left = before.st_size
            while piece := os.read(descriptor, READ_BYTES):
                left -= len(piece)
                if left < 0:
                    break
                yield piece
            if left or _fingerprint(os.fstat(descriptor)) != _fingerprint(before):
                raise SourceChanged("SKS-V023", name=names.shown(self.path))


def open_source(path: str | Path, root: Path) -> SourceFile:
    """The plain file at `path`, which is relative to `root` or lies textually below it.

    Raises Refused SKS-V020 (a link, folder, device, pipe or socket, on the way or at the end),
    SKS-V021 (leaves `root`) or SKS-V025 (too large), InvalidInput SKS-V022 (a name that cannot
    travel), Unavailable SKS-V013 (missing, unreadable).
    """
    relative = _relative(Path(path), root)
    with _opened(root, relative) as descriptor:
        found = _checked(relative, os.fstat(descriptor))
    return SourceFile(root, relative, found.st_size)


def walk(root: Path) -> list[SourceFile]:
    """Every file below `root`, sorted by the names on its path; empty folders leave no trace.

    What cannot be sent refuses the whole folder: nothing is left out in silence. Raises as
    `open_source` does, and Refused SKS-V024 when there are too many files or folders.
    """
    visit = _Walk(root)
    with folder_beneath(root, ()) as descriptor:
        visit.folder(descriptor, ())
    return visit.found


def again_if_changed(attempt: Callable[[], T]) -> T:
    """The result of `attempt`, which is made a second time when a source changed under it.

    Raises SourceChanged SKS-V023 when that happens again.
    """
    try:
        return attempt()
    except SourceChanged:
        return attempt()


@contextmanager
def folder_beneath(root: Path, parts: Sequence[str]) -> Iterator[int]:
    """A descriptor of the folder `parts` below `root`. Raises as `open_source` does.

    `root` itself may be reached through links: who named it chose it.
    """
    with disk_errors(str(root)):
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for number, part in enumerate(parts):
            inner = _open_folder(descriptor, part, "/".join(parts[: number + 1]))
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


class _Walk:
    """What a walk has found, and how much it has looked at."""

    def __init__(self, root: Path) -> None:
        self.found: list[SourceFile] = []
        self._root = root
        self._entries = 0

    def folder(self, descriptor: int, parts: tuple[str, ...]) -> None:
        for name in self._listed(descriptor, parts):
            path = names.check_path("/".join((*parts, name)))
            found = _look(descriptor, name, path)
            if stat.S_ISDIR(found.st_mode):
                inner = _open_folder(descriptor, name, path)
                try:
                    self.folder(inner, (*parts, name))
                finally:
                    os.close(inner)
            else:
                self._file(path, found)

    def _listed(self, descriptor: int, parts: tuple[str, ...]) -> list[str]:
        room = WALK_ENTRIES_MAX - self._entries
        shown = names.shown("/".join(parts) or str(self._root))
        with disk_errors(shown), os.scandir(descriptor) as entries:
            listed = sorted(entry.name for entry in islice(entries, room + 1))
        if len(listed) > room:
            raise Refused("SKS-V024", what="files, folders", most=WALK_ENTRIES_MAX)
        self._entries += len(listed)
        return listed

    def _file(self, path: str, found: os.stat_result) -> None:
        if len(self.found) == TRANSFER_FILES_MAX:
            raise Refused("SKS-V024", what="files", most=TRANSFER_FILES_MAX)
        self.found.append(SourceFile(self._root, path, _checked(path, found).st_size))


def _relative(path: Path, root: Path) -> str:
    if path.is_absolute():
        try:
            path = path.relative_to(root)
        except ValueError:
            raise Refused("SKS-V021", path=names.shown(str(path))) from None
    if not path.parts or ".." in path.parts:
        raise Refused("SKS-V021", path=names.shown(str(path)))
    return names.check_path(path.as_posix())


@contextmanager
def _opened(root: Path, path: str) -> Iterator[int]:
    """A descriptor of the plain file at `path`; `_checked` once more when reading through it."""
    *folders, name = path.split("/")
    with folder_beneath(root, folders) as folder:
        _checked(path, _look(folder, name, path))
        with disk_errors(names.shown(path)):
            descriptor = os.open(name, _FILE_FLAGS, dir_fd=folder)
    try:
        with disk_errors(names.shown(path)):
            yield descriptor
    finally:
        os.close(descriptor)


def _open_folder(parent: int, name: str, path: str) -> int:
    found = _look(parent, name, path)
    if not stat.S_ISDIR(found.st_mode):
        raise Refused("SKS-V020", name=names.shown(path), kind=_kind(found))
    with disk_errors(names.shown(path)):
        return os.open(name, FOLDER_FLAGS, dir_fd=parent)


def _look(parent: int, name: str, path: str) -> os.stat_result:
    """What stands there; a device is looked at but never opened, opening one may do something."""
    with disk_errors(names.shown(path)):
        return os.stat(name, dir_fd=parent, follow_symlinks=False)


def _checked(path: str, found: os.stat_result) -> os.stat_result:
    if not stat.S_ISREG(found.st_mode):
        raise Refused("SKS-V020", name=names.shown(path), kind=_kind(found))
    if found.st_size > FILE_BYTES_MAX:
        raise Refused("SKS-V025", name=names.shown(path), most=FILE_BYTES_MAX)
    return found


def _fingerprint(found: os.stat_result) -> tuple[int, ...]:
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _kind(found: os.stat_result) -> str:
    kinds = {
        stat.S_IFLNK: "symbolic link",
        stat.S_IFDIR: "folder",
        stat.S_IFREG: "file",
        stat.S_IFIFO: "pipe",
        stat.S_IFSOCK: "socket",
    }
    return kinds.get(stat.S_IFMT(found.st_mode), "device")
