"""Disarm files in children that can reach nothing else: the call that everybody uses.

    with Pool(children=2) as pool:
        done = pool.disarm(content, "報告.docx", STANDARD)
        if done.content is None:          # stopped: done.report.code says why
            ...
        else:                             # a readable file in memory, sealed; close it
            ...

`content` is bytes, a binary file (read from where it stands to its end), or an iterable of
pieces. `name` is the file's
name or its path in a transfer. `done.report` is complete: sizes and digests are the parent's
own, what the child says was checked for its form. `done.content` is None whenever anything went
wrong; the original is never handed back. Nothing is written to a disk.

Each file has a child of its own, forked and locked down before it is asked for (see `zygote`,
`lockdown`), killed at the latest at the wall-clock limit. Several threads may call `disarm` at
once; at most `children` files are worked on at a time, others wait. `close()` (or the end of the
`with`) kills what is still at work: those files are stopped.

`convert` is called for the kinds of `converting.CONVERTED_FIRST` (see there), outside of every
child and of every lock; its result then takes the way of every file. `level_min` is a setting:
where less of the lockdown is in force, no file is worked on.

Raises, for all files alike: Unavailable SKS-D030 when no child can be had, Refused SKS-D031 when
less of the lockdown is in force than `level_min`. For one file: InvalidInput SKS-V022 for a name
that is none, SKS-K002 for a password that cannot be one.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

from sekisho.disarm import limits
from sekisho.disarm.account import Act, Entry
from sekisho.disarm.engine import name_for
from sekisho.disarm.profile import Profile
from sekisho.disarm.report import Content, Outcome, Report, Sandbox
from sekisho.disarm.sandbox import contents, messages
from sekisho.disarm.sandbox.contents import Taken, Untrusted
from sekisho.disarm.sandbox.converting import CONVERTED_FIRST, Convert, converted_name
from sekisho.disarm.sandbox.lockdown import Bounds, Level, is_below
from sekisho.disarm.sandbox.messages import Answer, Job, Said
from sekisho.disarm.sandbox.starting import BOOT, Child, Hello, Zygote, ZygoteLost
from sekisho.disarm.sandbox.verdicts import judge
from sekisho.disarm.work import Stopped
from sekisho.kernel.errors import InvalidInput, Refused, Unavailable
from sekisho.kernel.names import check_path


@dataclass(frozen=True, slots=True)
class Done:
    """One file's end. `content` is the rebuilt file, or None when it was stopped."""

    report: Report
    content: BinaryIO | None


@dataclass(frozen=True, slots=True)
class State:
    """What the pool works with: the lockdown measured in a child, and what the zygote loaded."""

    sandbox: Sandbox
    hello: Hello


@dataclass(frozen=True, slots=True)
class _Run:
    """What came of one child: its answer and output, or why there is none."""

    state: State
    kind: str
    answer: Answer | None = None
    stopped: Stopped | None = None
    output: BinaryIO | None = None


class Pool:
    """Children for files. See the top of this module."""

    def __init__(
        self,
        children: int = 2,
        *,
        level_min: Level = Level.NONE,
        bounds: Bounds | None = None,
        convert: Convert | None = None,
        boot: str = BOOT,
    ) -> None:
        """`boot` is the program of the zygote; only tests have another one."""
        if not 1 <= children <= limits.CHILDREN_MAX:
            raise ValueError(f"children: 1..{limits.CHILDREN_MAX}")
        self._children = children
        self._level_min = level_min
        self._bounds = bounds or Bounds()
        self._convert = convert
        self._boot = boot
        self._slots = threading.BoundedSemaphore(children)
        self._lock = threading.Lock()
        self._closed = False
        self._zygote: Zygote | None = None
        with self._lock:
            self._running()  # it loads while the caller goes on

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all children and the zygote. May be called again."""
        with self._lock:
            self._closed = True
            self._forget()

    def state(self) -> State:
        """What is in force, measured. Raises Unavailable SKS-D030, Refused SKS-D031."""
        child, hello = self._take()
        with child:
            return State(child.sandbox, hello)

    def disarm(
        self, untrusted: Untrusted, name: str, profile: Profile, password: str | None = None
    ) -> Done:
        """Rebuild one file in a child of its own. Raises as the top of this module says."""
        check_path(name)
        _check_password(password)
        taken = contents.take(untrusted, limits.INPUT_BYTES_MAX)
        job = Job(name, profile, password, convert=self._convert is not None)
        if taken.file is None:
            return self._done(job, taken, _Run(self.state(), "", stopped=_too_large(taken)))
        with taken.file as file:
            run = self._work(job, file)
            if run.answer and run.answer.said is Said.CONVERT:
                return self._converted(job, taken, run)
            return self._done(job, taken, run)

    def _converted(self, job: Job, taken: Taken, first: _Run) -> Done:
        """The content of a kind that is turned into another first, and then takes the usual way."""
        plain = Job(job.name, job.profile, job.password)
        if self._convert is None or taken.file is None:
            raise RuntimeError("nothing to convert")
        try:
            content = self._convert(taken.file, first.kind)
        except Stopped as stopped:
            return self._done(job, taken, _Run(first.state, first.kind, stopped=stopped))
        if content is None:
            taken.file.seek(0)
            return self._done(job, taken, self._work(plain, taken.file))
        again = contents.take(content, limits.INPUT_BYTES_MAX)
        if again.file is None:
            run = _Run(first.state, first.kind, stopped=_too_large(again))
            return self._done(job, taken, run)
        with again.file as file:
            name = converted_name(job.name, first.kind)
            run = self._work(Job(name, job.profile, job.password), file)
        row = Entry(Act.REPLACED, "converted-first")
        return self._done(job, taken, run, kind=first.kind, rows=(row,))

    def _work(self, job: Job, file: BinaryIO) -> _Run:
        with self._slots:
            child, hello = self._take()
            with child:
                return self._in_child(child, State(child.sandbox, hello), job, file)

    def _in_child(self, child: Child, state: State, job: Job, file: BinaryIO) -> _Run:
        """Hand the file over, wait for the child's end, and only then read what it wrote."""
        output, answer_file = contents.blank("disarm-out"), contents.blank("disarm-says")
        said = b""
        try:
            child.hand_over(messages.write_job(job), (file.fileno(), output, answer_file))
            ended = child.ended(self._bounds.wall_seconds_max)
            if ended is None:
                child.kill()
            said = os.pread(answer_file, limits.ANSWER_BYTES_MAX + 1, 0)
            answer = judge(ended, said, self._bounds)
            _require_likely(answer, job, state)
            content = self._output(output, answer)
        except ZygoteLost:
            return _Run(state, "", stopped=Stopped("SKS-D027"))
        except Stopped as stopped:
            return _Run(state, messages.read_kind(said), stopped=stopped)
        finally:
            os.close(output)
            os.close(answer_file)
        return _Run(state, answer.kind, answer, output=content)

    def _output(self, descriptor: int, answer: Answer) -> BinaryIO | None:
        """What the child wrote, sealed; None where it has nothing to hand out."""
        if answer.said is not Said.DONE:
            return None
        size = os.fstat(descriptor).st_size
        if size > self._bounds.output_bytes_max:
            raise Stopped("SKS-D025", allowed=self._bounds.output_bytes_max)
        if not size and answer.kind_out != "empty":
            raise Stopped("SKS-D024")
        try:
            return contents.seal(os.dup(descriptor))
        except OSError:  # somebody else still has it open for writing
            raise Stopped("SKS-D024") from None

    def _done(
        self, job: Job, taken: Taken, run: _Run, *, kind: str = "", rows: tuple[Entry, ...] = ()
    ) -> Done:
        """The report of one file, with the parent's own sizes and digests."""
        answer = run.answer
        stopped = run.stopped
        out = None
        outcome = Outcome.STOPPED
        if answer and run.output:
            out = Content(answer.name, answer.kind_out, *contents.measured(run.output))
            same = (out.sha256, out.name) == (taken.sha256, job.name)
            outcome = Outcome.SAME if same else Outcome.REBUILT
        if stopped:
            code, detail = stopped.code, {key: str(one) for key, one in stopped.params.items()}
        else:
            code, detail = (answer.code, dict(answer.detail)) if answer else ("", {})
        report = Report(
            profile=job.profile.name,
            rules=run.state.hello.rules,
            came_in=Content(job.name, kind or run.kind, taken.bytes, taken.sha256),
            outcome=outcome,
            sandbox=run.state.sandbox,
            went_out=out,
            code=code,
            detail=detail,
            entries=(*rows, *answer.entries)[: limits.ENTRIES_MAX] if answer else rows,
            left_out=answer.left_out if answer else 0,
            tools=run.state.hello.tools,
        )
        return Done(report, run.output)

    def _take(self) -> tuple[Child, Hello]:
        """A child that is ready, and another one asked for in its place."""
        reason = ""
        with self._lock:
            for _ in range(limits.START_TRIES_MAX):
                try:
                    zygote = self._running()
                    hello = zygote.hello()
                    zygote.ask()
                    child = zygote.child()
                except ZygoteLost as lost:
                    reason = lost.reason
                    self._forget()
                    continue
                if is_below(child.sandbox.level, self._level_min):
                    with child:
                        raise Refused(
                            "SKS-D031", level=child.sandbox.level, needed=self._level_min.value
                        )
                return child, hello
        raise Unavailable("SKS-D030", reason=reason)

    def _running(self) -> Zygote:
        """The zygote, with the children that are kept in advance asked for. Needs the lock."""
        if self._closed:
            raise RuntimeError("this pool is closed")
        if self._zygote is not None and not self._zygote.is_ours():
            self._forget()
        if self._zygote is None:
            self._zygote = Zygote(self._bounds, self._boot)
            for _ in range(self._children):
                self._zygote.ask()
        return self._zygote

    def _forget(self) -> None:
        zygote, self._zygote = self._zygote, None
        if zygote is not None:
            zygote.end()


def _check_password(password: str | None) -> None:
    """What cannot be handed over is a password of no file. Raises InvalidInput SKS-K002."""
    try:
        too_long = len((password or "").encode()) > limits.PASSWORD_BYTES_MAX
    except UnicodeEncodeError:
        too_long = True
    if too_long:
        raise InvalidInput("SKS-K002", where="password", reason="form")


def _too_large(taken: Taken) -> Stopped:
    return Stopped("SKS-D003", bytes=taken.bytes, allowed=limits.INPUT_BYTES_MAX)


def _require_likely(answer: Answer, job: Job, state: State) -> None:
    """What the parent can judge by itself. Raises Stopped SKS-D024."""
    if answer.said is Said.CONVERT and not (job.convert and answer.kind in CONVERTED_FIRST):
        raise Stopped("SKS-D024")
    if answer.said is Said.DONE and (
        # What comes out goes in again at the receiver: a kind nobody rebuilds is a lie.
        answer.kind_out not in state.hello.kinds
        or answer.name != name_for(job.name, answer.kind_out, job.profile)
    ):
        raise Stopped("SKS-D024")
