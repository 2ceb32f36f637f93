"""What a program does to receive: what has arrived, and collecting it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router

from sekisho.kernel.errors import Refused
from sekisho.node.downloading import Download, open_archive, open_download
from sekisho.node.reports import reports_of
from sekisho.office.flows.queries import flow_of_arrived
from sekisho.office.notices.models import MachineToken
from sekisho.office.site.desk import Desk
from sekisho.office.transfers import queries
from sekisho.office.transfers.actions.collecting import arrivals_for
from sekisho.office.transfers.models import Arrival
from sekisho.web.api import ranges, shapes
from sekisho.web.api.bearer import needs, token_of
from sekisho.web.receiving.views import answer as download_answer
from sekisho.web.request import node_of

router = Router()


@router.get(
    "/arrivals",
    response={200: list[shapes.ArrivalOut], **shapes.PROBLEMS},
    summary="届いた受け渡し / what has arrived",
    openapi_extra=needs("list"),
)
def arrivals(request: HttpRequest, flow: shapes.FlowCode = "", limit: shapes.Limit = 100) -> Any:
    """For the owner of the token, newest first; with `flow`, what came under it. What is erased is
    left out."""
    row = token_of(request, "list")
    desk = node_of(request).desk
    found = (one for one in arrivals_for(row.owner, erased=False) if _under(desk, one, flow))
    return [shapes.arrival_out(one) for one, _ in zip(found, range(limit), strict=False)]


def _under(desk: Desk, arrival: Arrival, code: str) -> bool:
    found = flow_of_arrived(desk, arrival) if code else None
    return not code or (found is not None and found.code == code)


def _addressed(row: MachineToken, transfer_id: str) -> Arrival:
    found = queries.find_arrival(transfer_id)
    if found is None or all(one.login != row.owner for one in found.addressees.all()):
        raise Refused("SKS-T005", transfer=transfer_id)
    return found


@router.get(
    "/arrivals/{transfer_id}",
    response={200: shapes.ArrivalOut, **shapes.PROBLEMS},
    summary="届いた受け渡し1件 / one transfer that has arrived",
    openapi_extra=needs("show"),
)
def arrival(request: HttpRequest, transfer_id: shapes.Id) -> Any:
    """One that is addressed to the owner."""
    return shapes.arrival_out(_addressed(token_of(request, "show"), transfer_id))


@router.get(
    "/arrivals/{transfer_id}/report",
    response={200: list[shapes.ToldOut], **shapes.PROBLEMS},
    summary="届いた受け渡しの無害化の報告 / the report of disarming of what has arrived",
    openapi_extra=needs("show"),
)
def report(request: HttpRequest, transfer_id: shapes.Id) -> Any:
    """For each file what the sending side told (`report`) and what this side found (`own`)."""
    row = _addressed(token_of(request, "show"), transfer_id)
    return [shapes.told_out(one) for one in reports_of(node_of(request), row)]


@router.get(
    "/arrivals/{transfer_id}/files/{number}",
    response={200: None, 206: None, **shapes.PROBLEMS},
    summary="ファイルを受け取る / collect a file",
    openapi_extra=needs("collect"),
)
def collect(request: HttpRequest, transfer_id: shapes.Id, number: shapes.Number) -> Any:
    """Straight out of the vault; one `Range` is understood, with `If-Range` only as long as the
    `ETag` (the SHA-256 of the file) is the same. A file counts as collected once it was handed out
    to its end."""
    row = token_of(request, "collect")
    _addressed(row, transfer_id)

    def opened(start: int = 0, stop: int | None = None) -> Download:
        return open_download(
            node_of(request),
            actor=row.owner,
            transfer_id=transfer_id,
            position=number - 1,
            start=start,
            stop=stop,
        )

    whole = opened()
    part = ranges.wanted(request, sha256=whole.sha256, size=whole.bytes or 0)
    return _told(opened(*part), partly=True) if part else _told(whole, partly=False)


def _told(found: Download, *, partly: bool) -> StreamingHttpResponse:
    response = download_answer(found)
    response.headers["ETag"] = ranges.etag_of(found.sha256)
    response.headers["Accept-Ranges"] = "bytes"
    if partly and found.stop is not None:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response.headers["Content-Length"] = str(found.stop - found.start)
        response.headers["Content-Range"] = f"bytes {found.start}-{found.stop - 1}/{found.bytes}"
    return response


@router.get(
    "/arrivals/{transfer_id}/archive",
    response={200: None, **shapes.PROBLEMS},
    summary="すべてを ZIP で受け取る / collect all files as one ZIP",
    openapi_extra=needs("collect"),
)
def collect_all(request: HttpRequest, transfer_id: shapes.Id) -> Any:
    """Made while it is sent."""
    row = token_of(request, "collect")
    _addressed(row, transfer_id)
    return download_answer(open_archive(node_of(request), actor=row.owner, transfer_id=transfer_id))
