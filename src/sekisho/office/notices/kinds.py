"""What people are told, in words; and which records of the ledger give rise to it."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Kinds of alerts."""

    TO_DECIDE = "to-decide"
    TO_CONFIRM = "to-confirm"
    TO_COLLECT = "to-collect"
    SENT_BACK = "sent-back"
    REJECTED = "rejected"
    REFUSED_THERE = "refused-there"
    EXPIRING = "expiring"
    BACKUP_LATE = "backup-late"
    ASSET_MISSING = "asset-missing"


WORDS: dict[Kind, tuple[str, str]] = {
    Kind.TO_DECIDE: ("承認を待つ受け渡し", "transfers that wait for your decision"),
    Kind.TO_CONFIRM: ("事後確認を待つ受け渡し", "transfers that wait to be confirmed afterwards"),
    Kind.TO_COLLECT: ("届いた受け渡し", "transfers that have arrived for you"),
    Kind.SENT_BACK: ("差し戻された申請", "of your transfers that were sent back"),
    Kind.REJECTED: ("却下された申請", "of your transfers that were rejected"),
    Kind.REFUSED_THERE: (
        "受け取る側で止められた受け渡し",
        "of your transfers that the receiver stopped",
    ),
    Kind.EXPIRING: ("期限の近いもの", "things that end soon"),
    Kind.BACKUP_LATE: ("控えが取れていないノード", "nodes whose backups are late"),
    Kind.ASSET_MISSING: ("所在不明の機器・媒体", "devices or media that are missing"),
}
"""A mail says how many and of which kind, never what: (Japanese, English)."""
