"""The form of assets: many registered alike by their serial numbers, or one changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.speech import both, language
from sekisho.office.disposal.actions import registering
from sekisho.office.disposal.entry import Entry, entry_of
from sekisho.office.disposal.models import Asset
from sekisho.office.disposal.register.columns import COLUMN_WORDS, read_entry, written
from sekisho.office.permissions import Act
from sekisho.office.site.seen import seen
from sekisho.web.disposal.forms import PARTS, SINGLE, parts_of, serials_of
from sekisho.web.disposal.gate import asset_for, frame, require
from sekisho.web.disposal.showing import worded
from sekisho.web.request import node_of, person_of

PREFILLED = ("kind", "inside", "label", "unit", "place")
"""What a link may fill in: a medium is registered from the page of its device."""


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """One asset for each serial number, all of them alike otherwise."""
    require(request, Act.DISPOSAL)
    if request.method == "GET":
        given = {name: request.GET[name] for name in PREFILLED if request.GET.get(name)}
        return _form(request, {"unit": person_of(request).division, **given})
    cells = _typed(request)
    serials = serials_of(request.POST.get("serials", ""))
    entries, faults = _entries(cells, serials)
    if not faults:
        try:
            rows = registering.register(
                node_of(request).desk,
                actor=person_of(request).login,
                entries=entries,
                stored=request.POST.get("stored") == "1",
            )
        except (InvalidInput, Refused) as error:
            faults = [error]
        else:
            return _registered(request, rows)
    return _form(request, cells, faults=faults)


def _entries(
    cells: Mapping[str, str], serials: list[str]
) -> tuple[list[Entry], list[SekishoError]]:
    read = [read_entry({**cells, "serial": one}, None) for one in serials or [""]]
    # What is wrong in all of them is said once.
    faults = {(one.code, str(one.params)): one for _, wrong in read for one in wrong}
    return [entry for entry, _ in read], list(faults.values())


def _registered(request: HttpRequest, rows: list[Asset]) -> HttpResponse:
    said = both(f"{len(rows)} 件を登録しました。", f"{len(rows)} registered.")
    messages.success(request, said)
    inside = rows[0].inside_id
    if inside or len(rows) == 1:
        return redirect("asset", inside or rows[0].code)
    return redirect("disposal")


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str) -> HttpResponse:
    """What is registered of one asset."""
    require(request, Act.DISPOSAL)
    row = asset_for(request, code)
    old = entry_of(row)
    if request.method == "GET":
        return _form(request, _texts(old), row=row)
    cells = _typed(request)
    entry, faults = read_entry({**cells, "serial": request.POST.get("serial", "")}, old)
    if not faults:
        try:
            differing = registering.change(
                node_of(request).desk,
                actor=person_of(request).login,
                entry=entry,
                seen_before=request.POST.get("seen", ""),
            )
        except (InvalidInput, Refused) as error:
            faults = [error]
        else:
            said = (
                f"{len(differing)} 項目を変えました。",
                f"{len(differing)} fields were changed.",
            )
            messages.success(request, both(*said))
            return redirect("asset", code)
    return _form(
        request,
        {**cells, "serial": request.POST.get("serial", "")},
        row=asset_for(request, code),
        faults=faults,
        entry=entry,
    )


def _typed(request: HttpRequest) -> dict[str, str]:
    names = [field.name for part in PARTS for field in part.fields if field.name not in SINGLE]
    cells = {name: request.POST.get(name, "").strip() for name in names}
    if "code" in request.POST:
        cells["code"] = request.POST["code"].strip()
    return cells


def _texts(entry: Entry) -> dict[str, str]:
    texts = written(entry, "use")
    return {**texts, "kind": entry.kind, "label": entry.label}


def _form(
    request: HttpRequest,
    cells: Mapping[str, str],
    *,
    row: Asset | None = None,
    faults: list[SekishoError] | None = None,
    entry: Entry | None = None,
) -> HttpResponse:
    late = any(one.code == "SKS-G009" for one in faults or ())
    context = {
        "asset": row,
        "parts": parts_of(cells, single=row is not None),
        "serials": request.POST.get("serials", ""),
        "stored": request.POST.get("stored") == "1",
        "seen": _seen(request, row, late),
        "failures": [worded(one).explain(language()) for one in faults or ()],
        "in_force": _in_force(row, entry) if late and row and entry else (),
        **frame(request, "register"),
    }
    return render(request, "disposal/form.html", context, status=422 if faults else 200)


def _seen(request: HttpRequest, row: Asset | None, late: bool) -> str:
    """What the form was opened upon; after somebody else's change, what is shown beside it."""
    if row is None:
        return ""
    typed = "" if late else request.POST.get("seen", "")
    return typed or seen(registering.shown_of(row))


def _in_force(row: Asset, here: Entry) -> list[tuple[Any, str, str]]:
    """What somebody else has registered meanwhile, where it is not what was typed here."""
    before, typed = written(entry_of(row), "use"), written(here, "use")
    return [
        (words, before[name], typed[name])
        for name, words in COLUMN_WORDS.items()
        if before[name] != typed[name]
    ]
