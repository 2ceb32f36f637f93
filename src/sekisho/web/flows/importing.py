"""The register in: a table is looked at row by row, then taken as a whole."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from sekisho.kernel.errors import SekishoError
from sekisho.kernel.speech import both, language
from sekisho.office.flows.actions import importing
from sekisho.office.flows.actions.importing import Change, What
from sekisho.office.flows.sheets.register import COLUMN_WORDS
from sekisho.office.permissions import Act
from sekisho.web.flows.forms import told, worded
from sekisho.web.flows.gate import frame, require
from sekisho.web.flows.intake import expect_table, table_of
from sekisho.web.flows.showing import plain
from sekisho.web.request import node_of, person_of
from sekisho.web.small_files import held
from sekisho.web.states import Badge

ROWS_SHOWN_MAX = 300
WHATS = {
    What.WRONG: ("直すところがある", "to be corrected", "alarm"),
    What.NEW: ("新しく登録", "new", "good"),
    What.CHANGE: ("変更", "changed", "go"),
    What.SAME: ("変更なし", "unchanged", ""),
}


@require_GET
def bring(request: HttpRequest) -> HttpResponse:
    """Where a table is chosen."""
    require(request, Act.FLOWS)
    return render(request, "flows/import.html", frame(request, "register"))


@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Look at a table, or take it. The file has to have somewhere to go before the form's token
    can be read, so the token is checked inside."""
    require(request, Act.FLOWS)
    expect_table(request)
    return _take(request)


@csrf_protect
def _take(request: HttpRequest) -> HttpResponse:
    try:
        data = table_of(request)
        found = importing.preview(data)
    except SekishoError as error:
        return _shown(request, [], failure=error)
    wrong = any(one.what is What.WRONG for one in found)
    if request.POST.get("verb") != "take" or wrong:
        return _shown(request, found, data=data, status=422 if wrong else 200)
    importing.take(node_of(request).desk, actor=person_of(request).login, untrusted=data)
    done = sum(one.what in (What.NEW, What.CHANGE) for one in found)
    messages.success(request, both(f"{done} 件を取り込みました。", f"{done} flows were taken."))
    return redirect("flows")


def _shown(
    request: HttpRequest,
    found: list[Change],
    *,
    data: bytes = b"",
    failure: SekishoError | None = None,
    status: int = 422,
) -> HttpResponse:
    counts = Counter(one.what for one in found)
    first = sorted(found, key=lambda one: (one.what is not What.WRONG, one.row))
    rows = [_row(one) for one in first if one.what is not What.SAME]
    context = {
        "previewed": failure is None,
        "rows": rows[:ROWS_SHOWN_MAX],
        "left": max(0, len(rows) - ROWS_SHOWN_MAX),
        "counts": [(_badge(what), counts[what]) for what in WHATS],
        "wrong": counts[What.WRONG],
        "changing": counts[What.NEW] + counts[What.CHANGE],
        "held": held(data) if data else "",
        "failure": worded(failure).explain(language()) if failure else None,
        **frame(request, "register"),
    }
    return render(request, "flows/import.html", context, status=status)


def _badge(what: What) -> Badge:
    ja, en, form = WHATS[what]
    return Badge(both(ja, en), form)


def _row(one: Change) -> dict[str, Any]:
    return {
        "row": one.row,
        "code": one.code,
        "name": one.entry.name,
        "what": _badge(one.what),
        "faults": told(one.faults),
        "fields": [
            (both(*COLUMN_WORDS[name]), plain(before), plain(after))
            for name, (before, after) in one.fields.items()
        ]
        if one.what is What.CHANGE
        else [],
    }
