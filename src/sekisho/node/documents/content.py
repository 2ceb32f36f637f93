"""What a transfer is, which files it has, and what disarming did to them, as sections."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from sekisho.disarm.account import Act
from sekisho.disarm.report import Report
from sekisho.disarm.telling.sentences import lines, summary
from sekisho.kernel.sizes import shown_bytes
from sekisho.node.documents.dossier import Dossier
from sekisho.node.documents.paper import Block, Cell, Column, Facts, Mixed, Note, Section, Table
from sekisho.node.documents.speaking import Speech
from sekisho.node.reports import Told
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.states import WORDS
from sekisho.office.transfers.words import CONFIRM_WORDS, OUTCOME_WORDS

FILES_SHOWN_MAX = 200
"""So many files stand in the document one by one; for more, a list beside it with its digest."""

THINGS_SHOWN_MAX = 12


def about(found: Dossier, say: Speech) -> Section:
    """Who sent what to whom, why, of which class."""
    row = found.row
    rows = _sent(found, row, say) if isinstance(row, Transfer) else _arrived(found, row, say)
    files = row.files.all()
    total = shown_bytes(sum(one.bytes for one in files))
    rows += [
        (say.pick("目的", "Purpose"), row.purpose),
        (say.pick("機密性の区分", "Class"), row.label),
        (
            say.pick("ファイル", "Files"),
            say.pick(f"{len(files):,} 個、合計 {total}", f"{len(files):,}, {total} in all"),
        ),
        (say.pick("状態", "State"), say.word(WORDS, row.state)),
    ]
    return Section(say.pick("1　受け渡しの内容", "1  The transfer"), [Facts(rows)])


def _sent(found: Dossier, row: Transfer, say: Speech) -> list[tuple[str, Cell]]:
    rows: list[tuple[str, Cell]] = [
        (say.pick("送信者", "Sender"), found.person(row.sender)),
        (say.pick("送り元", "From"), found.title(found.node.name)),
        (say.pick("送り先", "To"), found.title(row.to_node)),
        (
            say.pick("宛先の人", "Addressees"),
            say.listed(sorted(one.login for one in row.addressees.all())),
        ),
        (say.pick("申請の日時", "Submitted"), say.moment(row.created)),
    ]
    if row.emergency:
        rows.append((say.pick("緊急の理由", "Emergency"), row.emergency))
    if row.confirm != "none":
        word = say.word(CONFIRM_WORDS, row.confirm)
        rows.append((say.pick("事後確認", "Confirmation after"), word))
    return rows


def _arrived(found: Dossier, row: Arrival, say: Speech) -> list[tuple[str, Cell]]:
    return [
        (say.pick("送信者", "Sender"), f"{row.sender_name}（{row.sender}）"),
        (say.pick("送り元", "From"), found.title(row.from_node)),
        (say.pick("送り先", "To"), found.title(found.node.name)),
        (
            say.pick("宛先の人", "Addressees"),
            say.listed([found.person(one) for one in sorted(_addressees(row))]),
        ),
        (say.pick("受領の日時", "Received"), say.moment(row.received)),
    ]


def _addressees(row: Arrival) -> list[str]:
    return [one.login for one in row.addressees.all()]


def files(found: Dossier, say: Speech) -> Section:
    """Names, sizes, kinds and digests; of very many files the first, and the digest of the list."""
    every = found.row.files.all()
    columns = (
        Column(say.pick("番号", "No."), 1.0, number=True),
        Column(say.pick("ファイル名／SHA-256", "Name / SHA-256"), 9.4),
        Column(say.pick("大きさ", "Size"), 1.7, number=True),
        Column(say.pick("種類", "Kind"), 2.6),
    )
    rows = [
        (
            str(one.position + 1),
            Mixed(one.path, one.sha256),
            shown_bytes(one.bytes),
            say.kind(one.content_type),
        )
        for one in every[:FILES_SHOWN_MAX]
    ]
    blocks: list[Block] = [Table(columns, rows)]
    if len(every) > FILES_SHOWN_MAX:
        blocks.append(Note(_more(len(every), sha256(found.listing).hexdigest(), say)))
    return Section(say.pick("2　ファイル", "2  Files"), blocks)


def _more(count: int, digest: str, say: Speech) -> str:
    return say.pick(
        f"ここには {count:,} 個のうち最初の {FILES_SHOWN_MAX} 個を示しました。"
        "全部のファイル名・大きさ・SHA-256 は、この資料とともに書き出した一覧（JSON）にあります。"
        f"一覧の SHA-256: {digest}",
        f"These are the first {FILES_SHOWN_MAX} of {count:,} files. All names, sizes and digests "
        f"stand in the list (JSON) that was written with this document. Its SHA-256: {digest}",
    )


def disarming(found: Dossier, say: Speech) -> Section:
    """What was removed and found, file by file; only files of which there is something to say."""
    heading = say.pick("3　無害化", "3  Disarming")
    if not any(one.outcome for one in found.told):
        text = OUTCOME_WORDS[""]
        return Section(heading, [Note(say.pick(*text) + say.pick("。", "."))])
    blocks: list[Block] = [Facts(_counts(found, say))]
    rows = list(_told_rows(found, say))
    if rows:
        blocks.append(_told_table(rows[:FILES_SHOWN_MAX], say))
    if len(rows) > FILES_SHOWN_MAX:
        rest = len(rows) - FILES_SHOWN_MAX
        blocks.append(Note(say.pick(f"ほかに {rest:,} 個。", f"And {rest:,} more.")))
    if found.row.erased:
        gone = ("無害化の報告の本文は、保存期間の終わりに消去しました。", "The reports are erased.")
        blocks.append(Note(say.pick(*gone)))
    return Section(heading, blocks)


def _counts(found: Dossier, say: Speech) -> list[tuple[str, Cell]]:
    counted: dict[str, int] = {}
    for one in found.told:
        counted[one.outcome] = counted.get(one.outcome, 0) + 1
    return [
        (say.pick(f"{count:,} 個", f"{count:,} files"), say.word(OUTCOME_WORDS, outcome))
        for outcome, count in sorted(counted.items(), key=lambda pair: -pair[1])
    ]


def _told_table(rows: list[tuple[Cell, ...]], say: Speech) -> Table:
    columns = (
        Column(say.pick("番号", "No."), 1.0, number=True),
        Column(say.pick("取り除いたもの・変えたもの", "Removed or changed"), 6.2),
        Column(say.pick("確かめるもの（見つかったもの）", "Found, to be judged"), 6.2),
        Column(say.pick("方式", "Profile"), 1.8),
    )
    return Table(columns, rows)


def _told_rows(found: Dossier, say: Speech) -> Iterator[tuple[Cell, ...]]:
    for one in found.told:
        report = one.for_people
        if report is None:
            continue
        removed = _things(report, (Act.REMOVED, Act.REPLACED, Act.CHANGED, Act.STOPPED), say)
        findings = _things(one.findings or report, (Act.FOUND,), say)
        if (removed, findings) != ("—", "—"):
            yield str(one.position + 1), removed, findings, _profile(one, report)


def _things(report: Report, acts: tuple[Act, ...], say: Speech) -> str:
    every = [line for act in acts for line in lines(report, act, say.language)]
    return summary(every, say.language, THINGS_SHOWN_MAX)


def _profile(one: Told, report: Report) -> str:
    return report.detail.get("exception") or (one.own or report).profile
