"""Kill a piece of work at each of its calls to the file system, as a power cut would.

The work runs in a forked child that ends without any clean-up before its n-th opening, linking,
renaming or removing of a file. No function is replaced: the interpreter's audit events count.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

EVENTS = frozenset({"open", "os.link", "os.mkdir", "os.remove", "os.rename"})
STEPS_MAX = 100
_KILLED, _FAILED = 77, 78


def kill_points(prepare: Callable[[], None], work: Callable[[], object]) -> Iterator[int]:
    """For n = 1, 2, …: prepare, kill the work before its n-th step, let the caller look.

    Ends when the work comes through unharmed. Raises AssertionError when the work fails by itself.
    """
    for step in range(1, STEPS_MAX):
        prepare()
        if _run_and_kill(work, step):
            yield step
        else:
            return
    raise AssertionError(f"the work takes more than {STEPS_MAX} steps")


def _run_and_kill(work: Callable[[], object], step: int) -> bool:
    child = os.fork()
    if child == 0:
        _be_killed(work, step)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, _KILLED), f"the work failed with {status}"
    return status == _KILLED


def _be_killed(work: Callable[[], object], step: int) -> None:
    count = 0

    def watch(event: str, _: tuple[Any, ...]) -> None:
        nonlocal count
        if event in EVENTS:
            count += 1
            if count == step:
                os._exit(_KILLED)

    try:
        sys.addaudithook(watch)
        work()
    except BaseException:
        os._exit(_FAILED)
    os._exit(0)
