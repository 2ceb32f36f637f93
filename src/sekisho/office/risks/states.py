"""The states of a run, and what is chosen about a comment."""

from __future__ import annotations

from enum import StrEnum

from sekisho.kernel.speech import Pair


class State(StrEnum):
    """How far a run is."""

    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"


STATE_WORDS: dict[str, Pair] = {
    State.QUEUED: ("計算中", "running"),
    State.DONE: ("終わり", "done"),
    State.FAILED: ("できなかった", "failed"),
}


class Choice(StrEnum):
    """What a new version does about a comment."""

    TAKEN = "taken"
    DECLINED = "declined"
    CARRIED = "carried"


CHOICE_WORDS: dict[str, Pair] = {
    "": ("未回答", "not answered"),
    Choice.TAKEN: ("反映した", "taken"),
    Choice.DECLINED: ("反映しない", "declined"),
    Choice.CARRIED: ("次の版に持ち越す", "carried on"),
}
