"""What the script of the page asks while files are on their way: small answers, JSON or HTML."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.kernel.speech import language
from sekisho.node.inspecting import inspect_upload
from sekisho.node.uploading import announce, receive
from sekisho.office.uploads.actions import drafting
from sekisho.office.uploads.actions.drafting import require_draft
from sekisho.office.uploads.actions.receiving import Announced, require_upload
from sekisho.office.uploads.models import Upload
from sekisho.office.uploads.rules import PART_BYTES_MAX
from sekisho.web.failing import status_of
from sekisho.web.request import node_of, person_of
from sekisho.web.sending.flows import unexpected
from sekisho.web.sending.showing import file_line

JSON_BYTES_MAX = 16_384


@require_POST
def take_in(request: HttpRequest, draft_id: str) -> HttpResponse:
    """A file is about to come: where to go on, if part of it is here already."""
    untrusted = _json(request)
    file = Announced(
        path=str(untrusted.get("path", "")),
        bytes=_whole(untrusted.get("bytes")),
        modified=str(untrusted.get("modified", "")),
    )
    try:
        made = announce(
            node_of(request), actor=person_of(request).login, draft_id=draft_id, file=file
        )
    except SekishoError as failure:
        return refusal(failure)
    return JsonResponse(_standing(made))


@require_http_methods(["PUT"])
def put(request: HttpRequest, upload_id: str) -> HttpResponse:
    """The next bytes of a file, at `offset`."""
    try:
        made = receive(
            node_of(request),
            actor=person_of(request).login,
            upload_id=upload_id,
            offset=_whole(request.GET.get("offset")),
            stream=request,
            length=_whole(request.headers.get("Content-Length")),
            sha256=request.headers.get("X-Content-SHA256"),
        )
    except SekishoError as failure:
        return refusal(failure)
    return JsonResponse(_standing(made))


@require_POST
def inspect(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Look into a whole file at once: its line in the table, with what was found."""
    node, login = node_of(request), person_of(request).login
    try:
        inspect_upload(node, actor=login, upload_id=upload_id)
    except SekishoError as failure:
        return refusal(failure)
    upload = require_upload(login, upload_id)
    wrong = unexpected(require_draft(login, upload.draft_id), [upload])
    line = file_line(node, login, upload, wrong.get(upload_id))
    return render(request, "sending/file_line.html", {"file": line})


@require_POST
def remove(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Take a file out of its draft."""
    login = person_of(request).login
    upload = require_upload(login, upload_id)
    drafting.remove_upload(node_of(request).desk, actor=login, upload_id=upload_id)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect("draft", upload.draft_id)


def refusal(failure: SekishoError) -> JsonResponse:
    """A coded failure for the script, in words for the person; where to go on if that is said."""
    told = failure.explain(language())
    value: dict[str, Any] = {"code": told.code, "what": told.what, "next": told.next_step}
    offset = failure.params.get("offset")
    if isinstance(offset, int):
        value["offset"] = offset
    return JsonResponse(value, status=status_of(failure))


def _standing(upload: Upload) -> dict[str, Any]:
    return {
        "upload": upload.upload_id,
        "received": upload.bytes_received,
        "bytes": upload.bytes_total,
        "part_max": PART_BYTES_MAX,
        "whole": upload.state == "whole",
    }


def _json(request: HttpRequest) -> dict[str, Any]:
    untrusted = request.read(JSON_BYTES_MAX)
    try:
        value = json.loads(untrusted)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise InvalidInput("SKS-W021")
    return value


def _whole(untrusted: object) -> int:
    """A number that counts bytes; -1, which the office refuses, for anything else."""
    text = str(untrusted)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
