"""組織: 部・課・係 and who works in them, on any day; the table of it out and in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.limits import MIB
from sekisho.kernel.speech import both, language
from sekisho.office.accounts import importing
from sekisho.office.accounts.organisation import Organisation
from sekisho.office.accounts.periods import day_of as in_japan
from sekisho.office.accounts.plan_words import KIND_WORDS, SHEET_WORDS, sentence
from sekisho.office.accounts.queries import names_of, unit_entries
from sekisho.office.accounts.queries import organisation as organisation_on
from sekisho.office.accounts.reshuffle import Kind, Plan
from sekisho.office.permissions import Act
from sekisho.web.administration.framing import require, show
from sekisho.web.administration.values import day_of
from sekisho.web.answers import file_answer
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.request import node_of, person_of
from sekisho.web.small_files import InMemory, chosen_file, held, released
from sekisho.web.states import Badge

TABLE_BYTES_MAX = 20 * MIB
ROWS_SHOWN_MAX = 300
FORMS = {Kind.ADDED: "good", Kind.CHANGED: "go", Kind.ENDED: "wait", Kind.SAME: ""}


@dataclass(frozen=True)
class Member:
    """One post."""

    login: str
    name: str
    post: str
    head: bool
    main: bool


@dataclass(frozen=True)
class Line:
    """One unit; `depth` says how far below the top it stands."""

    code: str
    name: str
    depth: int
    starts: date
    ends: date | None
    members: list[Member]


@require_GET
def organisation(request: HttpRequest) -> HttpResponse:
    """As it stands on a day."""
    require(request, Act.PEOPLE)
    return _page(request)


@require_GET
def table(request: HttpRequest, kind: str) -> HttpResponse:
    """The organisation of a day as a workbook, or an empty one to fill in."""
    require(request, Act.PEOPLE)
    if kind == "template":
        return file_answer(importing.template(), both("組織表のひな形.xlsx", "organisation.xlsx"))
    day = _day(request)
    name = both(f"組織表-{day}.xlsx", f"organisation-{day}.xlsx")
    return file_answer(importing.export(day), name)


@csrf_exempt
@require_POST
def bring(request: HttpRequest) -> HttpResponse:
    """Look at a table, or take it over; the token is checked once the file has somewhere to go."""
    require(request, Act.PEOPLE)
    request.upload_handlers = [InMemory(request, TABLE_BYTES_MAX)]
    return _bring(request)


@csrf_protect
def _bring(request: HttpRequest) -> HttpResponse:
    return _take(request) if request.POST.get("verb") == "take" else _look(request)


def _look(request: HttpRequest) -> HttpResponse:
    """What would change."""
    try:
        data = _table_of(request)
        plan = importing.preview(node_of(request).desk, **_given(request, data))
    except (InvalidInput, Refused) as failure:
        return _page(request, failure=failure)
    return _page(request, plan=plan, data=data)


@stepped_up
def _take(request: HttpRequest) -> HttpResponse:
    """As it was looked at, or not at all."""
    try:
        given = _given(request, _table_of(request))
        digest = request.POST.get("digest", "")
        importing.take_over(node_of(request).desk, **given, digest=digest)
    except (InvalidInput, Refused) as failure:
        return _page(request, failure=failure)
    messages.success(request, both("組織表を取り込みました。", "The table was taken over."))
    return redirect("organisation")


def _given(request: HttpRequest, data: bytes) -> dict[str, Any]:
    return {
        "actor": person_of(request).login,
        "untrusted": data,
        "day": day_of(request.POST.get("effective", "")),
        "complete": bool(request.POST.get("complete")),
    }


def _table_of(request: HttpRequest) -> bytes:
    data = chosen_file(request)
    if data is None:
        data = released(request.POST.get("held", ""), TABLE_BYTES_MAX)
    if not data:
        raise InvalidInput("SKS-W046")
    if len(data) > TABLE_BYTES_MAX:
        raise InvalidInput("SKS-W047", allowed=TABLE_BYTES_MAX // MIB)
    return data


def _day(request: HttpRequest) -> date:
    return day_of(request.GET.get("day", "")) or in_japan(node_of(request).desk.now())


def _page(
    request: HttpRequest,
    *,
    plan: Plan | None = None,
    data: bytes = b"",
    failure: SekishoError | None = None,
) -> HttpResponse:
    try:
        day = _day(request)
    except InvalidInput as error:
        day, failure = in_japan(node_of(request).desk.now()), error
    known = organisation_on(day)
    context: dict[str, Any] = {
        "day": day.isoformat(),
        "lines": list(_lines(known, names_of(list(known.postings)))),
        "ahead": sorted({one.starts for one in unit_entries() if one.starts > day})[:5],
        "failure": failure.explain(language()) if failure else None,
        "typed": request.POST,
        **(_planned(plan, data) if plan else {}),
    }
    return show(request, "organisation.html", context, status=422 if failure else 200)


def _lines(
    known: Organisation, names: dict[str, str], above: str = "", depth: int = 0
) -> Iterator[Line]:
    for unit in known.below(above):
        members = [
            Member(one.login, names.get(one.login, one.login), one.post, one.head, one.main)
            for one in known.members(unit.code)
        ]
        yield Line(unit.code, unit.name, depth, unit.starts, unit.ends, members)
        yield from _lines(known, names, unit.code, depth + 1)


def _planned(plan: Plan, data: bytes) -> dict[str, Any]:
    changing = [one for one in plan.changes if one.kind is not Kind.SAME]
    counts = Counter(one.kind for one in plan.changes)
    return {
        "plan": plan,
        "counts": [
            (Badge(both(*words), FORMS[kind]), counts[kind]) for kind, words in KIND_WORDS.items()
        ],
        "changes": [
            (one.row, Badge(both(*KIND_WORDS[one.kind]), FORMS[one.kind]), sentence(one))
            for one in changing[:ROWS_SHOWN_MAX]
        ],
        "left": max(0, len(changing) - ROWS_SHOWN_MAX),
        "changing": len(changing),
        "wrong": [
            (both(*SHEET_WORDS[sheet]), row, reason.explain(language()))
            for sheet, row, reason in plan.errors[:ROWS_SHOWN_MAX]
        ],
        "digest": plan.digest(),
        "held": held(data),
    }
