"""Words for what becomes of transfers and files, in Japanese and English."""

from __future__ import annotations

CONFIRM_WORDS = {
    "none": ("なし", "none"),
    "pending": ("事後確認待ち", "to be confirmed"),
    "done": ("事後確認済み", "confirmed"),
    "objected": ("事後確認で異議あり", "objected to"),
}
DECISION_WORDS = {
    "approve": ("承認", "approved"),
    "send_back": ("差戻し", "sent back"),
    "reject": ("却下", "rejected"),
    "confirm": ("事後確認", "confirmed after"),
}
OUTCOME_WORDS = {
    "": ("無害化していません（経路の設定）", "not disarmed (the route does not ask for it)"),
    "rebuilt": ("作り直しました", "rebuilt"),
    "same": ("無害化済みです（作り直しても変わりません）", "disarmed already (a fixed point)"),
    "excepted": (
        "例外のため無害化していません",
        "not disarmed, because of a registered exception",
    ),
    "redisarmed": (
        "受け取った側で無害化し直しました",
        "disarmed anew by the receiving side",
    ),
    "stopped": ("止めました", "stopped"),
}
