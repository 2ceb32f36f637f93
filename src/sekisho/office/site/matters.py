"""What needs somebody at a node, in sentences."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sekisho.kernel.dates import moment
from sekisho.kernel.reasons import reason_words
from sekisho.kernel.speech import Pair, both


class Todo(Protocol):
    """One thing to be done: what, how many, and the code, peer or moment it is about."""

    @property
    def matter(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def peer(self) -> str: ...
    @property
    def moment(self) -> datetime | None: ...


MATTER_WORDS: dict[str, Pair] = {
    "ledger": ("証跡台帳に異常があります。{reason}", "The ledger is not sound. {reason}"),
    "directory-missing": (
        "ノード名簿がありません（`sekisho directory import`）。",
        "There is no node directory (`sekisho directory import`).",
    ),
    "directory-expired": (
        "ノード名簿の期限が切れています（{moment}）。送受信は止まっています。",
        "The node directory has expired ({moment}); nothing is sent or received.",
    ),
    "directory-expires": (
        "ノード名簿の期限が近づいています（{moment}）。",
        "The node directory expires soon ({moment}).",
    ),
    "backup-late": (
        "控えが取れていません（最後の控え: {moment}）。「保存と控え」を見てください。",
        "Backups are late (the last one: {moment}). See the page Keeping and backups.",
    ),
    "to-decide": (
        "あなたの承認・確認を待つ受け渡しが {count} 件あります（`sekisho list --waiting`）。",
        "{count} transfers wait for your decision (`sekisho list --waiting`).",
    ),
    "to-collect": (
        "受け取っていない受け渡しが {count} 件あります（`sekisho inbox`）。",
        "{count} transfers wait to be collected by you (`sekisho inbox`).",
    ),
    "sent-back": (
        "差し戻された申請が {count} 件あります（`sekisho list --mine --state sent_back`）。",
        "{count} of your transfers were sent back (`sekisho list --mine --state sent_back`).",
    ),
    "to-read": (
        "不在の間に代決されたものが {count} 件あります（`sekisho read-after`）。",
        "{count} decisions were made in your place (`sekisho read-after`).",
    ),
    "refused-there": (
        "受け取る側で止められた受け渡しが {count} 件あります。{reason}",
        "{count} transfers were stopped by the receiver. {reason}",
    ),
    "cannot-leave": (
        "送信できずにいる受け渡しが {count} 件あります。{reason}",
        "{count} released transfers cannot leave. {reason}",
    ),
    "cannot-store": (
        "受け渡し場所に置けずにいる封緘データが {count} 件あります。{reason}",
        "{count} parcels cannot be stored. {reason}",
    ),
    "cannot-fetch": (
        "取り込めずにいる封緘データが {count} 件あります。{reason}",
        "{count} parcels cannot be fetched yet. {reason}",
    ),
    "stopped-here": (
        "この1週間に止めた封緘データが {count} 件あります。{reason}",
        "{count} parcels were stopped here within a week. {reason}",
    ),
    "keys-low": (
        "{peer} に送るための鍵が残り {count} 個です。{peer} が動いているか確かめてください。",
        "{count} keys for sending to {peer} are left; see whether {peer} is running.",
    ),
    "witness-trouble": (
        "{peer} の証跡台帳に、立ち会えない点があります。{reason}",
        "The ledger of {peer} could not be countersigned. {reason}",
    ),
    "witness-late": (
        "{peer} が立ち会っていない証跡が {count} 件あります（1日以上）。",
        "{peer} has not countersigned {count} entries for over a day.",
    ),
}


def sentence(one: Todo) -> str:
    """One thing to be done, in the reader's language."""
    return both(*MATTER_WORDS[str(one.matter)]).format(
        count=one.count,
        peer=one.peer,
        reason=reason_words(one.code) if one.code else "",
        moment=moment(one.moment),
    )
