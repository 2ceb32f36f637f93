"""Work that keeps a node sound: evidence in its place, the store tidy, what is over destroyed."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sekisho.ledger.audit import Watermark, compare_with_watermark, read_watermark
from sekisho.ledger.body import origin_of
from sekisho.node.backup.marker import require_serving
from sekisho.node.opening import VAULT_KEYS, Node
from sekisho.office.accounts.appointing import settle_divisions
from sekisho.office.evidence.actions import make_checkpoint, open_log, sequence
from sekisho.office.post import actions as post
from sekisho.office.site.database import truncate_wal
from sekisho.office.transfers.actions.expiring import Erased, expire_due
from sekisho.office.uploads.actions.erasing import erase_old_drafts
from sekisho.office.vault.actions import (
    known_objects,
    last_rotation,
    removals,
    rotate,
    rotation_owed,
    settle_removals,
)
from sekisho.seal import keyfiles
from sekisho.store import layout

WATERMARK = "ledger-seen.json"
TIDIED = "tidied"
WORKED = "worked"
DAY = timedelta(days=1)


def settle_evidence(node: Node) -> int:
    """Give every pending event its place, sign a checkpoint, note it outside the database.

    Raises Broken SKS-L014 or SKS-L015 when the log is not the one that was noted.
    """
    count = 0
    while done := sequence():
        count += done
    check_watermark(node)
    checkpoint = make_checkpoint(node.desk)
    if checkpoint is not None and count:
        mark = Watermark(origin_of(node.name), checkpoint.size, bytes.fromhex(checkpoint.root))
        keyfiles.replace(_watermark_path(node), mark.encode())
    return count


def check_watermark(node: Node) -> None:
    """Raises Broken SKS-L014 or SKS-L015 when the log is not the one that was noted."""
    path = _watermark_path(node)
    if path.exists():
        # The note first: another worker may append and note a larger size between the two.
        noted = read_watermark(keyfiles.read(path))
        log = open_log()
        compare_with_watermark(log.size(), log.root, noted)


def _watermark_path(node: Node) -> Path:
    return node.settings.keys_folder / WATERMARK


def expire(node: Node, *, rotate_now: bool = False) -> Erased:
    """Destroy what is over; the vault key is renewed after that, at most once in
    `vault.rotate_hours`, or at once when asked for."""
    erased = expire_due(node.desk)
    drafts = erase_old_drafts(node.desk, node.settings.uploads.draft_days)
    erased = replace(erased, objects=erased.objects + drafts)
    remove_files(node)
    truncate_wal()
    if rotate_now or (rotation_owed() and _rotation_due(node)):
        rotate(node.desk)
    return erased


def _rotation_due(node: Node) -> bool:
    newest = last_rotation()
    hours = timedelta(hours=node.settings.rotate_hours)
    return newest is None or abs(node.desk.now() - newest) >= hours


def remove_files(node: Node) -> int:
    """Remove the ciphertext of objects whose keys are destroyed."""
    gone = removals()
    for object_id in gone:
        node.vault.remove(object_id)
    settle_removals(gone)
    return len(gone)


def tidy_store(node: Node) -> int:
    """Take our answered, expired and given-up parcels out of the store, the head first."""
    keep = timedelta(hours=node.settings.work.keep_hours)
    parcels = post.removable(node.desk, keep)
    names: list[str] = []
    for parcel in parcels:
        where = (node.name, parcel.receiver, parcel.parcel_id)
        names.append(layout.parcel_head(*where))
        if parcel.state == post.VOID:
            # It may have been killed at any block, before their number was known.
            prefix = layout.parcel_prefix(*where) + "b"
            names.extend(entry.name for entry in node.store.list(prefix))
        else:
            names.extend(layout.parcel_block(*where, index) for index in range(parcel.blocks))
    if names:
        node.store.delete_many(names)
        post.mark_removed([parcel.parcel_id for parcel in parcels])
    return len(parcels)


def note_round(node: Node) -> None:
    """Note in the node's folder that a worker has come to the end of a round."""
    mark = node.settings.folder / WORKED
    mark.touch(mode=0o600)
    now = node.desk.now().timestamp()
    os.utime(mark, (now, now))


def last_round(node: Node) -> datetime | None:
    """When a worker on this machine last came to the end of a round."""
    try:
        found = (node.settings.folder / WORKED).stat().st_mtime
    except FileNotFoundError:
        return None
    return datetime.fromtimestamp(found, UTC)


def daily(node: Node) -> bool:
    """What is enough once a day: leftovers of killed writers in vault, key folders and store; the
    divisions of people whose posts begin or end by their day. Whether it was done now."""
    mark = node.settings.folder / TIDIED
    now = node.desk.now()
    if mark.exists() and abs(now.timestamp() - mark.stat().st_mtime) < DAY.total_seconds():
        return False
    settle_divisions(node.desk)
    mark.unlink(missing_ok=True)
    mark.touch(mode=0o600)
    # Ages are told by the clock that dated the files: ours may have been put forward, and what
    # is being written at this moment would look old.
    disk_now = datetime.fromtimestamp(mark.stat().st_mtime, UTC)
    node.vault.sweep(known_objects(), DAY, disk_now)
    for folder in (node.settings.keys_folder, node.settings.keys_folder / VAULT_KEYS):
        keyfiles.destroy_leftovers(folder, (disk_now - DAY).timestamp())
    node.store.tidy(layout.node_prefix(node.name), min(now, disk_now) - DAY)
    os.utime(mark, (now.timestamp(), now.timestamp()))
    return True


def require_sound(node: Node) -> None:
    """What is checked before a worker starts. Raises Broken when the node was set back, or was
    restored and is not fit to serve yet."""
    require_serving(node)
    check_watermark(node)
    left = node.desk.keyring.key_ids - {node.desk.keyring.current_id}
    if left:
        rotate(node.desk)
