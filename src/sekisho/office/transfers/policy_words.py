"""The conditions of a route, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sekisho.kernel.sizes import shown_bytes
from sekisho.kernel.speech import Pair, both

WORDS: dict[str, Pair] = {
    "senders": ("送れる人", "who may send"),
    "recipients": ("受け取れる人", "who may receive"),
    "approvers": ("承認する人", "who approves"),
    "approvals": ("承認の人数", "approvals needed"),
    "timing": ("承認の時期", "when it is approved"),
    "labels": ("機密性の区分", "classes of secrecy"),
    "types": ("ファイルの種類", "types of files"),
    "files_max": ("ファイル数の上限", "files at most"),
    "file_bytes_max": ("1ファイルの上限", "size of one file at most"),
    "transfer_bytes_max": ("合計の上限", "size of all files at most"),
    "retention_days": ("保存日数", "days kept"),
    "label_days": ("区分ごとの保存日数", "days kept, of a class"),
    "parcel_days": ("封緘データの期限（日）", "days a parcel lives"),
    "collect_limit": ("受取り回数の上限（0 は無制限）", "times it may be collected (0: no limit)"),
    "decide_days": ("承認の期限（日）", "days to decide"),
    "schedule_days": ("送る曜日（1 が月曜）", "weekdays (1 is Monday)"),
    "schedule_hours": ("送る時間帯（時）", "hours of the day"),
    "rescan_hours": (
        "送る前の再ウイルス検査までの時間（0 は検査しない）",
        "hours until a second virus scan before it leaves (0: none)",
    ),
    "disarm": ("無害化の方式", "how files are disarmed"),
    "levels": ("承認の段階（順に）", "steps of approval, in order"),
    "after_for": ("先に送って事後確認を受ける人", "who leaves first and is confirmed after"),
    "emergency": ("緊急のとき、承認の前に送れる", "may leave at once in an emergency"),
    "restricted": ("承認者にファイルを開かせない", "approvers do not open files"),
    "bulk": ("まとめて承認できる", "several may be approved at once"),
}
SIZES = ("file_bytes_max", "transfer_bytes_max")


def policy_rows(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every condition with its value, in words."""
    return [(both(*words), _shown(key, policy[key])) for key, words in WORDS.items()]


def _shown(key: str, value: Any) -> str:
    if key in SIZES:
        return shown_bytes(value)
    if key == "timing":
        before = both("事前承認", "before it leaves")
        return before if value == "before" else both("事後確認", "after it has left")
    if key == "schedule_hours":
        return f"{value[0]}–{value[1]}"
    if key == "disarm":
        return "、".join(f"{_person(kind)}: {name}" for kind, name in sorted(value.items())) or "—"
    if key == "label_days":
        return "、".join(f"{label}: {days}" for label, days in sorted(value.items())) or "—"
    if isinstance(value, bool):
        return both("はい", "yes") if value else both("いいえ", "no")
    if key == "levels":
        steps = [f"{i} {_step(one)}" for i, one in enumerate(value, start=1)]
        return "、".join(steps) or "—"
    if isinstance(value, (list, tuple)):
        return "、".join(_person(one) for one in value) or "—"
    return str(value)


def _step(one: dict[str, Any]) -> str:
    """One step of approval, in words."""
    people = "・".join(_person(word) for word in one["approvers"])
    return both(f"{people}から {one['approvals']} 人", f"{one['approvals']} of {people}")


def _person(one: Any) -> str:
    if one == "*":
        return both("すべて", "all")
    return str(one)
