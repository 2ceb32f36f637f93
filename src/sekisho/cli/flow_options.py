"""What is registered of a flow, as options of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sekisho.cli.speech import option
from sekisho.cli.words import Pair

F = TypeVar("F", bound=Callable[..., Any])

FIELDS: Mapping[str, tuple[str, Pair]] = {
    "name": ("--name", ("名称", "name")),
    "purpose": ("--purpose", ("目的", "what it is for")),
    "basis": ("--basis", ("根拠法令", "legal basis")),
    "basis_until": ("--basis-until", ("根拠の期限（例: 2029-03-31、R11.3.31）", "when it ends")),
    "from_node": ("--from-node", ("渡す側のノード", "node that sends")),
    "from_body": ("--from", ("渡す側（部署・団体）", "division or body that gives")),
    "to_node": ("--to-node", ("受け取る側のノード", "node that receives")),
    "to_body": ("--to", ("受け取る側（部署・団体）", "division or body that gets")),
    "owner": ("--owner", ("責任者の利用者名", "login of its owner")),
    "unit": ("--unit", ("所管（部署）", "division in charge")),
    "frequency": (
        "--frequency",
        (
            "頻度（毎日・毎週・毎月・四半期ごと・毎年・随時）",
            "daily, weekly, monthly, quarterly, yearly or as_needed",
        ),
    ),
    "due": (
        "--due",
        (
            "予定日（毎週 1〜7、毎月・四半期 1〜31、毎年 6-10）",
            "expected day: weekly 1–7, monthly and quarterly 1–31, yearly 6-10",
        ),
    ),
    "per_year": (
        "--per-year",
        ("年間の回数（なければ頻度から）", "times a year (else by frequency)"),
    ),
    "label": ("--label", ("機密性の区分", "class of secrecy")),
    "medium": (
        "--medium",
        (
            "今の媒体（USBメモリ・光ディスク・紙・メール・Sekisho・その他）",
            "usb, disc, paper, mail, sekisho or other",
        ),
    ),
    "valid_from": ("--valid-from", ("開始日", "first day")),
    "valid_until": ("--valid-until", ("終了日", "last day")),
    "note": ("--note", ("備考", "note")),
}
LISTS: Mapping[str, tuple[str, Pair]] = {
    "addressees": ("--for", ("宛先の人（くり返せる）", "login of an addressee (repeat)")),
    "files": (
        "--file",
        ("ファイル名の型（例: 所得*.csv。くり返せる）", "pattern of names (repeat)"),
    ),
    "items": (
        "--item",
        (
            "項目。個人情報は「氏名（個人）」、番号は「個人番号（個人・番号）」（くり返せる）",
            "item; 氏名（個人） tells of a person, （個人・番号） is a number of one (repeat)",
        ),
    ),
}


def entry_options(command: F) -> F:
    """Decorator: every field of a flow as an option; what is not given is None."""
    for name, (flag, spoken) in reversed({**FIELDS, **LISTS}.items()):
        many = name in LISTS
        made = option(
            flag, name, multiple=many, default=() if many else None, metavar="TEXT", spoken=spoken
        )
        command = made(command)
    return command


def cells_of(given: Mapping[str, Any]) -> dict[str, str]:
    """Field → text, of what was given, as it would stand in a table."""
    lines = {name: given[name] for name in FIELDS if given[name] is not None}
    lists = {name: "\n".join(given[name]) for name in LISTS if given[name]}
    return {**lines, **lists}
