"""How a node has files disarmed: by whom, by which profile, side by side."""

from __future__ import annotations

import builtins
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from sekisho.disarm.account import Entry
from sekisho.disarm.engine import RULES_VERSION
from sekisho.disarm.identify import ContentType
from sekisho.disarm.limits import INPUT_BYTES_MAX
from sekisho.disarm.profile import Profile, profile
from sekisho.disarm.report import Content, Outcome, Report, Sandbox
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.node.held import Held
from sekisho.office.transfers.policy import NOT_DISARMED, Policy

J = TypeVar("J")
BEAT_SECONDS = 20.0
EXCEPTION = "exception"
"""The word in a report's detail under which the id of an exception stands."""


@dataclass(frozen=True)
class Done:
    """What became of a file: the report, and the content unless it was stopped."""

    report: Report
    content: Held | None


class Disarmer(Protocol):
    """Disarms files, each where it can harm nothing else. May be called by several threads."""

    def disarm(self, content: Held, name: str, by: Profile, password: str | None = None) -> Done:
        """The rebuilt file, or a report that says why there is none.

        `content` stays the caller's. Raises Unavailable when files cannot be disarmed here as
        they must be.
        """
        ...

    def look(self, content: Held) -> tuple[Entry, ...]:
        """What scanners say of a file that is not disarmed. Raises Stopped for malware."""
        ...

    def version(self) -> tuple[str, Mapping[str, str]]:
        """The rules and programs of this moment, as they stand in reports. Raises as `disarm`."""
        ...

    def close(self) -> None:
        """End it; nothing can be disarmed any more."""
        ...


class Closing(Protocol):
    """A result that holds something open."""

    def close(self) -> None:
        """Let go of it."""
        ...


C = TypeVar("C", bound=Closing)


@dataclass(frozen=True)
class Plan:
    """What a route says about files of each kind, and which exceptions are in force on it."""

    policy: Policy
    exceptions: Mapping[str, str]

    def exception(self, kind: ContentType) -> str:
        """The id of the exception because of which such a file passes, or nothing."""
        return self.exceptions.get(kind.name, "")

    def profile(self, kind: ContentType) -> Profile | None:
        """The profile for such a file, or None when the route lets it pass as it is."""
        name = self.policy.profile_for(kind.name, kind.family)
        return None if name == NOT_DISARMED else profile(name)


def side_by_side(
    work: Callable[[J], C],
    jobs: Iterable[J],
    *,
    at_once: int,
    beat: Callable[[], object] | None = None,
) -> Iterator[C]:
    """The results of the jobs in their order, `at_once` of them under way; each is the caller's
    to close. `beat` is called now and then while one is waited for."""
    with ThreadPoolExecutor(at_once, "sekisho-disarm") as threads:
        pending: deque[Future[C]] = deque()
        try:
            for job in jobs:
                pending.append(threads.submit(work, job))
                if len(pending) > at_once:
                    yield _result(pending.popleft(), beat)
            while pending:
                yield _result(pending.popleft(), beat)
        finally:
            for one in pending:
                one.cancel()
                one.add_done_callback(_drop)


def _result(future: Future[C], beat: Callable[[], object] | None) -> C:
    while True:
        try:
            return future.result(timeout=BEAT_SECONDS if beat else None)
        except TimeoutError:
            # Also the work itself may have raised it: then it is done.
            if future.done():
                raise
        if beat:
            beat()


def _drop(future: Future[C]) -> None:
    if not future.cancelled() and future.exception() is None:
        future.result().close()


def too_large(count: int) -> Refused:
    """SKS-D003 for a file that does not fit into the memory it is disarmed in."""
    return Refused("SKS-D003", bytes=count, allowed=INPUT_BYTES_MAX)


def reason_of(report: Report) -> SekishoError:
    """Why a file was stopped, as an error with its words."""
    return Refused(report.code, **report.detail)


def excepted_report(
    name: str, kind: str, held: Held, exception: str, entries: tuple[Entry, ...] = ()
) -> Report:
    """The account of a file that passes undisarmed because of a named exception."""
    content = Content(name, kind, held.bytes, held.sha256)
    return Report(
        profile=NOT_DISARMED,
        rules=RULES_VERSION,
        came_in=content,
        outcome=Outcome.EXCEPTED,
        sandbox=Sandbox("none"),
        went_out=content,
        detail={EXCEPTION: exception},
        entries=entries,
    )


def under_name(report: Report, name: str) -> Report:
    """The report of a file that goes out under another name than the engine gave it."""
    if report.went_out is None or report.went_out.name == name:
        return report
    return replace(report, went_out=replace(report.went_out, name=name))


def version_of(report: Report) -> tuple[str, str, builtins.frozenset[tuple[str, str]]]:
    """What a fixed point depends on: profile, rules, and the programs' versions."""
    return report.profile, report.rules, frozenset(report.tools.items())
