"""The operations as a page, from the same schema that programs read."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sekisho.kernel.speech import both
from sekisho.web.api.interface import api

METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True)
class Operation:
    """One line: what is done, how it is asked for, with which right (none: without a token)."""

    summary: str
    more: str
    method: str
    path: str
    right: str


def operations() -> list[Operation]:
    """All of them, in the order of the schema, in the reader's language."""
    paths = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    found = []
    for path, entry in paths.items():
        for method in METHODS:
            if method in entry:
                said = entry[method]
                ja, _, en = said["summary"].partition(" / ")
                more = both("", " ".join(said.get("description", "").split()))
                right = said.get("x-right", "")
                found.append(Operation(both(ja, en), more, method.upper(), path, right))
    return found


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """What programs may ask, for whoever writes one."""
    return render(request, "api/listing.html", {"rows": operations()})
