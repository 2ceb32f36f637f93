"""What the receiving node does about disarming: it believes no report, it disarms again.

docs/adr/0011-fixed-points.md says why. For each file:

1. the digests are those of the letter, its report is well formed and speaks of this file;
2. a file that this side's route lets pass as it is stays untouched; one that the sender let pass by
   exception needs an exception here too;
3. disarmed again by this side's profile it must come out with the same bytes and the same name;
4. if not, and the sender claims this side's rules, programs and profile, the sender's node lies;
5. else the versions differ and this side decides: its own result is kept, if that is a fixed point
   of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from sekisho.disarm.identify import ContentType
from sekisho.disarm.limits import INPUT_BYTES_MAX
from sekisho.disarm.profile import Profile
from sekisho.disarm.report import Outcome, Report
from sekisho.disarm.work import Stopped
from sekisho.kernel import names
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.node.disarming import (
    Disarmer,
    Done,
    Plan,
    excepted_report,
    reason_of,
    side_by_side,
    too_large,
    version_of,
)
from sekisho.node.held import Held
from sekisho.office.transfers import rules
from sekisho.office.transfers.letter import LetterFile
from sekisho.office.transfers.receipt import REDISARMED

UNTOUCHED = ""


@dataclass(frozen=True)
class Offered:
    """One file of a parcel as it came: every byte is the sender's, nothing is believed yet."""

    plan: Plan
    file: LetterFile
    claim: Report | None
    """The sender's report, if there is one."""
    bytes: int
    sha256: str
    kind: ContentType
    load: Callable[[], Held]


@dataclass
class Checked:
    """What is to be kept of one file; `held` is this side's own result, kept instead."""

    path: str
    outcome: str = UNTOUCHED
    own: Report | None = None
    held: Held | None = None
    reason: SekishoError | None = None

    def close(self) -> None:
        """Let the content go."""
        if self.held is not None:
            self.held.close()


def check_all(
    offered: Iterable[Offered],
    disarmer: Disarmer | None,
    at_once: int,
    beat: Callable[[], object],
) -> Iterator[Checked]:
    """Every file in order; one that may not be kept carries the reason. `disarmer` may be None
    where no route asks for one."""
    with closing(
        side_by_side(lambda one: _checked(one, disarmer), offered, at_once=at_once, beat=beat)
    ) as results:
        yield from results


def _checked(one: Offered, disarmer: Disarmer | None) -> Checked:
    try:
        return _check(one, disarmer)
    except SekishoError as reason:
        return Checked(one.file.path, reason=reason)


def _check(one: Offered, disarmer: Disarmer | None) -> Checked:
    file, kind = one.file, one.kind
    if (one.bytes, one.sha256) != (file.bytes, file.sha256):
        raise Refused("SKS-T045", path=names.shown(file.path))
    _require_kind(one)
    if one.claim is not None:
        _require_about(one.claim, file)
    profile = one.plan.profile(kind)
    if profile is None or disarmer is None:
        return Checked(file.path)
    if one.claim is not None and one.claim.outcome is Outcome.EXCEPTED:
        return _excepted(one, disarmer)
    if file.bytes > INPUT_BYTES_MAX:
        raise _stopped(file, too_large(file.bytes))
    with one.load() as held:
        done = disarmer.disarm(held, file.path, profile)
    try:
        return _compared(one, done, disarmer, profile)
    except SekishoError:
        if done.content is not None:
            done.content.close()
        raise


def _require_kind(one: Offered) -> None:
    seen = rules.What(one.file.path, one.bytes, one.kind.name, one.kind.family)
    reason = rules.type_reason(one.plan.policy, seen)
    if reason is not None:
        raise reason


def _require_about(claim: Report, file: LetterFile) -> None:
    """Raises Refused SKS-T083 unless the report says that this file came out of it."""
    out = claim.went_out
    if out is None or (out.name, out.bytes, out.sha256) != (file.path, file.bytes, file.sha256):
        raise Refused("SKS-T083", path=names.shown(file.path))


def _excepted(one: Offered, disarmer: Disarmer) -> Checked:
    exception = one.plan.exception(one.kind)
    if not exception:
        raise Refused("SKS-T084", path=names.shown(one.file.path))
    if one.file.bytes > INPUT_BYTES_MAX:
        own = excepted_report(
            one.file.path, one.kind.name, Held(-1, one.bytes, one.sha256), exception
        )
        return Checked(one.file.path, Outcome.EXCEPTED.value, own)
    with one.load() as held:
        try:
            seen = disarmer.look(held)
        except Stopped as stopped:
            raise _stopped(one.file, stopped) from None
        own = excepted_report(one.file.path, one.kind.name, held, exception, seen)
    return Checked(one.file.path, Outcome.EXCEPTED.value, own)


def _compared(one: Offered, done: Done, disarmer: Disarmer, profile: Profile) -> Checked:
    file, own = one.file, done.report
    if own.went_out is None or done.content is None:
        raise _stopped(file, reason_of(own))
    if (done.content.sha256, own.went_out.name) == (file.sha256, file.path):
        done.content.close()
        return Checked(file.path, Outcome.SAME.value, own)
    if one.claim is not None and version_of(one.claim) == version_of(own):
        raise Refused("SKS-T081", path=names.shown(file.path))
    if own.went_out.kind != one.kind.name or not _is_stable(done, disarmer, profile):
        raise Refused("SKS-T085", path=names.shown(file.path))
    return Checked(own.went_out.name, REDISARMED, own, done.content)


def _is_stable(done: Done, disarmer: Disarmer, profile: Profile) -> bool:
    """Whether this side's own result is a fixed point."""
    if done.content is None or done.report.went_out is None:
        return False
    name = done.report.went_out.name
    again = disarmer.disarm(done.content, name, profile)
    if again.content is None or again.report.went_out is None:
        return False
    with again.content as content:
        return (content.sha256, again.report.went_out.name) == (done.content.sha256, name)


def _stopped(file: LetterFile, reason: SekishoError) -> Refused:
    words = (reason.explain(language).what for language in ("ja", "en"))
    ja, en = words
    return Refused(
        "SKS-T082", path=names.shown(file.path), stopped_by=reason.code, why=ja, why_en=en
    )
