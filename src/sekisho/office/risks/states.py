"""The states of a run."""

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
