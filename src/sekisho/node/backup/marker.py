"""A node that was restored and is not yet fit to serve says so in a file of its folder."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from sekisho.kernel import documents
from sekisho.kernel.errors import Broken
from sekisho.node.opening import Node
from sekisho.seal import keyfiles

FILE = "restored.json"


class Stage(StrEnum):
    """What is still to be done."""

    PLACING = "placing"
    """Files are missing: the folder is of no use."""

    ERASING = "erasing"
    """What was erased since the backup may still be there: `sekisho expire` is to run."""


def mark(folder: Path, stage: Stage) -> None:
    """Note where the restoring stands, durably."""
    keyfiles.replace(folder / FILE, documents.write({"stage": str(stage)}))


def clear(folder: Path) -> None:
    """The node may serve again."""
    keyfiles.destroy(folder / FILE)


def stage_of(folder: Path) -> Stage | None:
    """What is still to be done, or None for a node that may serve."""
    path = folder / FILE
    if not path.exists():
        return None
    fields = documents.read(keyfiles.read(path), FILE)
    return Stage(fields.choice("stage", {str(one) for one in Stage}))


def require_serving(node: Node) -> None:
    """Raise Broken SKS-B010 (half restored) or SKS-B011 (`sekisho expire` has not run)."""
    stage = stage_of(node.settings.folder)
    if stage is Stage.PLACING:
        raise Broken("SKS-B010", folder=str(node.settings.folder))
    if stage is Stage.ERASING:
        raise Broken("SKS-B011")
