"""Reading labels one after the other: what is registered, and what is missing from a place."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sekisho.kernel.speech import both
from sekisho.office.accounts.periods import day_of
from sekisho.office.disposal import queries
from sekisho.office.disposal.entry import normal_serial
from sekisho.office.disposal.models import Asset
from sekisho.office.disposal.queries import Terms
from sekisho.office.permissions import Act
from sekisho.web.disposal.forms import serials_of
from sekisho.web.disposal.gate import frame, require
from sekisho.web.disposal.showing import Row, rows_of
from sekisho.web.request import node_of

READ_MAX = 2_000


@dataclass(frozen=True)
class Read:
    """One label that was read: what it stands for, if anything, and whether it was read before."""

    text: str
    row: Row | None
    again: bool = False


@require_http_methods(["GET", "POST"])
def scan(request: HttpRequest) -> HttpResponse:
    """照合: labels against the register, and against what should be at a place."""
    require(request, Act.SEE_DISPOSAL)
    typed = request.POST.get("serials", "")
    place = request.POST.get("place", "").strip()
    today = day_of(node_of(request).desk.now())
    found = _read(serials_of(typed)[:READ_MAX])
    codes = {one.code for _, one, _ in found if one is not None}
    expected = [one for one in queries.assets(Terms()) if one.place == place] if place else []
    absent = [one for one in expected if one.code not in codes]
    shown = [
        Read(text, rows_of([one], {}, today)[0] if one else None, again)
        for text, one, again in found
    ]
    context = {
        "serials": typed,
        "place": place,
        "known_places": sorted({one.place for one in queries.assets(Terms()) if one.place}),
        "read": shown,
        "unknown": sum(one.row is None and not one.again for one in shown),
        "known": len(codes),
        "absent": rows_of(absent, {}, today),
        "expected": len(expected),
        "title": both("ラベルを読んで照合する", "Compare labels with the register"),
        **frame(request, "scan"),
    }
    return render(request, "disposal/scan.html", context)


def _read(typed: list[str]) -> list[tuple[str, Asset | None, bool]]:
    known: set[str] = set()
    found = []
    for text in typed:
        serial = normal_serial(text)
        found.append((text, queries.scanned(text), serial in known))
        known.add(serial)
    return found
