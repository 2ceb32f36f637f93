"""お知らせ, when mail is wanted, and one's own absence."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.speech import both, language
from sekisho.office.accounts.absences import absences, be_absent, end_absence
from sekisho.office.notices import queries
from sekisho.office.notices.actions.alerting import mark_read
from sekisho.office.notices.actions.mailing import set_wish
from sekisho.office.notices.kinds import WORDS, Kind
from sekisho.office.transfers.queries import purposes
from sekisho.web.administration.fields import Field, filled, typed
from sekisho.web.administration.values import day_of, end_of
from sekisho.web.days import beginning
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of

MODES = (
    ("now", ("すぐに", "at once")),
    ("daily", ("1日1回まとめて", "once a day")),
    ("off", ("受け取らない", "never")),
)
FIELDS = (
    Field("deputy", ("代決者の利用者名", "User name of the deputy"), required=True),
    Field("starts", ("この日から（なければ今から）", "From (else now)"), "date"),
    Field("ends", ("この日まで", "Until"), "date", required=True),
    Field("reason", ("理由", "Reason")),
)


@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    """What I was told, newest first."""
    login = person_of(request).login
    found = queries.alerts_of(login)
    context = {
        "rows": [(one, WORDS[Kind(one.kind)]) for one in found],
        "purposes": purposes([one.subject for one in found if one.kind != Kind.EXPIRING]),
        "unread_here": any(one.read is None for one in found),
        "modes": MODES,
        "wish": queries.wish_of(login),
    }
    return render(request, "own/alerts.html", context)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """I have seen all of them."""
    count = mark_read(node_of(request).desk, actor=person_of(request).login)
    messages.success(request, both(f"{count} 件を既読にしました。", f"{count} marked as seen."))
    return redirect("alerts")


@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """When I want mail."""
    mode = request.POST.get("mode", "")
    set_wish(node_of(request).desk, actor=person_of(request).login, mode=mode)
    messages.success(request, both("メールの受け取り方を変えました。", "Your wish is kept."))
    return redirect("alerts")


@require_http_methods(["GET", "POST"])
def absence(request: HttpRequest) -> HttpResponse:
    """When I am away, and who decides in my place meanwhile."""
    if request.method == "GET":
        return _absence(request, {})
    desk, login = node_of(request).desk, person_of(request).login
    values = typed(FIELDS, request.POST)
    try:
        be_absent(
            desk,
            actor=login,
            person=login,
            deputy=str(values["deputy"]),
            starts=beginning(day_of(str(values["starts"]))) or desk.now(),
            ends=end_of(str(values["ends"])),
            reason=str(values["reason"]),
        )
    except (InvalidInput, Refused) as failure:
        return _absence(request, values, failure)
    messages.success(request, both("不在を登録しました。", "Your absence is registered."))
    return redirect("absence")


def _absence(
    request: HttpRequest, values: dict[str, Any], failure: InvalidInput | Refused | None = None
) -> HttpResponse:
    node = node_of(request)
    found = absences([person_of(request).login])
    now = node.desk.now()
    context = {
        "rows": [(one, one.ended is None and now < one.ends) for one in found],
        "names": Names(node, [one.deputy for one in found]),
        "fields": filled(FIELDS, values),
        "failure": failure.explain(language()) if failure else None,
    }
    return render(request, "own/absence.html", context, status=422 if failure else 200)


@require_POST
def end(request: HttpRequest, absence_id: str) -> HttpResponse:
    """I am back."""
    desk, login = node_of(request).desk, person_of(request).login
    if absence_id not in {one.absence_id for one in absences([login])}:
        raise Refused("SKS-H052", absence=absence_id)
    end_absence(desk, actor=login, absence_id=absence_id)
    messages.success(request, both("不在を終えました。", "Your absence has ended."))
    return redirect("absence")
