"""Answers that are files."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.http import HttpResponse

from sekisho.web.middleware.headers import SANDBOXED

KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
    "json": "application/json",
    "ics": "text/calendar; charset=utf-8",
    "crt": "application/x-x509-ca-cert",
}
_ASCII = re.compile(r"[^A-Za-z0-9._-]+")


def file_answer(content: bytes, name: str) -> HttpResponse:
    """A file to be kept under this name, never shown in the browser's own frame."""
    kind = KINDS.get(name.rpartition(".")[2], "application/octet-stream")
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = disposition(name)
    response.headers["Content-Security-Policy"] = SANDBOXED
    return response


def disposition(name: str) -> str:
    """RFC 6266: the name for browsers of today, and one in ASCII for others."""
    plain = _ASCII.sub("_", name) or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
