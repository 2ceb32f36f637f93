"""The first page: what waits for me, one click away from being done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sekisho.node.overview import Matter, Todo, overview
from sekisho.office.permissions import Act, may
from sekisho.web.inbox.matters import Told, told
from sekisho.web.request import node_of, person_of
from sekisho.web.waiting import sent_by, to_collect, to_decide, to_read_after

PERSONAL = (Matter.TO_DECIDE, Matter.TO_COLLECT, Matter.SENT_BACK, Matter.TO_READ)


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """要対応."""
    node, person = node_of(request), person_of(request)
    context = {
        "decide": to_decide(node, person.login),
        "collect": to_collect(node, person.login),
        "sent_back": sent_by(node, person.login, "sent_back", "refused"),
        "read_after": to_read_after(node, person.login),
        "own": sent_by(node, person.login),
        "matters": _matters(request) if may(person.roles, Act.ROUTES) else [],
    }
    lists = ("decide", "collect", "sent_back", "read_after", "matters")
    context["nothing"] = not any(context[name] for name in lists)
    return render(request, "inbox/inbox.html", context)


def _matters(request: HttpRequest) -> list[Told]:
    found: tuple[Todo, ...] = overview(node_of(request)).todo
    return [told(one) for one in found if one.matter not in PERSONAL]
