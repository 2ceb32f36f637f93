"""The page of a draft: its fields, its files, what the routes allow."""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.disarm.account import Act
from sekisho.disarm.kinds import families, kinds, label
from sekisho.disarm.report import Report
from sekisho.disarm.telling import sentences
from sekisho.disarm.telling.sentences import Line
from sekisho.kernel.errors import Explanation
from sekisho.kernel.sizes import shown_bytes
from sekisho.kernel.speech import both, language
from sekisho.node.inspecting import Inspection, Seen, inspection_of
from sekisho.node.opening import Node
from sekisho.node.sending_limits import Limits
from sekisho.office.uploads import queries
from sekisho.office.uploads.models import Draft, Upload
from sekisho.web.naming import Names
from sekisho.web.sending.flows import unexpected


@dataclass(frozen=True)
class Place:
    """One destination, with its rules in sentences."""

    node: str
    title: str
    rules: tuple[str, ...]
    labels: tuple[str, ...]
    emergency: bool


def places_of(node: Node, found: list[Limits]) -> list[Place]:
    """Where this person may send, and under which rules."""
    names = Names(node)
    return [
        Place(one.to_node, names.node(one.to_node), tuple(_rules(one)), one.labels, one.emergency)
        for one in found
    ]


def _rules(one: Limits) -> list[str]:
    size, total = shown_bytes(one.file_bytes_max), shown_bytes(one.transfer_bytes_max)
    said = [
        both(
            f"1ファイル {size} まで、合計 {total}・{one.files_max} 件まで",
            f"files up to {size}, together {total} and {one.files_max} files",
        ),
        _approval(one),
    ]
    if one.types != ("*",):
        words = "、".join(_kind(kind) for kind in one.types)
        said.append(both(f"送れる種類: {words}", f"types: {words}"))
    if any(profile != "none" for profile in one.disarm.values()):
        said.append(
            both(
                "ファイルは無害化してから送ります（マクロなどは取り除かれます）",
                "files are disarmed first (macros and the like are removed)",
            )
        )
    more = "、".join(both(f"{k} は {v} 日", f"{k}: {v}") for k, v in one.label_days.items())
    besides = both(f"（{more}）", f" ({more})") if more else ""
    said.append(
        both(
            f"送信後 {one.retention_days} 日で消去します{besides}",
            f"erased {one.retention_days} days after sending{besides}",
        )
    )
    return said


def _approval(one: Limits) -> str:
    if not one.approvals:
        return both("承認なしで送れます", "no approval is needed")
    if one.timing == "after":
        return both(
            f"すぐに送り、あとで {one.approvals} 人が確認します",
            f"sent at once, confirmed afterwards by {one.approvals}",
        )
    return both(f"{one.approvals} 人の承認が要ります", f"{one.approvals} approvals are needed")


def _kind(name: str) -> str:
    if name in kinds():
        return label(name, language())
    return both(*families()[name]) if name in families() else name


@dataclass(frozen=True)
class FileLine:
    """One file of a draft: how far it has come, what was seen in it, what stands against it."""

    upload_id: str
    path: str
    bytes: int
    received: int
    whole: bool
    seen: str
    kind: str = ""
    reason: Explanation | None = None
    findings: tuple[Line, ...] = ()
    removed: str = ""


def file_line(node: Node, login: str, upload: Upload, refused: Explanation | None) -> FileLine:
    """One file, from what an inspection has left."""
    seen = inspection_of(node, actor=login, upload_id=upload.upload_id)
    return _line(upload, seen, refused)


def _line(upload: Upload, seen: Inspection, refused: Explanation | None) -> FileLine:
    report, spoken = seen.report, language()
    reason = seen.reason.explain(spoken) if seen.reason else refused
    return FileLine(
        upload_id=upload.upload_id,
        path=upload.path,
        bytes=upload.bytes_total,
        received=upload.bytes_received,
        whole=upload.state == "whole",
        seen=str(seen.seen) if seen.seen is not Seen.DONE else "done",
        kind=sentences.kind_words(upload.kind, spoken) if upload.kind else "",
        reason=reason,
        findings=tuple(sentences.lines(report, Act.FOUND, spoken)) if report else (),
        removed=_removed(report) if report else "",
    )


def _removed(report: Report) -> str:
    acts = (Act.REMOVED, Act.REPLACED, Act.CHANGED)
    lines = [line for act in acts for line in sentences.lines(report, act, language())]
    return sentences.summary(lines, language()) if lines else ""


def lines_of(node: Node, login: str, draft: Draft) -> tuple[list[FileLine], list[Explanation]]:
    """The files of a draft with their reasons, and reasons that are about no file."""
    uploads = queries.uploads_of(draft)
    by_upload = unexpected(draft, uploads)
    general: list[Explanation] = []
    for one in queries.reasons_of(draft):
        told = one.error.explain(language())
        if one.upload is None:
            general.append(told)
        else:
            by_upload[one.upload.upload_id] = told
    return [file_line(node, login, one, by_upload.get(one.upload_id)) for one in uploads], general


STAGES = {
    "read": ("読み取り", "reading"),
    "treat": ("無害化と検査", "disarming and inspecting"),
    "disarm": ("無害化と検査", "disarming and inspecting"),
    "deposit": ("暗号化して保管", "encrypting into the vault"),
    "submit": ("申請", "submitting"),
}


def stage_words(stage: str) -> str:
    """What is being done now."""
    return both(*STAGES.get(stage, ("準備", "preparing")))
