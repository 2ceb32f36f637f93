"""What has arrived, downloads, and handing on."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sekisho.kernel.speech import both
from sekisho.node.downloading import Download, open_archive, open_download
from sekisho.office.transfers.actions import collecting
from sekisho.web.answers import disposition
from sekisho.web.middleware.headers import SANDBOXED
from sekisho.web.request import node_of, person_of
from sekisho.web.transfers.views import seen_by
from sekisho.web.waiting import collected_lately, to_collect


@require_GET
def receiving(request: HttpRequest) -> HttpResponse:
    """受け取る: what is not collected first."""
    node, login = node_of(request), person_of(request).login
    context = {"waiting": to_collect(node, login), "rest": collected_lately(node, login)}
    return render(request, "receiving/list.html", context)


@require_POST
def collect(request: HttpRequest, transfer_id: str) -> HttpResponse:
    """All files: the one there is, or a ZIP made while it is sent."""
    node, login = node_of(request), person_of(request).login
    seen_by(request, transfer_id)
    opened = collecting.open_for(node.desk, actor=login, transfer_id=transfer_id)
    if len(opened) == 1:
        return answer(open_download(node, actor=login, transfer_id=transfer_id, position=0))
    return answer(open_archive(node, actor=login, transfer_id=transfer_id))


@require_POST
def collect_one(request: HttpRequest, transfer_id: str, number: int) -> HttpResponse:
    """One file."""
    node, login = node_of(request), person_of(request).login
    seen_by(request, transfer_id)
    return answer(open_download(node, actor=login, transfer_id=transfer_id, position=number - 1))


@require_POST
def hand_on(request: HttpRequest, transfer_id: str) -> HttpResponse:
    """Let a colleague collect too."""
    seen_by(request, transfer_id)
    colleague = request.POST.get("colleague", "").strip()
    collecting.hand_on(
        node_of(request).desk,
        actor=person_of(request).login,
        transfer_id=transfer_id,
        to=colleague,
    )
    messages.success(request, both("宛先に加えました。", "Added to the addressees."))
    return redirect("transfer", transfer_id)


def answer(download: Download) -> StreamingHttpResponse:
    """Straight out of the vault; nothing in clear on a disk, nothing whole in memory."""
    response = StreamingHttpResponse(
        _bytes(download.pieces), content_type="application/octet-stream"
    )
    response.headers["Content-Disposition"] = disposition(download.name)
    if download.bytes is not None:
        response.headers["Content-Length"] = str(download.bytes)
    response.headers["Content-Security-Policy"] = SANDBOXED
    return response


def _bytes(pieces: Iterator[object]) -> Iterator[bytes]:
    for piece in pieces:
        yield bytes(memoryview(piece))  # type: ignore[arg-type]
