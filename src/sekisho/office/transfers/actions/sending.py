"""What the sender does: draft, submit, withdraw, send again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Protocol

from sekisho.disarm.kinds import kinds
from sekisho.disarm.report import Report
from sekisho.kernel.documents import write
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.ids import new_id
from sekisho.kernel.names import shown
from sekisho.office.accounts.actions import require_person
from sekisho.office.accounts.roles import ADMIN
from sekisho.office.accounts.who import Who
from sekisho.office.evidence.actions import record
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, insert_many, update_many
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.circle import Circle
from sekisho.office.transfers.disarmed import disarmed_by, record_disarmed
from sekisho.office.transfers.judging import Draft, judge
from sekisho.office.transfers.letter import PURPOSE_CHARS_MAX
from sekisho.office.transfers.models import Addressee, Transfer, TransferFile
from sekisho.office.transfers.policy import AFTER, NOT_DISARMED, Policy
from sekisho.office.transfers.states import State, Verb, after
from sekisho.office.vault.actions import Deposited, register

CHANGING = (
    "purpose",
    "state",
    "round",
    "approvals_needed",
    "confirm",
    "changed",
    "not_before",
    "erase_after",
    "parcel_id",
    "code",
    "detail",
    "scanned_again",
    "levels",
)
"""What the verbs change in the row of a transfer."""


class Content(Protocol):
    """A file that was deposited in the vault."""

    path: str
    content_type: str
    family: str
    object_id: str
    data_key: bytes
    bytes: int
    sha256: str
    report: Report | None
    outcome: str
    found: int
    report_bytes: int
    report_sha256: str


def check_draft(
    desk: Desk, *, actor: str, draft: Draft, files: Sequence[rules.What], types: bool = True
) -> Policy:
    """Judge before anything is read or stored; the route's policy, or the first reason against it.

    Without `types` the kinds of the files are left for later: they are not known yet.
    """
    policy = require_route(desk.node, draft.to_node)
    judged = policy if types else rules.any_type(policy)
    circle = Circle(desk)
    for reason in judge(circle, judged, circle.who(actor), draft, files):
        raise reason
    return policy


def submit_new(
    desk: Desk,
    *,
    actor: str,
    draft: Draft,
    files: Sequence[Content],
    reports: Deposited | None = None,
    beside: Callable[[Transfer], None] | None = None,
) -> Transfer:
    """Keep the deposited files as a new transfer and submit it.

    `reports` is the object in which the reports of all disarmed files lie, in order. `beside` is
    done in the same transaction.

    Raises Refused with the first reason of the route's judgement; nothing is kept then.
    """
    policy = require_route(desk.node, draft.to_node)
    circle = Circle(desk)
    person = circle.who(actor)
    reasons = judge(circle, policy, person, draft, _contents(files))
    if reasons:
        record_refusal(desk, actor, draft, reasons)
        raise reasons[0]
    with atomic():
        transfer = _create(desk, actor, draft, policy)
        if reports is not None:
            transfer.reports_object = reports.object_id
            transfer.disarmed_by = disarmed_by([f.report for f in files])
            register(desk, [reports])
        insert_many([transfer])
        _keep_files(desk, transfer, files)
        insert_many(
            Addressee(transfer=transfer, login=login) for login in dict.fromkeys(draft.addressees)
        )
        _enter(desk, transfer, policy, person, files)
        if beside is not None:
            beside(transfer)
    return transfer


def reasons_against(
    desk: Desk, *, actor: str, draft: Draft, files: Sequence[Content]
) -> tuple[SekishoError, ...]:
    """Everything that the route has against a transfer whose files are known."""
    circle = Circle(desk)
    policy = require_route(desk.node, draft.to_node)
    return tuple(judge(circle, policy, circle.who(actor), draft, _contents(files)))


def _contents(files: Sequence[Content]) -> tuple[rules.What, ...]:
    return tuple(rules.What(f.path, f.bytes, f.content_type, f.family) for f in files)


def record_refusal(desk: Desk, actor: str, draft: Draft, reasons: Sequence[SekishoError]) -> None:
    """The evidence that a transfer was refused before anything of it was kept."""
    codes = list(dict.fromkeys(one.code for one in reasons))
    with atomic():
        record(
            desk,
            "transfer.judged",
            new_id("tr"),
            {"outcome": "refused", "to": draft.to_node, "codes": codes},
            {"actor": actor},
        )


def _create(desk: Desk, actor: str, draft: Draft, policy: Policy) -> Transfer:
    now = desk.now()
    return Transfer(
        transfer_id=new_id("tr"),
        to_node=draft.to_node,
        sender=actor,
        purpose=draft.purpose,
        label=draft.label,
        state=State.DRAFT,
        created=now,
        changed=now,
        erase_after=now + timedelta(days=policy.decide_days),
        chosen=list(dict.fromkeys(draft.approvers)),
        emergency=draft.emergency or "",
    )


def _keep_files(desk: Desk, transfer: Transfer, files: Sequence[Content]) -> None:
    register(desk, files)
    insert_many(
        TransferFile(
            transfer=transfer,
            position=position,
            path=file.path,
            bytes=file.bytes,
            sha256=file.sha256,
            content_type=file.content_type,
            object_id=file.object_id,
            outcome=file.outcome,
            found=file.found,
            report_bytes=file.report_bytes,
            report_sha256=file.report_sha256,
        )
        for position, file in enumerate(files)
    )


def _enter(
    desk: Desk, transfer: Transfer, policy: Policy, person: Who, files: Sequence[Content]
) -> None:
    """Submit and judge: the transfer waits for approval, or is released at once."""
    record(
        desk,
        "transfer.submitted",
        transfer.transfer_id,
        {
            "to": transfer.to_node,
            "files": len(files),
            "bytes": sum(f.bytes for f in files),
            "round": transfer.round,
            **({"emergency": True} if transfer.emergency else {}),
        },
        {
            "sender": transfer.sender,
            "purpose": transfer.purpose,
            "label": transfer.label,
            "files": _listing(files),
            **({"emergency_reason": transfer.emergency} if transfer.emergency else {}),
        },
    )
    if transfer.reports_object:
        record_disarmed(desk, transfer, files)
    judge_submitted(desk, transfer, policy, person)


def _listing(files: Sequence[Content]) -> str:
    """Names, sizes and digests of the files, in order."""
    return write([{"path": f.path, "bytes": f.bytes, "sha256": f.sha256} for f in files]).decode()


def judge_submitted(desk: Desk, transfer: Transfer, policy: Policy, person: Who) -> None:
    """The route's judgement of a submitted transfer, inside the caller's transaction."""
    timing = rules.timing_for(policy, person, transfer.emergency or None)
    transfer.state = after(transfer.state, Verb.SUBMIT)
    transfer.approvals_needed = policy.needed
    transfer.levels = [asdict(step) for step in policy.steps]
    transfer.erase_after = desk.now() + timedelta(days=policy.decide_days)
    transfer.confirm = "pending" if policy.needed and timing == AFTER else "none"
    record(
        desk,
        "transfer.judged",
        transfer.transfer_id,
        {
            "outcome": "allowed",
            "route": f"{desk.node}/{transfer.to_node}",
            "approvals_needed": policy.needed,
            "timing": timing,
            **({"steps": [step.approvals for step in policy.steps]} if policy.levels else {}),
        },
    )
    if rules.released_at_once(policy, timing):
        release(desk, transfer, policy)
    save(desk, transfer)


def release(desk: Desk, transfer: Transfer, policy: Policy) -> None:
    """All that is asked for is there: the worker may seal it when the schedule opens."""
    transfer.state = after(transfer.state, Verb.RELEASE)
    waits = timedelta(hours=policy.rescan_hours)
    transfer.not_before, transfer.scanned_again = rules.opens_at(policy, desk.now() + waits), None
    transfer.erase_after = desk.now() + timedelta(days=policy.days_kept(transfer.label))


def save(desk: Desk, transfer: Transfer) -> None:
    """Write a changed transfer."""
    transfer.changed = desk.now()
    update_many([transfer], CHANGING)


def require_transfer(transfer_id: str) -> Transfer:
    """The transfer, held by this transaction. Raises Refused SKS-T005."""
    row = find(Transfer, lock=True, transfer_id=transfer_id)
    if row is None:
        raise Refused("SKS-T005", transfer=transfer_id)
    return row


def require_fit(reason: str) -> None:
    """Raise Refused SKS-T036 for a reason that cannot be kept and shown."""
    if not rules.fits(reason):
        raise rules.unfit_text("理由", "A reason", PURPOSE_CHARS_MAX)


def _require_own(transfer: Transfer, actor: str) -> None:
    if transfer.sender != actor:
        raise Refused("SKS-T033", login=actor)


def withdraw(desk: Desk, *, actor: str, transfer_id: str, reason: str = "") -> Transfer:
    """取下げ by the sender, as long as nothing has left. Raises Refused SKS-T033, SKS-T010."""
    require_person(actor)
    require_fit(reason)
    with atomic():
        transfer = require_transfer(transfer_id)
        _require_own(transfer, actor)
        transfer.state = after(transfer.state, Verb.WITHDRAW)
        record(desk, "transfer.withdrawn", transfer_id, {}, {"actor": actor, "reason": reason})
        save(desk, transfer)
    return transfer


def submit_again(desk: Desk, *, actor: str, transfer_id: str, purpose: str = "") -> Transfer:
    """After 差戻し: the same files, another round of approval. Raises Refused."""
    circle = Circle(desk)
    person = circle.who(actor)
    with atomic():
        transfer = require_transfer(transfer_id)
        _require_own(transfer, actor)
        after(transfer.state, Verb.SUBMIT)
        policy = require_route(desk.node, transfer.to_node)
        transfer.purpose = purpose or transfer.purpose
        transfer.round += 1
        files = list(transfer.files.all())
        _judge_again(circle, policy, person, transfer, files)
        record(
            desk,
            "transfer.submitted",
            transfer_id,
            {
                "to": transfer.to_node,
                "files": len(files),
                "bytes": sum(f.bytes for f in files),
                "round": transfer.round,
            },
            {"sender": actor, "purpose": transfer.purpose, "label": transfer.label},
        )
        judge_submitted(desk, transfer, policy, person)
    return transfer


def _judge_again(
    circle: Circle,
    policy: Policy,
    person: Who,
    transfer: Transfer,
    files: Sequence[TransferFile],
) -> None:
    contents = tuple(
        rules.What(f.path, f.bytes, f.content_type, kinds()[f.content_type].family) for f in files
    )
    logins = tuple(transfer.addressees.values_list("login", flat=True))
    draft = Draft(transfer.to_node, logins, transfer.purpose, transfer.label)
    for reason in judge(circle, policy, person, draft, contents):
        raise reason
    for file, what in zip(files, contents, strict=True):
        wanted = policy.profile_for(what.content_type, what.family) != NOT_DISARMED
        if wanted and not file.outcome:
            raise Refused("SKS-T092", path=shown(file.path))


def resend(desk: Desk, *, actor: str, transfer_id: str) -> Transfer:
    """Send once more, in a new parcel with new keys, what was refused or never answered.

    For the sender and for who runs the node. Raises Refused SKS-T033, SKS-T010.
    """
    person = require_person(actor)
    with atomic():
        transfer = require_transfer(transfer_id)
        if ADMIN not in person.roles:
            _require_own(transfer, actor)
        transfer.state = after(transfer.state, Verb.RESEND)
        transfer.code, transfer.detail, transfer.not_before = "", {}, None
        record(desk, "transfer.resent", transfer_id, {}, {"actor": actor})
        save(desk, transfer)
    return transfer


def is_due(transfer: Transfer, now: datetime) -> bool:
    """Whether the schedule lets a released transfer leave."""
    return transfer.not_before is None or transfer.not_before <= now
