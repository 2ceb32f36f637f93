"""From our vault into the collector's folder, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sekisho.kernel import names
from sekisho.kernel.errors import Broken
from sekisho.node.backup.marker import require_serving
from sekisho.node.opening import Node
from sekisho.node.progress import Progress, silent
from sekisho.office.transfers.actions import collecting
from sekisho.seal.collect import open_target


@dataclass(frozen=True)
class Collected:
    """One file that was written: the name it was sent under, where it lies, size, SHA-256."""

    sent_as: str
    path: Path
    bytes: int
    sha256: str


def collect(
    node: Node,
    *,
    actor: str,
    transfer_id: str,
    folder: Path,
    positions: frozenset[int] | None = None,
    progress: Progress = silent,
) -> list[Collected]:
    """Write the files (all, or some) of an arrived transfer into `folder`.

    The evidence of what was written follows, also when not all of it could be. Raises Refused
    SKS-T040 and others of `collecting.open_for`, SKS-V026 (a file of that name is there),
    Unavailable SKS-V012.
    """
    require_serving(node)
    opened = collecting.open_for(
        node.desk, actor=actor, transfer_id=transfer_id, positions=positions
    )
    total, before, written = sum(one.bytes for one in opened), 0, []
    try:
        for one, path in zip(opened, names.safe_paths([one.path for one in opened]), strict=True):
            _write(node, one, folder, path, lambda n, b=before: progress(transfer_id, b + n, total))
            written.append(Collected(one.path, folder / path, one.bytes, one.sha256))
            before += one.bytes
    finally:
        # Also when a later file fails: what lies in the folder has been collected.
        if written:
            taken = opened[: len(written)]
            collecting.record_collected(
                node.desk, actor=actor, transfer_id=transfer_id, opened=taken
            )
    return written


def _write(node: Node, one: collecting.Opened, folder: Path, path: str, progress: object) -> None:
    with open_target(folder, path) as target:
        done = 0
        for piece in node.vault.read(one.object_id, one.data_key):
            target.write(piece)
            done += memoryview(piece).nbytes
            progress(done)  # type: ignore[operator]
        if done != one.bytes:
            raise Broken("SKS-V011", object=one.object_id)
