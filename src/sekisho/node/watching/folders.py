"""The folders below a watched folder, and moving files between them without losing any."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sekisho.kernel.errors import Unavailable
from sekisho.kernel.limits import MIB

TAKEN, DONE, REFUSED = ".taken", "done", "refused"
OURS = frozenset({TAKEN, DONE, REFUSED})
MARK = ".ready"
UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", MARK)
"""Endings by which programs that copy name what is not whole yet."""


@dataclass(frozen=True)
class Look:
    """A file as it looks from outside."""

    path: Path
    bytes: int
    mtime_ns: int
    regular: bool


@contextmanager
def reaching(folder: Path) -> Iterator[None]:
    """Turn what the file system says into Unavailable SKS-M203: a share may be away."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unavailable("SKS-M203", folder=str(folder), reason=reason) from None


def prepare(folder: Path) -> None:
    """Our own folders within it. A folder that is not there is not made: its share is away."""
    if not folder.is_dir():
        raise Unavailable("SKS-M203", folder=str(folder), reason="not a folder")
    for name in sorted(OURS):
        (folder / name).mkdir(mode=0o700, exist_ok=True)


def look(path: Path) -> Look | None:
    """How a file looks, never through a link; None for one that is gone, or for a folder."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        return None
    return Look(path, found.st_size, found.st_mtime_ns, stat.S_ISREG(found.st_mode))


def waiting(folder: Path) -> list[Look]:
    """What lies in the folder itself, by name; hidden and unfinished files are left alone."""
    names = sorted(
        name
        for name in os.listdir(folder)  # noqa: PTH208 - names alone, no look through links
        if not name.startswith(".") and not name.lower().endswith(UNFINISHED)
    )
    looks = (look(folder / name) for name in names)
    return [one for one in looks if one is not None]


def move(path: Path, into: Path) -> Path:
    """Move a file without replacing another; where it lies now."""
    into.mkdir(mode=0o700, exist_ok=True)
    target, number = into / path.name, 1
    while os.path.lexists(target):
        target = into / f"{path.stem}.{number}{path.suffix}"
        number += 1
    path.rename(target)
    sync(into)
    sync(path.parent)
    return target


def sync(folder: Path) -> None:
    """Make names durable where the file system can (not every share can)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def digest(path: Path) -> str:
    """SHA-256 of a plain file, in hexadecimal."""
    found = sha256()
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        while piece := file.read(MIB):
            found.update(piece)
    return found.hexdigest()
