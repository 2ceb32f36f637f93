"""One flow: what is registered, what was passed and found, what was decided; and what to do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.speech import both, language
from sekisho.office.flows import queries
from sekisho.office.flows.actions import registering
from sekisho.office.flows.actions.deciding import decide as decide_flow
from sekisho.office.flows.days import in_japan
from sekisho.office.flows.entry import entry_of
from sekisho.office.flows.models import Flow, FlowUse
from sekisho.office.flows.states import (
    CHOICE_WORDS,
    FREQUENCY_WORDS,
    MEDIUM_WORDS,
    Medium,
    State,
)
from sekisho.office.permissions import Act
from sekisho.office.transfers.models import Transfer
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.flows.finding import reviewed
from sekisho.web.flows.forms import read_ruling, worded
from sekisho.web.flows.gate import allowed, flow_for, keeps
from sekisho.web.flows.showing import (
    course_of,
    decided_of,
    ends_of,
    items_of,
    medium_badge,
    state_badge,
    told_of,
    uses_of,
)
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of

USES_SHOWN_MAX = 20
USES_READ_MAX = 500
SAID = {
    "start": ("有効にしました。", "It is in use."),
    "suspend": ("停止しました。", "Suspended."),
    "end": ("廃止しました。", "It has ended."),
}


@require_GET
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one flow."""
    return _page(request, flow_for(request, code))


def _page(
    request: HttpRequest,
    row: Flow,
    *,
    failure: SekishoError | None = None,
    at: str = "",
    values: Any = None,
) -> HttpResponse:
    """The page; after a refusal with its reason in the card that is named by `at`, and with what
    was typed."""
    node, entry = node_of(request), entry_of(row)
    uses = queries.uses(row.code, limit=USES_READ_MAX)
    decided = queries.decisions(code=row.code)
    people = [name for one in decided for name in (one.person, one.made_by)]
    names = Names(node, [row.owner, *entry.addressees, *people])
    found = [one for one in reviewed(node).findings if one.flow == row.code]
    living = row.state != State.ENDED
    context = {
        "flow": row,
        "entry": entry,
        "state": state_badge(row.state),
        "medium": medium_badge(row.medium),
        "frequency": both(*FREQUENCY_WORDS[row.frequency]),
        "ends": ends_of(entry, names),
        "owner": names.person(row.owner) if row.owner else "",
        "addressees": "、".join(names.person(one) for one in entry.addressees),
        "items": items_of(entry, uses),
        "uses": uses_of(entry, uses[:USES_SHOWN_MAX], _visible(request, uses[:USES_SHOWN_MAX])),
        "used": len(uses),
        "arrived": queries.arrived(node.desk, row),
        "findings": told_of(found, {}),
        "decisions": decided_of(decided, names),
        "course": course_of(row.code),
        "keeps": keeps(request, row) and living,
        "starts": allowed(request, Act.FLOWS) and row.state in (State.DRAFT, State.SUSPENDED),
        "sends": row.state == State.ACTIVE and row.from_node == node.name and row.to_node,
        "failure": worded(failure).explain(language()) if failure else None,
        "at": at,
        **_choices(request, values),
    }
    return render(request, "flows/flow.html", context, status=422 if failure else 200)


def _choices(request: HttpRequest, values: Any) -> dict[str, Any]:
    """What the form of a decision offers, and what stands in it at first."""
    today = in_japan(node_of(request).desk.now())
    first = {"day": today.isoformat(), "person": person_of(request).name, "medium": Medium.SEKISHO}
    return {
        "choices": [(str(key), both(*words)) for key, words in CHOICE_WORDS.items()],
        "media": [(str(key), both(*words)) for key, words in MEDIUM_WORDS.items()],
        "values": values.dict() if values is not None else first,
        "dropped": values.getlist("drop") if values is not None else [],
    }


def _visible(request: HttpRequest, uses: list[FlowUse]) -> set[str]:
    """Transfers of these that the person who looks may open."""
    ids = [one.transfer_id for one in uses]
    if allowed(request, Act.SEE_ALL):
        return set(ids)
    own = Transfer.objects.filter(transfer_id__in=ids, sender=person_of(request).login)
    return set(own.values_list("transfer_id", flat=True))


@require_POST
@stepped_up
def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Start, suspend or end a flow."""
    row = flow_for(request, code)
    desk, login = node_of(request).desk, person_of(request).login
    reason = " ".join(request.POST.get("reason", "").split())
    try:
        if verb == "start":
            registering.start(desk, actor=login, code=code)
        elif verb == "suspend":
            registering.suspend(desk, actor=login, code=code, reason=reason)
        else:
            registering.end(desk, actor=login, code=code, reason=reason)
    except Refused as error:
        if error.code != "SKS-F014":
            raise
        return _page(request, row, failure=error, at="life")
    messages.success(request, both(*SAID[verb]))
    return redirect("flow", code)


@require_POST
@stepped_up
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """続ける・やめる・減らす・置き換える, with who decided and why."""
    row = flow_for(request, code)
    if not keeps(request, row):
        raise Refused("SKS-F013", login=person_of(request).login, flow=code)
    try:
        ruling = read_ruling(request.POST)
        decide_flow(node_of(request).desk, actor=person_of(request).login, code=code, ruling=ruling)
    except (Refused, InvalidInput) as error:
        return _page(request, row, failure=error, at="decide", values=request.POST)
    messages.success(request, both("判断を記録しました。", "The decision is recorded."))
    return redirect("flow", code)
