"""`sekisho draft`: what a person has begun in the browser and not submitted yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import moment
from sekisho.cli.index import COMMANDS
from sekisho.cli.sizes import shown_bytes
from sekisho.cli.speech import argument, group
from sekisho.cli.words import EN, JA, both, language
from sekisho.kernel.clock import stamp
from sekisho.kernel.names import shown as shown_name
from sekisho.office.uploads.words import STAGE_WORDS, STATE_WORDS

if TYPE_CHECKING:
    from sekisho.office.uploads.models import Draft, Upload
    from sekisho.office.uploads.queries import Reason

draft = group("draft", COMMANDS["draft"].spoken)


@draft.verb("list", ("自分の下書きの一覧", "my drafts"))
@pass_call
def list_(call: Call) -> None:
    """Changed last first; those that became a transfer too."""
    actor = call.actor
    with call.node():
        from sekisho.office.accounts.actions import require_person
        from sekisho.office.uploads.queries import drafts_of

        require_person(actor)
        found = drafts_of(actor)
        value = [_value(one) for one in found]
        rows = [_row(one) for one in found]
    headers = (
        both("下書き", "draft"),
        both("状態", "state"),
        both("送り先", "to"),
        both("目的", "purpose"),
        both("ファイル", "files"),
        both("更新", "changed"),
    )
    listed: Shown = Table(headers, rows)
    if not found:
        listed = both("下書きはありません。", "There are no drafts.")
    answer(call, value, listed)


@draft.verb("show", ("下書き1件の内容", "everything about one draft"))
@argument("draft_id", metavar="ID")
@pass_call
def show(call: Call, draft_id: str) -> None:
    """What is filled in, how much of each file is there, what stood against it."""
    actor = call.actor
    with call.node():
        from sekisho.office.uploads.actions.drafting import require_draft
        from sekisho.office.uploads.queries import reasons_of, uploads_of

        found = require_draft(actor, draft_id)
        uploads, reasons = uploads_of(found), reasons_of(found)
        value = _value(found) | {
            "uploads": [_upload_value(one) for one in uploads],
            "reasons": [_reason_value(one) for one in reasons],
        }
        lines = [*_lines(found), *(_reason_line(one) for one in reasons)]
    answer(call, value, *lines, "", _files(uploads))


@draft.verb(
    "delete", ("下書きを削除する（アップロードも消去）", "delete a draft and what was uploaded")
)
@argument("draft_id", metavar="ID")
@pass_call
def delete(call: Call, draft_id: str) -> None:
    """The keys of what was uploaded are destroyed."""
    actor = call.actor
    with call.node() as node:
        from sekisho.node.upkeep import remove_files
        from sekisho.office.uploads.actions.drafting import delete_draft

        delete_draft(node.desk, actor=actor, draft_id=draft_id)
        remove_files(node)
    answer(
        call,
        {"draft": draft_id, "deleted": True},
        both(f"下書き {draft_id} を削除しました。", f"Draft {draft_id} is deleted."),
    )


def _value(one: Draft) -> dict[str, Any]:
    uploads = list(one.uploads.all())
    return {
        "draft": one.draft_id,
        "state": str(one.state),
        "to": one.to_node,
        "addressees": one.addressees,
        "purpose": one.purpose,
        "label": one.label,
        "flow": one.flow,
        "files": len(uploads),
        "bytes": sum(upload.bytes_total for upload in uploads),
        "progress": {"stage": one.stage, "done": one.done, "total": one.total},
        "transfer": one.transfer_id or None,
        "changed": stamp(one.changed),
    }


def _row(one: Draft) -> tuple[str, ...]:
    return (
        one.draft_id,
        both(*STATE_WORDS[one.state]),
        one.to_node or "—",
        one.purpose or "—",
        str(one.uploads.count()),
        moment(one.changed),
    )


def _lines(one: Draft) -> list[str]:
    lines = [
        f"{both('下書き', 'Draft')} {one.draft_id}",
        f"  {both('状態', 'State')}: {both(*STATE_WORDS[one.state])}",
        f"  {both('送り先', 'To')}: {one.to_node or '—'}（{'、'.join(one.addressees)}）",
        f"  {both('目的', 'Purpose')}: {one.purpose or '—'}",
        f"  {both('機密性', 'Class')}: {one.label or '—'}",
        f"  {both('更新', 'Changed')}: {moment(one.changed)}",
    ]
    if one.stage:
        progress = f"{both(*STAGE_WORDS[one.stage])} {one.done} / {one.total}"
        lines.append(f"  {both('進み具合', 'Progress')}: {progress}")
    if one.transfer_id:
        lines.append(f"  {both('受け渡し', 'Transfer')}: {one.transfer_id}")
    return lines


def _upload_value(one: Upload) -> dict[str, Any]:
    return {
        "upload": one.upload_id,
        "path": one.path,
        "bytes": one.bytes_total,
        "received": one.bytes_received,
        "state": str(one.state),
    }


def _files(uploads: list[Upload]) -> Shown:
    if not uploads:
        return both("ファイルはまだありません。", "There are no files yet.")
    headers = both("ファイル", "file"), both("大きさ", "size"), both("届いた分", "received")
    rows = [
        (shown_name(one.path), shown_bytes(one.bytes_total), shown_bytes(one.bytes_received))
        for one in uploads
    ]
    return Table(headers, rows)


def _reason_value(one: Reason) -> dict[str, Any]:
    return {"path": one.upload.path if one.upload else None, "code": one.error.code}


def _reason_line(one: Reason) -> str:
    where = f"{shown_name(one.upload.path)}: " if one.upload else ""
    what = one.error.explain(EN if language() == EN else JA).what
    return f"  {both('理由', 'Reason')}: {where}{one.error.code} {what}"
