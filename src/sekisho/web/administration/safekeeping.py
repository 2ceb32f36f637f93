"""保存と控え: how long what is kept, what ends next, and whether the node could be restored."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from sekisho.kernel.speech import Pair, both
from sekisho.node import safekeeping as keeping
from sekisho.node.safekeeping import Task
from sekisho.office.permissions import Act
from sekisho.office.transfers.ending import OUT
from sekisho.web.administration.framing import allowed, require, show
from sekisho.web.naming import Names
from sekisho.web.request import node_of
from sekisho.web.states import Badge, arrival_badge, badge

TASK_WORDS: dict[Task, Pair] = {
    Task.ROUND: (
        "送信・受信・消去（sekisho run）",
        "sending, receiving, erasing (sekisho run)",
    ),
    Task.DAILY: ("1日1回の片付けとお知らせ", "daily tidying and alerts"),
    Task.ROTATION: ("消去の後の保管庫の鍵の更新", "renewal of the vault key after erasing"),
    Task.BACKUP: ("控え（sekisho backup）", "backup (sekisho backup)"),
    Task.ERASURES: (
        "消去の一覧（sekisho backup --erased-only）",
        "list of erasures (sekisho backup --erased-only)",
    ),
    Task.EXAMINATION: (
        "控えの点検（sekisho backup --check-newest）",
        "examination (sekisho backup --check-newest)",
    ),
}


@require_GET
def safekeeping(request: HttpRequest) -> HttpResponse:
    """Asked now; nothing is changed."""
    require(request, Act.SEE_ALL)
    node = node_of(request)
    found = keeping.safekeeping(node)
    context = {
        "found": found,
        "endings": [
            (one, badge(one.state) if one.side == OUT else arrival_badge(one.state))
            for one in found.endings
        ],
        "runs": [
            (both(*TASK_WORDS[one.task]), one, _often(one.within), _standing(one))
            for one in found.runs
        ],
        "settings": node.settings,
        "names": Names(node),
        "may_change": allowed(request, Act.ROUTES),
    }
    return show(request, "safekeeping.html", context)


def _often(within: timedelta | None) -> str:
    if within is None:
        return both("必要なとき", "when needed")
    hours = int(within.total_seconds()) // 3_600
    if hours >= 48 and hours % 24 == 0:
        return both(f"{hours // 24} 日以内", f"within {hours // 24} days")
    if hours:
        return both(f"{hours} 時間以内", f"within {hours} hours")
    minutes = int(within.total_seconds()) // 60
    return both(f"{minutes} 分以内", f"within {minutes} minutes")


def _standing(one: keeping.Run) -> Badge:
    if one.late:
        return Badge(both("遅れ", "late"), "alarm")
    return Badge(both("順調", "in order"), "good")
