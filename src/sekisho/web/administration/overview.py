"""概要: what needs somebody, and how the node stands."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from sekisho.kernel.speech import both
from sekisho.node import overview as standing
from sekisho.office.permissions import Act
from sekisho.office.transfers.states import WORDS
from sekisho.web.administration.framing import allowed, require, show
from sekisho.web.inbox.matters import told
from sekisho.web.naming import Names
from sekisho.web.request import node_of


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The whole picture in plain words."""
    require(request, Act.SEE_ALL)
    node = node_of(request)
    found = standing.overview(node)
    context = {
        "found": found,
        "matters": [told(one) for one in found.todo],
        "states": [(both(*WORDS[state]), count) for state, count in sorted(found.states.items())],
        "names": Names(node),
        "may_audit": allowed(request, Act.AUDIT),
    }
    return show(request, "overview.html", context)
