"""What a search found, as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from sekisho.node.documents.speaking import Speech
from sekisho.office.site.sheets import Head, Sheet, Value
from sekisho.office.transfers.hits import ARRIVED, SENT, Hit
from sekisho.office.transfers.states import WORDS

DIRECTION_WORDS = {SENT: ("送った", "sent"), ARRIVED: ("届いた", "arrived")}


def search_table(hits: Iterable[Hit], *, language: str) -> Sheet:
    """One row for each transfer; the hits are read while the table is written."""
    say = Speech(language)
    heads = (
        Head(say.pick("向き", "Direction"), 9),
        Head(say.pick("受け渡し番号", "Transfer"), 31),
        Head(say.pick("申請・受領の日時", "Submitted / received"), 34),
        Head(say.pick("相手のノード", "Other node"), 16),
        Head(say.pick("送信者", "Sender"), 18),
        Head(say.pick("送信者の利用者名", "Login"), 16),
        Head(say.pick("課", "Division"), 18),
        Head(say.pick("宛先の人", "Addressees"), 20),
        Head(say.pick("目的", "Purpose"), 44),
        Head(say.pick("機密性の区分", "Class"), 14),
        Head(say.pick("状態", "State"), 14),
        Head(say.pick("理由の番号", "Code"), 12),
        Head(say.pick("ファイル数", "Files"), 10),
        Head(say.pick("合計バイト数", "Bytes"), 14),
        Head(say.pick("消去", "Erased"), 9),
    )
    title = say.pick("受け渡し", "Transfers")
    return Sheet(title, heads, (_row(one, say) for one in hits))


def _row(one: Hit, say: Speech) -> tuple[Value, ...]:
    return (
        say.word(DIRECTION_WORDS, one.direction),
        one.transfer_id,
        one.when,
        one.peer,
        one.sender_name,
        one.sender,
        one.division,
        say.listed(list(one.addressees)),
        one.purpose,
        one.label,
        say.word(WORDS, one.state),
        one.code,
        one.files,
        one.bytes,
        say.pick("済み", "erased") if one.erased else "",
    )
