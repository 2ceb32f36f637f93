"""Files on their way out: written into a folder that others may write to at the same time."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography.utils import Buffer

from sekisho.kernel import names
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.seal.disk import disk_errors
from sekisho.seal.intake import FOLDER_FLAGS, folder_beneath

PRIVATE = 0o600
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LINKS_UNKNOWN = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS})


class Target:
    """A file being written under a temporary name."""

    def __init__(self, descriptor: int, path: str) -> None:
        self._descriptor = descriptor
        self._path = path

    def write(self, data: Buffer) -> None:
        """Append `data`. Raises Unavailable SKS-V012 or SKS-V013."""
        rest = memoryview(data).cast("B")
        with disk_errors(self._path):
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]


@contextmanager
def open_target(folder: Path, path: str, *, mode: int = PRIVATE) -> Iterator[Target]:
    """Write the new file `path` below `folder`; it appears, whole and durable, when the block
    ends without an error, and leaves nothing when it does not.

    `path` is one that `names.safe_paths` gave; folders on it are made (whoever may read the file
    may enter them), links on it never followed. A kill leaves a `.sekisho-….part` with plaintext.
    Raises Refused SKS-V026 (there is something of that name, which stays as it is) or SKS-V020 (a
    link or a file where a folder should be), InvalidInput SKS-V027 (`path` is not a safe one),
    Unavailable SKS-V012 (no room) or SKS-V013.
    """
    *folders, name = _checked(path)
    with folder_beneath(folder, ()) as top:
        _make_folders(top, folders, mode | (mode & 0o444) >> 2)
    with folder_beneath(folder, folders) as parent:
        _refuse_taken(parent, name, path)
        temporary = f".sekisho-{secrets.token_hex(8)}.part"
        with disk_errors(path):
            descriptor = os.open(temporary, _NEW_FILE, mode, dir_fd=parent)
        try:
            try:
                yield Target(descriptor, path)
                with disk_errors(path):
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            with disk_errors(path):
                _name_without_replacing(parent, temporary, name, path)
                os.fsync(parent)
        finally:
            _remove_leftover(parent, temporary)


def _checked(path: str) -> list[str]:
    parts = path.split("/")
    if any(names.safe_name(part) != part for part in parts):
        raise InvalidInput("SKS-V027", path=names.shown(path))
    names.check_path(path)
    return parts


def _make_folders(parent: int, folders: list[str], mode: int) -> None:
    """Make what is missing, from the top; whatever else stands in the way is found out later."""
    if not folders:
        return
    first, *rest = folders
    with disk_errors(first):
        try:
            os.mkdir(first, mode, dir_fd=parent)
            os.fsync(parent)
        except FileExistsError:
            pass
        try:
            inner = os.open(first, FOLDER_FLAGS, dir_fd=parent)
        except NotADirectoryError:
            return
    try:
        _make_folders(inner, rest, mode)
    finally:
        os.close(inner)


def _refuse_taken(parent: int, name: str, path: str) -> None:
    """Tell before the work is done; the link at the end decides."""
    try:
        os.stat(name, dir_fd=parent, follow_symlinks=False)
    except OSError:
        return
    raise Refused("SKS-V026", name=names.shown(path))


def _name_without_replacing(parent: int, temporary: str, name: str, path: str) -> None:
    """Unlike a rename, a link fails when the name is taken."""
    try:
        os.link(temporary, name, src_dir_fd=parent, dst_dir_fd=parent, follow_symlinks=False)
    except FileExistsError:
        raise Refused("SKS-V026", name=names.shown(path)) from None
    except OSError as error:
        if error.errno not in _LINKS_UNKNOWN:
            raise
        _reserve_and_rename(parent, temporary, name, path)


def _reserve_and_rename(parent: int, temporary: str, name: str, path: str) -> None:
    """For file systems without hard links: take the name with an empty file, then replace it."""
    try:
        os.close(os.open(name, _NEW_FILE, PRIVATE, dir_fd=parent))
    except FileExistsError:
        raise Refused("SKS-V026", name=names.shown(path)) from None
    os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)


def _remove_leftover(parent: int, temporary: str) -> None:
    with disk_errors(temporary), suppress(FileNotFoundError):
        os.unlink(temporary, dir_fd=parent)
