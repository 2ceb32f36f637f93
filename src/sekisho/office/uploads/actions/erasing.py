"""The end of uploads: their keys are destroyed, with the draft or before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sekisho.office.evidence.actions import record
from sekisho.office.site.database import atomic, locked, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.uploads.models import Draft, Upload, UploadPart
from sekisho.office.uploads.rules import DraftState
from sekisho.office.vault.actions import discard_keys

BATCH = 20


def erase_uploads(
    desk: Desk, uploads: Sequence[Upload], *, subject: str, actor: str, why: str
) -> int:
    """Destroy the keys of these uploads and delete their rows, in the transaction of the caller,
    with one event for all of it; how many objects."""
    if not uploads:
        return 0
    # Held first: a part that is appended meanwhile would leave its key behind.
    ids = [one.upload_id for one in uploads]
    uploads = list(locked_wait(Upload.objects.filter(upload_id__in=ids)))
    objects = discard_keys(desk, objects_of(uploads))
    Upload.objects.filter(upload_id__in=ids).delete()
    record(
        desk,
        "upload.erased",
        subject,
        {"uploads": len(uploads), "objects": len(objects), "why": why},
        {"actor": actor},
    )
    return len(objects)


def objects_of(uploads: Sequence[Upload]) -> list[str]:
    """Every object of the vault that belongs to these uploads."""
    parts = UploadPart.objects.filter(upload__in=[one.upload_id for one in uploads])
    found = list(parts.values_list("object_id", flat=True))
    for one in uploads:
        found += filter(None, (one.report_object, one.result_object))
    return found


def erase_draft(desk: Desk, draft: Draft, *, why: str) -> int:
    """Delete a draft with its uploads, in the transaction of the caller; how many objects."""
    uploads = list(draft.uploads.all())
    count = erase_uploads(desk, uploads, subject=draft.draft_id, actor=draft.owner, why=why)
    draft.delete()
    return count


def erase_old_drafts(desk: Desk, draft_days: int) -> int:
    """Delete drafts that nobody has touched for so many days; how many objects lost their keys.

    One that is being submitted stays.
    """
    erased = 0
    while True:
        found, count = _erase_batch(desk, draft_days)
        erased += count
        if not found:
            return erased


def _erase_batch(desk: Desk, draft_days: int) -> tuple[int, int]:
    before = desk.now() - timedelta(days=draft_days)
    with atomic():
        rows = Draft.objects.filter(changed__lte=before).exclude(state=DraftState.QUEUED)
        rows = rows.exclude(draft_id__in=_in_use(before)).order_by("changed")
        found = list(locked(rows)[:BATCH])
        return len(found), sum(erase_draft(desk, one, why="expired") for one in found)


def _in_use(before: object) -> object:
    return Upload.objects.filter(changed__gt=before).values("draft_id")
