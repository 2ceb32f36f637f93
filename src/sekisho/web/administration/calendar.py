"""期限: everything at this node that has an end."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from sekisho.kernel.speech import both
from sekisho.node import calendar as ends
from sekisho.office.permissions import Act
from sekisho.office.transfers.queries import purposes
from sekisho.web.administration.framing import require, show
from sekisho.web.answers import file_answer
from sekisho.web.naming import Names
from sekisho.web.request import node_of


@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """The nearest end first."""
    require(request, Act.SEE_ALL)
    node = node_of(request)
    found = ends.calendar(node)
    titles = _titles()
    context = {
        "rows": [(one, titles.get(one.what, one.what)) for one in found],
        "names": Names(node, [one.owner for one in found if one.owner]),
        "purposes": purposes([one.subject for one in found if one.what == ends.What.UNCOLLECTED]),
    }
    return show(request, "calendar.html", context)


@require_GET
def ics(request: HttpRequest) -> HttpResponse:
    """The same for a calendar program."""
    require(request, Act.SEE_ALL)
    node = node_of(request)
    return file_answer(ends.ics(node, ends.calendar(node), _titles()), f"sekisho-{node.name}.ics")


def _titles() -> dict[str, str]:
    return {what: both(*pair) for what, pair in ends.WORDS.items()}
