"""Questions about drafts and uploads; nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.kernel.errors import Refused
from sekisho.office.uploads import rules
from sekisho.office.uploads.models import Draft, Upload


@dataclass(frozen=True)
class Reason:
    """What stood against a submission: a file of the draft, or all of it (`upload` is None)."""

    upload: Upload | None
    error: Refused


def drafts_of(login: str) -> list[Draft]:
    """A person's drafts, changed last first; those that became a transfer too."""
    rows = Draft.objects.filter(owner=login).order_by("-changed", "draft_id")
    return list(rows.prefetch_related("uploads"))


def find_draft(login: str, draft_id: str) -> Draft | None:
    """This person's draft of this id."""
    rows = Draft.objects.filter(draft_id=draft_id, owner=login)
    return rows.prefetch_related("uploads").first()


def uploads_of(draft: Draft) -> list[Upload]:
    """The files of a draft in the order in which they are submitted: by path."""
    return sorted(draft.uploads.all(), key=lambda one: one.path.split("/"))


def reasons_of(draft: Draft) -> list[Reason]:
    """Why the last submission was refused, file by file."""
    by_id = {one.upload_id: one for one in draft.uploads.all()}
    return [Reason(by_id.get(row["upload"]), rules.reason_of(row)) for row in draft.reasons]
