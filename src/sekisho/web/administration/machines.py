"""機械用トークンと見張りフォルダー: what programs may do at this node."""

from __future__ import annotations

import os
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.speech import both, language
from sekisho.office.notices import queries
from sekisho.office.notices.actions.tokens import Issued, in_force, issue, revoke
from sekisho.office.permissions import Act
from sekisho.web.administration.fields import Field, filled, typed
from sekisho.web.administration.framing import require, show
from sekisho.web.administration.values import end_of, words_of
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of

SECRET_BYTES = 32
ACTS = {
    "send": ("送る", "send"),
    "list": ("一覧を見る", "list"),
    "show": ("内容を見る", "show"),
    "collect": ("受け取る", "collect"),
    "evidence": ("証跡を書き出す", "evidence"),
}
FIELDS = (
    Field("name", ("名前", "Name"), required=True),
    Field(
        "owner",
        ("名義になり、責任を持つ人の利用者名", "In whose name it acts (user name)"),
        required=True,
    ),
    Field(
        "places",
        ("送り先のノード、定例連携、または *", "Nodes to send to, flows, or *"),
        required=True,
    ),
    Field("until", ("この日まで（366 日以内）", "Until (within 366 days)"), "date", required=True),
    Field("acts", ("できる操作", "What it may do"), "checks", choices=tuple(ACTS.items())),
)


@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """Every token; and a new one, whose value only the answer to this form shows."""
    require(request, Act.ROUTES)
    if request.method == "GET":
        return _page(request, {})
    return _issue(request)


@stepped_up
def _issue(request: HttpRequest) -> HttpResponse:
    values = typed(FIELDS, request.POST)
    try:
        made = issue(
            node_of(request).desk,
            actor=person_of(request).login,
            name=str(values["name"]),
            owner=str(values["owner"]),
            acts=list(values["acts"]),
            places=words_of(str(values["places"])),
            expires=end_of(str(values["until"])),
            secret=os.urandom(SECRET_BYTES),
        )
    except (InvalidInput, Refused) as failure:
        return _page(request, values, failure=failure)
    return _page(request, {}, made=made)


def _page(
    request: HttpRequest,
    values: dict[str, Any],
    *,
    failure: InvalidInput | Refused | None = None,
    made: Issued | None = None,
) -> HttpResponse:
    node = node_of(request)
    found = queries.tokens()
    context = {
        "rows": [
            (one, in_force(one, node.desk.now()), "、".join(both(*ACTS[act]) for act in one.acts))
            for one in found
        ],
        "names": Names(node, [one.owner for one in found]),
        "fields": filled(FIELDS, values),
        "failure": failure.explain(language()) if failure else None,
        "made": made,
    }
    return show(request, "tokens.html", context, status=422 if failure else 200)


@require_POST
@stepped_up
def revoke_token(request: HttpRequest, token_id: str) -> HttpResponse:
    """From now on nobody acts with it."""
    require(request, Act.ROUTES)
    revoke(node_of(request).desk, actor=person_of(request).login, token_id=token_id)
    messages.success(request, both("トークンを失効させました。", "The token is revoked."))
    return redirect("tokens")


@require_GET
def watches(request: HttpRequest) -> HttpResponse:
    """Every watched folder in use, with what keeps it from being worked through."""
    require(request, Act.ROUTES)
    found = queries.watches()
    names = Names(node_of(request), [one.person for one in found])
    return show(request, "watches.html", {"rows": found, "names": names})
