"""A progress bar for work of more than a second, on a terminal and for people only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from sekisho.cli.call import Call

if TYPE_CHECKING:
    from rich.progress import Progress

AFTER_SECONDS = 1.0
EVERY_SECONDS = 0.1


class Bar:
    """Called with what is worked on, bytes done, bytes in all (or things, where they are
    `counted`); draws on standard error."""

    def __init__(
        self,
        call: Call,
        title: str,
        timer: Callable[[], float] = time.monotonic,
        *,
        counted: bool = False,
    ) -> None:
        self._counted = counted
        self._silent = call.json or not sys.stderr.isatty()
        self._title = title
        self._timer = timer
        self._started = self._drawn = timer()
        self._bar: Progress | None = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show how far it is, a few times a second."""
        now = self._timer()
        early = now - self._started < AFTER_SECONDS
        if self._silent or early or now - self._drawn < EVERY_SECONDS:
            return
        self._drawn = now
        if self._bar is None:
            self._bar = _bar(self._counted)
            self._bar.add_task(self._title, total=max(total, 1))
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done, total=max(total, 1))


def _bar(counted: bool) -> Progress:
    # Here, not above: most calls are over before a bar is drawn.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn() if counted else DownloadColumn(binary_units=True),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
