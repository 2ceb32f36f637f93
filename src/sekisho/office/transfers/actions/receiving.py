"""What the receiving node does with a parcel: judge the letter, keep the files, answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Protocol

from sekisho.disarm.report import Report
from sekisho.kernel import dsse
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.merkle import leaf_hash
from sekisho.kernel.signing import EVENT_KINDS, VerifyingKeys
from sekisho.ledger.events import EVENT_TYPE, Disclosure, check_disclosure, read_event
from sekisho.office.accounts.actions import unknown_logins
from sekisho.office.evidence.actions import Act, record, record_all
from sekisho.office.post import actions as post
from sekisho.office.post.models import IncomingParcel
from sekisho.office.site.database import atomic, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import insert_many, update_many
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions.answering import Answer, ParcelFacts, answer
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.checked import record_checked
from sekisho.office.transfers.letter import Letter, LetterFile, ShownDecision
from sekisho.office.transfers.models import Arrival, ArrivalAddressee, ArrivedFile
from sekisho.office.transfers.policy import Policy
from sekisho.office.transfers.receipt import RECEIVED, REDISARMED, REFUSED
from sekisho.office.transfers.states import ArrivalState
from sekisho.office.vault.actions import Deposited, register

KEY_USED = "SKS-T062"


class Kept(Protocol):
    """A file of the parcel, deposited in our vault and identified by its content."""

    file: LetterFile
    came_bytes: int
    came_sha256: str
    path: str
    content_type: str
    family: str
    object_id: str
    data_key: bytes
    bytes: int
    sha256: str
    outcome: str
    found: int
    claim: Report | None
    own: Report | None
    own_data: bytes


class Reception:
    """This side's judgement of a batch of letters; routes and people are looked up once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._routes: dict[str, Policy] = {}
        self._known: set[str] = set()

    def judge_letter(
        self, facts: ParcelFacts, letter: Letter, keys: Sequence[VerifyingKeys]
    ) -> Policy:
        """The route's policy, if the letter may pass by it; judged before the files are read.

        `keys` are the key sets of the sender that count now: approvals may be older than the
        newest one.

        Raises Refused: another transfer than the manifest names, no route, unknown addressee,
        too large, approvals missing or not genuine.
        """
        if letter.transfer_id != facts.transfer_id:
            raise Refused("SKS-T068")
        policy = self._route(facts.sender)
        self._require_known(letter.addressees)
        decisions = [
            _approver(decision, facts, letter.transfer_id, keys) for decision in letter.decisions
        ]
        shown = tuple(leaf_hash(decision.event).hex() for decision in letter.decisions)
        if shown != facts.approvals:
            raise Refused("SKS-T044")
        rules.approvals_shown(policy, letter.timing, letter.sender, decisions)
        sizes = [rules.What(f.path, f.bytes, "*", "*") for f in letter.files]
        for reason in rules.content_findings(policy, sizes, types=False):
            raise reason
        return policy

    def _route(self, sender: str) -> Policy:
        if sender not in self._routes:
            self._routes[sender] = require_route(sender, self._desk.node)
        return self._routes[sender]

    def _require_known(self, logins: Sequence[str]) -> None:
        fresh = set(logins) - self._known
        unknown = unknown_logins(fresh) if fresh else []
        if unknown or not logins:
            raise Refused("SKS-T043", logins="、".join(unknown[:5]) or "—")
        self._known |= fresh


def _approver(
    decision: ShownDecision, facts: ParcelFacts, transfer_id: str, keys: Sequence[VerifyingKeys]
) -> tuple[str, str]:
    """Who approved, and in whose place (empty: by himself); an approval that was made in
    somebody's place has to say in whose. Raises Refused SKS-T044 when it proves nothing."""
    try:
        envelope = dsse.decode(decision.event, EVENT_TYPE)
        _verify(envelope, keys)
        event = read_event(envelope.payload)
        check_disclosure(event, Disclosure("actor", decision.salt, decision.person))
        if decision.acting_for:
            opening = Disclosure("acting_for", decision.acting_salt, decision.acting_for)
            check_disclosure(event, opening)
    except SekishoError:
        raise Refused("SKS-T044") from None
    if (event.kind, event.node, event.subject) != (
        "transfer.approved",
        facts.sender,
        transfer_id,
    ):
        raise Refused("SKS-T044")
    if bool(decision.acting_for) != ("acting_for" in event.hidden):
        raise Refused("SKS-T044")
    return decision.person, decision.acting_for


def _verify(envelope: dsse.Envelope, candidates: Sequence[VerifyingKeys]) -> None:
    carried = {one.keyid for one in envelope.signatures}
    for keys in candidates:
        if all(keys.key_id(kind) in carried for kind in EVENT_KINDS):
            keys.verify(envelope, EVENT_KINDS)
            return
    raise Refused("SKS-T044")


def judge_contents(policy: Policy, kept: Sequence[Kept]) -> None:
    """What really arrived: digests as the letter says, types as this side's route allows.

    Raises Refused SKS-T045 (digest) or the route's own reason.
    """
    for one in kept:
        if (one.came_bytes, one.came_sha256) != (one.file.bytes, one.file.sha256):
            raise Refused("SKS-T045", path=one.file.path)
    seen = [rules.What(k.path, k.bytes, k.content_type, k.family) for k in kept]
    for reason in rules.content_findings(policy, seen):
        raise reason


@dataclass(frozen=True)
class Delivery:
    """One verified parcel with its letter and its files, ready to be kept."""

    facts: ParcelFacts
    letter: Letter
    policy: Policy
    kept: tuple[Kept, ...]
    reports: Deposited | None = None
    """The object of the vault in which the reports of its files lie."""


def accept_all(desk: Desk, deliveries: Sequence[Delivery]) -> set[str]:
    """Keep arrived transfers and queue their receipts, in one transaction.

    A transfer that arrived before in another parcel is answered again and not kept twice; a
    parcel that another worker has taken over is left to it. Returns the ids of the parcels whose
    vault objects are in use now.
    """
    if not deliveries:
        return set()
    with atomic():
        mine = _finish_rows(deliveries)
        fresh = _fresh(mine)
        _keep(desk, fresh)
        post.use_receiver_keys(
            {one.facts.receiver_key_id: (one.facts.parcel_id, one.facts.expires) for one in mine}
        )
        used = {one.facts.parcel_id for one in fresh}
        record_all(desk, [_received(one, one.facts.parcel_id not in used) for one in mine])
        results = record_checked(desk, fresh)
        answer(
            desk,
            [
                Answer(one.facts, RECEIVED, "", *results.get(one.facts.parcel_id, ()))
                for one in mine
            ],
        )
    return used


def _finish_rows(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Mark the parcels as received; those whose lease was lost are left out."""
    by_row = {one.facts.row_id: one for one in deliveries}
    rows = locked_wait(IncomingParcel.objects.filter(pk__in=list(by_row), state=post.SEEN))
    mine = [row for row in rows if row.fence == by_row[row.pk].facts.fence]
    for row in mine:
        facts = by_row[row.pk].facts
        row.state, row.kind, row.code = post.RECEIVED, post.TRANSFER, ""
        row.transfer_id, row.manifest, row.lease_until = facts.transfer_id, facts.manifest, None
    update_many(mine, ["state", "kind", "code", "transfer_id", "manifest", "lease_until"])
    return [by_row[row.pk] for row in sorted(mine, key=lambda row: row.pk)]


def _fresh(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Of each transfer that is not here yet, one delivery.

    Raises Refused SKS-T069 when another node uses the id (it must not stand in for a transfer
    whose id it has seen in the store), SKS-T071 when the files are others: a receipt would say of
    them that they came.
    """
    by_transfer: dict[str, Delivery] = {}
    for one in deliveries:
        first = by_transfer.setdefault(one.letter.transfer_id, one)
        _require_same(one, first.facts.sender, first.letter.files)
    here = set()
    for row in Arrival.objects.filter(pk__in=list(by_transfer)).prefetch_related("files"):
        _require_same(by_transfer[row.pk], row.from_node, row.files.all())
        here.add(row.pk)
    return [one for transfer_id, one in by_transfer.items() if transfer_id not in here]


def _require_same(
    delivery: Delivery, sender: str, files: Iterable[LetterFile | ArrivedFile]
) -> None:
    letter = delivery.letter
    if delivery.facts.sender != sender:
        raise Refused("SKS-T069", transfer=letter.transfer_id, node=sender)
    if _identities(letter.files) != _identities(files):
        raise Refused("SKS-T071", transfer=letter.transfer_id)


def _identities(files: Iterable[LetterFile | ArrivedFile]) -> list[tuple[str, int, str]]:
    """The files as they were sent, also where this side kept its own result instead."""
    return [_identity(one) for one in files]


def _identity(one: LetterFile | ArrivedFile) -> tuple[str, int, str]:
    sent = one.sent if isinstance(one, ArrivedFile) else {}
    if sent:
        return sent["path"], sent["bytes"], sent["sha256"]
    return one.path, one.bytes, one.sha256


def _received(delivery: Delivery, again: bool) -> Act:
    facts = delivery.facts
    data = {
        "parcel": facts.parcel_id,
        "sender": facts.sender,
        "root": facts.root,
        "letter_sha256": facts.letter_sha256,
        "transfer": facts.transfer_id,
        "again": again,
    }
    return Act("parcel.received", facts.transfer_id, data, {})


def _keep(desk: Desk, deliveries: Sequence[Delivery]) -> None:
    insert_many(_arrival(desk, one) for one in deliveries)
    insert_many(
        ArrivalAddressee(arrival_id=one.letter.transfer_id, login=login)
        for one in deliveries
        for login in one.letter.addressees
    )
    register(desk, [kept for one in deliveries for kept in one.kept])
    register(desk, [one.reports for one in deliveries if one.reports is not None])
    insert_many(
        _arrived_file(one.letter.transfer_id, position, kept)
        for one in deliveries
        for position, kept in enumerate(one.kept)
    )


def _arrived_file(transfer_id: str, position: int, kept: Kept) -> ArrivedFile:
    file, own = kept.file, kept.own_data
    as_sent = {"path": file.path, "bytes": file.bytes, "sha256": file.sha256}
    return ArrivedFile(
        arrival_id=transfer_id,
        position=position,
        path=kept.path,
        bytes=kept.bytes,
        sha256=kept.sha256,
        content_type=kept.content_type,
        object_id=kept.object_id,
        outcome=kept.outcome,
        found=kept.found,
        report_bytes=file.report_bytes,
        report_sha256=file.report_sha256,
        own_report_bytes=len(own),
        own_report_sha256=sha256(own).hexdigest() if own else "",
        sent=as_sent if kept.outcome == REDISARMED else {},
    )


def _arrival(desk: Desk, delivery: Delivery) -> Arrival:
    letter, now = delivery.letter, desk.now()
    return Arrival(
        transfer_id=letter.transfer_id,
        from_node=delivery.facts.sender,
        parcel_id=delivery.facts.parcel_id,
        sender=letter.sender,
        sender_name=letter.sender_name,
        purpose=letter.purpose,
        label=letter.label,
        state=ArrivalState.RECEIVED,
        received=now,
        collect_limit=delivery.policy.collect_limit,
        reports_object=delivery.reports.object_id if delivery.reports else "",
        erase_after=min(
            letter.erase_after, now + timedelta(days=delivery.policy.days_kept(letter.label))
        ),
    )


def refuse(
    desk: Desk, row: IncomingParcel, reason: SekishoError, facts: ParcelFacts | None
) -> None:
    """Stop a parcel for good, with evidence; the sender is answered only when the parcel was
    proven to be his."""
    with atomic():
        rows = IncomingParcel.objects.filter(pk=row.pk, fence=row.fence, state=post.SEEN)
        params = {key: str(value)[:200] for key, value in reason.params.items()}
        manifest = facts.manifest if facts else None
        transfer_id = facts.transfer_id if facts else ""
        if not rows.update(
            state=post.REFUSED,
            code=reason.code,
            detail=params,
            manifest=manifest,
            transfer_id=transfer_id,
            lease_until=None,
        ):
            return
        if facts is not None and reason.code != KEY_USED:
            post.spend_receiver_key(facts.receiver_key_id, row, facts.expires)
        data = {"parcel": row.parcel_id, "sender": row.sender, "code": reason.code}
        record(desk, "parcel.refused", transfer_id or row.parcel_id, data)
        if facts is not None and facts.transfer_id:
            answer(desk, [Answer(facts, REFUSED, reason.code)])
