"""The register of devices and media: a table with filters, and the same as Excel or CSV."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sekisho.kernel.speech import both
from sekisho.office.accounts.periods import day_of
from sekisho.office.disposal import queries
from sekisho.office.disposal.entry import entry_of
from sekisho.office.disposal.kinds import KIND_WORDS, STATE_WORDS
from sekisho.office.disposal.models import Asset
from sekisho.office.disposal.queries import Terms
from sekisho.office.disposal.register.columns import register_csv, register_workbook
from sekisho.office.permissions import Act
from sekisho.web.answers import file_answer
from sekisho.web.disposal.gate import frame, require
from sekisho.web.disposal.showing import rows_of
from sekisho.web.request import node_of

ROWS_MAX = 100
AMISS, LEASE = "amiss", "lease"


@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """台帳: what there is, and what needs to be seen to."""
    require(request, Act.SEE_DISPOSAL)
    today = day_of(node_of(request).desk.now())
    filters = _filters(request)
    found = _found(request)
    everything = queries.assets(Terms())
    amiss = queries.unaccounted_of(everything)
    page = Paginator(found, ROWS_MAX).get_page(request.GET.get("page"))
    context = {
        "rows": rows_of(page, queries.unaccounted_of(page), today),
        "page": page,
        "filters": filters,
        "filtered": any(filters.values()),
        "states": [(key, both(*words)) for key, words in STATE_WORDS.items()],
        "kinds": [(key, both(*words)) for key, words in KIND_WORDS.items()],
        "units": queries.units(),
        "amiss": len(amiss),
        "leases": len(queries.leases_ending(today)),
        **frame(request, "register"),
    }
    return render(request, "disposal/register.html", context)


@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The register, as it is filtered, in the form in which it can be imported."""
    require(request, Act.SEE_DISPOSAL)
    rows = [(entry_of(one), one.state) for one in _found(request)]
    data = register_csv(rows) if kind == "csv" else register_workbook(rows)
    day = day_of(node_of(request).desk.now())
    return file_answer(
        data, both(f"機器・媒体台帳_{day:%Y%m%d}.{kind}", f"assets-{day:%Y%m%d}.{kind}")
    )


def _filters(request: HttpRequest) -> dict[str, str]:
    names = ("q", "state", "kind", "unit", "look")
    return {name: request.GET.get(name, "").strip() for name in names}


def _found(request: HttpRequest) -> list[Asset]:
    filters = _filters(request)
    terms = Terms(
        states=(filters["state"],) if filters["state"] in STATE_WORDS else (),
        kinds=(filters["kind"],) if filters["kind"] in KIND_WORDS else (),
        unit=filters["unit"],
        text=filters["q"],
    )
    if filters["look"] == LEASE:
        today = day_of(node_of(request).desk.now())
        codes = {one.code for one in queries.leases_ending(today)}
        return [one for one in queries.assets(terms) if one.code in codes]
    found = queries.assets(terms)
    if filters["look"] == AMISS:
        amiss = queries.unaccounted_of(found)
        return [one for one in found if one.code in amiss]
    return found
