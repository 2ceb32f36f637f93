"""Files on their way out to a browser: how far each was handed out, and when it was collected."""

from __future__ import annotations

from sekisho.office.evidence.actions import record
from sekisho.office.site.database import atomic, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.actions.collecting import Opened, record_collected
from sekisho.office.uploads.models import Handout


def note_part(
    desk: Desk, *, actor: str, transfer_id: str, opened: Opened, start: int, given: int
) -> bool:
    """Note that bytes `start` to `start + given` went out; whether the file has been handed out
    from its beginning to its end by now.

    Then it counts as collected, with the evidence of that, and the account begins anew. The
    first part that is not the whole leaves evidence of its own; further ones stand in the row.
    """
    end = start + given
    with atomic():
        row = _row(desk, actor, opened)
        row.parts += 1
        row.changed = desk.now()
        if start <= row.reached:
            row.reached = max(row.reached, end)
        whole = row.reached >= opened.bytes and end >= opened.bytes
        if whole:
            record_collected(desk, actor=actor, transfer_id=transfer_id, opened=[opened])
            row.delete()
            return True
        if row.parts == 1:
            data = {"file": opened.file_id, "start": start, "end": end, "bytes": opened.bytes}
            record(desk, "transfer.partly_read", transfer_id, data, {"actor": actor})
        row.save()
    return False


def _row(desk: Desk, actor: str, opened: Opened) -> Handout:
    rows = locked_wait(Handout.objects.filter(file_id=opened.file_id, person=actor))
    found = rows.first()
    if found is not None:
        return found
    now = desk.now()
    made, _ = Handout.objects.get_or_create(
        file_id=opened.file_id, person=actor, defaults={"begun": now, "changed": now}
    )
    return made


def note_cut_archive(
    desk: Desk, *, actor: str, transfer_id: str, files: int, whole_files: int
) -> None:
    """The evidence that an archive of all files was cut off; nothing counts as collected."""
    with atomic():
        data = {"files": files, "whole_files": whole_files}
        record(desk, "transfer.partly_read", transfer_id, data, {"actor": actor})
