"""Judgements about transfers: values in, values out. No clock, no database, no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sekisho.disarm.kinds import label
from sekisho.kernel.clock import JAPAN
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.office.accounts.who import EVERYBODY, Who, matches
from sekisho.office.transfers.approval import counted
from sekisho.office.transfers.letter import (
    ADDRESSEES_MAX,
    LINES,
    LOGIN_CHARS_MAX,
    PURPOSE_CHARS_MAX,
    has_control,
)
from sekisho.office.transfers.policy import AFTER, BEFORE, Policy


@dataclass(frozen=True)
class What:
    """A file as the rules see one."""

    path: str
    bytes: int
    content_type: str
    family: str


@dataclass(frozen=True)
class Request:
    """A transfer that asks to leave."""

    sender: Who
    addressees: tuple[str, ...]
    label: str
    purpose: str
    files: tuple[What, ...]
    emergency: str | None = None
    """Why it has to leave at once, where the sender asks for that."""


def judge(policy: Policy, request: Request) -> tuple[SekishoError, ...]:
    """Every reason why the request may not leave on this route; none means that it may."""
    return (*_judge_people(policy, request), *_judge_content(policy, request))


def _judge_people(policy: Policy, request: Request) -> Iterable[SekishoError]:
    if not matches(policy.senders, request.sender):
        yield Refused("SKS-T020", login=request.sender.login)
    if not request.addressees:
        yield Refused("SKS-T021")
    if len(request.addressees) > ADDRESSEES_MAX:
        yield Refused("SKS-T037", count=len(request.addressees), allowed=ADDRESSEES_MAX)
    for login in request.addressees:
        if len(login) > LOGIN_CHARS_MAX or has_control(login):
            yield unfit_text("宛先", "An addressee", LOGIN_CHARS_MAX)
        if EVERYBODY not in policy.recipients and login not in policy.recipients:
            yield Refused("SKS-T022", login=login)
    if request.label not in policy.labels:
        yield Refused("SKS-T023", label=request.label, allowed="、".join(policy.labels))
    if not request.purpose.strip():
        yield Refused("SKS-T024")
    if not fits(request.purpose):
        yield unfit_text("目的", "The purpose", PURPOSE_CHARS_MAX)
    if request.emergency is not None:
        yield from _judge_emergency(policy, request.emergency)


def _judge_emergency(policy: Policy, reason: str) -> Iterable[SekishoError]:
    if not policy.emergency:
        yield Refused("SKS-H040")
    if not reason.strip():
        yield Refused("SKS-T035")
    if not fits(reason):
        yield unfit_text("理由", "A reason", PURPOSE_CHARS_MAX)


def timing_for(policy: Policy, sender: Who, emergency: str | None = None) -> str:
    """Whether this sender's transfer is approved before it leaves or confirmed after."""
    leaves_first = emergency is not None or matches(policy.after_for, sender)
    return AFTER if leaves_first else policy.timing


def fits(text: str) -> bool:
    """Whether a purpose or a reason can be kept and shown: 400 characters, plain lines."""
    return len(text) <= PURPOSE_CHARS_MAX and not has_control(text, LINES)


def unfit_text(field: str, field_en: str, chars_max: int) -> Refused:
    """SKS-T036 for a text, named in Japanese and English."""
    return Refused("SKS-T036", field=field, field_en=field_en, allowed=chars_max)


def _judge_content(policy: Policy, request: Request) -> Iterable[SekishoError]:
    if not request.files:
        yield Refused("SKS-T025")
    if len(request.files) > policy.files_max:
        yield Refused("SKS-T026", count=len(request.files), allowed=policy.files_max)
    total = sum(file.bytes for file in request.files)
    if total > policy.transfer_bytes_max:
        yield Refused("SKS-T027", bytes=total, allowed=policy.transfer_bytes_max)
    for file in request.files:
        if file.bytes > policy.file_bytes_max:
            yield Refused(
                "SKS-T028", path=file.path, bytes=file.bytes, allowed=policy.file_bytes_max
            )
        reason = type_reason(policy, file)
        if reason is not None:
            yield reason


def type_reason(policy: Policy, file: What) -> SekishoError | None:
    """SKS-T029 when a file's kind may not pass on the route."""
    if any(one in (EVERYBODY, file.content_type, file.family) for one in policy.types):
        return None
    return Refused(
        "SKS-T029",
        path=file.path,
        type=label(file.content_type, "ja"),
        type_en=label(file.content_type, "en"),
    )


def released_at_once(policy: Policy, timing: str) -> bool:
    """Whether the transfer leaves before anybody looks (no approval, or 事後確認)."""
    return policy.needed == 0 or timing == AFTER


def opens_at(policy: Policy, now: datetime) -> datetime:
    """The first moment from `now` on at which the route's schedule lets something leave."""
    local = now.astimezone(JAPAN)
    start, end = policy.schedule_hours
    for day in range(8):
        date = local.date() + timedelta(days=day)
        if date.isoweekday() not in policy.schedule_days:
            continue
        midnight = datetime(date.year, date.month, date.day, tzinfo=JAPAN)
        opening, closing = midnight + timedelta(hours=start), midnight + timedelta(hours=end)
        if local < closing:
            return max(opening, local).astimezone(UTC)
    raise AssertionError("a policy names at least one day of the week")


def may_collect(limit: int, login: str, addressees: Iterable[str], times: int) -> None:
    """Raise Refused SKS-T040 (not addressed) or SKS-T041 (collected often enough)."""
    if login not in addressees:
        raise Refused("SKS-T040", login=login)
    if limit and times >= limit:
        raise Refused("SKS-T041", times=times, allowed=limit)


def approvals_shown(
    policy: Policy, timing: str, sender: str, decisions: Sequence[tuple[str, str]]
) -> None:
    """What the receiving side demands of the decisions (who, acting for whom) of a parcel.

    Words of its own route's approvers and the order of its steps are not asked: they speak of
    people whom only the sending side knows. Raises Refused SKS-T042 when fewer people than this
    side's route asks for approved before, or it left first though this route lets nothing do so.
    """
    if policy.needed == 0 or (policy.may_leave_first and timing == AFTER):
        return
    found = counted(sender, decisions) if timing == BEFORE else 0
    if policy.timing == BEFORE and found < policy.needed:
        raise Refused("SKS-T042", found=found, needed=policy.needed)


def content_findings(
    policy: Policy, files: Sequence[What], *, types: bool = True
) -> tuple[SekishoError, ...]:
    """The receiving side's own judgement of what arrived: sizes, counts and, if known, types."""
    judged = policy if types else any_type(policy)
    return tuple(_judge_content(judged, Request(Who(EVERYBODY), (), "", "", tuple(files))))


def any_type(policy: Policy) -> Policy:
    """The policy for files whose kinds are not known yet."""
    return replace(policy, types=(EVERYBODY,))
