"""Closed words of a flow: its state, its medium, how often, what was decided; and how one state
leads to another."""

from __future__ import annotations

from enum import StrEnum

from sekisho.kernel.errors import Refused


class State(StrEnum):
    """Whether a flow is only proposed, in use, paused or over."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Verb(StrEnum):
    """What leads a flow from one state to another."""

    START = "start"
    SUSPEND = "suspend"
    END = "end"


class Medium(StrEnum):
    """By what the data are carried today."""

    USB = "usb"
    DISC = "disc"
    PAPER = "paper"
    MAIL = "mail"
    SEKISHO = "sekisho"
    OTHER = "other"


class Frequency(StrEnum):
    """How often the data are passed."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    AS_NEEDED = "as_needed"


class Choice(StrEnum):
    """What was decided about a flow."""

    CONTINUE = "continue"
    STOP = "stop"
    REDUCE = "reduce"
    REPLACE = "replace"


REMOVABLE = frozenset({Medium.USB, Medium.DISC})
"""Media that are carried by hand and can be lost."""

PER_YEAR: dict[str, int] = {
    Frequency.DAILY: 245,
    Frequency.WEEKLY: 52,
    Frequency.MONTHLY: 12,
    Frequency.QUARTERLY: 4,
    Frequency.YEARLY: 1,
    Frequency.AS_NEEDED: 0,
}
"""How often that is in a year, where nobody has said it more exactly; a day is a working day."""

STATE_WORDS: dict[str, tuple[str, str]] = {
    State.DRAFT: ("案", "draft"),
    State.ACTIVE: ("有効", "active"),
    State.SUSPENDED: ("停止", "suspended"),
    State.ENDED: ("廃止", "ended"),
}
MEDIUM_WORDS: dict[str, tuple[str, str]] = {
    Medium.USB: ("USBメモリ", "USB memory"),
    Medium.DISC: ("光ディスク", "optical disc"),
    Medium.PAPER: ("紙", "paper"),
    Medium.MAIL: ("メール", "mail"),
    Medium.SEKISHO: ("Sekisho", "Sekisho"),
    Medium.OTHER: ("その他", "other"),
}
FREQUENCY_WORDS: dict[str, tuple[str, str]] = {
    Frequency.DAILY: ("毎日", "daily"),
    Frequency.WEEKLY: ("毎週", "weekly"),
    Frequency.MONTHLY: ("毎月", "monthly"),
    Frequency.QUARTERLY: ("四半期ごと", "quarterly"),
    Frequency.YEARLY: ("毎年", "yearly"),
    Frequency.AS_NEEDED: ("随時", "as needed"),
}
CHOICE_WORDS: dict[str, tuple[str, str]] = {
    Choice.CONTINUE: ("続ける", "continue"),
    Choice.STOP: ("やめる", "stop"),
    Choice.REDUCE: ("減らす", "reduce"),
    Choice.REPLACE: ("置き換える", "replace"),
}

_STEPS: dict[tuple[str, Verb], State] = {
    (State.DRAFT, Verb.START): State.ACTIVE,
    (State.DRAFT, Verb.END): State.ENDED,
    (State.ACTIVE, Verb.SUSPEND): State.SUSPENDED,
    (State.ACTIVE, Verb.END): State.ENDED,
    (State.SUSPENDED, Verb.START): State.ACTIVE,
    (State.SUSPENDED, Verb.END): State.ENDED,
}


def after(state: str, verb: Verb) -> State:
    """The state after a verb. Raises Refused SKS-F012 where the verb has no place."""
    found = _STEPS.get((state, verb))
    if found is None:
        ja, en = STATE_WORDS[state]
        raise Refused("SKS-F012", state=ja, state_en=en)
    return found
