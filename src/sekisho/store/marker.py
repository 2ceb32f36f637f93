"""The marker at the root of a store: proof that what is there is the store and not an empty place.

A share that is not mounted leaves an empty folder behind; a bucket name can be mistyped. So every
store holds `sekisho-store.json` with an id of its own, and nothing is read or written without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sekisho.kernel import documents
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput, Refused, Unavailable
from sekisho.kernel.ids import check_id

FORMAT = "sekisho-store/1"
ID_PREFIX = "st"
MARKER_BYTES_MAX = 4096


@dataclass(frozen=True)
class Marker:
    """What the marker says: which store this is and since when."""

    store_id: str
    created: datetime


def write_marker(marker: Marker) -> bytes:
    """The bytes of `sekisho-store.json`."""
    return documents.write(
        {"created": stamp(marker.created), "format": FORMAT, "store_id": marker.store_id}
    )


def read_marker(untrusted: bytes) -> Marker:
    """The reverse of `write_marker`. Raises InvalidInput SKS-K001 to SKS-K005."""
    fields = documents.read(untrusted, "sekisho-store.json", MARKER_BYTES_MAX)
    fields.choice("format", {FORMAT})
    marker = Marker(fields.checked("store_id", check_id, ID_PREFIX), fields.moment("created"))
    fields.done()
    return marker


def check_marker(untrusted: bytes | None, expected_id: str, where: str) -> Marker:
    """The marker if it is there, readable, and of the store that the settings name.

    `expected_id` "" accepts any store. Raises Unavailable SKS-S004 (not there) or Refused
    SKS-S005 (unreadable, or of another store).
    """
    if untrusted is None:
        raise Unavailable("SKS-S004", store=where)
    try:
        marker = read_marker(untrusted)
    except InvalidInput:
        raise Refused("SKS-S005", store=where, found="?", expected=expected_id or "?") from None
    if expected_id and marker.store_id != expected_id:
        raise Refused("SKS-S005", store=where, found=marker.store_id, expected=expected_id)
    return marker
