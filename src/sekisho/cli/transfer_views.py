"""Transfers as values for programs and as words for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sekisho.cli.answer import Table
from sekisho.cli.dates import moment
from sekisho.cli.sizes import shown_bytes
from sekisho.cli.words import both, language
from sekisho.kernel import names
from sekisho.kernel.clock import stamp
from sekisho.office.transfers.states import WORDS

if TYPE_CHECKING:
    from sekisho.office.transfers.models import Arrival, ArrivedFile, Transfer, TransferFile


def state_word(state: str) -> str:
    """The word that staff see for a state."""
    return both(*WORDS[state])


NEXT_WORDS = {
    "waiting": (
        "承認者の承認を待っています。",
        "Waiting for approval.",
    ),
    "ready": (
        "送信を待っています（`sekisho run` が送ります）。",
        "Ready to be sent by `sekisho run`.",
    ),
    "sent_back": (
        "差し戻されました。直して `sekisho resubmit`、やめるなら `sekisho withdraw`。",
        "Sent back. Mend it and `sekisho resubmit`, or `sekisho withdraw`.",
    ),
    "refused": (
        "受け取る側で止められました。直して `sekisho resend`、やめるなら `sekisho withdraw`。",
        "Stopped by the receiver. Mend the cause and `sekisho resend`, or `sekisho withdraw`.",
    ),
    "sent": ("受領証を待っています。", "Waiting for the receipt."),
    "received": ("相手のノードに届きました。", "It has arrived at the other node."),
}


def state_sentence(one: Transfer) -> str:
    """The state, and what comes next."""
    more = NEXT_WORDS.get(str(one.state))
    word = f"{both('状態', 'State')}: {state_word(one.state)}"
    return f"{word}{both('。', '. ')}{both(*more)}" if more else word


def transfer_value(one: Transfer) -> dict[str, Any]:
    """A transfer for a program."""
    return {
        "transfer": one.transfer_id,
        "direction": "out",
        "to": one.to_node,
        "sender": one.sender,
        "addressees": sorted(row.login for row in one.addressees.all()),
        "purpose": one.purpose,
        "label": one.label,
        "state": str(one.state),
        "round": one.round,
        "approvals_needed": one.approvals_needed,
        "confirm": one.confirm,
        "created": stamp(one.created),
        "changed": stamp(one.changed),
        "not_before": stamp(one.not_before) if one.not_before else None,
        "erase_after": stamp(one.erase_after),
        "erased": one.erased,
        "code": one.code or None,
        "emergency": one.emergency or None,
        "chosen": list(one.chosen),
        "files": [file_value(row) for row in one.files.all()],
        "decisions": [
            {
                "round": row.round,
                "person": row.person,
                "acting_for": row.acting_for or None,
                "step": row.level,
                "verb": row.verb,
                "reason": row.reason,
                "made": stamp(row.made),
            }
            for row in one.decisions.all()
        ],
    }


def arrival_value(one: Arrival) -> dict[str, Any]:
    """An arrived transfer for a program."""
    return {
        "transfer": one.transfer_id,
        "direction": "in",
        "from": one.from_node,
        "sender": one.sender,
        "sender_name": one.sender_name,
        "addressees": sorted(row.login for row in one.addressees.all()),
        "purpose": one.purpose,
        "label": one.label,
        "state": str(one.state),
        "received": stamp(one.received),
        "erase_after": stamp(one.erase_after),
        "erased": one.erased,
        "files": [
            {
                **file_value(row),
                "collected": row.collections.count(),
                "sent": row.sent or None,
            }
            for row in one.files.all()
        ],
    }


def file_value(row: TransferFile | ArrivedFile) -> dict[str, Any]:
    """A file for a program; numbers count from 1."""
    return {
        "number": row.position + 1,
        "path": row.path,
        "bytes": row.bytes,
        "sha256": row.sha256,
        "type": row.content_type,
        "disarmed": row.outcome or None,
        "found": row.found,
    }


def transfers_table(found: Iterable[Transfer]) -> Table:
    """Transfers that leave, one a line."""
    headers = ("受け渡し", "状態", "送り先", "送信者", "ファイル", "要確認", "目的", "申請日時")
    english = ("transfer", "state", "to", "sender", "files", "to judge", "purpose", "submitted")
    return Table(_headers(headers, english), [_out_row(one) for one in found])


def _out_row(one: Transfer) -> tuple[str, ...]:
    return (
        one.transfer_id,
        state_word(one.state),
        one.to_node,
        one.sender,
        _sum(one.files.all()),
        _found(one.files.all()),
        one.purpose,
        moment(one.created),
    )


def arrivals_table(found: Iterable[Arrival]) -> Table:
    """Arrived transfers, one a line."""
    headers = ("受け渡し", "状態", "送り元", "送信者", "ファイル", "要確認", "目的", "受取り期限")
    english = ("transfer", "state", "from", "sender", "files", "to judge", "purpose", "until")
    return Table(_headers(headers, english), [_in_row(one) for one in found])


def _in_row(one: Arrival) -> tuple[str, ...]:
    return (
        one.transfer_id,
        state_word(one.state),
        one.from_node,
        f"{one.sender_name} ({one.sender})",
        _sum(one.files.all()),
        _found(one.files.all()),
        one.purpose,
        moment(one.erase_after),
    )


def _sum(rows: Iterable[TransferFile | ArrivedFile]) -> str:
    sizes = [row.bytes for row in rows]
    return both(
        f"{len(sizes)} 件 {shown_bytes(sum(sizes))}", f"{len(sizes)}, {shown_bytes(sum(sizes))}"
    )


def _found(rows: Iterable[TransferFile | ArrivedFile]) -> str:
    """How much disarming found that people should judge."""
    count = sum(row.found for row in rows)
    return str(count) if count else "—"


def files_table(rows: Iterable[TransferFile | ArrivedFile]) -> Table:
    """Files with their numbers."""
    headers = _headers(
        ("番号", "名前", "大きさ", "種類", "SHA-256"), ("number", "name", "size", "type", "SHA-256")
    )
    return Table(
        headers,
        [
            (
                str(row.position + 1),
                names.shown(row.path),
                shown_bytes(row.bytes),
                type_word(row.content_type),
                row.sha256,
            )
            for row in rows
        ],
    )


def type_word(name: str) -> str:
    """What staff call a type of content."""
    from sekisho.disarm.kinds import label

    try:
        return label(name, language())
    except KeyError:
        return name


def _headers(ja: tuple[str, ...], en: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(both(a, b) for a, b in zip(ja, en, strict=True))
