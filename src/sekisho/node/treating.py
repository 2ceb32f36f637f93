"""A sender's files before they are kept: read into memory, judged by kind, disarmed side by side.

Every file is looked at before anything is decided: what stands against a transfer is told at
once, file by file.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from cryptography.utils import Buffer

from sekisho.disarm.account import Act
from sekisho.disarm.identify import ContentType
from sekisho.disarm.limits import INPUT_BYTES_MAX
from sekisho.disarm.report import Outcome, Report, write_report
from sekisho.disarm.work import Stopped
from sekisho.kernel import names
from sekisho.kernel.errors import Refused, SekishoError, SeveralRefused
from sekisho.node.deposits import InVault
from sekisho.node.disarming import (
    Disarmer,
    Plan,
    excepted_report,
    reason_of,
    side_by_side,
    too_large,
    under_name,
)
from sekisho.node.held import Held, hold
from sekisho.node.progress import Progress
from sekisho.node.tasting import Taster
from sekisho.office.transfers import rules
from sekisho.office.transfers.letter import REPORTS_BYTES_MAX
from sekisho.seal.vault import Deposited, Vault


class Source(Protocol):
    """A file wherever it comes from (`intake.SourceFile` is one): its size, and its content."""

    @property
    def bytes(self) -> int: ...

    def read(self) -> Iterator[Buffer]:
        """The content from its beginning, in pieces; each call reads anew, in any thread."""
        ...


Found = tuple[str, Source]


@dataclass
class Treated:
    """One file: the name it came under, and what is to be kept of it or stands against it."""

    path: str
    source: Source
    held: Held | None = None
    """None for what is too large for the memory: it is streamed, if its kind may pass so."""
    report: Report | None = None
    reason: SekishoError | None = None
    kind: str = ""
    """Its kind by content; empty where that is known only once it has been streamed."""

    @property
    def name(self) -> str:
        """The name it goes out under, as far as the engine is asked."""
        out = self.report.went_out if self.report else None
        return out.name if out else self.path

    def pieces(self) -> Iterator[Buffer]:
        """What goes out."""
        return self.source.read() if self.held is None else self.held.pieces()

    def close(self) -> None:
        """Let the content go."""
        if self.held is not None:
            self.held.close()


@dataclass(frozen=True)
class Ready(InVault):
    """A file that lies in the vault, as the verbs of the office want it."""

    path: str
    content_type: str
    family: str
    deposited: Deposited
    report: Report | None = None

    @property
    def outcome(self) -> str:
        """How disarming ended; empty when the route does not ask for it."""
        return self.report.outcome.value if self.report else ""

    @property
    def found(self) -> int:
        """How many things people should judge."""
        return sum(row.count for row in self.report.of(Act.FOUND)) if self.report else 0

    @property
    def report_data(self) -> builtins.bytes:
        """The report as it is kept and sent."""
        return write_report(self.report) if self.report else b""

    @property
    def report_bytes(self) -> int:
        return len(self.report_data)

    @property
    def report_sha256(self) -> str:
        return sha256(self.report_data).hexdigest() if self.report else ""


@dataclass
class Treatment:
    """How the files of one submission are treated: the route's plan, and who disarms."""

    plan: Plan
    disarmer: Disarmer
    at_once: int
    password: str | None = field(default=None, repr=False)

    def all_of(self, found: Sequence[Found], progress: Progress) -> Iterator[Treated]:
        """Every file, in order; each is the caller's to close. `progress` counts files."""
        number = 0
        results = side_by_side(
            self.treat,
            found,
            at_once=self.at_once,
            beat=lambda: progress("disarm", number, len(found)),
        )
        with closing(results):
            for one in results:
                number += 1
                progress("disarm", number, len(found))
                yield one

    def treat(self, found: Found) -> Treated:
        """One file, judged by its kind and disarmed as the route asks; the caller closes it."""
        path, source = found
        if source.bytes > INPUT_BYTES_MAX:
            return Treated(path, source)
        held = hold(source.read(), INPUT_BYTES_MAX)
        kind = held.content_type()
        made = Treated(path, source, held, kind=kind.name)
        made.reason = rules.type_reason(
            self.plan.policy, rules.What(path, held.bytes, kind.name, kind.family)
        )
        if made.reason is None:
            self._disarm(made, held, kind)
        return made

    def _disarm(self, made: Treated, held: Held, kind: ContentType) -> None:
        exception, profile = self.plan.exception(kind), self.plan.profile(kind)
        if exception:
            try:
                seen = self.disarmer.look(held)
            except Stopped as stopped:
                made.reason = stopped
            else:
                made.report = excepted_report(made.path, kind.name, held, exception, seen)
        elif profile is not None:
            with held:
                done = self.disarmer.disarm(held, made.path, profile, self.password)
            made.report, made.held = done.report, done.content
            if done.report.outcome is Outcome.STOPPED:
                made.reason = reason_of(done.report)

    def streamed_reason(self, path: str, count: int, kind: ContentType) -> SekishoError | None:
        """What stands against a file that was streamed, now that its kind is known."""
        reason = rules.type_reason(
            self.plan.policy, rules.What(path, count, kind.name, kind.family)
        )
        if reason is None and self.plan.profile(kind) and not self.plan.exception(kind):
            return too_large(count)
        return reason


class Keeping:
    """Treated files on their way into the vault; nothing stays when one may not pass."""

    def __init__(self, treatment: Treatment, vault: Vault) -> None:
        self._treatment = treatment
        self._vault = vault
        self._reasons: list[tuple[str, SekishoError]] = []
        self._tasters: list[Taster] = []
        self._treated: list[Treated] = []
        self._names: list[str] = []
        self._count = 0

    def keep(
        self, found: Sequence[Found], progress: Progress
    ) -> tuple[list[Ready], Deposited | None]:
        """The files, and all their reports as one object of the vault.

        Raises SeveralRefused SKS-T080 or the one reason of the route, Refused SKS-T089.
        """
        self._count = len(found)
        total = sum(source.bytes for _, source in found)
        deposited = self._vault.deposit_many(
            self._sources(found, progress),
            # Only what is too large to be disarmed takes long here.
            lambda done: progress("deposit", done, total) if done > INPUT_BYTES_MAX else None,
        )
        reports = deposited.pop() if len(deposited) > self._count else None
        return self._ready(deposited), reports

    def _sources(
        self, found: Sequence[Found], progress: Progress
    ) -> Iterator[Taster | list[bytes]]:
        """What is deposited, in order: raising in here makes the vault forget all of it."""
        for one in self._treatment.all_of(found, progress):
            try:
                if one.reason is not None:
                    self._reasons.append((one.path, one.reason))
                if not self._reasons:
                    yield self._taken(one)
                    self._judge_streamed(one)
            finally:
                one.close()
        if self._reasons:
            raise refusal(self._reasons)
        self._names = free_names([(one.path, one.name) for one in self._treated])
        if reports := b"".join(self._reports()):
            if len(reports) > REPORTS_BYTES_MAX:
                raise Refused("SKS-T089", bytes=len(reports), allowed=REPORTS_BYTES_MAX)
            yield [reports]

    def _taken(self, one: Treated) -> Taster:
        self._treated.append(one)
        self._tasters.append(Taster(one.pieces()))
        return self._tasters[-1]

    def _judge_streamed(self, one: Treated) -> None:
        if one.held is None:
            taster = self._tasters[-1]
            reason = self._treatment.streamed_reason(
                one.path, one.source.bytes, taster.content_type()
            )
            if reason is not None:
                self._reasons.append((one.path, reason))

    def _reports(self) -> Iterator[bytes]:
        for one, name in zip(self._treated, self._names, strict=True):
            if one.report is not None:
                yield write_report(under_name(one.report, name))

    def _ready(self, deposited: Sequence[Deposited]) -> list[Ready]:
        files = zip(self._treated, self._names, self._tasters, deposited, strict=True)
        return [_ready(one, name, taster.content_type(), done) for one, name, taster, done in files]


def _ready(one: Treated, name: str, kind: ContentType, deposited: Deposited) -> Ready:
    report = under_name(one.report, name) if one.report else None
    return Ready(name, kind.name, kind.family, deposited, report)


def refusal(reasons: Sequence[tuple[str, SekishoError]]) -> SekishoError:
    """One error for everything that stands against the files of a transfer."""
    path, first = reasons[0]
    if len(reasons) == 1 and first.code == "SKS-T029":
        return first
    return SeveralRefused("SKS-T080", reasons, count=len(reasons), path=names.shown(path))


def free_names(wanted: Sequence[tuple[str, str]]) -> list[str]:
    """A name of its own for each file: (as it came, as the engine calls it now).

    Names that stayed are given first; a new one that is taken gets a number, `名簿 (2).docx`.
    Raises InvalidInput SKS-V022 for a name that cannot travel.
    """
    taken = {names.collision_key(new) for old, new in wanted if new == old}
    found = []
    for old, new in wanted:
        name = new if new == old else _free(new, taken)
        taken.add(names.collision_key(name))
        found.append(names.check_path(name))
    return found


def _free(name: str, taken: set[str]) -> str:
    stem, _, extension = name.rpartition(".")
    tried, number = name, 1
    while names.collision_key(tried) in taken:
        number += 1
        tried = f"{stem} ({number}).{extension}"
    return tried
