"""The list of what was found, and its export."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.speech import both, language
from sekisho.node.documents.search_table import search_table
from sekisho.office.site.sheets import write_csv, write_xlsx
from sekisho.office.transfers.hits import ARRIVED, SENT, Hit
from sekisho.office.transfers.queries import routes
from sekisho.office.transfers.searching import SearchTerms, search, search_all
from sekisho.office.transfers.sights import sight_of
from sekisho.office.transfers.states import WORDS
from sekisho.web.answers import file_answer
from sekisho.web.days import beginning, chosen_day, end
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of
from sekisho.web.states import Badge, arrival_badge, badge


@dataclass(frozen=True)
class Row:
    """One hit with its names."""

    hit: Hit
    node: str
    state: Badge
    arrived: bool


@require_GET
def searching(request: HttpRequest) -> HttpResponse:
    """探す."""
    node, login = node_of(request), person_of(request).login
    query = request.GET
    sight = sight_of(node.desk, login)
    try:
        terms = terms_of(query, login)
        found = search(terms, sight=sight, after=query.get("after", ""))
    except InvalidInput as failure:
        context = {"failure": failure.explain(language()), "query": query, **_choices(request)}
        return render(request, "searching/list.html", context, status=400)
    names = Names(node)
    rows = [
        Row(
            one,
            names.node(one.peer),
            arrival_badge(one.state) if one.direction == ARRIVED else badge(one.state),
            one.direction == ARRIVED,
        )
        for one in found.hits
    ]
    context = {"found": found, "rows": rows, "query": query, **_choices(request)}
    return render(request, "searching/list.html", context)


@require_GET
@stepped_up
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Everything that is found, as a workbook or as CSV."""
    node, login = node_of(request), person_of(request).login
    hits = search_all(terms_of(request.GET, login), sight=sight_of(node.desk, login))
    table = search_table(hits, language=language())
    out = io.BytesIO()
    if kind == "csv":
        write_csv(table, out, language=language())
    else:
        write_xlsx([table], out, made=node.desk.now(), language=language())
    return file_answer(out.getvalue(), both(f"受け渡し.{kind}", f"transfers.{kind}"))


def terms_of(untrusted: Mapping[str, str], login: str) -> SearchTerms:
    """The fields of the filter. Raises InvalidInput SKS-E012 for a period that ends first."""
    state = untrusted.get("state", "")
    return SearchTerms(
        text=untrusted.get("q", "").strip(),
        person=login if untrusted.get("mine") else untrusted.get("person", "").strip(),
        since=beginning(chosen_day(untrusted.get("since", ""))),
        until=end(chosen_day(untrusted.get("until", ""))),
        direction=untrusted.get("direction", ""),
        states=(state,) if state in WORDS else (),
        peer=untrusted.get("peer", ""),
        label=untrusted.get("label", "").strip(),
        division=untrusted.get("division", "").strip(),
    )


def _choices(request: HttpRequest) -> dict[str, object]:
    node = node_of(request)
    names = Names(node)
    peers = {name for one in routes() for name in (one.from_node, one.to_node)} - {node.name}
    return {
        "directions": ((SENT, both("送った", "sent")), (ARRIVED, both("届いた", "arrived"))),
        "states": [(name, both(*pair)) for name, pair in WORDS.items()],
        "peers": [(name, names.node(name)) for name in sorted(peers)],
    }
