"""The entries of an archive, one after the other: disarmed and written into a new ZIP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from sekisho.disarm.formats.archives.entry import Entry, is_of_a_system, safe_path
from sekisho.disarm.formats.notices import member_or_notice
from sekisho.disarm.work import Work
from sekisho.disarm.zipfiles import ZipWriter
from sekisho.kernel.names import collision_key, numbered


def pack(entries: Iterable[Entry], sink: BinaryIO, work: Work) -> None:
    """Write every entry in its order. Raises Stopped, also what a member is stopped for."""
    kept = [(path, entry) for entry in entries if (path := _kept_path(entry, work))]
    names = _Names(path if entry.is_folder else path.rpartition("/")[0] for path, entry in kept)
    writer = ZipWriter(sink)
    for path, entry in kept:
        if entry.is_folder:
            if names.is_new_folder(path):
                writer.add(f"{path}/", b"")
            continue
        inner = member_or_notice(work, path, entry.read())
        name = names.free(inner.name)
        if name != inner.name:
            work.changed("archive-twin", inner.name)
        writer.add(name, inner.content)
    writer.finish()


def _kept_path(entry: Entry, work: Work) -> str:
    """The path under which an entry is written, or nothing when it is not."""
    path = safe_path(entry.untrusted_name)
    if is_of_a_system(entry.untrusted_name):
        work.removed("archive-system-file")
        return ""
    if path and path != entry.untrusted_name.removesuffix("/"):
        work.changed("archive-name", path)
    return path


class _Names:
    """Names that are different files on every system."""

    def __init__(self, folders: Iterable[str]) -> None:
        self._taken = {collision_key(above) for folder in folders for above in _upwards(folder)}
        self._written: set[str] = set()

    def is_new_folder(self, path: str) -> bool:
        """Whether the folder was not written before."""
        key = collision_key(path)
        is_new = key not in self._written
        self._written.add(key)
        return is_new

    def free(self, path: str) -> str:
        """`path`, numbered when another file or folder is called so."""
        folder, slash, name = path.rpartition("/")
        candidate, number = path, 1
        while collision_key(candidate) in self._taken:
            number += 1
            candidate = f"{folder}{slash}{numbered(name, number)}"
        self._taken.add(collision_key(candidate))
        return candidate


def _upwards(folder: str) -> list[str]:
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
