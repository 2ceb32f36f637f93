"""Drafts that were handed in become transfers: run at once in the web process, and again by the
worker when that process died. The row of the draft says how far it is.

A runner holds a lease and tells how far it is at most twice a second. What it deposits becomes a
transfer in the one transaction that ends the draft, so a draft becomes one transfer, however
often it is run. A password lives in the memory of the process it was given to, for one run: when
that dies, the worker finds the file locked, and the sender is asked again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from django.db import DatabaseError, connections

from sekisho.kernel.errors import SekishoError, Unavailable
from sekisho.node.flowing import Beside
from sekisho.node.inspecting import remembering
from sekisho.node.opening import Node
from sekisho.node.submitting import submit_found
from sekisho.node.treating import Ready, refusal
from sekisho.node.upkeep import remove_files
from sekisho.node.uploading import sources_of
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.models import Transfer
from sekisho.office.uploads.actions import submitting
from sekisho.office.uploads.models import Draft
from sekisho.office.uploads.queries import uploads_of
from sekisho.seal.vault import Deposited

TELL_SECONDS = 0.5
RESUMED_AT_ONCE = 4
LOST = "SKS-T067"


def run_submission(node: Node, draft: Draft, password: str | None = None) -> Transfer | None:
    """Run a draft that is held (by `submitting.start` or `take_queued`) to its end, which stands
    in its row: a transfer, reasons for each file, or the time of the next attempt.

    Raises Unavailable SKS-T067 when the lease was lost meanwhile.
    """
    try:
        made = _submit(node, draft, password)
    except Unavailable as error:
        if error.code == LOST:
            raise
        submitting.put_off(node.desk, draft, error)
        return None
    except SekishoError as error:
        submitting.refuse(node.desk, draft, error)
        return None
    remove_files(node)
    return made


def _submit(node: Node, draft: Draft, password: str | None) -> Transfer:
    uploads = uploads_of(draft)
    telling = Telling(node.desk, draft)
    telling.now("read", 0, draft.total)
    return submit_found(
        node,
        actor=draft.owner,
        draft=submitting.sending_draft(draft),
        found=sources_of(node, uploads),
        password=password,
        progress=telling,
        disarmer=remembering(node, uploads),
        keep=_Keep(draft, telling),
    )


@dataclass
class Telling:
    """Progress in the row of a draft, at most twice a second; each time its lease is kept."""

    desk: Desk
    draft: Draft
    timer: Callable[[], float] = time.monotonic
    _last: tuple[float, str] = field(default=(0.0, ""), init=False)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tell it, unless it was told a moment ago."""
        last, told = self._last
        if stage != told or self.timer() - last >= TELL_SECONDS:
            self.now(stage, done, total)

    def now(self, stage: str, done: int, total: int) -> None:
        """Tell it. Raises Unavailable SKS-T067 when the lease was lost."""
        self._last = (self.timer(), stage)
        submitting.tell(self.desk, self.draft, stage, done, total)


@dataclass(frozen=True)
class _Keep:
    """`sending.submit_new`, in one transaction with the end of the draft."""

    held: Draft
    telling: Telling

    def __call__(
        self,
        desk: Desk,
        /,
        *,
        actor: str,
        draft: sending.Draft,
        files: Sequence[Ready],
        reports: Deposited | None,
        beside: Beside | None,
    ) -> Transfer:
        self.telling.now("submit", len(files), len(files))
        desk = replace(desk, token=str(self.held.more.get(submitting.THROUGH, "")))
        reasons = sending.reasons_against(desk, actor=actor, draft=draft, files=files)
        if reasons:
            sending.record_refusal(desk, actor, draft, reasons)
            raise refusal([(str(one.params.get("path", "")), one) for one in reasons])

        def submit() -> Transfer:
            return sending.submit_new(
                desk, actor=actor, draft=draft, files=files, reports=reports, beside=beside
            )

        return submitting.finish(desk, self.held, submit)


def resume_submissions(node: Node) -> list[SekishoError]:
    """Run what is queued and held by nobody, as the worker does every round; what went wrong."""
    troubles: list[SekishoError] = []
    for draft in submitting.take_queued(node.desk, RESUMED_AT_ONCE):
        try:
            run_submission(node, draft)
        except Unavailable as error:
            troubles.append(error)
    return troubles


class Runners:
    """The threads of a web process that run submissions. What they do not get to before a lease
    ends is the worker's."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._threads = ThreadPoolExecutor(node.settings.uploads.runners, "sekisho-submit")

    def start_submission(
        self, *, actor: str, draft_id: str, password: str | None = None, token: str = ""
    ) -> tuple[Draft, Future[None] | None]:
        """Record the intent and run it in a thread; the draft as it is now, and when it ends.

        Starting once more what is running changes nothing. `token` is the id of the one through
        which a program hands it in. Raises as `submitting.start`.
        """
        desk = replace(self._node.desk, token=token)
        draft = submitting.start(desk, actor=actor, draft_id=draft_id)
        if draft.lease_until is None:
            return draft, None
        return draft, self._threads.submit(self._run, draft, password)

    def start(self, work: Callable[[], object]) -> Future[None]:
        """Do other long work of this node in a thread; when it is interrupted, its lease ends."""
        return self._threads.submit(self._at_work, work)

    def close(self) -> None:
        """Wait for what is running; what waits is left to the worker."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _run(self, draft: Draft, password: str | None) -> None:
        self._at_work(lambda: run_submission(self._node, draft, password))

    def _at_work(self, work: Callable[[], object]) -> None:
        with self._node.at_work():
            try:
                work()
            except (Unavailable, DatabaseError, OSError):
                # Its lease ends, and the worker goes on.
                return
            finally:
                connections[self._node.alias].close()
