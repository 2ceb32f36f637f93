"""A person's drafts: begun, filled in, copied from a transfer, deleted."""

from __future__ import annotations

from sekisho.kernel.errors import Refused
from sekisho.kernel.ids import new_id
from sekisho.office.accounts.actions import require_person
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, insert_many, update_many
from sekisho.office.transfers.models import Transfer
from sekisho.office.uploads import rules
from sekisho.office.uploads.actions.erasing import erase_draft, erase_uploads
from sekisho.office.uploads.models import Draft, Upload
from sekisho.office.uploads.rules import DraftState, Texts

FILLED_IN = ("to_node", "addressees", "purpose", "label", "flow", "more", "changed")


def create_draft(
    desk: Desk, *, actor: str, texts: Texts | None = None, copied_from: str = ""
) -> Draft:
    """A new draft of this person. No evidence yet: nothing has been asked for.

    Raises Refused SKS-T051, SKS-U014 (too many drafts) and as `rules.check_texts` does.
    """
    require_person(actor)
    filled = texts or Texts()
    rules.check_texts(filled)
    now = desk.now()
    with atomic():
        own = Draft.objects.filter(owner=actor).exclude(state=DraftState.SUBMITTED)
        if own.count() >= rules.DRAFTS_MAX:
            raise Refused("SKS-U014", allowed=rules.DRAFTS_MAX)
        draft = Draft(
            draft_id=new_id("dr"),
            owner=actor,
            copied_from=copied_from,
            created=now,
            changed=now,
            state=DraftState.OPEN,
        )
        _fill_in(draft, filled)
        insert_many([draft])
    return draft


def change_draft(desk: Desk, *, actor: str, draft_id: str, texts: Texts) -> Draft:
    """Replace everything that was filled in; the files stay.

    Raises Refused SKS-U001, SKS-U003, SKS-U004 and as `rules.check_texts` does.
    """
    rules.check_texts(texts)
    with atomic():
        draft = require_changeable(actor, draft_id)
        _fill_in(draft, texts)
        draft.changed = desk.now()
        update_many([draft], FILLED_IN)
    return draft


def copy_draft(desk: Desk, *, actor: str, transfer_id: str, flow: str = "") -> Draft:
    """A new draft with the texts of a transfer that this person sent, under the flow that is
    given; its files are not in it.

    Raises Refused SKS-T005 (no such transfer of this person) and as `create_draft` does.
    """
    sent = Transfer.objects.filter(transfer_id=transfer_id, sender=actor).first()
    if sent is None:
        raise Refused("SKS-T005", transfer=transfer_id)
    logins = tuple(sent.addressees.order_by("id").values_list("login", flat=True))
    texts = Texts(sent.to_node, logins, sent.purpose, sent.label, flow)
    return create_draft(desk, actor=actor, texts=texts, copied_from=transfer_id)


def delete_draft(desk: Desk, *, actor: str, draft_id: str) -> None:
    """Delete a draft; the keys of what was uploaded are destroyed. A submitted one only
    disappears from the list. Raises Refused SKS-U001, SKS-U003."""
    with atomic():
        draft = require_draft(actor, draft_id, lock=True)
        if draft.state == DraftState.QUEUED:
            raise Refused("SKS-U003")
        erase_draft(desk, draft, why="deleted")


def remove_upload(desk: Desk, *, actor: str, upload_id: str) -> None:
    """Take one file out of its draft. Raises Refused SKS-U002, SKS-U003, SKS-U004."""
    upload = find(Upload, upload_id=upload_id, owner=actor)
    if upload is None:
        raise Refused("SKS-U002", upload=upload_id)
    with atomic():
        draft = require_changeable(actor, upload.draft_id)
        _take_out(desk, draft, [upload])


def remove_refused(desk: Desk, *, actor: str, draft_id: str) -> int:
    """Take every file out that the last submission refused, so that the rest can be sent; how
    many. Raises Refused SKS-U001, SKS-U003, SKS-U004."""
    with atomic():
        draft = require_changeable(actor, draft_id)
        ids = {row["upload"] for row in draft.reasons} - {""}
        refused = list(draft.uploads.filter(upload_id__in=ids))
        _take_out(desk, draft, refused)
    return len(refused)


def require_draft(actor: str, draft_id: str, *, lock: bool = False) -> Draft:
    """This person's draft. Raises Refused SKS-U001, also when it is somebody else's."""
    draft = find(Draft, lock=lock, draft_id=draft_id, owner=actor)
    if draft is None:
        raise Refused("SKS-U001", draft=draft_id)
    return draft


def require_changeable(actor: str, draft_id: str) -> Draft:
    """This person's draft, held by this transaction. Raises Refused SKS-U001, SKS-U003 (it is
    being submitted) or SKS-U004 (it has been)."""
    draft = require_draft(actor, draft_id, lock=True)
    if draft.state == DraftState.QUEUED:
        raise Refused("SKS-U003")
    if draft.state == DraftState.SUBMITTED:
        raise Refused("SKS-U004", transfer=draft.transfer_id)
    return draft


def _fill_in(draft: Draft, texts: Texts) -> None:
    draft.to_node, draft.purpose = texts.to_node, texts.purpose
    draft.addressees = list(dict.fromkeys(texts.addressees))
    draft.label, draft.flow, draft.more = texts.label, texts.flow, dict(texts.more)


def _take_out(desk: Desk, draft: Draft, uploads: list[Upload]) -> None:
    gone = {one.upload_id for one in uploads}
    erase_uploads(desk, uploads, subject=draft.draft_id, actor=draft.owner, why="removed")
    draft.reasons = [row for row in draft.reasons if row["upload"] not in gone]
    draft.changed = desk.now()
    update_many([draft], ["reasons", "changed"])
