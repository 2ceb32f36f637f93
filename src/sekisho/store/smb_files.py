"""Files of a share, by UNC path, on a connection that `smb_access.connect` has made."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import smbclient  # type: ignore[import-untyped]
from cryptography.utils import Buffer
from smbprotocol.exceptions import SMBException, SMBOSError  # type: ignore[import-untyped]
from smbprotocol.file_info import FileAttributes  # type: ignore[import-untyped]
from smbprotocol.header import NtStatus  # type: ignore[import-untyped]

from sekisho.kernel.errors import Refused
from sekisho.store.protocol import NAME_SEGMENTS_MAX, Entry, is_name
from sekisho.store.smb_access import status_of

Options = dict[str, Any]
TEMPORARY_PREFIX = ".tmp-"

_NO_LINKS_HERE = frozenset(
    {
        NtStatus.STATUS_NOT_SUPPORTED,
        NtStatus.STATUS_INVALID_DEVICE_REQUEST,
        NtStatus.STATUS_INVALID_INFO_CLASS,
        NtStatus.STATUS_INVALID_PARAMETER,
        NtStatus.STATUS_ACCESS_DENIED,
    }
)


@contextmanager
def as_python_says() -> Iterator[None]:
    """Let "not there" and "exists" out of the block as the classes that Python has for them."""
    try:
        yield
    except SMBOSError as error:
        # Samba says NOT_FOUND of a share, and OBJECT_NAME_NOT_FOUND of a file.
        known = error.errno in (errno.ENOENT, errno.EEXIST)
        if known and error.ntstatus != NtStatus.STATUS_NOT_FOUND:
            raise OSError(error.errno, error.strerror, error.filename) from error
        raise


def write_new(path: str, data: Sequence[Buffer], options: Options) -> bool:
    """A new durable file, whole or not at all, in a folder that is made where it is missing.

    False if the name is taken. Raises OSError and SMBException.
    """
    if is_taken(path, options):
        return False
    folder = path.rpartition("\\")[0]
    temporary = f"{folder}\\{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        try:
            write(temporary, data, options)
        except FileNotFoundError:
            make_folders(folder, options)
            write(temporary, data, options)
        return _give_name(temporary, path, options)
    finally:
        # A virus scanner may be holding it; then `tidy` removes it later.
        with suppress(OSError, SMBException):
            remove(temporary, options)


def is_taken(path: str, options: Options) -> bool:
    """Whether something has that name."""
    try:
        with as_python_says():
            smbclient.lstat(path, **options)
    except FileNotFoundError:
        return False
    return True


def make_folders(path: str, options: Options) -> None:
    """The folder and those above it, where they are missing."""
    smbclient.makedirs(path, exist_ok=True, **options)


def write(path: str, data: Sequence[Buffer], options: Options) -> None:
    """Write a file that must not be there yet and have the server flush it to its disk."""
    with as_python_says(), smbclient.open_file(path, "xb", buffering=0, **options) as file:
        for piece in data:
            rest = memoryview(piece)
            while rest.nbytes:
                rest = rest.cast("B")[file.write(rest) :]
        file.fd.flush()


def _give_name(temporary: str, final: str, options: Options) -> bool:
    try:
        with as_python_says():
            _link_or_rename(temporary, final, options)
    except FileExistsError:
        return False
    return True


def _link_or_rename(temporary: str, final: str, options: Options) -> None:
    try:
        smbclient.link(temporary, final, **options)
    except OSError as error:
        if status_of(error) not in _NO_LINKS_HERE:
            raise
        smbclient.rename(temporary, final, **options)


def read_whole(path: str, name: str, bytes_max: int, options: Options) -> bytes:
    """The content of a file. Raises Refused SKS-S003 if over `bytes_max`, OSError, SMBException."""
    with as_python_says(), _opened(path, options) as file:
        if file.fd.end_of_file > bytes_max:
            raise Refused("SKS-S003", name=name, bytes_max=bytes_max)
        content: bytes = file.readall()
        return content


def _opened(path: str, options: Options) -> Any:
    try:
        return smbclient.open_file(path, "rb", buffering=0, share_access="rwd", **options)
    except OSError as error:
        if error.errno != errno.EISDIR:
            raise
        # To read what turns out to be a folder is to read nothing: buckets have no folders.
        raise FileNotFoundError(errno.ENOENT, "a folder", path) from error


def entries(folder: str, base: str, stem: str, options: Options) -> Iterator[Entry]:
    """Files with lawful names below `folder`, whose name in the store is `base` (ends in `/`).

    Only what begins with `stem` at the first step. What vanishes meanwhile is left out.
    """
    for item in scan(folder, f"{stem}*", options):
        name = base + item.name
        if not item.name.startswith(stem) or not is_name(name):
            continue
        if _is_folder(item):
            yield from entries(f"{folder}\\{item.name}", name + "/", "", options)
        elif not _is_link(item):
            found = item.smb_info
            yield Entry(name, found.end_of_file, found.last_write_time)


def remove_leftovers(folder: str, before: datetime, options: Options, depth: int = 0) -> int:
    """Remove temporary files last written before that moment, here and below; returns how many."""
    removed = 0
    for item in scan(folder, "*", options):
        path = f"{folder}\\{item.name}"
        if _is_folder(item) and depth < NAME_SEGMENTS_MAX:
            removed += remove_leftovers(path, before, options, depth + 1)
        elif item.name.startswith(TEMPORARY_PREFIX) and item.smb_info.last_write_time < before:
            with suppress(FileNotFoundError):
                remove(path, options)
                removed += 1
    return removed


def remove_empty(folder: str, options: Options) -> None:
    """Remove the folder and those below it, as far as they are empty."""
    for item in scan(folder, "*", options):
        if _is_folder(item):
            remove_empty(f"{folder}\\{item.name}", options)
    try:
        smbclient.rmdir(folder, **options)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.ENOENT):
            raise


def scan(folder: str, pattern: str, options: Options) -> Iterator[Any]:
    """What a folder holds; nothing if it is not there."""
    with suppress(FileNotFoundError), as_python_says():
        yield from smbclient.scandir(folder, pattern, **options)


def remove(path: str, options: Options) -> None:
    """Remove a file. Raises FileNotFoundError and other OSError."""
    with as_python_says():
        smbclient.remove(path, **options)


def free_bytes(path: str, options: Options) -> int:
    """How much this user may still write, as the server tells it."""
    return int(smbclient.stat_volume(path, **options).caller_available_size)


def _is_folder(item: Any) -> bool:
    directory = FileAttributes.FILE_ATTRIBUTE_DIRECTORY
    return bool(item.smb_info.file_attributes & directory) and not _is_link(item)


def _is_link(item: Any) -> bool:
    return bool(item.smb_info.file_attributes & FileAttributes.FILE_ATTRIBUTE_REPARSE_POINT)
