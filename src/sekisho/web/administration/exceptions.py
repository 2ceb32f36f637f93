"""無害化の例外: kinds of files that pass a route undisarmed, on somebody's word."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from sekisho.disarm.kinds import kinds, label
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.speech import both, language
from sekisho.office.permissions import Act
from sekisho.office.transfers import queries
from sekisho.office.transfers.actions.exceptions import end, grant, in_force
from sekisho.web.administration.fields import Field, filled, typed
from sekisho.web.administration.framing import allowed, require, show
from sekisho.web.administration.values import end_of
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of


def _fields(names: Names) -> tuple[Field, ...]:
    ways = [(one.from_node, one.to_node) for one in queries.open_routes()]
    words = [f"{names.node(one)} → {names.node(other)}" for one, other in ways]
    choices = tuple(
        (f"{one}/{other}", (said, said)) for (one, other), said in zip(ways, words, strict=True)
    )
    types = tuple((one, (label(one, "ja"), label(one, "en"))) for one in sorted(kinds()))
    return (
        Field("way", ("経路", "Route"), "select", choices=choices),
        Field("kind", ("ファイルの種類", "Type of file"), "select", choices=types),
        Field("owner", ("責任を持つ人の利用者名", "Who answers for it (user name)"), required=True),
        Field(
            "until", ("この日まで（366 日以内）", "Until (within 366 days)"), "date", required=True
        ),
        Field("reason", ("理由", "Reason"), "lines", required=True),
    )


@require_http_methods(["GET", "POST"])
def exceptions(request: HttpRequest) -> HttpResponse:
    """Every exception, ended ones too; and a new one."""
    require(request, Act.SEE_ALL)
    if request.method == "GET":
        return _page(request, {})
    require(request, Act.EXCEPTIONS)
    return _grant(request)


@stepped_up
def _grant(request: HttpRequest) -> HttpResponse:
    values = typed(_fields(Names(node_of(request))), request.POST)
    from_node, _, to_node = str(values["way"]).partition("/")
    try:
        made = grant(
            node_of(request).desk,
            actor=person_of(request).login,
            from_node=from_node,
            to_node=to_node,
            kind=str(values["kind"]),
            owner=str(values["owner"]),
            reason=str(values["reason"]),
            until=end_of(str(values["until"])),
        )
    except (InvalidInput, Refused) as failure:
        return _page(request, values, failure)
    said = both(
        f"例外 {made.exception_id} を登録しました。相手のノードでも登録が要ります。",
        f"Exception {made.exception_id} is registered; the other node needs it too.",
    )
    messages.success(request, said)
    return redirect("exceptions")


def _page(
    request: HttpRequest, values: dict[str, Any], failure: InvalidInput | Refused | None = None
) -> HttpResponse:
    node = node_of(request)
    found = queries.exceptions()
    names = Names(node, [one.owner for one in found])
    context = {
        "rows": [
            (one, in_force(one, node.desk.now()), label(one.kind, language())) for one in found
        ],
        "names": names,
        "fields": filled(_fields(names), values),
        "may_change": allowed(request, Act.EXCEPTIONS),
        "failure": failure.explain(language()) if failure else None,
    }
    return show(request, "exceptions.html", context, status=422 if failure else 200)


@require_POST
@stepped_up
def end_exception(request: HttpRequest, exception_id: str) -> HttpResponse:
    """Before its day."""
    require(request, Act.EXCEPTIONS)
    reason = request.POST.get("reason", "").strip()
    login = person_of(request).login
    end(node_of(request).desk, actor=login, exception_id=exception_id, reason=reason)
    said = both(f"例外 {exception_id} を終えました。", f"Exception {exception_id} has ended.")
    messages.success(request, said)
    return redirect("exceptions")
