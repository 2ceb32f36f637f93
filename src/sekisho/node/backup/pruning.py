"""Old backups go: first their keys, without which the rest is noise."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from sekisho.kernel.clock import stamp
from sekisho.node.backup.keeping import ERASED_SUFFIX, KEYS_SUFFIX, SUFFIX, Kept, compact
from sekisho.node.opening import Node
from sekisho.seal import keyfiles
from sekisho.seal.disk import disk_errors


def prune(node: Node, kept: Kept) -> list[Path]:
    """Remove what this node wrote into the folders of `kept` more than `keep_days` ago.

    The age stands in the name: a copied file has another date. Raises Unavailable SKS-N005,
    SKS-V013.
    """
    days = node.settings.backup.keep_days
    if not days:
        return []
    oldest = compact(stamp(node.desk.now() - timedelta(days=days)))
    gone = []
    for path in (*_old(node, kept.keys.parent, oldest), *_old(node, kept.data.parent, oldest)):
        if path.suffix == KEYS_SUFFIX:
            keyfiles.destroy(path)
        else:
            with disk_errors(str(path)):
                path.unlink(missing_ok=True)
        gone.append(path)
    return gone


def _old(node: Node, folder: Path, oldest: str) -> list[Path]:
    suffixes = "|".join(re.escape(one) for one in (SUFFIX, KEYS_SUFFIX, ERASED_SUFFIX))
    ours = re.compile(rf"{re.escape(node.name)}-(\d{{8}}T\d{{6}}Z)(?:{suffixes})", re.ASCII)
    with disk_errors(str(folder)):
        found = [(ours.fullmatch(path.name), path) for path in sorted(folder.iterdir())]
    return [path for match, path in found if match and match[1] < oldest]
