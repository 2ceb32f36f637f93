"""The register: a table with filters, and the same as Excel or CSV."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sekisho.kernel.speech import both
from sekisho.office.flows import queries
from sekisho.office.flows.days import in_japan
from sekisho.office.flows.entry import entry_of
from sekisho.office.flows.models import Flow
from sekisho.office.flows.sheets.exporting import register_csv, register_workbook
from sekisho.office.flows.states import MEDIUM_WORDS, STATE_WORDS, State
from sekisho.office.permissions import Act
from sekisho.web.flows.finding import counted
from sekisho.web.flows.gate import frame, require
from sekisho.web.flows.showing import rows_of
from sekisho.web.naming import Names
from sekisho.web.request import node_of

ROWS_MAX = 100
LIVING = (State.DRAFT, State.ACTIVE, State.SUSPENDED)
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """台帳: what is registered, and how much there is to do about it."""
    require(request, Act.SEE_FLOWS)
    node = node_of(request)
    filters = _filters(request)
    found = _found(filters)
    page = Paginator(found, ROWS_MAX).get_page(request.GET.get("page"))
    shown = list(page)
    names = Names(node, [one.owner for one in shown])
    context = {
        "rows": rows_of(shown, counted(node), names),
        "page": page,
        "filters": filters,
        "filtered": any(filters.values()),
        "states": [(key, both(*words)) for key, words in STATE_WORDS.items()],
        "media": [(key, both(*words)) for key, words in MEDIUM_WORDS.items()],
        "units": queries.units(),
        **frame(request, "register"),
    }
    return render(request, "flows/register.html", context)


@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The register, as it is filtered, in the form in which it can be imported."""
    require(request, Act.SEE_FLOWS)
    rows = [(entry_of(one), one.state) for one in _found(_filters(request))]
    data = register_csv(rows) if kind == "csv" else register_workbook(rows)
    day = in_japan(node_of(request).desk.now())
    return download(data, f"flows-{day:%Y%m%d}.{kind}", f"定例連携_{day:%Y%m%d}.{kind}")


def download(data: bytes, name: str, title: str = "") -> HttpResponse:
    """A table to be kept, under a name of ASCII letters and a title in any."""
    response = HttpResponse(data, content_type=TYPES[name.rpartition(".")[2]])
    shown = f"; filename*=UTF-8''{quote(title, safe='')}" if title else ""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"{shown}'
    return response


def _filters(request: HttpRequest) -> dict[str, str]:
    names = ("state", "unit", "medium", "q")
    return {name: request.GET.get(name, "").strip() for name in names}


def _found(filters: dict[str, Any]) -> list[Flow]:
    """Ended flows only when they are asked for."""
    return queries.flows(
        states=(filters["state"],) if filters["state"] else LIVING,
        unit=filters["unit"],
        medium=filters["medium"],
        text=filters["q"],
    )
