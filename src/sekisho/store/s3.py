"""A store in a bucket of any S3-compatible server, with as little trust in the server as we can.

An object is one PUT with `If-None-Match: *`: no multipart state that could be left behind, and on
servers that keep the promise one winner among many writers. Servers exist that ignore the header
and overwrite. So each put looks first, and nothing of ours rests on the rest: every name has one
writer, who writes the same bytes again when it tries again, and every reader checks signatures.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import obstore
from obstore import exceptions

from sekisho.kernel.errors import Refused
from sekisho.store.batches import at_once
from sekisho.store.marker import MARKER_BYTES_MAX, check_marker
from sekisho.store.protocol import (
    MARKER_NAME,
    Data,
    Entry,
    NotThere,
    check_name,
    check_prefix,
    is_name,
    pieces,
)
from sekisho.store.s3_access import S3Access, coded_error, connect, odd

LIST_PAGE = 1000


class BucketStore:
    """The `Store` in a bucket. Opens its connections lazily; do not share it across a fork."""

    def __init__(self, access: S3Access, store_id: str = "") -> None:
        self._access = access
        self._store_id = store_id
        self._bucket = connect(access)
        self._checked = False

    def describe(self) -> str:
        return self._access.describe()

    def put(self, name: str, data: Data) -> bool:
        check_name(name)
        self._check_marker()
        return self._put(name, data)

    def _put(self, name: str, data: Data) -> bool:
        with self._coded(name):
            if self._is_there(name):
                return False
            try:
                obstore.put(self._bucket, name, pieces(data), mode="create", use_multipart=False)
            except exceptions.AlreadyExistsError:
                if self._is_there(name):
                    return False
                # Some servers say so of a name that is a folder of others, or is being removed.
                raise odd("the name is taken and yet nothing is there", self._access) from None
            return True

    def _is_there(self, name: str) -> bool:
        try:
            obstore.head(self._bucket, name)
        except FileNotFoundError:
            return False
        return True

    def put_many(self, items: Iterable[tuple[str, Data]]) -> builtins.list[bool]:
        return at_once(lambda item: self.put(*item), items)

    def get(self, name: str, bytes_max: int) -> bytes:
        check_name(name)
        self._check_marker()
        return self._get(name, bytes_max)

    def _get(self, name: str, bytes_max: int) -> bytes:
        with self._coded(name):
            untrusted = obstore.get(self._bucket, name)
            # HTTP delivers no more than the size that was announced; `bytes_max` bounds that.
            if untrusted.meta["size"] > bytes_max:
                raise Refused("SKS-S003", name=name, bytes_max=bytes_max)
            return untrusted.bytes().to_bytes()

    def list(self, prefix: str) -> Iterator[Entry]:
        return self._entries(check_prefix(prefix))

    def _entries(self, prefix: str) -> Iterator[Entry]:
        self._check_marker()
        folder, _, stem = prefix.rpartition("/")
        with self._coded(prefix):
            # LIST begins after a key, not at it: the beginning without its last letter.
            pages = obstore.list(
                self._bucket,
                folder or None,
                offset=prefix[:-1] if len(stem) > 1 else None,
                chunk_size=LIST_PAGE,
            )
            for page in pages:
                for untrusted in page:
                    name = untrusted["path"]
                    if name.startswith(prefix) and is_name(name):
                        yield Entry(name, untrusted["size"], untrusted["last_modified"])

    def delete(self, name: str) -> None:
        check_name(name)
        self._check_marker()
        with self._coded(name), suppress(FileNotFoundError):
            obstore.delete(self._bucket, name)

    def delete_many(self, names: Iterable[str]) -> None:
        at_once(self.delete, names)

    def tidy(self, prefix: str, before: datetime) -> int:
        """Nothing to do: a put that is cut off leaves nothing in a bucket."""
        check_prefix(prefix)
        return 0

    def free_bytes(self) -> int | None:
        """Not told by the S3 protocol."""
        return None

    def keeps_file_name(self, under: str, file_name: str) -> bool:
        """Whether a name outside our own alphabet comes back from a listing as it went in."""
        name = f"{under}/{file_name}"
        with self._coded(name):
            obstore.put(self._bucket, name, b"", use_multipart=False)
            try:
                pages = obstore.list(self._bucket, under)
                return any(untrusted["path"] == name for page in pages for untrusted in page)
            finally:
                obstore.delete(self._bucket, name)

    def remove_empty_folders(self, under: str) -> None:
        """Nothing to do: a bucket has no folders."""

    def lay_marker(self, marker: bytes) -> bool:
        """Make the bucket a store. False if there is a marker already."""
        return self._put(MARKER_NAME, marker)

    def _check_marker(self) -> None:
        """Once per process: a bucket, unlike a mounted folder, does not turn into another."""
        if self._checked:
            return
        untrusted: bytes | None = None
        with suppress(NotThere):
            untrusted = self._get(MARKER_NAME, MARKER_BYTES_MAX)
        check_marker(untrusted, self._store_id, self.describe())
        self._checked = True

    @contextmanager
    def _coded(self, name: str) -> Iterator[None]:
        try:
            yield
        except (OSError, exceptions.BaseError, ValueError) as error:
            raise coded_error(error, name, self._access) from error
