"""見直し: everything that was found; and how much the decisions have stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sekisho.kernel.dates import read_day
from sekisho.kernel.speech import Pair, both
from sekisho.office.flows import queries
from sekisho.office.flows.days import in_japan
from sekisho.office.flows.review.facts import Finding, Grade
from sekisho.office.flows.review.words import UNKNOWN_WORDS
from sekisho.office.flows.states import CHOICE_WORDS, MEDIUM_WORDS
from sekisho.office.permissions import Act
from sekisho.web.flows.finding import REVIEW_DAYS, reviewed
from sekisho.web.flows.gate import frame, require
from sekisho.web.flows.showing import Told, decided_of, told_of
from sekisho.web.naming import Names
from sekisho.web.request import node_of

PERIODS: dict[int, Pair] = {
    90: ("90日", "90 days"),
    180: ("半年", "half a year"),
    REVIEW_DAYS: ("1年", "a year"),
    730: ("2年", "two years"),
}
FISCAL_MONTH = 4


@dataclass(frozen=True)
class Group:
    """Findings that ask for the same."""

    name: str
    words: str
    hint: str
    found: list[Told]


GROUPS: tuple[tuple[str, Pair, Pair], ...] = (
    (
        "act",
        ("要対応", "To be acted on"),
        (
            "登録の漏れ、期限切れ、媒体での受け渡しなど、直すか決める必要があるものです。",
            "Missing entries, expired bases, removable media: to be corrected or decided.",
        ),
    ),
    (
        "look",
        ("要確認", "To be looked at"),
        (
            "使われ方から見て、減らせるかもしれないものです。",
            "By how they are used, these may be reduced.",
        ),
    ),
    (
        "loose",
        ("台帳にない受け渡し", "Belonging to no flow"),
        (
            "同じ目的でくり返されています。定例であれば登録してください。",
            "Passed repeatedly for the same purpose; if they recur, register them.",
        ),
    ),
)


@require_GET
def review(request: HttpRequest) -> HttpResponse:
    """Everything found in a period, by what it asks for; and what this node cannot know."""
    require(request, Act.SEE_ALL)
    node = node_of(request)
    untrusted = request.GET.get("days", "")
    days = int(untrusted) if untrusted in map(str, PERIODS) else REVIEW_DAYS
    unit = request.GET.get("unit", "").strip()
    made = reviewed(node, days)
    flows = {one.code: one for one in queries.flows(unit=unit)}
    found = [one for one in made.findings if _belongs(one, flows, unit)]
    names = {code: one.name for code, one in flows.items()}
    context = {
        "made": made,
        "groups": _groups(found, names),
        "count": len(found),
        "unknown": [
            (both(*UNKNOWN_WORDS[one.kind]), [code for code in one.flows if code in flows])
            for one in made.unknown
        ],
        "periods": [(days, both(*words)) for days, words in PERIODS.items()],
        "days": days,
        "unit": unit,
        "units": queries.units(),
        **frame(request, "review"),
    }
    return render(request, "flows/review.html", context)


def _belongs(one: Finding, flows: dict[str, Any], unit: str) -> bool:
    return one.flow in flows if one.flow else unit in ("", one.reason.get("unit", ""))


def _groups(found: list[Finding], names: dict[str, str]) -> list[Group]:
    parts = {
        "act": [one for one in found if one.flow and one.grade is Grade.ACT],
        "look": [one for one in found if one.flow and one.grade is Grade.LOOK],
        "loose": [one for one in found if not one.flow],
    }
    return [
        Group(name, both(*words), both(*hint), told_of(parts[name], names))
        for name, words, hint in GROUPS
        if parts[name]
    ]


@require_GET
def summary(request: HttpRequest) -> HttpResponse:
    """How much was stopped in a period; the fiscal year if no other is asked for."""
    require(request, Act.SEE_FLOWS)
    node = node_of(request)
    today = in_japan(node.desk.now())
    begin = _fiscal_year(today)
    since = read_day(request.GET.get("since", "")) or begin
    until = read_day(request.GET.get("until", "")) or today
    made = queries.totals(since, until)
    rows = queries.decisions(since=since, until=until)
    names = Names(node, [name for one in rows for name in (one.person, one.made_by)])
    before = begin - timedelta(days=1)
    context = {
        "made": made,
        "since": since,
        "until": until,
        "backwards": until < since,
        "choices": [(both(*CHOICE_WORDS[one]), count) for one, count in made.by_choice.items()],
        "media": [(both(*MEDIUM_WORDS[one]), n) for one, n in made.media_no_longer.items()],
        "decisions": decided_of(rows, names),
        "this_year": begin,
        "last_year": (_fiscal_year(before), before),
        **frame(request, "summary"),
    }
    return render(request, "flows/summary.html", context)


def _fiscal_year(day: date) -> date:
    """Its first day."""
    return date(day.year - (day.month < FISCAL_MONTH), FISCAL_MONTH, 1)
