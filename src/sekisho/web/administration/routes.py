"""経路: which way is open, on what conditions, and what would happen on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.speech import both, language
from sekisho.node.peers import newest_directory
from sekisho.node.zones import usual_disarm
from sekisho.office.permissions import Act
from sekisho.office.site.seen import seen
from sekisho.office.transfers import queries
from sekisho.office.transfers.actions.routes import close_route, save_route, shown_of
from sekisho.office.transfers.models import Route
from sekisho.office.transfers.policy import Policy, read_policy
from sekisho.web.administration.checking import CHECK, check
from sekisho.web.administration.fields import Values, differing, filled, typed
from sekisho.web.administration.framing import allowed, require, show
from sekisho.web.administration.policy_form import FIELDS, SECTIONS, policy_of, values_of
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of


@require_GET
def routes(request: HttpRequest) -> HttpResponse:
    """Every route, closed ones too; and those that could be opened."""
    require(request, Act.SEE_ALL)
    node = node_of(request)
    found = [(one, read_policy(one.policy)) for one in queries.routes()]
    context = {
        "rows": found,
        "names": Names(node),
        "may_change": allowed(request, Act.ROUTES),
        "possible": _possible(request, {(one.from_node, one.to_node) for one, _ in found}),
    }
    return show(request, "routes.html", context)


def _possible(request: HttpRequest, there: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Links of the directory that touch this node and have no route yet."""
    node = node_of(request)
    directory = newest_directory(node)
    links = sorted(directory.links) if directory else []
    return [one for one in links if node.name in one and one not in there]


@require_http_methods(["GET", "POST"])
def route(request: HttpRequest, from_node: str, to_node: str) -> HttpResponse:
    """One route: its conditions, to be changed by who may, and the check."""
    require(request, Act.SEE_ALL)
    found = _found(request, from_node, to_node)
    if request.method == "POST":
        return _save(request, from_node, to_node, found)
    policy = read_policy(found.policy) if found else _usual(request, to_node)
    return _page(request, from_node, to_node, found, values_of(policy.as_json()))


def _found(request: HttpRequest, from_node: str, to_node: str) -> Route | None:
    """The route; none yet where the directory lets one be opened. Raises Refused SKS-T004."""
    rows = {(one.from_node, one.to_node): one for one in queries.routes()}
    found = rows.get((from_node, to_node))
    if found is None and (from_node, to_node) not in _possible(request, set()):
        raise Refused("SKS-T004", from_node=from_node, to_node=to_node)
    return found


def _usual(request: HttpRequest, to_node: str) -> Policy:
    return read_policy({"disarm": usual_disarm(node_of(request), to_node)})


@stepped_up
def _save(request: HttpRequest, from_node: str, to_node: str, found: Route | None) -> HttpResponse:
    require(request, Act.ROUTES)
    values = typed(FIELDS, request.POST)
    try:
        save_route(
            node_of(request).desk,
            actor=person_of(request).login,
            from_node=from_node,
            to_node=to_node,
            policy=policy_of(values),
            seen_before=request.POST.get("seen", ""),
        )
    except (InvalidInput, Refused) as failure:
        now = _found(request, from_node, to_node)
        return _page(request, from_node, to_node, now, values, failure=failure)
    messages.success(
        request, both("経路を次の条件で開きました。", "The route is open on these conditions.")
    )
    return redirect("route", from_node, to_node)


@require_POST
@stepped_up
def close(request: HttpRequest, from_node: str, to_node: str) -> HttpResponse:
    """Nothing more passes on it."""
    require(request, Act.ROUTES)
    login = person_of(request).login
    close_route(node_of(request).desk, actor=login, from_node=from_node, to_node=to_node)
    messages.success(request, both("経路を閉じました。", "The route is closed."))
    return redirect("routes")


def _page(
    request: HttpRequest,
    from_node: str,
    to_node: str,
    found: Route | None,
    values: Values,
    *,
    failure: InvalidInput | Refused | None = None,
) -> HttpResponse:
    node = node_of(request)
    context: dict[str, Any] = {
        "from_node": from_node,
        "to_node": to_node,
        "found": found,
        "seen": seen(shown_of(found)),
        "in_force": differing(FIELDS, _now(found), values) if _is_late(failure) else (),
        "sections": [one.filled(values) for one in SECTIONS],
        "names": Names(node),
        "failure": failure.explain(language()) if failure else None,
        "may_change": allowed(request, Act.ROUTES),
        "leaves_here": from_node == node.name and found is not None and found.active,
    }
    if context["leaves_here"]:
        asked = typed(CHECK, request.GET)
        context["check"] = filled(
            CHECK, asked if "check" in request.GET else _first(request, values)
        )
        context["outcome"] = check(node, to_node, asked) if "check" in request.GET else None
    return show(request, "route.html", context, status=422 if failure else 200)


def _now(found: Route | None) -> Values:
    return values_of(read_policy(found.policy).as_json()) if found else {}


def _is_late(failure: SekishoError | None) -> bool:
    return failure is not None and failure.code == "SKS-T095"


def _first(request: HttpRequest, values: Values) -> Values:
    login = person_of(request).login
    labels = str(values.get("labels", ""))
    return {"person": login, "addressees": login, "label": labels.split("、")[0], "size": "1 MiB"}
