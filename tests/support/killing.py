"""End work with SIGKILL at one of its port calls: store, database commits, files of vault and keys.

The work runs in a forked child. Ports call `Points.moment` before and after they act; the child
ends itself at the moment number n. Nothing is replaced: the store is wrapped, Django's connection
and the interpreter's audit events are listened to.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any

from django.db import connections
from tests.support.faulty_store import Call, CountingStore

from sekisho.store.protocol import Data, Entry, Store

WRITES = ("INSERT", "UPDATE", "DELETE", "PRAGMA")
FILE_EVENTS = frozenset({"open", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_IDS = re.compile(r"\b(pc|tr|ob|kb|st)_[a-z2-7]+|[0-9a-f]{16,}")


class Points:
    """Counts the moments of one run, and ends the process at number `kill_at` (0: never).

    With `every` all moments count; without, only those before which something may have changed
    on a disk or in a database since the last that counted: killing at the others would leave
    exactly what killing at the one before has left. With `only`, a pattern, moments whose label
    does not match never count.
    """

    def __init__(
        self,
        tell: Callable[[str], None],
        *,
        kill_at: int = 0,
        every: bool = False,
        only: str = "",
    ):
        self._only = re.compile(only)
        self._tell = tell
        self._kill_at = kill_at
        self._every = every
        self._count = 0
        self._changed = True
        self._lock = threading.RLock()

    def moment(self, label: str) -> None:
        """A place where the process may be killed."""
        with self._lock:
            if not (self._every or self._changed) or not self._only.search(label):
                return
            self._changed = False
            self._count += 1
            self._tell(masked(label))
            over = self._count == self._kill_at
        if over:
            self.end(label)

    def end(self, label: str) -> None:
        """What happens at the moment `kill_at`."""
        os.kill(os.getpid(), signal.SIGKILL)

    def changed(self) -> None:
        """Something may be different on a disk or in a database from now on."""
        with self._lock:
            self._changed = True


class Interruptions(Points):
    """Ctrl-C at the moment instead: clean-up runs, as it does not when the process is killed."""

    def end(self, label: str) -> None:
        raise KeyboardInterrupt(label)


def masked(label: str) -> str:
    """The label without what is random in it."""
    return _IDS.sub(r"\1…", label)


class WatchedStore(CountingStore):
    """`inner` with a moment before and after every call; many puts are put one by one."""

    def __init__(self, inner: Store, points: Points) -> None:
        super().__init__(inner, self._pass)
        self._points = points

    def _pass(self, call: Call) -> None:
        if call.moment == "after" and call.verb in ("put", "delete", "tidy"):
            self._points.changed()
        self._points.moment(f"store {call.moment} {call.verb} {call.name}")

    def put_many(self, items: Iterable[tuple[str, Data]]) -> list[bool]:
        return [self.put(name, data) for name, data in items]

    def delete_many(self, names: Iterable[str]) -> None:
        for name in names:
            self.delete(name)

    def list(self, prefix: str) -> Iterator[Entry]:
        return super().list(prefix)


def watch_database(alias: str, points: Points) -> None:
    """Moments before and after every COMMIT, and around statements that commit by themselves."""
    backend = connections[alias]
    commit = backend._commit
    wrote = False

    def watched() -> None:
        nonlocal wrote
        if wrote:
            points.changed()  # Pages of the open transaction may lie in the log already.
        points.moment("database before COMMIT")
        commit()
        if wrote:
            points.changed()
        wrote = False
        points.moment("database after COMMIT")

    def statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal wrote
        word = sql.split(None, 1)[0].upper()
        if word not in WRITES:
            return execute(sql, params, many, context)
        if backend.in_atomic_block:
            wrote = True
            return execute(sql, params, many, context)
        points.moment(f"database before {word}")
        answer = execute(sql, params, many, context)
        points.changed()
        points.moment(f"database after {word}")
        return answer

    backend._commit = watched
    backend.execute_wrappers.append(statement)


def watch_files(folder: Path, points: Points) -> None:
    """Moments before every call that changes files below `folder`, or of a name without folders
    (an open folder of the store). For a process that ends soon: a hook cannot be taken away."""
    beginning = f"{folder}/"

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event not in FILE_EVENTS or (event == "open" and not _opens_for_writing(args)):
            return
        path = os.fsdecode(args[0]) if isinstance(args[0], str | bytes | os.PathLike) else ""
        if path.startswith(beginning) or (path and "/" not in path):
            points.moment(f"file {event.removeprefix('os.')} {path.removeprefix(beginning)}")
            points.changed()

    sys.addaudithook(watch)


def _opens_for_writing(args: tuple[Any, ...]) -> bool:
    return isinstance(args[2], int) and bool(args[2] & _WRITING)


@dataclass(frozen=True)
class Ended:
    """How a child ended: killed at `moments[-1]`, or finished with `answer`."""

    killed: bool
    moments: tuple[str, ...]
    answer: Any = None


class Child:
    """`work(tell)` in a forked process; `tell` notes a moment, what it returns is the answer."""

    def __init__(self, work: Callable[[Callable[[str], None]], Any]) -> None:
        assert threading.active_count() == 1, "a fork copies one thread only"
        self.pipe, writing = Pipe(duplex=False)
        self._pid = os.fork()
        if self._pid == 0:
            self.pipe.close()
            _live(work, writing)
        writing.close()

    def join(self) -> Ended:
        """Wait for its end. Raises AssertionError with its traceback when the work failed."""
        moments: list[str] = []
        ended = None
        while ended is None:
            try:
                kind, value = self.pipe.recv()
            except EOFError:
                break
            if kind == "moment":
                moments.append(value)
            else:
                ended = (kind, value)
        self.pipe.close()
        status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        if ended is None and status == -signal.SIGKILL:
            return Ended(True, tuple(moments))
        assert ended is not None and ended[0] == "done", ended[1] if ended else f"status {status}"
        return Ended(False, tuple(moments), ended[1])


def _live(work: Callable[[Callable[[str], None]], Any], writing: Connection) -> None:
    gc.disable()
    try:
        answer = work(lambda label: writing.send(("moment", label)))
        writing.send(("done", answer))
    except BaseException:
        writing.send(("failed", traceback.format_exc()))
    finally:
        # No clean-up: what pytest and Django hold belongs to the parent.
        os._exit(0)


def in_child(work: Callable[[], Any]) -> Any:
    """What `work` returns, from a process of its own."""
    return Child(lambda _: work()).join().answer


def side_by_side(
    works: Iterator[Callable[[], Any]], until: Callable[[Any], bool], at_once: int = 2
) -> list[Any]:
    """The answers of works run in children, `at_once` at a time, in order; no work is begun any
    more after an answer of which `until` is true."""
    answers: dict[int, Any] = {}
    running: dict[int, Child] = {}
    over, number = False, 0
    while True:
        while not over and len(running) < at_once:
            work = next(works, None)
            if work is None:
                over = True
                break
            running[number] = Child(lambda _, work=work: work())
            number += 1
        if not running:
            return [answers[key] for key in sorted(answers)]
        ready = wait([child.pipe for child in running.values()])
        for key, child in list(running.items()):
            if child.pipe in ready:
                answers[key] = running.pop(key).join().answer
                over = over or until(answers[key])
