"""One device or medium: what is registered, what is built into it, and its course."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sekisho.erase.planning.plan import Plan, plan_kind
from sekisho.erase.planning.rules import shipped_rules
from sekisho.kernel.errors import Refused
from sekisho.kernel.speech import both, language
from sekisho.office.accounts.periods import day_of
from sekisho.office.disposal import queries
from sekisho.office.disposal.actions.registering import move
from sekisho.office.disposal.entry import entry_of
from sekisho.office.disposal.kinds import (
    ENDED,
    KIND_WORDS,
    MEDIA,
    STATE_WORDS,
    State,
    Verb,
    able,
    medium_kind,
)
from sekisho.office.disposal.models import Asset
from sekisho.office.disposal.register.columns import class_words
from sekisho.office.permissions import Act
from sekisho.web.disposal.gate import allowed, asset_for, frame
from sekisho.web.disposal.showing import (
    amiss_badge,
    course_of,
    lease_badge,
    rows_of,
    state_badge,
)
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of


@require_GET
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one asset."""
    return _page(request, asset_for(request, code))


def _page(request: HttpRequest, row: Asset, failure: Refused | None = None) -> HttpResponse:
    today = day_of(node_of(request).desk.now())
    deeds = queries.deeds(row.code)
    contents = list(row.contents.order_by("code"))
    why = queries.unaccounted_of([row]).get(row.code, "")
    context = {
        "asset": row,
        "entry": entry_of(row),
        "kind": both(*KIND_WORDS[row.kind]),
        "label": both(*class_words(row.label)) if row.label else "",
        "state": state_badge(row.state),
        "why": why,
        "amiss": amiss_badge(why),
        "lease": lease_badge(row.lease_until, today),
        "is_medium": row.kind in MEDIA,
        "contents": rows_of(contents, {}, today),
        "plans": _plans(row),
        "course": course_of(deeds),
        "names": Names(node_of(request), [one.actor for one in deeds]),
        "changes": allowed(request, Act.DISPOSAL) and row.state not in ENDED,
        "moves": _moves(row) if allowed(request, Act.DISPOSAL) else [],
        "failure": failure.explain(language()) if failure else None,
        **frame(request, "register"),
    }
    return render(request, "disposal/asset.html", context, status=422 if failure else 200)


def _moves(row: Asset) -> list[Verb]:
    """What can be done to it outside a disposal."""
    if row.state in (State.WORKING, State.OUTSIDE):
        return [Verb.MISS]
    found = [one for one in (Verb.USE, Verb.STORE, Verb.MISS, Verb.FIND) if able(row.state, one)]
    return [one for one in found if row.state != State.MISSING or one == Verb.FIND]


def _plans(row: Asset) -> list[Plan]:
    """Which methods are allowed for a medium of this class, for each purpose."""
    rules = shipped_rules()
    if row.kind not in MEDIA or row.label not in rules.classes:
        return []
    return [plan_kind(rules, medium_kind(row.kind), row.label, one) for one in rules.purposes]


@require_POST
@stepped_up
def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Into use, onto the shelf, missing, or found again."""
    row = asset_for(request, code)
    desk, login = node_of(request).desk, person_of(request).login
    reason = " ".join(request.POST.get("reason", "").split())
    try:
        moved = move(desk, actor=login, code=code, verb=Verb(verb), reason=reason)
    except Refused as error:
        if error.code != "SKS-G016":
            raise
        return _page(request, row, error)
    ja, en = STATE_WORDS[moved.state]
    messages.success(request, both(f"「{ja}」にしました。", f"It is “{en}” now."))
    return redirect("asset", code)
