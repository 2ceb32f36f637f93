"""The words that staff see for drafts, in Japanese and English."""

STATE_WORDS = {
    "open": ("作成中", "open"),
    "queued": ("申請の処理中", "being submitted"),
    "refused": ("申請できませんでした", "refused"),
    "submitted": ("申請済み", "submitted"),
}

STAGE_WORDS = {
    "read": ("ファイルの読み込み", "reading the files"),
    "disarm": ("無害化", "disarming"),
    "deposit": ("保管庫への格納", "keeping in the vault"),
    "submit": ("申請", "submitting"),
}
"""What a submission does; `done` and `total` count files for `disarm` and `submit`, else bytes."""
