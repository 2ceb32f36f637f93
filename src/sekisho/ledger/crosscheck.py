"""Parcels and receipts against the records: two nodes' statements about the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sekisho.kernel import dsse
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.ledger.acts import Act
from sekisho.ledger.case import Case, require_signed, shortened
from sekisho.ledger.package import TRANSFER
from sekisho.ledger.verdict import Line, State, bad, from_error, good, info, unknown

APPROVED = "transfer.approved"
RECEIPTED = "transfer.receipted"
RECEIVED = "received"
DAILY = "daily"


def check_parcels(case: Case, acts: Sequence[Act]) -> list[Line]:
    """Every manifest is signed by its sender and agrees with the records of its parcel."""
    lines, checked = _check_each(case, acts, case.package.parcels, _check_parcel, "SKS-L100")
    return _summed_up(lines, "parcels", checked)


def _check_parcel(
    case: Case, acts: Sequence[Act], parcel_id: str, untrusted: bytes
) -> Iterator[Line]:
    envelope = dsse.decode(untrusted, case.readers.parcel_type)
    view = case.readers.read_parcel(envelope.payload)
    require_signed(envelope, view.sender, case.directory.keys_at(view.sender, view.created))
    facts = {
        "parcel": view.parcel_id,
        "root": view.root,
        "sender": view.sender,
        "receiver": view.receiver,
        "receiver_key_kind": view.receiver_key_kind,
    }
    _require_agreement("SKS-L101", parcel_id, acts, facts)
    proven = {act.leaf for act in acts if act.event.kind == APPROVED}
    if view.sender == case.package.node and case.package.kind == TRANSFER:
        for approval in view.approvals:
            if approval not in proven:
                yield bad("SKS-L102", parcel=parcel_id, leaf=approval[:16])
    if view.receiver_key_kind == DAILY:
        yield info("daily_key", parcel=parcel_id)


def check_receipts(case: Case, acts: Sequence[Act]) -> list[Line]:
    """Every receipt is signed by the receiving node and agrees with the records of its parcel.

    A transfer that records a receipt but does not come with it is not fully proven.
    """
    lines, checked = _check_each(case, acts, case.package.receipts, _check_receipt, "SKS-L103")
    if case.package.kind == TRANSFER:
        lines += [
            unknown("SKS-L105", parcel=act.word("parcel"), index=act.index)
            for act in acts
            if act.event.kind == RECEIPTED and act.word("parcel") not in case.package.receipts
        ]
    return _summed_up(lines, "receipts", checked)


def _check_receipt(
    case: Case, acts: Sequence[Act], parcel_id: str, untrusted: bytes
) -> Iterator[Line]:
    envelope = dsse.decode(untrusted, case.readers.receipt_type)
    view = case.readers.read_receipt(envelope.payload)
    require_signed(envelope, view.receiver, case.directory.keys_at(view.receiver, view.made))
    facts = {
        "parcel": view.parcel_id,
        "root": view.root,
        "letter_sha256": view.letter_sha256,
        "sender": view.sender,
        "receiver": view.receiver,
        "transfer": view.transfer_id,
        "outcome": view.outcome,
    }
    _require_agreement("SKS-L104", parcel_id, acts, facts)
    if view.outcome == RECEIVED and not view.root:
        raise Refused("SKS-L104", parcel=parcel_id, field="root")
    if view.outcome != RECEIVED:
        yield info("receipt_refused", parcel=parcel_id, code=view.code)


def _check_each(
    case: Case,
    acts: Sequence[Act],
    documents: Mapping[str, bytes],
    check: Callable[[Case, Sequence[Act], str, bytes], Iterator[Line]],
    code: str,
) -> tuple[list[Line], int]:
    """The lines of every document, and how many belong to a record of the package.

    Those of other parcels are a fault in the evidence of one transfer; elsewhere they prove
    nothing and are only counted.
    """
    named = {act.word("parcel") for act in acts}
    lines: list[Line] = []
    elsewhere = 0
    for parcel_id, envelope in documents.items():
        if parcel_id not in named and case.package.kind != TRANSFER:
            elsewhere += 1
            continue
        try:
            lines.extend(check(case, acts, parcel_id, envelope))
        except SekishoError as error:
            lines.append(_line_of(error, code, parcel_id))
    if elsewhere:
        lines.append(info("parcels_elsewhere", count=elsewhere))
    return lines, len(documents) - elsewhere


def _require_agreement(
    code: str, parcel_id: str, acts: Sequence[Act], facts: Mapping[str, str]
) -> None:
    """Whatever both the document and a record of this parcel say must be the same.

    A parcel that no record names belongs to nothing in the package.
    """
    mine = [act for act in acts if act.word("parcel") == parcel_id]
    if facts["parcel"] != parcel_id or not mine:
        raise Refused(code, parcel=parcel_id, field="parcel")
    for act in mine:
        for field, value in facts.items():
            recorded = _recorded(act, field)
            if recorded and value and recorded != value:
                raise Refused(code, parcel=parcel_id, field=field)


def _recorded(act: Act, field: str) -> str:
    """What the record says; its subject is the transfer unless it names one."""
    value = act.word(field)
    if field == "transfer" and not value and act.event.kind.startswith("transfer."):
        return act.event.subject
    return value


def _line_of(error: SekishoError, code: str, parcel_id: str) -> Line:
    """Our own errors name the parcel already; those of readers and signatures do not."""
    if error.code.startswith("SKS-L1"):
        return from_error(error)
    return bad(code, parcel=parcel_id, why=error.code)


def _summed_up(lines: list[Line], key: str, count: int) -> list[Line]:
    if count and not any(line.state is State.BAD for line in lines):
        lines.insert(0, good(key, count=count))
    return shortened(lines)
