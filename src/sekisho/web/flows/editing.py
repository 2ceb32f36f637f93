"""The form of a flow: registered anew, or changed."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.speech import Pair, both, language
from sekisho.node.peers import newest_directory
from sekisho.node.sending_limits import destinations
from sekisho.office.flows import queries
from sekisho.office.flows.actions import registering
from sekisho.office.flows.entry import Entry, entry_of
from sekisho.office.flows.models import Flow
from sekisho.office.flows.sheets.register import COLUMN_WORDS, written
from sekisho.office.permissions import Act
from sekisho.office.site.seen import seen
from sekisho.web.flows.forms import Filled, Offers, parts, read_form, texts_of
from sekisho.web.flows.gate import allowed, flow_for, keeps, require
from sekisho.web.request import node_of, person_of

PREFILLED = ("from_node", "to_node", "unit", "name", "purpose")
"""What a link may fill in: the review knows it of what is not registered yet."""


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A proposal of anybody; in use at once if who runs the register says so."""
    require(request, Act.SEE_FLOWS)
    node, person = node_of(request), person_of(request)
    if request.method == "GET":
        known = {name: request.GET[name] for name in PREFILLED if name in request.GET}
        blank = Entry(code="", name="", owner=person.login, unit=person.division, medium="sekisho")
        return _form(request, {**texts_of(blank), **known})
    filled = read_form(request.POST.dict(), None)
    start = request.POST.get("verb") == "start"
    if not filled.wrong:
        try:
            registering.register(node.desk, actor=person.login, entry=filled.entry, start=start)
        except InvalidInput as error:
            filled = filled.but(error)
        except Refused as error:
            if error.code != "SKS-F011":
                raise
            filled = filled.but(error)
    if filled.wrong:
        return _form(request, filled.cells, filled)
    messages.success(request, both("登録しました。", "Registered."))
    return redirect("flow", filled.entry.code)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str) -> HttpResponse:
    """What is registered, by its owner or who runs the register."""
    row = flow_for(request, code)
    if not keeps(request, row):
        raise Refused("SKS-F013", login=person_of(request).login, flow=code)
    old = entry_of(row)
    if request.method == "GET":
        return _form(request, texts_of(old), row=row)
    filled = read_form(request.POST.dict(), old)
    if filled.wrong:
        return _form(request, filled.cells, filled, row)
    try:
        differing = registering.change(
            node_of(request).desk,
            actor=person_of(request).login,
            entry=filled.entry,
            seen_before=request.POST.get("seen", ""),
        )
    except Refused as late:
        if late.code != "SKS-F017":
            raise
        return _form(request, filled.cells, filled, flow_for(request, code), late)
    said = both(f"{len(differing)} 項目を変えました。", f"{len(differing)} fields were changed.")
    messages.success(request, said)
    return redirect("flow", code)


def _form(
    request: HttpRequest,
    cells: Mapping[str, str],
    filled: Filled | None = None,
    row: Flow | None = None,
    late: Refused | None = None,
) -> HttpResponse:
    wrong = filled.wrong if filled else {}
    context = {
        "flow": row,
        "seen": _seen(request, row, late),
        "failure": late.explain(language()) if late else None,
        "in_force": _in_force(entry_of(row), filled.entry) if row and filled and late else (),
        "parts": parts(cells, _offers(request), wrong=wrong, fixed=row is not None),
        "count": sum(map(len, wrong.values())),
        "may_start": row is None and allowed(request, Act.FLOWS),
    }
    return render(request, "flows/form.html", context, status=422 if wrong or late else 200)


def _seen(request: HttpRequest, row: Flow | None, late: Refused | None) -> str:
    """What the form was opened upon; after somebody else's change, what is shown beside it."""
    if row is None:
        return ""
    typed = "" if late else request.POST.get("seen", "")
    return typed or seen(registering.shown_of(row))


def _in_force(now: Entry, here: Entry) -> list[tuple[Pair, str, str]]:
    """What somebody else has registered meanwhile, where it is not what was typed here."""
    before, typed = written(now, "draft"), written(here, "draft")
    return [
        (words, before[name], typed[name])
        for name, words in COLUMN_WORDS.items()
        if before[name] != typed[name]
    ]


def _offers(request: HttpRequest) -> Offers:
    node, person = node_of(request), person_of(request)
    directory = newest_directory(node)
    titles = {node.name: node.settings.title}
    if directory is not None:
        titles |= {name: one.title for name, one in directory.nodes.items()}
    limits = destinations(node, actor=person.login)
    return Offers(
        nodes=sorted(titles.items(), key=lambda one: one[1]),
        units=sorted({*queries.units(), person.division} - {""}),
        labels=list(dict.fromkeys(label for one in limits for label in one.labels)),
    )
