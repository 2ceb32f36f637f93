"""What a store is: write-once objects with flat names, in a place that nobody has to trust.

Every implementation passes `tests/contracts/test_store_contract.py`. A store gives durability and
write-once names; it gives neither secrecy nor truth. Whatever is read from it is untrusted until
a signature and a Merkle root have been checked by the caller.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cryptography.utils import Buffer

from sekisho.kernel.errors import InvalidInput, Unavailable

NAME_BYTES_MAX = 200
NAME_SEGMENTS_MAX = 8
MARKER_NAME = "sekisho-store.json"
"""The one object at the root that is not in the layout: it says which store this is."""

Data = Buffer | Sequence[Buffer]
"""The bytes of one object, in one piece or in several that follow each other."""

_SEGMENT = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?", re.ASCII)
_PREFIX = re.compile(r"[a-z0-9][a-z0-9._/-]*", re.ASCII)
_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{port}{n}" for port in ("com", "lpt") for n in range(10)]
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One object as a listing shows it: its name, its size in bytes, and when the store's own
    clock says it was written (None where the store does not tell)."""

    name: str
    bytes: int
    modified: datetime | None = field(default=None, compare=False)


class NotThere(Unavailable):
    """No object of this name (code SKS-S002): not yet written, or removed."""

    def __init__(self, name: str) -> None:
        super().__init__("SKS-S002", name=name)


class Store(Protocol):
    """Where parcels lie. Safe to use from several threads.

    Besides what each call names, all of them raise Unavailable (SKS-S004, S007, S009, S010) when
    the store is away, vanished or full, Refused (SKS-S005, S008, S011, S012, S015) when it is not
    the right one or does not let us, and InvalidInput SKS-S001 for a name that is not allowed.
    After any error of `put` or `delete` it is open whether the call took effect; the same call
    may be made again.
    """

    def put(self, name: str, data: Data) -> bool:
        """Write a new object; it is durable when this returns True.

        False: an object of that name was there already and was not changed. Of several writers
        at one time at most one gets True, except on servers that `doctor` warns of; the layout
        gives every name one writer, so nothing rests on it.
        """
        ...

    def put_many(self, items: Iterable[tuple[str, Data]]) -> builtins.list[bool]:
        """`put` for each, in any order and at one time; the answers in the order of `items`.

        Cheaper than single puts. After an error some of the objects may have been written.
        """
        ...

    def get(self, name: str, bytes_max: int) -> bytes:
        """The whole object. Raises NotThere, or Refused SKS-S003 if it is over `bytes_max`."""
        ...

    def list(self, prefix: str) -> Iterator[Entry]:
        """Every object whose name starts with `prefix`, as it comes, in no promised order.

        `prefix` is "" or any beginning of a name (`nodes/soumu/`, `nodes/soumu/parcels/a/pc_x.`).
        Names that `check_name` refuses are left out. A store may show an object late or after it
        was removed: callers rest on `put` and `get`, not on a listing being complete.
        """
        ...

    def delete(self, name: str) -> None:
        """Remove the object; nothing happens when it is not there."""
        ...

    def delete_many(self, names: Iterable[str]) -> None:
        """`delete` for each, cheaper."""
        ...

    def tidy(self, prefix: str, before: datetime) -> int:
        """Remove what interrupted puts left under the folder `prefix` (ending in `/`).

        Only leftovers that were last written before the moment `before`. Returns how many.
        """
        ...

    def describe(self) -> str:
        """One line for people: which store this is. Holds no secret."""
        ...


def check_name(untrusted: str) -> str:
    """`untrusted` if it may name an object, else InvalidInput SKS-S001.

    At most 8 segments joined by `/`, at most 200 bytes. A segment is made of `a-z 0-9 . _ -`,
    begins with a letter or digit, does not end with a dot and is not a device name of Windows
    (`con`, `nul.txt`): so that one name means one object on every server and file system.
    """
    if not is_name(untrusted):
        raise InvalidInput("SKS-S001", name=untrusted[:NAME_BYTES_MAX])
    return untrusted


def is_name(untrusted: str) -> bool:
    """Whether `check_name` would let it pass."""
    if len(untrusted) > NAME_BYTES_MAX or untrusted == MARKER_NAME:
        return False
    segments = untrusted.split("/")
    return len(segments) <= NAME_SEGMENTS_MAX and all(map(_is_segment, segments))


def check_prefix(untrusted: str) -> str:
    """`untrusted` if it is "" or could begin a name, else InvalidInput SKS-S001."""
    if untrusted and (
        len(untrusted) > NAME_BYTES_MAX
        or not _PREFIX.fullmatch(untrusted)
        or not all(map(_is_segment, untrusted.split("/")[:-1]))
    ):
        raise InvalidInput("SKS-S001", name=untrusted[:NAME_BYTES_MAX])
    return untrusted


def _is_segment(untrusted: str) -> bool:
    return (
        _SEGMENT.fullmatch(untrusted) is not None
        and untrusted.partition(".")[0] not in _WINDOWS_DEVICES
    )


def pieces(data: Data) -> list[Buffer]:
    """The data as a list of buffers, whichever of the two forms it came in."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        return [data]
    return list(data)
