"""What a program does to send: a draft, its files part by part, handing it in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from sekisho.kernel.errors import Refused
from sekisho.kernel.speech import language
from sekisho.node.flowing import draft_under
from sekisho.node.sending_limits import destinations as find_destinations
from sekisho.node.uploading import announce, receive
from sekisho.office.accounts.actions import require_person
from sekisho.office.flows import queries as flow_queries
from sekisho.office.notices.models import MachineToken
from sekisho.office.permissions import Act, may
from sekisho.office.uploads.actions import drafting
from sekisho.office.uploads.actions.receiving import Announced, require_upload
from sekisho.office.uploads.models import Draft
from sekisho.office.uploads.queries import find_draft
from sekisho.office.uploads.rules import Texts
from sekisho.web.api import shapes
from sekisho.web.api.bearer import needs, require_place, token_of
from sekisho.web.api.once import once
from sekisho.web.request import node_of, runners

router = Router()
SEND = needs("send")


@router.get(
    "/destinations",
    response={200: list[shapes.DestinationOut], **shapes.PROBLEMS},
    summary="送り先と条件 / where one may send, and what",
    openapi_extra=SEND,
)
def destinations(request: HttpRequest) -> Any:
    """What the owner of the token may send where."""
    row = token_of(request, "send")
    found = find_destinations(node_of(request), actor=row.owner)
    names = ("files_max", "file_bytes_max", "transfer_bytes_max", "approvals", "timing")
    return [
        {
            "to_node": one.to_node,
            "labels": list(one.labels),
            "types": list(one.types),
            "retention_days": one.retention_days,
            "label_days": dict(one.label_days),
            **{name: getattr(one, name) for name in names},
        }
        for one in found
    ]


@router.get(
    "/flows",
    response={200: list[shapes.FlowOut], **shapes.PROBLEMS},
    summary="有効な定例連携 / regular exchanges in force",
    openapi_extra=SEND,
)
def flows(request: HttpRequest) -> Any:
    """Those under which the token may send from here."""
    row = token_of(request, "send")
    if not may(require_person(row.owner).roles, Act.SEE_FLOWS):
        return []
    return [
        {"flow": one.code, "name": one.name, "to_node": one.to_node, "from_node": one.from_node}
        for one in flow_queries.flows(states=("active",))
        if one.from_node == node_of(request).name
        and not {"*", one.code, one.to_node}.isdisjoint(row.places)
    ]


@router.post(
    "/drafts",
    response={200: shapes.DraftOut, **shapes.PROBLEMS},
    summary="下書きを作る / begin a draft",
    openapi_extra=SEND,
)
def begin(request: HttpRequest, given: shapes.DraftIn) -> Any:
    """With an `Idempotency-Key` the same request again makes no second draft."""
    row = token_of(request, "send")

    def work() -> Any:
        texts = _texts(request, row, given)
        require_place(row, texts.to_node, texts.flow)
        made = drafting.create_draft(node_of(request).desk, actor=row.owner, texts=texts)
        return shapes.draft_out(made, language())

    return once(request, row, work)


def _texts(request: HttpRequest, row: MachineToken, given: shapes.DraftIn) -> Texts:
    """What is left out says the flow."""
    said = Texts(given.to_node, tuple(given.addressees), given.purpose, given.label, given.flow)
    if not given.flow:
        return said
    if not may(require_person(row.owner).roles, Act.SEE_FLOWS):
        raise Refused("SKS-F010", flow=given.flow)
    filled = draft_under(
        node_of(request),
        given.flow,
        to_node=said.to_node,
        addressees=said.addressees,
        purpose=said.purpose,
        label=said.label,
    )
    return Texts(filled.to_node, filled.addressees, filled.purpose, filled.label, given.flow)


def _draft(row: MachineToken, draft_id: str) -> Draft:
    found = find_draft(row.owner, draft_id)
    if found is None:
        raise Refused("SKS-U001", draft=draft_id)
    require_place(row, found.to_node, found.flow)
    return found


@router.get(
    "/drafts/{draft_id}",
    response={200: shapes.DraftOut, **shapes.PROBLEMS},
    summary="下書きの状態 / how far a draft has come",
    openapi_extra=SEND,
)
def draft(request: HttpRequest, draft_id: shapes.Id) -> Any:
    """State, progress, and the reasons of a refusal."""
    return shapes.draft_out(_draft(token_of(request, "send"), draft_id), language())


@router.delete(
    "/drafts/{draft_id}",
    response={204: None, **shapes.PROBLEMS},
    summary="下書きを消す / delete a draft",
    openapi_extra=SEND,
)
def delete(request: HttpRequest, draft_id: shapes.Id) -> Any:
    """The keys of what was uploaded are destroyed; a transfer that came of it stays."""
    row = token_of(request, "send")
    _draft(row, draft_id)
    drafting.delete_draft(node_of(request).desk, actor=row.owner, draft_id=draft_id)
    return 204, None


@router.post(
    "/drafts/{draft_id}/files",
    response={200: shapes.FileOut, **shapes.PROBLEMS},
    summary="ファイルを知らせる / announce a file",
    openapi_extra=SEND,
)
def take_in(request: HttpRequest, draft_id: shapes.Id, given: shapes.FileIn) -> Any:
    """Judged by the route before a byte is sent; the answer says where to go on. Announced again
    it is the same file."""
    row = token_of(request, "send")
    _draft(row, draft_id)
    file = Announced(given.path, given.bytes, given.modified)
    made = announce(node_of(request), actor=row.owner, draft_id=draft_id, file=file)
    return shapes.file_out(made)


@router.put(
    "/files/{file_id}",
    response={200: shapes.FileOut, **shapes.PROBLEMS},
    summary="ファイルの続きを送る / send the next bytes of a file",
    openapi_extra={
        **SEND,
        "requestBody": {"required": True, "content": {"application/octet-stream": {}}},
    },
)
def put(request: HttpRequest, file_id: shapes.Id, offset: shapes.Offset) -> Any:
    """The body is at most 16 MiB of the file, from `offset` on; `X-Content-SHA256` is compared.
    The same part again changes nothing; a part elsewhere is a problem whose `offset` says where
    to go on."""
    row = token_of(request, "send")
    _draft(row, require_upload(row.owner, file_id).draft_id)
    length = request.headers.get("Content-Length", "")
    made = receive(
        node_of(request),
        actor=row.owner,
        upload_id=file_id,
        offset=offset,
        stream=request,
        length=int(length) if length.isdecimal() and len(length) < 19 else -1,
        sha256=request.headers.get("X-Content-SHA256"),
    )
    return shapes.file_out(made)


@router.post(
    "/drafts/{draft_id}/submit",
    response={200: shapes.DraftOut, **shapes.PROBLEMS},
    summary="申請する / hand a draft in",
    openapi_extra=SEND,
)
def submit(request: HttpRequest, draft_id: shapes.Id) -> Any:
    """Handing in once more what is handed in already changes nothing. Ask for the draft until it
    is `submitted` or `refused`."""
    row = token_of(request, "send")
    found = _draft(row, draft_id)
    if found.state != "submitted":
        found, _ = runners().start_submission(
            actor=row.owner, draft_id=draft_id, token=row.token_id
        )
    return shapes.draft_out(found, language())
