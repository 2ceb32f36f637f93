"""The first page: what waits for me, one click away from being done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sekisho.node.overview import overview
from sekisho.web.request import node_of, person_of


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """要対応."""
    seen = overview(node_of(request), actor=person_of(request).login)
    return render(request, "inbox/inbox.html", {"overview": seen})
