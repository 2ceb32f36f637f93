"""The list of what waits for a decision of mine, and the decisions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.speech import both, language
from sekisho.office.transfers import queries
from sekisho.office.transfers.actions import deciding
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.request import node_of, person_of
from sekisho.web.transfers.showing import sheet_of
from sekisho.web.transfers.views import able_to, seen_by
from sekisho.web.waiting import to_decide

SAID = {
    "approve": ("承認しました。", "Approved."),
    "send_back": ("差し戻しました。", "Sent back."),
    "reject": ("却下しました。", "Rejected."),
    "confirm": ("事後確認をしました。", "Confirmed."),
    "object": ("異議を記録しました。", "Your objection is recorded."),
}


@require_GET
def approving(request: HttpRequest) -> HttpResponse:
    """承認: oldest first, several at once where the route allows it."""
    rows = to_decide(node_of(request), person_of(request).login)
    return render(request, "approving/list.html", {"rows": rows})


@require_POST
@stepped_up
def decide(request: HttpRequest, transfer_id: str) -> HttpResponse:
    """One decision; then the next one that waits, or the list."""
    verb = request.POST.get("verb", "")
    seen_by(request, transfer_id)
    try:
        _decide(request, transfer_id, verb)
    except SekishoError as error:
        row = queries.find_transfer(transfer_id)
        if error.code != "SKS-T035" or row is None:
            raise
        # A reason is missing: the page stays, and says so beside the field.
        node, login = node_of(request), person_of(request).login
        context = {
            "sheet": sheet_of(node, row, login=login),
            "able": able_to(request, row),
            "failure": error.explain(language()),
        }
        return render(request, "transfers/transfer.html", context, status=422)
    messages.success(request, both(*SAID[verb]))
    return redirect("inbox")


def _decide(request: HttpRequest, transfer_id: str, verb: str) -> None:
    desk, login = node_of(request).desk, person_of(request).login
    reason = request.POST.get("reason", "").strip()
    given = {
        "actor": login,
        "transfer_id": transfer_id,
        "acting_for": request.POST.get("acting_for", ""),
    }
    if verb == "approve":
        deciding.approve(desk, reason=reason, **given)
    elif verb == "send_back":
        deciding.send_back(desk, reason=reason, **given)
    elif verb == "reject":
        deciding.reject(desk, reason=reason, **given)
    elif verb == "confirm":
        deciding.confirm(desk, **given)
    elif verb == "object":
        if not reason:
            raise Refused("SKS-T035")
        deciding.confirm(desk, objection=reason, **given)
    else:
        raise Refused("SKS-W005")


@require_POST
@stepped_up
def approve_many(request: HttpRequest) -> HttpResponse:
    """Approve what was chosen; each by itself, and each outcome is said."""
    chosen = request.POST.getlist("transfer")
    if not chosen:
        messages.warning(request, both("一つも選ばれていません。", "Nothing was chosen."))
        return redirect("approving")
    desk, login = node_of(request).desk, person_of(request).login
    outcomes = deciding.approve_many(desk, actor=login, transfer_ids=chosen)
    done = sum(one.error is None for one in outcomes)
    if done:
        messages.success(request, both(f"{done} 件を承認しました。", f"{done} approved."))
    for one in outcomes:
        if one.error is not None:
            messages.error(request, f"{one.transfer_id}: {one.error.explain(language()).what}")
    return redirect("approving")
