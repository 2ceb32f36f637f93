"""Files on their way in: announced, appended part by part, whole."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Sum

from sekisho.kernel import names
from sekisho.kernel.errors import InvalidInput, Refused, Unavailable
from sekisho.kernel.ids import new_id
from sekisho.kernel.limits import FILE_BYTES_MAX, TRANSFER_FILES_MAX
from sekisho.office.evidence.actions import record
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, insert_many, update_many
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.rules import What, content_findings
from sekisho.office.uploads import rules
from sekisho.office.uploads.actions.drafting import require_changeable
from sekisho.office.uploads.models import Draft, Upload, UploadPart
from sekisho.office.uploads.rules import DraftState, UploadState
from sekisho.office.vault.actions import Deposited, register
from sekisho.office.vault.models import VaultObject


@dataclass(frozen=True)
class Announced:
    """A file that a browser is about to send; `modified` is the time of its last change, in the
    browser's own words."""

    path: str
    bytes: int
    modified: str = ""

    @property
    def mark(self) -> str:
        """What tells it from others of the same name."""
        return rules.mark_of(self.path, self.bytes, self.modified)


def announce(
    desk: Desk,
    *,
    actor: str,
    draft_id: str,
    file: Announced,
    quota_bytes: int,
    room_bytes: int,
) -> Upload:
    """Take a file into a draft: an upload that has begun, or the one that is there already when
    it is the same file (then go on at its `bytes_received`).

    Judged before a byte is sent: the name, the sizes and counts of the draft's route (kinds are
    not known yet), the person's quota. Raises InvalidInput SKS-V022, Refused SKS-V025, SKS-V024,
    SKS-T026 to SKS-T028 (the route), SKS-T048 (another file of that name), SKS-U001, SKS-U003,
    SKS-U004, SKS-U010 (quota), Unavailable SKS-U011 (`room_bytes` on the disk are too few for it
    and for everything else that was announced).
    """
    names.check_path(file.path)
    if not 0 <= file.bytes <= FILE_BYTES_MAX:
        raise Refused("SKS-V025", name=names.shown(file.path), most=FILE_BYTES_MAX)
    with atomic():
        draft = require_changeable(actor, draft_id)
        others = list(draft.uploads.all())
        for one in others:
            if one.mark == file.mark:
                return one
        _judge(desk, draft, others, file)
        _require_quota(actor, file, quota_bytes)
        wanted = file.bytes + missing_bytes()
        if wanted > room_bytes:
            raise Unavailable("SKS-U011", bytes=wanted, free=room_bytes)
        upload = _begin(desk, draft, file)
        if upload.state == UploadState.WHOLE:
            _record_whole(desk, upload, 0)
    return upload


def _judge(desk: Desk, draft: Draft, others: list[Upload], file: Announced) -> None:
    if len(others) >= TRANSFER_FILES_MAX:
        raise Refused("SKS-V024", what="files", most=TRANSFER_FILES_MAX)
    rules.refuse_double(file.path, [one.path for one in others])
    if not draft.to_node:
        return
    policy = require_route(desk.node, draft.to_node)
    seen = [What(one.path, one.bytes_total, "*", "*") for one in others]
    seen.append(What(file.path, file.bytes, "*", "*"))
    for reason in content_findings(policy, seen, types=False):
        raise reason


def _require_quota(actor: str, file: Announced, quota_bytes: int) -> None:
    held = pending_bytes(actor)
    if held + file.bytes > quota_bytes:
        raise Refused("SKS-U010", bytes=held + file.bytes, allowed=quota_bytes)


def pending_bytes(actor: str) -> int:
    """The sizes of all files in this person's drafts, as they were announced."""
    rows = Upload.objects.filter(owner=actor)
    return rows.aggregate(sum=Sum("bytes_total"))["sum"] or 0


def missing_bytes() -> int:
    """How much of what was announced, by everybody, has not come yet."""
    rows = Upload.objects.filter(state=UploadState.OPEN)
    return rows.aggregate(sum=Sum(F("bytes_total") - F("bytes_received")))["sum"] or 0


def _begin(desk: Desk, draft: Draft, file: Announced) -> Upload:
    now = desk.now()
    upload = Upload(
        upload_id=new_id("up"),
        draft=draft,
        owner=draft.owner,
        path=file.path,
        bytes_total=file.bytes,
        state=UploadState.OPEN if file.bytes else UploadState.WHOLE,
        mark=file.mark,
        created=now,
        changed=now,
    )
    insert_many([upload])
    draft.changed = now
    update_many([draft], ["changed"])
    return upload


def require_upload(actor: str, upload_id: str, *, lock: bool = False) -> Upload:
    """This person's upload. Raises Refused SKS-U002, also when it is somebody else's."""
    upload = find(Upload, lock=lock, upload_id=upload_id, owner=actor)
    if upload is None:
        raise Refused("SKS-U002", upload=upload_id)
    return upload


def held_digest(upload: Upload, offset: int, length: int) -> str:
    """The SHA-256 of the part that lies exactly there. Raises Refused SKS-U005 when parts were
    cut otherwise: then `offset` says where to go on."""
    part = UploadPart.objects.filter(upload=upload, position=offset, bytes=length).first()
    if part is None:
        raise rules.wrong_place(upload.bytes_received, offset)
    return str(VaultObject.objects.values_list("sha256", flat=True).get(object_id=part.object_id))


def append(desk: Desk, *, actor: str, upload_id: str, offset: int, deposited: Deposited) -> Upload:
    """Keep a part that lies in the vault. Of two that come for one place the first one counts.

    Raises Refused SKS-U002, SKS-U003, SKS-U004, SKS-U005 (with the place that is next), SKS-U015
    (too many parts); the caller removes the object then.
    """
    with atomic():
        upload = require_upload(actor, upload_id, lock=True)
        _require_open(upload)
        if upload.bytes_received != offset:
            raise rules.wrong_place(upload.bytes_received, offset)
        count = upload.parts.count() + 1
        if count > rules.PARTS_MAX:
            raise Refused("SKS-U015", allowed=rules.PARTS_MAX)
        register(desk, [deposited])
        part = UploadPart(
            upload=upload,
            position=offset,
            bytes=deposited.bytes,
            object_id=deposited.object_id,
        )
        insert_many([part])
        upload.bytes_received = offset + deposited.bytes
        upload.changed = desk.now()
        if upload.bytes_received == upload.bytes_total:
            upload.state = UploadState.WHOLE
            _record_whole(desk, upload, count)
        update_many([upload], ["bytes_received", "changed", "state"])
    return upload


def _require_open(upload: Upload) -> None:
    """Parts come only into a draft that may be changed. Its row is not locked: a submission
    begins with whole files only, and this one is not whole."""
    state, transfer = Draft.objects.values_list("state", "transfer_id").get(pk=upload.draft_id)
    if state == DraftState.QUEUED:
        raise Refused("SKS-U003")
    if state == DraftState.SUBMITTED:
        raise Refused("SKS-U004", transfer=transfer)


def _record_whole(desk: Desk, upload: Upload, parts: int) -> None:
    record(
        desk,
        "upload.received",
        upload.draft_id,
        {"upload": upload.upload_id, "bytes": upload.bytes_total, "parts": parts},
        {"actor": upload.owner, "path": upload.path},
    )


def refuse_other_bytes(digest: str, held: str) -> None:
    """Raise InvalidInput SKS-U009 when a repeated part is not the one that is held."""
    if digest != held:
        raise InvalidInput("SKS-U009")
