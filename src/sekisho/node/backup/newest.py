"""The newest backup of a node, looked for where its settings say, examined and remembered."""

from __future__ import annotations

import re
from pathlib import Path

from sekisho.kernel.errors import Broken, Refused, SekishoError
from sekisho.node.backup.checking import opened
from sekisho.node.backup.keeping import KEYS_SUFFIX, SUFFIX
from sekisho.node.backup.manifest import Manifest
from sekisho.node.backup.noted import note_checked
from sekisho.node.opening import Node
from sekisho.seal.disk import disk_errors


def newest(node: Node) -> Path | None:
    """The newest backup of this node at its place, by the moment in its name.

    Raises Unavailable SKS-N005, SKS-V013 (the place is away).
    """
    folder = node.settings.backup.to
    if folder is None or not folder.is_dir():
        return None
    ours = re.compile(rf"{re.escape(node.name)}-\d{{8}}T\d{{6}}Z{re.escape(SUFFIX)}", re.ASCII)
    with disk_errors(str(folder)):
        return max((one for one in folder.iterdir() if ours.fullmatch(one.name)), default=None)


def check_newest(node: Node) -> tuple[Path, Manifest]:
    """Examine the newest backup from its first byte to its last, and remember how it came out.

    It must be of this node, and its keys must lie in the other place. Raises Refused SKS-B016
    (there is none, or of another node); Broken SKS-B002; Unavailable SKS-N005, SKS-V013.
    """
    path = newest(node)
    if path is None:
        raise Refused("SKS-B016", folder=str(node.settings.backup.to or "—"))
    try:
        manifest = _examined(node, path)
    except SekishoError as found:
        note_checked(node, path, found.code)
        raise
    note_checked(node, path)
    return path, manifest


def _examined(node: Node, path: Path) -> Manifest:
    with opened(path) as found:
        manifest = found.manifest
    if manifest.node != node.name:
        raise Refused("SKS-B016", folder=str(path.parent))
    keys_folder = node.settings.backup.keys_to
    keys = (keys_folder or path.parent) / (path.name.removesuffix(SUFFIX) + KEYS_SUFFIX)
    with disk_errors(str(keys)):
        if not keys.exists() or not keys.stat().st_size:
            raise Broken("SKS-B002", file=keys.name, where="keys")
    return manifest
