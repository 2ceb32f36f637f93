"""States as badges: a word and a form."""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.kernel.speech import both
from sekisho.office.transfers.states import WORDS

FORMS = {
    "draft": "",
    "waiting": "wait",
    "sent_back": "alarm",
    "rejected": "over",
    "withdrawn": "over",
    "ready": "go",
    "sealing": "go",
    "sent": "go",
    "received": "good",
    "refused": "alarm",
    "expired": "over",
    "part": "wait",
    "collected": "good",
}
CONFIRM = {
    "pending": ("事後確認待ち", "to be confirmed", "wait"),
    "done": ("事後確認済み", "confirmed", "good"),
    "objected": ("事後確認で異議あり", "objected to", "alarm"),
}


@dataclass(frozen=True)
class Badge:
    """A short word in a frame; `form` is the end of its class."""

    words: str
    form: str


ARRIVED = {"received": ("未受取り", "not collected", "wait")}
"""What is done for the sender is still to be done for the addressee."""


def badge(state: str) -> Badge:
    """The badge of a state of what leaves."""
    return Badge(both(*WORDS[state]), FORMS[state])


def arrival_badge(state: str) -> Badge:
    """The badge of a state of what has arrived."""
    if state not in ARRIVED:
        return badge(state)
    ja, en, form = ARRIVED[state]
    return Badge(both(ja, en), form)


def confirm_badge(confirm: str) -> Badge | None:
    """The badge of a 事後確認; None where none is due."""
    if confirm not in CONFIRM:
        return None
    ja, en, form = CONFIRM[confirm]
    return Badge(both(ja, en), form)
