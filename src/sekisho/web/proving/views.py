"""Documents of one transfer, reports on a period, the ledger in plain words."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sekisho.kernel.clock import JAPAN
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.speech import both, language
from sekisho.ledger.words import ACT_WORDS
from sekisho.node.documents.period import as_pdf, as_xlsx, report_on
from sekisho.node.documents.proof import prove
from sekisho.node.documents.standing import listing_name, package_name, proof_name
from sekisho.node.ledger_check import check_ledger
from sekisho.office.evidence.looking import EventTerms, events, ledger_standing
from sekisho.office.permissions import Act, may
from sekisho.office.transfers import queries
from sekisho.office.transfers.searching import SearchTerms, search
from sekisho.office.transfers.sights import sight_of
from sekisho.web.answers import file_answer
from sekisho.web.days import beginning, chosen_day, end
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of

RECENT = 15


@require_GET
def proving(request: HttpRequest) -> HttpResponse:
    """確認資料: recent transfers with their documents; reports and the ledger for who may."""
    node, person = node_of(request), person_of(request)
    terms = SearchTerms(text=request.GET.get("q", "").strip())
    found = search(terms, sight=sight_of(node.desk, person.login), limit=RECENT)
    context = {
        "hits": found.hits,
        "names": Names(node),
        "query": request.GET.get("q", ""),
        "may_report": may(person.roles, Act.EXPORT_ALL),
        "may_audit": may(person.roles, Act.AUDIT),
        "month": _last_month(node.desk.now().astimezone(JAPAN).date()),
    }
    return render(request, "proving/proving.html", context)


def _last_month(today: date) -> tuple[str, str]:
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1).isoformat(), last.isoformat()


@require_GET
@stepped_up
def document(request: HttpRequest, transfer_id: str, part: str = "pdf") -> HttpResponse:
    """The proof of one transfer as PDF, the package it names, or the list of its files."""
    node, login = node_of(request), person_of(request).login
    rows = queries.find_transfer(transfer_id), queries.find_arrival(transfer_id)
    if rows == (None, None):
        raise Refused("SKS-T005", transfer=transfer_id)
    try:
        queries.require_may(node.desk, login, Act.EXPORT, *rows)
    except Refused:
        # Who may not have it does not learn that it is there.
        raise Refused("SKS-T005", transfer=transfer_id) from None
    made = prove(node, transfer_id, language=language())
    if part == "zip":
        return file_answer(made.package, package_name(transfer_id, language()))
    if part == "json":
        return file_answer(made.listing, listing_name(transfer_id, language()))
    return file_answer(made.pdf, proof_name(transfer_id, language()))


@require_GET
@stepped_up
def period(request: HttpRequest) -> HttpResponse:
    """The report on a period."""
    _require(request, Act.EXPORT_ALL)
    since = beginning(chosen_day(request.GET.get("since", "")))
    until = end(chosen_day(request.GET.get("until", "")))
    if since is None or until is None:
        raise InvalidInput("SKS-W025")
    made = report_on(node_of(request), since, until, language=language())
    name = both("受け渡し定期報告", "report")
    if request.GET.get("kind") == "xlsx":
        return file_answer(as_xlsx(made), f"{name}.xlsx")
    return file_answer(as_pdf(made), f"{name}.pdf")


@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """監査: the ledger and its witnesses, and what stands in it."""
    _require(request, Act.AUDIT)
    node, query = node_of(request), request.GET
    kind = query.get("kind", "")
    try:
        terms = EventTerms(
            since=beginning(chosen_day(query.get("since", ""))),
            until=end(chosen_day(query.get("until", ""))),
            kinds=(kind,) if kind in ACT_WORDS else (),
            person=query.get("person", "").strip(),
            subject=query.get("subject", "").strip(),
        )
        before = query.get("before", "")
        page = events(terms, before=int(before) if before.isdecimal() else 0)
        failure = None
    except InvalidInput as error:
        page, failure = events(EventTerms()), error.explain(language())
    context = {
        "standing": ledger_standing(node.desk.now()),
        "page": page,
        "names": Names(node, {one.actor for one in page.rows if one.actor}),
        "kinds": [(name, both(*pair)) for name, pair in ACT_WORDS.items()],
        "query": query,
        "failure": failure,
    }
    return render(request, "proving/ledger.html", context)


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Read the whole ledger and compute it again."""
    _require(request, Act.AUDIT)
    found = check_ledger(node_of(request))
    if found.sound:
        said = both(
            f"台帳の {found.size} 件をすべて計算し直しました。抜けも書き換えもありません"
            f"（立会い済み {found.witnessed} 件）。",
            f"All {found.size} entries were computed again: nothing is missing or changed "
            f"({found.witnessed} countersigned).",
        )
        messages.success(request, said)
    for fault in found.faults:
        messages.error(request, fault.explain(language()).what)
    return redirect("ledger")


def _require(request: HttpRequest, act: Act) -> None:
    if not may(person_of(request).roles, act):
        raise Refused("SKS-W001")
