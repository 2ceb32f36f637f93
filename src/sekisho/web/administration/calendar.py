"""期限: everything at this node that has an end."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from sekisho.kernel.speech import both
from sekisho.node import calendar as ends
from sekisho.office.permissions import Act
from sekisho.web.administration.framing import require, show
from sekisho.web.answers import file_answer
from sekisho.web.naming import Names
from sekisho.web.request import node_of

WORDS = {
    "directory": ("ノード名簿の期限", "the directory expires"),
    "exception": ("無害化の例外の終わり", "an exception from disarming ends"),
    "keys": ("相手に渡した受信鍵の期限", "receiver keys offered to a peer end"),
    "machine-token": ("機械用トークンの期限", "a machine token ends"),
    "uncollected": ("受け取られていない受け渡しの消去", "an uncollected transfer is erased"),
}


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
    }
    return show(request, "calendar.html", context)


@require_GET
def ics(request: HttpRequest) -> HttpResponse:
    """The same for a calendar program."""
    require(request, Act.SEE_ALL)
    node = node_of(request)
    return file_answer(ends.ics(node, ends.calendar(node), _titles()), f"sekisho-{node.name}.ics")


def _titles() -> dict[str, str]:
    return {what: both(*pair) for what, pair in WORDS.items()}
