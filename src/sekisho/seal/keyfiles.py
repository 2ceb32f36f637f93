"""Files that hold secrets: written whole and durably, readable by one user, destroyed on purpose.

Destroying overwrites the bytes in place before the name goes. That reaches what the operating
system can address; cells that a drive has remapped, snapshots, copy-on-write file systems and
backups are out of reach, which is why keys also rotate.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sekisho.kernel.errors import Broken, Refused, Unavailable

KEY_FILE_BYTES_MAX = 1024 * 1024
FILE_MODE = 0o600
FOLDER_MODE = 0o700
_OTHERS = 0o077
_LEFTOVER = ".new"
_RETIRED = ".retired"


def make_folder(folder: Path) -> None:
    """Make the key folder (0700, durable) with its parents, or check the one that is there.

    Raises Refused SKS-N002 or SKS-N006 (open to others, owned by another user) and Unavailable
    SKS-N005 (cannot be made).
    """
    with _writing(folder):
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
            sync_folder(folder.parent)
    check_folder(folder)


def check_folder(folder: Path) -> None:
    """Refuse a key folder that others may enter.

    Raises Refused SKS-N002 or SKS-N006, Broken SKS-N001 (missing) or SKS-N004 (not a folder).
    """
    try:
        found = folder.stat()
    except OSError as error:
        raise _unreadable(folder, error) from None
    if not stat.S_ISDIR(found.st_mode):
        raise Broken("SKS-N004", file=str(folder), reason="not a folder")
    _check_access(folder, found)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that does not exist yet; after return it is there whole and durable (0600).

    Raises Refused SKS-N003 when the name is taken (nothing is changed), Unavailable SKS-N005.
    """
    with _writing(path):
        temporary = _write_beside(path, data)
        try:
            _name_without_replacing(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Write the file, new or not: at every moment either the old or the new bytes stand there.

    The bytes that were replaced are overwritten. Raises Unavailable SKS-N005.
    """
    with _writing(path):
        old = _open_if_there(path)
        try:
            _write_beside(path, data).replace(path)
            sync_folder(path.parent)
            if old is not None:
                _overwrite(old)
        finally:
            if old is not None:
                os.close(old)


def promote(new: Path, path: Path) -> None:
    """Let the file `new` take the place of `path`, then destroy the bytes that stood there.

    `path` is whole at every moment. Killed anywhere, the same call finishes the work; when
    `new` is gone, only the destruction is left to do. Raises Unavailable SKS-N005.
    """
    retired = path.with_name(path.name + _RETIRED)
    with _writing(path):
        if new.exists():
            # 1. The old bytes get a second name, so that they can still be overwritten in step 3.
            _drop_retired(retired, path)
            os.link(path, retired)
            sync_folder(path.parent)
            # 2. From here on the new key is the one in use.
            new.replace(path)
            sync_folder(path.parent)
        # 3. A second name of the living file is only taken away, never overwritten.
        _drop_retired(retired, path)


def _drop_retired(retired: Path, path: Path) -> None:
    if retired.exists() and path.exists() and retired.samefile(path):
        retired.unlink()
        sync_folder(path.parent)
    else:
        destroy(retired)


def read(path: Path, bytes_max: int = KEY_FILE_BYTES_MAX) -> bytes:
    """The bytes of a key file, after checking that nobody else may read it.

    Raises Broken SKS-N001 (missing) or SKS-N004 (no plain file, empty, over `bytes_max`,
    unreadable), Refused SKS-N002 or SKS-N006 (open to others, owned by another user).
    """
    try:
        # O_NONBLOCK: a named pipe put in the place of a key file must not hang the node.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            data = _read_checked(path, descriptor, bytes_max + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unreadable(path, error) from None
    if not 0 < len(data) <= bytes_max:
        raise Broken("SKS-N004", file=str(path), reason="empty" if not data else "too large")
    return data


def destroy(path: Path) -> None:
    """Overwrite, sync, unlink, sync the folder. Can be run again; a missing file is no error.

    Raises Unavailable SKS-N005 when the file system refuses.
    """
    with _writing(path):
        descriptor = _open_if_there(path)
        if descriptor is not None:
            try:
                _overwrite(descriptor)
            finally:
                os.close(descriptor)
            path.unlink(missing_ok=True)
        # Also when the file was gone: the run that unlinked it may have died before this line.
        sync_folder(path.parent)


def destroy_leftovers(folder: Path, changed_before: float | None = None) -> int:
    """Destroy what a killed write left behind, and return how many files that were.

    `changed_before` (seconds since the epoch, by the clock of the file system) spares what
    another process may be writing at this moment; without it nobody else may write keys here.
    Raises Unavailable SKS-N005.
    """
    with _writing(folder):
        found = [path for path in folder.iterdir() if path.name.endswith((_LEFTOVER, _RETIRED))]
        leftovers = [
            path
            for path in found
            if changed_before is None or path.lstat().st_mtime < changed_before
        ]
        for path in leftovers:
            if path.lstat().st_nlink > 1:
                # Killed while one file had two names: the other name is the living key.
                path.unlink()
            else:
                destroy(path)
        sync_folder(folder)
    return len(leftovers)


def sync_folder(folder: Path) -> None:
    """Make names in the folder durable (fsync of the directory)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_checked(path: Path, descriptor: int, bytes_max: int) -> bytes:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise Broken("SKS-N004", file=str(path), reason="not a plain file")
    _check_access(path, found)
    parts = []
    while bytes_max > 0 and (part := os.read(descriptor, bytes_max)):
        parts.append(part)
        bytes_max -= len(part)
    return b"".join(parts)


def _write_beside(path: Path, data: bytes) -> Path:
    """`data` in a durable file with a temporary name in the same folder."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}{_LEFTOVER}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _name_without_replacing(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise Refused("SKS-N003", file=str(path)) from None
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP):
            raise
        _reserve_and_rename(temporary, path)


def _reserve_and_rename(temporary: Path, path: Path) -> None:
    """For file systems without hard links (a memory stick with FAT)."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE))
    except FileExistsError:
        raise Refused("SKS-N003", file=str(path)) from None
    temporary.replace(path)


def _open_if_there(path: Path) -> int | None:
    try:
        return os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None


def _overwrite(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    os.lseek(descriptor, 0, os.SEEK_SET)
    rest = memoryview(os.urandom(size))
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def _check_access(path: Path, found: os.stat_result) -> None:
    if found.st_mode & _OTHERS:
        raise Refused("SKS-N002", file=str(path), mode=f"{stat.S_IMODE(found.st_mode):04o}")
    if found.st_uid != os.geteuid() and os.geteuid() != 0:
        raise Refused("SKS-N006", file=str(path), owner=found.st_uid)


def _unreadable(path: Path, error: OSError) -> Broken:
    if isinstance(error, FileNotFoundError):
        return Broken("SKS-N001", file=str(path))
    if error.errno == errno.ELOOP:
        return Broken("SKS-N004", file=str(path), reason="a symbolic link")
    return Broken("SKS-N004", file=str(path), reason=error.strerror or type(error).__name__)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unavailable("SKS-N005", file=str(path), reason=reason) from None
