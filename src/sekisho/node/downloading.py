"""Files from the vault straight to a browser; nothing in clear on a disk, ever.

What was handed out from the first byte to the last is collected, with the evidence of that, also
when it took several requests; what was cut off is noted and may be gone on with.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.utils import Buffer

from sekisho.kernel import names
from sekisho.kernel.errors import Broken, Refused
from sekisho.node.backup.marker import require_serving
from sekisho.node.opening import Node
from sekisho.node.zipping import Entry, zip_pieces
from sekisho.office.transfers.actions.collecting import Opened, open_for, record_collected
from sekisho.office.transfers.models import Arrival
from sekisho.office.transfers.rules import JAPAN
from sekisho.office.uploads.actions.handing_out import note_cut_archive, note_part


@dataclass(frozen=True)
class Download:
    """What goes to the browser: a name that is safe on every system, the size of the whole (None
    for an archive), its SHA-256, and the bytes from `start` up to `stop`.

    `pieces` can be read once, in any thread. Close it when it is not read to its end.
    """

    name: str
    bytes: int | None
    sha256: str
    start: int
    stop: int | None
    pieces: Iterator[Buffer] = field(repr=False)


def open_download(
    node: Node,
    *,
    actor: str,
    transfer_id: str,
    position: int,
    start: int = 0,
    stop: int | None = None,
) -> Download:
    """One file of an arrived transfer, or the bytes from `start` up to `stop` of it.

    Raises as `collecting.open_for` does (SKS-T040, SKS-T041, SKS-T046, SKS-T047), and Refused
    SKS-U020 when there are no such bytes.
    """
    require_serving(node)
    (opened,) = open_for(
        node.desk, actor=actor, transfer_id=transfer_id, positions=frozenset({position})
    )
    end = opened.bytes if stop is None else min(stop, opened.bytes)
    if not (0 <= start < end or start == end == 0 == opened.bytes):
        raise Refused("SKS-U020", start=start, bytes=opened.bytes)
    (path,) = names.safe_paths([opened.path])
    pieces = _hand_out(node, actor, transfer_id, opened, start, end)
    name = path.rpartition("/")[2]
    return Download(name, opened.bytes, opened.sha256, start, end, pieces)


def _hand_out(
    node: Node, actor: str, transfer_id: str, opened: Opened, start: int, end: int
) -> Iterator[Buffer]:
    given = 0
    try:
        for piece in _content(node, opened, start, end):
            yield piece
            given += memoryview(piece).nbytes
    finally:
        # Only what the server came back for has surely left.
        if given or not opened.bytes:
            with node.at_work():
                note_part(
                    node.desk,
                    actor=actor,
                    transfer_id=transfer_id,
                    opened=opened,
                    start=start,
                    given=given,
                )


def _content(node: Node, opened: Opened, start: int, end: int) -> Iterator[Buffer]:
    """The bytes from `start` up to `end`; as many as there must be."""
    left = end - start
    for piece in node.vault.read(opened.object_id, opened.data_key, start):
        view = memoryview(piece).cast("B")[:left]
        left -= view.nbytes
        if view:
            yield view
        if not left and end < opened.bytes:
            return
    if left:
        raise Broken("SKS-V011", object=opened.object_id)


def open_archive(
    node: Node, *, actor: str, transfer_id: str, positions: frozenset[int] | None = None
) -> Download:
    """All files of an arrived transfer (or some) as one ZIP, made while it is read.

    All of them are collected when it was read to its end. Raises as `collecting.open_for` does.
    """
    require_serving(node)
    opened = open_for(node.desk, actor=actor, transfer_id=transfer_id, positions=positions)
    received: datetime = Arrival.objects.values_list("received", flat=True).get(pk=transfer_id)
    pieces = _archive(node, actor, transfer_id, opened, received.astimezone(JAPAN))
    return Download(f"{transfer_id}.zip", None, "", 0, None, pieces)


def _archive(
    node: Node, actor: str, transfer_id: str, opened: Sequence[Opened], moment: datetime
) -> Iterator[builtins.bytes]:
    packing = _Packing(node, opened, moment)
    whole = begun = False
    try:
        for piece in zip_pieces(packing.entries()):
            yield piece
            begun = True
        whole = True
    finally:
        with node.at_work():
            if whole:
                record_collected(
                    node.desk, actor=actor, transfer_id=transfer_id, opened=list(opened)
                )
            elif begun:
                note_cut_archive(
                    node.desk,
                    actor=actor,
                    transfer_id=transfer_id,
                    files=len(opened),
                    whole_files=packing.packed,
                )


class _Packing:
    """The files of one archive, and how many of them are in it to their end."""

    def __init__(self, node: Node, opened: Sequence[Opened], moment: datetime) -> None:
        self.packed = 0
        self._node = node
        self._opened = opened
        self._moment = moment

    def entries(self) -> Iterator[Entry]:
        paths = names.safe_paths([one.path for one in self._opened])
        for one, path in zip(self._opened, paths, strict=True):
            content = _content(self._node, one, 0, one.bytes)
            yield Entry(path, one.bytes, self._moment, content)
            self.packed += 1
