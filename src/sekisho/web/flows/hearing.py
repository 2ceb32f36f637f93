"""調査票: one workbook for each division, out and back in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from sekisho.kernel.errors import SekishoError
from sekisho.kernel.speech import both, language
from sekisho.office.flows import queries
from sekisho.office.flows.actions import hearing
from sekisho.office.flows.actions.hearing import Hearing
from sekisho.office.flows.days import in_japan
from sekisho.office.flows.review.words import sentences_of
from sekisho.office.flows.sheets.hearing import Answer, Proposal
from sekisho.office.flows.states import CHOICE_WORDS, MEDIUM_WORDS
from sekisho.office.permissions import Act
from sekisho.web.flows.finding import reviewed
from sekisho.web.flows.forms import told, worded
from sekisho.web.flows.gate import frame, require
from sekisho.web.flows.intake import expect_table, table_of
from sekisho.web.flows.listing import download
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of
from sekisho.web.small_files import held
from sekisho.web.states import Badge

UNIT_CHARS_MAX = 100


@dataclass(frozen=True)
class Made:
    """A sheet that was made, and whether it has come back."""

    sheet_id: str
    unit: str
    asked: int
    made: datetime
    made_by: str
    taken: datetime | None


@require_GET
def sheets(request: HttpRequest) -> HttpResponse:
    """Which divisions were asked, and which have answered."""
    require(request, Act.SEE_ALL)
    return render(request, "flows/hearing.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    found = queries.sheets()
    names = Names(node_of(request), [one.made_by for one in found])
    return {
        "sheets": [
            Made(
                one.sheet_id,
                one.unit,
                len(one.asked),
                one.made,
                names.person(one.made_by),
                one.taken,
            )
            for one in found
        ],
        "units": queries.units(),
        **frame(request, "hearing"),
    }


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """A sheet for one division, to be handed to it."""
    require(request, Act.FLOWS)
    node, unit = node_of(request), " ".join(request.POST.get("unit", "").split())
    if not 0 < len(unit) <= UNIT_CHARS_MAX:
        messages.error(
            request, both("部署の名前を入れてください。", "Give the name of a division.")
        )
        return redirect("hearing")
    _, data = hearing.ask(
        node.desk,
        actor=person_of(request).login,
        unit=unit,
        findings=sentences_of(reviewed(node).findings, "ja"),
    )
    day = in_japan(node.desk.now())
    return download(data, f"hearing-{day:%Y%m%d}.xlsx", f"調査票_{unit}_{day:%Y%m%d}.xlsx")


@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Look at a sheet that came back, or take it; the token is checked once the file has
    somewhere to go."""
    require(request, Act.FLOWS)
    expect_table(request)
    return _take(request)


@csrf_protect
def _take(request: HttpRequest) -> HttpResponse:
    try:
        data = table_of(request)
        found = hearing.preview(data)
    except SekishoError as error:
        told_why = worded(error).explain(language())
        context = {**_context(request), "failure": told_why}
        return render(request, "flows/hearing.html", context, status=422)
    if request.POST.get("verb") != "take" or found.wrong:
        context = {**frame(request, "hearing"), "held": held(data), **_preview(found)}
        status = 422 if found.wrong else 200
        return render(request, "flows/hearing_sheet.html", context, status=status)
    hearing.take(node_of(request).desk, actor=person_of(request).login, untrusted=data)
    said = both(
        f"{found.unit} の回答を取り込みました（判断 {len(found.answers)} 件、"
        f"新しい案 {len(found.proposals)} 件）。",
        f"The answers of {found.unit} were taken ({len(found.answers)} decisions,"
        f" {len(found.proposals)} drafts).",
    )
    messages.success(request, said)
    return redirect("hearing")


def _preview(found: Hearing) -> dict[str, Any]:
    return {
        "sheet": found,
        "answers": [_answer(one) for one in found.answers],
        "proposals": [_proposal(one) for one in found.proposals],
        "nothing": not (found.answers or found.proposals),
    }


def _answer(one: Answer) -> dict[str, Any]:
    ruling = one.ruling
    said = {"row": one.row, "code": one.code, "faults": told(one.faults)}
    if ruling is None:
        return said
    more = []
    if ruling.per_year is not None:
        more.append(both(f"年 {ruling.per_year} 回", f"{ruling.per_year} a year"))
    if ruling.drop_items:
        items = both("、", ", ").join(ruling.drop_items)
        more.append(both(f"渡さない項目: {items}", f"without {items}"))
    if ruling.medium:
        more.append(both(*MEDIUM_WORDS[ruling.medium]))
    choice = Badge(both(*CHOICE_WORDS[ruling.choice]), "")
    return {**said, "ruling": ruling, "choice": choice, "more": both("、", "; ").join(more)}


def _proposal(one: Proposal) -> dict[str, Any]:
    return {"row": one.row, "entry": one.entry, "faults": told(one.faults)}
