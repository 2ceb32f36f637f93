"""Who decided, in which parcel it went, how it ended, and every act in order, as sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sekisho.ledger.words import ACT_WORDS
from sekisho.node.documents.dossier import Dossier, Step
from sekisho.node.documents.paper import Block, Cell, Column, Facts, Mixed, Note, Section, Table
from sekisho.node.documents.speaking import Speech
from sekisho.office.transfers.models import Arrival, ArrivedFile, Collection, Decision, Transfer
from sekisho.office.transfers.receipt import RECEIVED, Receipt
from sekisho.office.transfers.words import DECISION_WORDS
from sekisho.seal.parcel import Manifest

ROWS_SHOWN_MAX = 200
ERASED, DESTROYED, EXPIRED = "vault.erased", "key.destroyed", "transfer.expired"
SUITE_WORDS = {
    "S1": (
        "S1（耐量子計算機）。鍵の受け渡しは ML-KEM-1024 と楕円曲線 P-384 の併用（HPKE）、"
        "内容の暗号化は AES-256-GCM、署名は Ed25519 と ML-DSA-65 の両方。",
        "S1 (post-quantum hybrid): keys are carried by ML-KEM-1024 together with P-384 (HPKE), "
        "contents encrypted with AES-256-GCM, signed with both Ed25519 and ML-DSA-65.",
    ),
    "S0": (
        "S0。鍵の受け渡しは楕円曲線 P-384（HPKE）、内容の暗号化は AES-256-GCM、署名は Ed25519。",
        "S0: keys are carried by P-384 (HPKE), contents encrypted with AES-256-GCM, signed with "
        "Ed25519.",
    ),
}
KEY_WORDS = {
    "one-time": ("この封緘データだけの使い捨ての鍵", "a one-time key for this parcel alone"),
    "daily": (
        "その日の鍵（使い捨ての鍵がなかったため）",
        "the key of the day, no one-time key left",
    ),
}


def decisions(found: Dossier, say: Speech) -> Section:
    """Every decision of every round."""
    heading = say.pick("4　決裁", "4  Decisions")
    row = found.row
    if isinstance(row, Arrival):
        count = len(found.parcels[-1].terms.approvals) if found.parcels else 0
        text = say.pick(
            f"送り元の承認 {count} 件。受け取るときに、承認の署名と人数を確かめました。"
            "承認した人と日時は、送り元の確認資料にあります。",
            f"{count} approvals of the sending side, whose signatures were checked on arrival. "
            "Who approved and when stands in the proof of the sending side.",
        )
        return Section(heading, [Note(text)])
    made = list(row.decisions.all())
    needed = _needed(row, say)
    if not made:
        return Section(heading, [Note(needed)])
    columns = (
        Column(say.pick("回", "Round"), 0.8, number=True),
        Column(say.pick("決裁", "Decision"), 1.8),
        Column(say.pick("だれ", "Who"), 5.0),
        Column(say.pick("日時", "When"), 5.0),
        Column(say.pick("理由", "Reason"), 3.6),
    )
    rows = [
        (
            str(one.round),
            say.word(DECISION_WORDS, one.verb),
            _who(one, found, say),
            say.moment(one.made),
            one.reason or "—",
        )
        for one in sorted(made, key=lambda one: one.pk)
    ]
    return Section(heading, [Note(needed), Table(columns, rows)])


def _who(one: Decision, found: Dossier, say: Speech) -> str:
    """Who decided; where somebody was away, in whose place, and whether he read it afterwards."""
    who = found.person(one.person)
    if not one.acting_for:
        return who
    absent = found.person(one.acting_for)
    read = say.pick("まだ", "not yet") if one.seen_after is None else say.moment(one.seen_after)
    return say.pick(
        f"{who}（{absent} の代決。後閲: {read}）", f"{who} (for {absent}; read after: {read})"
    )


def _needed(row: Transfer, say: Speech) -> str:
    if not row.approvals_needed:
        return say.pick("この経路では承認は要りません。", "This route asks for no approval.")
    count = row.approvals_needed
    if row.confirm != "none":
        return say.pick(
            f"先に送り、あとで {count} 名が確かめる経路です（事後確認）。",
            f"Sent first, then to be confirmed by {count}.",
        )
    return say.pick(
        f"送る前に {count} 名の承認が要る経路です。", f"{count} must approve before it leaves."
    )


def parcels(found: Dossier, say: Speech) -> Section:
    """In which parcels it went, by which algorithms, and what the receiving node answered."""
    heading = say.pick("5　封緘データと受領証", "5  Parcel and receipt")
    answers = {one.parcel_id: one for one in found.receipts}
    blocks: list[Block] = [
        Facts(_parcel(one, answers.get(one.terms.parcel_id), say)) for one in found.parcels
    ]
    none = say.pick("まだ封緘していません。", "It has not been sealed.")
    return Section(heading, blocks or [Note(none)])


def _parcel(one: Manifest, answer: Receipt | None, say: Speech) -> list[tuple[str, Cell]]:
    terms = one.terms
    key = say.word(KEY_WORDS, terms.receiver_key_kind)
    return [
        (
            say.pick("封緘データ", "Parcel"),
            Mixed(terms.parcel_id, f"{say.pick('暗号文のルート', 'root')} {one.root.hex()}"),
        ),
        (say.pick("封緘の日時", "Sealed"), say.moment(terms.created)),
        (say.pick("暗号方式の組", "Suite"), say.word(SUITE_WORDS, terms.suite)),
        (say.pick("受信鍵", "Receiver key"), key),
        (say.pick("受領証", "Receipt"), _answer(answer, say)),
    ]


def _answer(answer: Receipt | None, say: Speech) -> Cell:
    if answer is None:
        return say.pick("まだ届いていません。", "Not there yet.")
    when = say.moment(answer.made)
    if answer.outcome != RECEIVED:
        refused = say.pick("受け取りを拒否", "refused")
        return f"{when}　{answer.receiver}　{refused}（{answer.code}）"
    text = say.pick("全部がそのまま届いた", "arrived whole")
    if answer.redisarmed:
        text = say.pick(
            f"届いた（うち {answer.redisarmed} 個は受け取った側で無害化し直した）",
            f"arrived ({answer.redisarmed} files disarmed anew by the receiving side)",
        )
    letter = say.pick("添え状の SHA-256", "SHA-256 of the letter")
    return Mixed(f"{when}　{answer.receiver}　{text}", f"{letter} {answer.letter_sha256}")


def ending(found: Dossier, say: Speech) -> Section:
    """Who collected what, and when the keys were destroyed."""
    row = found.row
    blocks: list[Block] = []
    if isinstance(row, Arrival):
        blocks.append(_collections(row, found, say))
    destroyed = [one.time for one in found.steps if one.kind == EXPIRED]
    until = say.day(row.erase_after)
    if row.erased and destroyed:
        text = say.pick("データ鍵を破棄しました（消去）", "data keys destroyed (erased)")
        what = f"{say.moment(destroyed[-1])}　{text}"
    else:
        what = say.pick(f"{until} に鍵を破棄する予定", f"keys to be destroyed on {until}")
    blocks.append(Facts([(say.pick("消去", "Erasure"), what)]))
    return Section(say.pick("6　受取りと消去", "6  Collection and erasure"), blocks)


def _collections(row: Arrival, found: Dossier, say: Speech) -> Block:
    rows = Collection.objects.filter(file__arrival=row).select_related("file")
    made = list(rows.order_by("collected", "pk")[: ROWS_SHOWN_MAX + 1])
    if not made:
        return Note(say.pick("まだだれも受け取っていません。", "Nobody has collected it yet."))
    columns = (
        Column(say.pick("だれ", "Who"), 5.0),
        Column(say.pick("日時", "When"), 5.0),
        Column(say.pick("ファイルの番号", "Files"), 5.0),
    )
    by_act = groupby(made[:ROWS_SHOWN_MAX], key=lambda one: (one.person, one.collected))
    shown = [
        (found.person(person), say.moment(when), _numbers([one.file for one in several], say))
        for (person, when), several in by_act
    ]
    return Table(columns, shown)


def _numbers(files: Sequence[ArrivedFile], say: Speech) -> str:
    numbers = sorted({one.position + 1 for one in files})
    if numbers == [*range(numbers[0], numbers[-1] + 1)] and len(numbers) > 2:
        return f"{numbers[0]}–{numbers[-1]}"
    return say.listed([str(one) for one in numbers])


def course(found: Dossier, say: Speech) -> Section:
    """Every act in the order of the ledger; neighbours that erased one object each as one row."""
    columns = (
        Column(say.pick("台帳の番号", "Entry"), 2.0, number=True),
        Column(say.pick("日時", "When"), 4.2),
        Column(say.pick("記録／葉のハッシュ値", "Act / leaf hash"), 8.2),
        Column(say.pick("だれ", "Who"), 4.2),
    )
    rows = [_step(several, found, say) for several in _together(found.steps)]
    blocks: list[Block] = [Table(columns, rows[:ROWS_SHOWN_MAX])]
    if len(rows) > ROWS_SHOWN_MAX:
        rest = len(rows) - ROWS_SHOWN_MAX
        blocks.append(Note(say.pick(f"ほかに {rest:,} 件。", f"And {rest:,} more.")))
    return Section(say.pick("7　経過（証跡）", "7  Course (evidence)"), blocks)


def _together(steps: Sequence[Step]) -> Iterator[list[Step]]:
    for kind, several in groupby(steps, key=lambda one: one.kind):
        if kind in (ERASED, DESTROYED):
            yield list(several)
        else:
            yield from ([one] for one in several)


def _step(several: Sequence[Step], found: Dossier, say: Speech) -> tuple[Cell, ...]:
    first, last = several[0], several[-1]
    word = say.word(ACT_WORDS, first.kind)
    who = found.person(first.actor) if first.actor else "—"
    if len(several) == 1:
        return str(first.index), say.moment(first.time), Mixed(word, first.leaf_hash), who
    place = f"{first.index}–{last.index}"
    return place, say.moment(last.time), f"{word} ×{len(several)}", who
