"""Where one can go, in the order in which staff need it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sekisho.kernel.speech import Pair
from sekisho.office.accounts.models import Person
from sekisho.office.permissions import Act, may


def _everybody(person: Person) -> bool:
    return True


def has_role(*roles: str) -> Callable[[Person], bool]:
    """Whether a person has one of these roles."""

    def judge(person: Person) -> bool:
        return not set(roles).isdisjoint(person.roles)

    return judge


def may_do(act: Act) -> Callable[[Person], bool]:
    """Whether a person may do this."""
    return lambda person: may(person.roles, act)


@dataclass(frozen=True)
class Place:
    """One entry of the navigation: its view by name, its words, who sees it."""

    view: str
    words: Pair
    is_for: Callable[[Person], bool] = _everybody


PLACES = (
    Place("inbox", ("要対応", "To do")),
    Place("sending", ("送る", "Send")),
    Place("approving", ("承認", "Approve")),
    Place("receiving", ("受け取る", "Receive")),
    Place("searching", ("探す", "Search")),
    Place("proving", ("確認資料", "Evidence")),
    Place("flows", ("定例連携", "Regular exchanges"), may_do(Act.SEE_FLOWS)),
    Place("risks", ("リスク評価", "Risks"), may_do(Act.SEE_RISKS)),
    Place("disposal", ("機器・媒体", "Devices and media"), may_do(Act.SEE_DISPOSAL)),
    Place("administration", ("設定", "Administration"), has_role("admin", "auditor", "ciso")),
)
