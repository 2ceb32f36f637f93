"""Every operation: one verb or question each, in the name of the token's owner."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from sekisho import __version__
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.speech import language
from sekisho.node import packages
from sekisho.node.downloading import open_archive, open_download
from sekisho.node.flowing import draft_under
from sekisho.node.sending_limits import destinations as find_destinations
from sekisho.node.uploading import announce, receive
from sekisho.office.flows import queries as flow_queries
from sekisho.office.notices.actions import tokens
from sekisho.office.permissions import Act
from sekisho.office.transfers import queries
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.actions.collecting import arrivals_for
from sekisho.office.uploads.actions import drafting
from sekisho.office.uploads.actions.receiving import Announced
from sekisho.office.uploads.queries import find_draft
from sekisho.office.uploads.rules import Texts
from sekisho.web.answers import file_answer
from sekisho.web.api import problems, shapes
from sekisho.web.api.bearer import Bearer, token_of
from sekisho.web.receiving.views import answer as download_answer
from sekisho.web.request import node_of, runners

LIST_MAX = 500
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})")

api = NinjaAPI(
    title="Sekisho",
    version="1",
    description="受け渡しを自動化するための窓口 / The interface for programs.",
    openapi_url="openapi.json",
    docs_url=None,
    auth=Bearer(),
    urls_namespace="api",
)
api.add_exception_handler(SekishoError, problems.problem)
api.add_exception_handler(AuthenticationError, problems.no_token)
api.add_exception_handler(HttpError, problems.no_json)
api.add_exception_handler(ValidationError, problems.wrong_shape)
Problems = dict.fromkeys((400, 401, 403, 404, 409, 429, 503), shapes.ProblemOut)


def _once(request: HttpRequest, row: Any, work: Callable[[], Any]) -> Any:
    """Do the work, or give the answer that an Idempotency-Key was given before."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return work()
    desk = node_of(request).desk
    digest = hashlib.sha256(f"{request.path}\n".encode() + request.body).hexdigest()
    before = tokens.begin_answer(desk, row, key=key, request_sha256=digest)
    if before is not None:
        return HttpResponse(before.body, "application/json", before.status)
    try:
        made = work()
    except BaseException:
        tokens.drop_answer(row, key=key)
        raise
    tokens.give_answer(desk, row, key=key, status=200, body=json.dumps(made))
    return made


@api.get("/health", auth=None, response=shapes.HealthOut, summary="動いているか / is it running")
def health(request: HttpRequest) -> Any:
    """For monitoring; needs no token."""
    node = node_of(request)
    return {"node": node.name, "version": __version__, "time": stamp(node.desk.now())}


@api.get(
    "/destinations",
    response={200: list[shapes.DestinationOut], **Problems},
    summary="送り先と条件 / where one may send, and what",
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
            **{name: getattr(one, name) for name in names},
        }
        for one in found
    ]


@api.post(
    "/drafts",
    response={200: shapes.DraftOut, **Problems},
    summary="下書きを作る / begin a draft",
)
def begin(request: HttpRequest, given: shapes.DraftIn) -> Any:
    """With an `Idempotency-Key` the same request again makes no second draft."""
    node = node_of(request)
    row = token_of(request, "send", given.flow or given.to_node)
    texts = Texts(given.to_node, tuple(given.addressees), given.purpose, given.label, given.flow)
    if given.flow:
        filled = draft_under(
            node,
            given.flow,
            to_node=given.to_node,
            addressees=tuple(given.addressees),
            purpose=given.purpose,
            label=given.label,
        )
        texts = Texts(filled.to_node, filled.addressees, filled.purpose, filled.label, given.flow)

    def work() -> Any:
        made = drafting.create_draft(node.desk, actor=row.owner, texts=texts)
        return shapes.draft_out(made, language())

    return _once(request, row, work)


@api.get(
    "/drafts/{draft_id}",
    response={200: shapes.DraftOut, **Problems},
    summary="下書きの状態 / how far a draft has come",
)
def draft(request: HttpRequest, draft_id: str) -> Any:
    """State, progress, and the reasons of a refusal."""
    row = token_of(request, "send")
    found = find_draft(row.owner, draft_id)
    if found is None:
        raise Refused("SKS-U001", draft=draft_id)
    return shapes.draft_out(found, language())


@api.post(
    "/drafts/{draft_id}/files",
    response={200: shapes.FileOut, **Problems},
    summary="ファイルを知らせる / announce a file",
)
def take_in(request: HttpRequest, draft_id: str, given: shapes.FileIn) -> Any:
    """Judged by the route before a byte is sent; the answer says where to go on."""
    row = token_of(request, "send")
    file = Announced(given.path, given.bytes, given.modified)
    made = announce(node_of(request), actor=row.owner, draft_id=draft_id, file=file)
    return shapes.file_out(made)


@api.put(
    "/files/{upload_id}",
    response={200: shapes.FileOut, **Problems},
    summary="ファイルの続きを送る / send the next bytes of a file",
)
def put(request: HttpRequest, upload_id: str, offset: int) -> Any:
    """The body is at most 16 MiB of the file, from `offset` on."""
    row = token_of(request, "send")
    length = request.headers.get("Content-Length", "")
    made = receive(
        node_of(request),
        actor=row.owner,
        upload_id=upload_id,
        offset=offset,
        stream=request,
        length=int(length) if length.isdecimal() and len(length) < 19 else -1,
        sha256=request.headers.get("X-Content-SHA256"),
    )
    return shapes.file_out(made)


@api.post(
    "/drafts/{draft_id}/submit",
    response={200: shapes.DraftOut, **Problems},
    summary="申請する / hand a draft in",
)
def submit(request: HttpRequest, draft_id: str) -> Any:
    """Handing in once more what is handed in already changes nothing. Ask for the draft until it
    is `submitted` or `refused`."""
    row = token_of(request, "send")
    found = find_draft(row.owner, draft_id)
    if found is None:
        raise Refused("SKS-U001", draft=draft_id)
    tokens.require_token_right(row, "send", found.flow or found.to_node)
    if found.state != "submitted":
        found, _ = runners().start_submission(actor=row.owner, draft_id=draft_id)
    return shapes.draft_out(found, language())


@api.get(
    "/transfers",
    response={200: list[shapes.TransferOut], **Problems},
    summary="送った受け渡し / transfers that leave",
)
def transfers(request: HttpRequest, state: str = "", limit: int = 100) -> Any:
    """Those of the owner, newest first."""
    row = token_of(request, "list")
    most = max(1, min(limit, LIST_MAX))
    found = queries.transfers(sender=row.owner, states=[state] if state else (), limit=most)
    return [shapes.transfer_out(one) for one in found]


def _own(owner: str, transfer_id: str) -> Any:
    found = queries.find_transfer(transfer_id)
    if found is None or found.sender != owner:
        raise Refused("SKS-T005", transfer=transfer_id)
    return found


@api.get(
    "/transfers/{transfer_id}",
    response={200: shapes.TransferOut, **Problems},
    summary="受け渡し1件 / one transfer",
)
def transfer(request: HttpRequest, transfer_id: str) -> Any:
    """One of the owner's."""
    return shapes.transfer_out(_own(token_of(request, "show").owner, transfer_id))


@api.post(
    "/transfers/{transfer_id}/withdraw",
    response={200: shapes.TransferOut, **Problems},
    summary="取り下げる / withdraw",
)
def withdraw(request: HttpRequest, transfer_id: str, given: shapes.ReasonIn) -> Any:
    """As long as nothing has left."""
    row = token_of(request, "send")
    _own(row.owner, transfer_id)
    desk = node_of(request).desk
    sending.withdraw(desk, actor=row.owner, transfer_id=transfer_id, reason=given.reason)
    return shapes.transfer_out(_own(row.owner, transfer_id))


@api.get(
    "/transfers/{transfer_id}/evidence",
    response={200: None, **Problems},
    summary="証跡一式 / the evidence package",
)
def evidence(request: HttpRequest, transfer_id: str) -> Any:
    """A ZIP that `sekisho verify` takes."""
    row = token_of(request, "evidence")
    node = node_of(request)
    rows = queries.find_transfer(transfer_id), queries.find_arrival(transfer_id)
    if rows == (None, None):
        raise Refused("SKS-T005", transfer=transfer_id)
    queries.require_may(node.desk, row.owner, Act.EXPORT, *rows)
    return file_answer(packages.export_transfer(node, transfer_id), f"{transfer_id}.zip")


@api.get(
    "/arrivals",
    response={200: list[shapes.ArrivalOut], **Problems},
    summary="届いた受け渡し / what has arrived",
)
def arrivals(request: HttpRequest) -> Any:
    """For the owner of the token, newest first; what is erased is left out."""
    row = token_of(request, "list")
    found = [one for one in arrivals_for(row.owner) if not one.erased]
    return [shapes.arrival_out(one) for one in found[:LIST_MAX]]


@api.get(
    "/arrivals/{transfer_id}/files/{number}",
    response={200: None, 206: None, **Problems},
    summary="ファイルを受け取る / collect a file",
)
def collect(request: HttpRequest, transfer_id: str, number: int) -> Any:
    """Straight out of the vault; a `Range` of one piece is understood (RFC 9110, section 14). A
    file counts as collected once it was handed out to its end."""
    row = token_of(request, "collect")
    wanted = _RANGE.fullmatch(request.headers.get("Range", ""))
    start = int(wanted[1]) if wanted else 0
    stop = int(wanted[2]) + 1 if wanted and wanted[2] else None
    found = open_download(
        node_of(request),
        actor=row.owner,
        transfer_id=transfer_id,
        position=number - 1,
        start=start,
        stop=stop,
    )
    response: StreamingHttpResponse = download_answer(found)
    response.headers["ETag"] = f'"{found.sha256}"'
    response.headers["Accept-Ranges"] = "bytes"
    if wanted and found.stop is not None:
        response.status_code = 206
        response.headers["Content-Length"] = str(found.stop - found.start)
        response.headers["Content-Range"] = f"bytes {found.start}-{found.stop - 1}/{found.bytes}"
    return response


@api.get(
    "/arrivals/{transfer_id}/archive",
    response={200: None, **Problems},
    summary="すべてを ZIP で受け取る / collect all files as one ZIP",
)
def collect_all(request: HttpRequest, transfer_id: str) -> Any:
    """Made while it is sent."""
    row = token_of(request, "collect")
    return download_answer(open_archive(node_of(request), actor=row.owner, transfer_id=transfer_id))


@api.get(
    "/flows",
    response={200: list[shapes.FlowOut], **Problems},
    summary="有効な定例連携 / regular exchanges in force",
)
def flows(request: HttpRequest) -> Any:
    """Those that the token may send under."""
    row = token_of(request, "send")
    found = flow_queries.flows(states=("active",))
    return [
        {"flow": one.code, "name": one.name, "to_node": one.to_node, "from_node": one.from_node}
        for one in found
        if "*" in row.places or one.code in row.places
    ]
