"""What was found in an upload before it is submitted; kept in the vault beside its parts."""

from __future__ import annotations

from typing import Any

from sekisho.kernel.errors import SekishoError
from sekisho.office.evidence.actions import record
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import update_many
from sekisho.office.uploads import rules
from sekisho.office.uploads.actions.drafting import require_changeable
from sekisho.office.uploads.actions.receiving import require_upload
from sekisho.office.uploads.models import Upload
from sekisho.office.vault.actions import Deposited, discard_keys, register


def keep_inspection(
    desk: Desk,
    *,
    actor: str,
    upload_id: str,
    kind: str,
    reason: SekishoError | None,
    report: Deposited | None,
    result: Deposited | None,
) -> Upload:
    """Keep what an inspection said, in place of an earlier one, whose keys are destroyed.

    Raises Refused SKS-U002, SKS-U003, SKS-U004; the caller removes the objects then.
    """
    draft_id = require_upload(actor, upload_id).draft_id
    with atomic():
        require_changeable(actor, draft_id)
        upload = require_upload(actor, upload_id, lock=True)
        discard_keys(desk, filter(None, (upload.report_object, upload.result_object)))
        register(desk, [one for one in (report, result) if one is not None])
        upload.kind = kind
        upload.reason = rules.reason_row(reason, upload_id) if reason else {}
        upload.report_object = report.object_id if report else ""
        upload.result_object = result.object_id if result else ""
        update_many([upload], ["kind", "reason", "report_object", "result_object"])
        record(desk, "upload.inspected", draft_id, _told(upload, reason), {"actor": actor})
    return upload


def _told(upload: Upload, reason: SekishoError | None) -> dict[str, Any]:
    return {"upload": upload.upload_id, "kind": upload.kind, "code": reason.code if reason else ""}
