"""The register in: a table is looked at row by row, then taken as a whole."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.speech import both, language
from sekisho.office.accounts.tables import TABLE_BYTES_MAX
from sekisho.office.disposal.actions import importing
from sekisho.office.disposal.actions.importing import Change, What
from sekisho.office.disposal.register.columns import COLUMN_WORDS
from sekisho.office.permissions import Act
from sekisho.web.disposal.gate import frame, require
from sekisho.web.disposal.showing import plain, told, worded
from sekisho.web.flows.importing import WHATS
from sekisho.web.request import node_of, person_of
from sekisho.web.small_files import InMemory, chosen_file, held, released
from sekisho.web.states import Badge

ROWS_SHOWN_MAX = 300


@require_GET
def bring(request: HttpRequest) -> HttpResponse:
    """Where a table is chosen."""
    require(request, Act.DISPOSAL)
    return render(request, "disposal/import.html", frame(request, "register"))


@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Look at a table, or take it. The file has to have somewhere to go before the form's token
    can be read, so the token is checked inside."""
    require(request, Act.DISPOSAL)
    request.upload_handlers = [InMemory(request, TABLE_BYTES_MAX)]
    return _take(request)


@csrf_protect
def _take(request: HttpRequest) -> HttpResponse:
    try:
        data = _table_of(request)
        found = importing.preview(data)
    except SekishoError as error:
        return _shown(request, [], failure=error)
    wrong = any(one.what is What.WRONG for one in found)
    if request.POST.get("verb") != "take" or wrong:
        return _shown(request, found, data=data, status=422 if wrong else 200)
    importing.take(node_of(request).desk, actor=person_of(request).login, untrusted=data)
    done = sum(one.what in (What.NEW, What.CHANGE) for one in found)
    messages.success(request, both(f"{done} 件を取り込みました。", f"{done} assets were taken."))
    return redirect("disposal")


def _table_of(request: HttpRequest) -> bytes:
    """The table that was chosen, or the one that the page has held. Raises Refused SKS-G017
    (neither), InvalidInput SKS-H021."""
    chosen = chosen_file(request)
    if chosen is not None:
        return chosen
    untrusted = request.POST.get("held", "")
    if not untrusted:
        raise Refused("SKS-G017")
    data = released(untrusted, TABLE_BYTES_MAX)
    if data is None:
        raise InvalidInput("SKS-H021", reason="held")
    return data


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
        "counts": [(_badge(what), counts[what]) for what in What],
        "wrong": counts[What.WRONG],
        "changing": counts[What.NEW] + counts[What.CHANGE],
        "held": held(data) if data else "",
        "failure": worded(failure).explain(language()) if failure else None,
        **frame(request, "register"),
    }
    return render(request, "disposal/import.html", context, status=status)


def _badge(what: What) -> Badge:
    words = {str(key): value for key, value in WHATS.items()}
    ja, en, form = words[str(what)]
    return Badge(both(ja, en), form)


def _row(one: Change) -> dict[str, Any]:
    changed = one.fields if one.what is What.CHANGE else {}
    return {
        "row": one.row,
        "code": one.entry.code,
        "serial": one.entry.serial,
        "what": _badge(one.what),
        "faults": told(one.faults),
        "fields": [
            (both(*COLUMN_WORDS[name]), plain(name, before), plain(name, after))
            for name, (before, after) in changed.items()
        ],
    }
