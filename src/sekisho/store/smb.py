"""A store in a share of a Windows or Samba server, reached without mounting it.

An object is one file: written under a temporary name, flushed by the server, then given its name
by a hard link, which no server replaces an existing file with; where there are no links, by a
rename that asks not to replace.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from threading import Lock
from typing import TypeVar

from smbprotocol.exceptions import SMBException  # type: ignore[import-untyped]

from sekisho.store import smb_files as files
from sekisho.store.batches import at_once
from sekisho.store.marker import MARKER_BYTES_MAX, check_marker
from sekisho.store.protocol import (
    MARKER_NAME,
    Data,
    Entry,
    NotThere,
    check_name,
    check_prefix,
    pieces,
)
from sekisho.store.smb_access import ShareAccess, coded_error, connect, disconnect, is_lost

TRIES_MAX = 2
"""A server drops idle connections; one new connection is tried before giving up."""

CALLS_AT_ONCE = 4
T = TypeVar("T")


class ShareStore:
    """The `Store` in a share. Connects at the first call; do not share it across a fork."""

    def __init__(self, access: ShareAccess, store_id: str = "") -> None:
        self._access = access
        self._store_id = store_id
        self._connecting = Lock()
        self._options: files.Options | None = None

    def describe(self) -> str:
        return self._access.describe()

    def close(self) -> None:
        """Let go of the connection; the next call makes a new one."""
        with self._connecting:
            options, self._options = self._options, None
        if options:
            disconnect(options)

    def put(self, name: str, data: Data) -> bool:
        path = self._path(check_name(name))
        return self._call(name, lambda options: files.write_new(path, pieces(data), options))

    def put_many(self, items: Iterable[tuple[str, Data]]) -> builtins.list[bool]:
        return at_once(lambda item: self.put(*item), items, CALLS_AT_ONCE)

    def get(self, name: str, bytes_max: int) -> bytes:
        path = self._path(check_name(name))
        return self._call(name, lambda options: files.read_whole(path, name, bytes_max, options))

    def list(self, prefix: str) -> Iterator[Entry]:
        return self._entries(check_prefix(prefix))

    def _entries(self, prefix: str) -> Iterator[Entry]:
        base, slash, stem = prefix.rpartition("/")
        options = self._call(prefix, lambda options: options)
        with self._coded(prefix):
            yield from files.entries(self._path(base), base + slash, stem, options)

    def delete(self, name: str) -> None:
        path = self._path(check_name(name))
        with suppress(NotThere):
            self._call(name, lambda options: files.remove(path, options))

    def delete_many(self, names: Iterable[str]) -> None:
        at_once(self.delete, names, CALLS_AT_ONCE)

    def tidy(self, prefix: str, before: datetime) -> int:
        path = self._path(check_prefix(prefix))
        return self._call(prefix, lambda options: files.remove_leftovers(path, before, options))

    def free_bytes(self) -> int | None:
        """How much this user may still write, as the server tells it."""
        return self._call("", lambda options: files.free_bytes(self._access.root, options))

    def keeps_file_name(self, under: str, file_name: str) -> bool:
        """Whether a file name outside our own alphabet comes back from a listing as it went in."""
        folder = self._path(under)

        def check(options: files.Options) -> bool:
            files.write_new(f"{folder}\\{file_name}", [], options)
            try:
                return any(item.name == file_name for item in files.scan(folder, "*", options))
            finally:
                files.remove(f"{folder}\\{file_name}", options)

        return self._call(under, check)

    def remove_empty_folders(self, under: str) -> None:
        """Remove the folder `under` and those below it, as far as they are empty."""
        path = self._path(check_name(under))
        self._call(under, lambda options: files.remove_empty(path, options))

    def lay_marker(self, marker: bytes) -> bool:
        """Make the folder in the share a store. False if there is a marker already."""
        with self._coded(MARKER_NAME):
            options = connect(self._access)
            try:
                return files.write_new(self._path(MARKER_NAME), [marker], options)
            finally:
                disconnect(options)

    def _path(self, name: str) -> str:
        inner = name.strip("/").replace("/", "\\")
        return f"{self._access.root}\\{inner}" if inner else self._access.root

    def _call(self, name: str, call: Callable[[files.Options], T]) -> T:
        """`call` on a live connection, once more on a new one if that breaks; errors coded."""
        with self._coded(name):
            tries_left = TRIES_MAX
            while True:
                tries_left -= 1
                options = self._connected()
                try:
                    return call(options)
                except (OSError, SMBException) as error:
                    if not is_lost(error) or not tries_left:
                        raise
                    self._forget(options)

    def _connected(self) -> files.Options:
        with self._connecting:
            if self._options is None:
                options = connect(self._access)
                untrusted: bytes | None = None
                with suppress(FileNotFoundError):
                    path = self._path(MARKER_NAME)
                    untrusted = files.read_whole(path, MARKER_NAME, MARKER_BYTES_MAX, options)
                check_marker(untrusted, self._store_id, self.describe())
                self._options = options
            return self._options

    def _forget(self, options: files.Options) -> None:
        with self._connecting:
            if self._options is options:
                self._options = None
        disconnect(options)

    @contextmanager
    def _coded(self, name: str) -> Iterator[None]:
        try:
            yield
        except (OSError, SMBException, ValueError) as error:
            raise coded_error(error, name, self._access) from error
