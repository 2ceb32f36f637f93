"""From how a child ended to what is said of its file: everything but a clean answer stops it."""

from __future__ import annotations

import signal

from sekisho.disarm.sandbox import child
from sekisho.disarm.sandbox.lockdown import Bounds
from sekisho.disarm.sandbox.messages import Answer, Said, read_answer
from sekisho.disarm.sandbox.starting import Ended
from sekisho.disarm.work import Stopped
from sekisho.kernel.errors import InvalidInput


def judge(ended: Ended | None, untrusted_answer: bytes, bounds: Bounds) -> Answer:
    """The child's answer, when it ended as it should. `ended` is None when it had to be killed.

    Raises Stopped SKS-D020 to SKS-D026.
    """
    if ended is None:
        raise Stopped("SKS-D023", seconds=int(bounds.wall_seconds_max))
    code = ended.exit_code
    if code == child.ANSWERED:
        return _answered(untrusted_answer)
    if code == child.FAULT:
        raise Stopped("SKS-D020", fault=_fault(untrusted_answer))
    if code == child.OUT_OF_MEMORY:
        raise Stopped("SKS-D021", allowed=bounds.memory_bytes_max)
    if code in (child.OUTPUT_FULL, -signal.SIGXFSZ):
        raise Stopped("SKS-D025", allowed=bounds.output_bytes_max)
    if code == -signal.SIGSYS:
        raise Stopped("SKS-D026")
    # Who ignores the signal of the soft limit is killed at the hard one.
    used_up = ended.cpu_milliseconds >= 1000 * bounds.cpu_seconds_max
    if code == -signal.SIGXCPU or (code == -signal.SIGKILL and used_up):
        raise Stopped("SKS-D022", seconds=bounds.cpu_seconds_max)
    if code == -signal.SIGKILL:
        raise Stopped("SKS-D021", allowed=bounds.memory_bytes_max)  # the system was out of memory
    raise Stopped("SKS-D020", fault=_signal_name(code))


def _answered(untrusted: bytes) -> Answer:
    try:
        answer = read_answer(untrusted)
    except InvalidInput:
        raise Stopped("SKS-D024") from None
    if answer.said is Said.FAULT:
        raise Stopped("SKS-D024")
    return answer


def _fault(untrusted: bytes) -> str:
    try:
        return read_answer(untrusted).detail.get("fault", "?")
    except InvalidInput:
        return "?"


def _signal_name(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit {code}"
