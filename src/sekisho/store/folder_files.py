"""Files of a folder store, reached from an open folder step by step and never through a link.

The folder is shared with machines that we do not trust. So no path is handed to the system as a
whole: every step is opened relative to the one before with O_NOFOLLOW, and only plain files are
read. A link, a pipe or a device in the way is an error, not a way out of the store.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from cryptography.utils import Buffer

from sekisho.kernel.errors import Refused
from sekisho.store.placing import Place
from sekisho.store.protocol import NAME_SEGMENTS_MAX, Entry, is_name

TEMPORARY_PREFIX = ".tmp-"
READ_BYTES = 16 * 1024 * 1024

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.EBADF, errno.EOPNOTSUPP, errno.ENOSYS})


@contextmanager
def closing(descriptor: int) -> Iterator[int]:
    """The descriptor for the length of the block."""
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_root(path: str | os.PathLike[str]) -> int:
    """The folder that the settings name; it alone may be reached through links."""
    return os.open(path, _FOLDER)


def open_step(folder: int, segment: str) -> int:
    """The folder `segment` in an open folder. Raises OSError (ENOENT; ENOTDIR also for a link)."""
    return os.open(segment, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)


def sync_folder(folder: int) -> None:
    """Make new and removed names durable, where the file system has a way to ask for it."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise


def write_new(folder: int, name: str, data: Sequence[Buffer], place: Place) -> bool:
    """A new durable file, whole or not at all; the caller syncs the folder.

    False if the name is taken. Raises OSError, or Refused SKS-S014 (see `placing`).
    """
    if is_taken(folder, name):
        return False
    temporary = TEMPORARY_PREFIX + secrets.token_hex(8)
    try:
        _write_durably(folder, temporary, data)
        return place(folder, temporary, name)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise


def is_taken(folder: int, name: str) -> bool:
    """Whether a plain file has that name. Raises OSError (ELOOP) if something else has it."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.ELOOP, "not a plain file", name)
    return True


def _write_durably(folder: int, name: str, data: Sequence[Buffer]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with closing(os.open(name, flags, 0o644, dir_fd=folder)) as file:
        for piece in data:
            rest = memoryview(piece)
            while rest.nbytes:
                rest = rest.cast("B")[os.write(file, rest) :]
        os.fsync(file)


def read_whole(folder: int, name: str, bytes_max: int) -> bytes:
    """The content of a plain file. Raises OSError, or Refused SKS-S003 if over `bytes_max`."""
    # O_NONBLOCK: opening a pipe that someone left under this name must not wait for a writer.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with closing(os.open(name, flags, dir_fd=folder)) as file:
        mode = os.fstat(file).st_mode
        if stat.S_ISDIR(mode):
            raise FileNotFoundError(errno.ENOENT, "a folder", name)
        if not stat.S_ISREG(mode):
            raise OSError(errno.ELOOP, "not a plain file", name)
        parts: list[bytes] = []
        total = 0
        while part := os.read(file, min(READ_BYTES, bytes_max + 1 - total)):
            parts.append(part)
            total += len(part)
            if total > bytes_max:
                raise Refused("SKS-S003", name=name, bytes_max=bytes_max)
        return parts[0] if len(parts) == 1 else b"".join(parts)


def entries(folder: int, base: str, stem: str) -> Iterator[Entry]:
    """Plain files with lawful names below an open folder whose own name is `base` (ends in `/`).

    Only what begins with `stem` at the first step. What vanishes meanwhile is left out.
    """
    for item in scan(folder):
        name = base + item.name
        if not item.name.startswith(stem) or not is_name(name):
            continue
        if item.is_file(follow_symlinks=False):
            with suppress(FileNotFoundError):
                found = item.stat(follow_symlinks=False)
                yield Entry(name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))
        elif item.is_dir(follow_symlinks=False):
            with suppress(FileNotFoundError), closing(open_step(folder, item.name)) as inner:
                yield from entries(inner, name + "/", "")


def remove_leftovers(folder: int, before: datetime, depth: int = 0) -> int:
    """Remove temporary files last written before that moment, here and below; returns how many."""
    removed = 0
    for item in scan(folder):
        with suppress(FileNotFoundError):
            if item.is_dir(follow_symlinks=False) and depth < NAME_SEGMENTS_MAX:
                with closing(open_step(folder, item.name)) as inner:
                    removed += remove_leftovers(inner, before, depth + 1)
            elif item.name.startswith(TEMPORARY_PREFIX) and _is_older(item, before):
                os.unlink(item.name, dir_fd=folder)
                removed += 1
    return removed


def _is_older(item: os.DirEntry[str], before: datetime) -> bool:
    return item.stat(follow_symlinks=False).st_mtime < before.timestamp()


def remove_empty(folder: int, name: str) -> None:
    """Remove the folder `name` and those below it, as far as they are empty."""
    with closing(open_step(folder, name)) as inner:
        for item in scan(inner):
            if item.is_dir(follow_symlinks=False):
                remove_empty(inner, item.name)
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError as error:
        if error.errno != errno.ENOTEMPTY:
            raise


def scan(folder: int) -> Iterator[os.DirEntry[str]]:
    """Everything in an open folder, as it comes."""
    with os.scandir(folder) as found:
        yield from found
