"""The operations as a page, from the same schema that programs read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sekisho.web.api.operations import api

METHODS = ("get", "post", "put")


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """What programs may ask, for whoever writes one."""
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    rows = [
        {"method": method.upper(), "path": path, **entry[method]}
        for path, entry in schema["paths"].items()
        for method in METHODS
        if method in entry
    ]
    return render(request, "api/listing.html", {"rows": rows})
