"""The examination of a node, in words."""

from __future__ import annotations

from sekisho.kernel.speech import Pair

CHECK_WORDS: dict[str, Pair] = {
    "settings": ("設定", "settings"),
    "keys": ("署名の鍵", "signing keys"),
    "vault-keys": ("保管庫の鍵", "vault keys"),
    "database": ("データベース", "database"),
    "vault": ("保管庫", "vault"),
    "ledger": ("証跡台帳", "ledger"),
    "ledger-full": ("証跡台帳（全件）", "ledger, every entry"),
    "clock": ("時計", "clock"),
    "store": ("受け渡し場所", "store"),
    "directory": ("ノード名簿", "directory"),
    "routes": ("経路", "routes"),
    "people": ("利用者", "people"),
    "disarm": ("無害化", "disarming"),
    "clamav": ("ウイルス検査（ClamAV）", "virus scanner (ClamAV)"),
    "disk": ("空き容量", "free space"),
    "backup": ("控え", "backups"),
}
FIGURE_WORDS: dict[str, Pair] = {
    "vault-keys": ("{} 個", "{}"),
    "vault": ("ファイル {} 個", "{} objects"),
    "ledger": ("記録 {} 件、未確定 {} 件", "{} entries, {} pending"),
    "ledger-full": ("記録 {} 件", "{} entries"),
    "directory": ("第 {} 版、期限 {}", "version {}, expires {}"),
    "people": ("{} 人", "{} people"),
    "disarm": ("隔離 {}、同時に {} 件、{} 種類", "sandbox {}, {} at once, {} types"),
    "clamav": ("{}、定義 {}、{} 日前", "{}, signatures {}, {} days old"),
    "disk": ("{} GiB", "{} GiB"),
    "backup": ("最後 {}", "last {}"),
}
LEVEL_WORDS: dict[str, Pair] = {
    "ok": ("良好", "ok"),
    "care": ("注意", "care"),
    "bad": ("異常", "BAD"),
}
CARE_WORDS: dict[str, Pair] = {
    "vault-keys": (
        "鍵の更新が途中です。`sekisho run` が終わらせます。",
        "A renewal of the keys is unfinished; `sekisho run` finishes it.",
    ),
    "directory": (
        "期限が近づいています。管理者に更新（`sekisho directory renew`）を依頼してください。",
        "It expires soon; ask the administrators to renew it (`sekisho directory renew`).",
    ),
    "people": (
        "管理者と承認者の両方を登録してください（`sekisho person add`）。",
        "Register an administrator and an approver (`sekisho person add`).",
    ),
    "disarm": (
        "子プロセスの隔離が完全ではありません。カーネル（Landlock、seccomp）を確かめてください。",
        "Children are not fully locked down; look at the kernel (Landlock, seccomp).",
    ),
    "clamav": (
        "ウイルス定義が古くなっています。freshclam が動いているか確かめてください。",
        "The signatures are old; see whether freshclam runs.",
    ),
    "disk": ("空き容量が少なくなっています。", "The disk is nearly full."),
    "backup": (
        "控えが設定されていないか、遅れています（設定の [backup]、`sekisho backup`）。",
        "Backups are not set up, or late ([backup] of the settings, `sekisho backup`).",
    ),
}
