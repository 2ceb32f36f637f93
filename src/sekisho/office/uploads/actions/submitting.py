"""A draft handed in: queued, taken by a runner, and at its end a transfer or refused.

The row is the intent, the queue and the result. Who runs it holds a lease with a fencing number;
only its holder can end it, in the transaction that makes the transfer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sekisho.kernel.errors import Refused, SekishoError, SeveralRefused, Unavailable
from sekisho.kernel.names import shown
from sekisho.office.post import leases
from sekisho.office.site.database import atomic, locked
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, update_many
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.models import Transfer
from sekisho.office.transfers.rules import What
from sekisho.office.uploads import rules
from sekisho.office.uploads.actions.drafting import require_changeable, require_draft
from sekisho.office.uploads.actions.erasing import erase_uploads
from sekisho.office.uploads.models import Draft, Upload
from sekisho.office.uploads.queries import uploads_of
from sekisho.office.uploads.rules import DraftState, UploadState

THROUGH = "token"
"""Under this word `more` of a draft says through which token it was handed in."""

QUEUED = ("state", "stage", "done", "total", "reasons", "attempts", "not_before", "changed", "more")


def sending_draft(draft: Draft) -> sending.Draft:
    """What the draft says, as the verbs of transfers ask for it."""
    emergency = draft.more.get("emergency")
    return sending.Draft(
        draft.to_node,
        tuple(draft.addressees),
        draft.purpose,
        draft.label,
        approvers=tuple(map(str, draft.more.get("approvers", ()))),
        emergency=str(emergency) if emergency else None,
        flow=draft.flow,
    )


def start(desk: Desk, *, actor: str, draft_id: str) -> Draft:
    """Hand a draft in: judged by its route as far as it can be before the files are read, then
    queued and held for the caller, who runs it at once. Starting what is queued already changes
    nothing (and holds nothing: `lease_until` of the answer is None). The token of the desk goes
    with it, into the evidence of the transfer.

    Raises the first reason of the route (as `sending.check_draft`), Refused SKS-U001, SKS-U004,
    SKS-U012 (a file is not whole), SKS-U013 (no destination).
    """
    with atomic():
        draft = require_draft(actor, draft_id, lock=True)
        if draft.state == DraftState.QUEUED:
            draft.lease_until = None
            return draft
        draft = require_changeable(actor, draft_id)
        uploads = uploads_of(draft)
        _require_whole(uploads)
        if not draft.to_node:
            raise Refused("SKS-U013")
        sizes = [What(one.path, one.bytes_total, "*", "*") for one in uploads]
        sending.check_draft(desk, actor=actor, draft=sending_draft(draft), files=sizes, types=False)
        draft.state, draft.stage, draft.reasons = DraftState.QUEUED, "", []
        draft.done, draft.total = 0, sum(one.bytes_total for one in uploads)
        draft.attempts, draft.not_before, draft.changed = 0, None, desk.now()
        draft.more = {**draft.more, THROUGH: desk.token}
        update_many([draft], QUEUED)
        return _hold(desk, [draft])[0]


def _require_whole(uploads: Sequence[Upload]) -> None:
    for one in uploads:
        if one.state != UploadState.WHOLE:
            raise Refused("SKS-U012", path=shown(one.path))


def take_queued(desk: Desk, limit: int) -> list[Draft]:
    """Hold queued drafts that nobody works on: their runner was killed, or waits to try again."""
    with atomic():
        rows = Draft.objects.filter(leases.free(desk.now()), state=DraftState.QUEUED)
        return _hold(desk, list(locked(rows.order_by("changed"))[:limit]))


def _hold(desk: Desk, drafts: list[Draft]) -> list[Draft]:
    now = desk.now()
    leases.take(Draft, [one.pk for one in drafts], now)
    for one in drafts:
        one.fence, one.lease_until = one.fence + 1, now + leases.LEASE
        one.attempts += 1
    update_many(drafts, ["attempts"])
    return drafts


def tell(desk: Desk, draft: Draft, stage: str, done: int, total: int) -> None:
    """Write how far a submission is, and keep its lease. Raises Unavailable SKS-T067 when
    somebody else holds it by now, or the sender has stopped it."""
    rows = Draft.objects.filter(pk=draft.pk, fence=draft.fence, state=DraftState.QUEUED)
    until = desk.now() + leases.LEASE
    if not rows.update(stage=stage, done=done, total=total, lease_until=until):
        raise Unavailable("SKS-T067")


def finish(desk: Desk, draft: Draft, submit: Callable[[], Transfer]) -> Transfer:
    """`submit` the transfer, and in its transaction end the draft and destroy the keys of its
    uploads: a draft becomes one transfer, however often it is run.

    Raises Unavailable SKS-T067 (the lease was lost) and what `submit` raises.
    """
    with atomic():
        held = _require_held(draft)
        transfer = submit()
        uploads = list(held.uploads.all())
        erase_uploads(desk, uploads, subject=held.draft_id, actor=held.owner, why="submitted")
        held.transfer_id = transfer.transfer_id
        _end(desk, held, DraftState.SUBMITTED, [])
    return transfer


def refuse(desk: Desk, draft: Draft, error: SekishoError) -> None:
    """The draft may be changed again; it says what stands against each file."""
    with atomic():
        held = _require_held(draft)
        _end(desk, held, DraftState.REFUSED, _reasons(held, error))


def put_off(desk: Desk, draft: Draft, error: SekishoError) -> bool:
    """Try again later, unless it was tried often enough: then it is refused; whether it waits."""
    if draft.attempts >= rules.ATTEMPTS_MAX:
        refuse(desk, draft, error)
        return False
    with atomic():
        held = _require_held(draft)
        held.reasons = [rules.reason_row(error)]
        held.not_before = leases.retry_at(desk.now(), held.attempts)
        held.lease_until = None
        update_many([held], ["reasons", "not_before", "lease_until"])
    return True


def stop(desk: Desk, *, actor: str, draft_id: str) -> Draft:
    """The sender stops a submission that has not ended: whoever runs it finds its lease lost and
    keeps nothing. Raises Refused SKS-U001, SKS-U004."""
    with atomic():
        draft = require_draft(actor, draft_id, lock=True)
        if draft.state == DraftState.SUBMITTED:
            raise Refused("SKS-U004", transfer=draft.transfer_id)
        if draft.state == DraftState.QUEUED:
            _end(desk, draft, DraftState.OPEN, [])
    return draft


def _require_held(draft: Draft) -> Draft:
    held = find(Draft, lock=True, draft_id=draft.draft_id)
    if held is None or held.fence != draft.fence or held.state != DraftState.QUEUED:
        raise Unavailable("SKS-T067")
    return held


def _end(desk: Desk, draft: Draft, state: DraftState, reasons: list[dict[str, Any]]) -> None:
    draft.state, draft.reasons = state, reasons
    draft.stage, draft.lease_until, draft.not_before = "", None, None
    draft.fence += 1
    draft.changed = desk.now()
    update_many(
        [draft],
        [
            *("state", "reasons", "stage", "lease_until", "not_before"),
            *("fence", "changed", "transfer_id"),
        ],
    )


def _reasons(draft: Draft, error: SekishoError) -> list[dict[str, Any]]:
    """One row for each file that something stands against; one without a file for the rest."""
    ids = {one.path: one.upload_id for one in draft.uploads.all()}
    if isinstance(error, SeveralRefused):
        return [rules.reason_row(reason, ids.get(path, "")) for path, reason in error.reasons]
    return [rules.reason_row(error, ids.get(str(error.params.get("path", "")), ""))]
