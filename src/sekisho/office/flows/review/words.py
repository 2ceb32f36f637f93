"""The findings of a review in words: a title and a sentence with gaps for numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sekisho.office.flows.review.facts import Finding
from sekisho.office.flows.states import MEDIUM_WORDS

GRADE_WORDS = {"act": ("要対応", "act"), "look": ("要確認", "look")}

TITLES: dict[str, tuple[str, str]] = {
    "purpose_missing": ("目的がない", "no purpose"),
    "items_missing": ("項目がない", "no items"),
    "owner_missing": ("責任者がいない", "no owner"),
    "owner_gone": ("責任者が異動・退職", "owner has left"),
    "basis_missing": ("根拠がない", "no legal basis"),
    "basis_expired": ("根拠の期限切れ", "legal basis expired"),
    "basis_ends": ("根拠の期限が近い", "legal basis ends soon"),
    "past_its_end": ("終了日を過ぎている", "past its end"),
    "by_medium": ("媒体で運んでいる", "carried on a medium"),
    "wider": ("登録より広い", "wider than its items"),
    "items_unused": ("使われていない項目", "items never seen"),
    "duplicate": ("重複の疑い", "maybe a duplicate"),
    "never_used": ("一度も使われていない", "never used"),
    "not_used": ("使われない回があった", "not used when expected"),
    "sent_late": ("予定日より遅い", "sent late"),
    "not_arrived": ("受領証が届かない", "no receipt"),
    "never_collected": ("一度も受け取られていない", "never collected"),
    "not_collected": ("受け取られないものがある", "partly not collected"),
    "collected_late": ("受取りが遅い", "collected late"),
    "unregistered": ("台帳にない受け渡し", "belongs to no flow"),
}

SENTENCES: dict[str, tuple[str, str]] = {
    "purpose_missing": (
        "目的が書かれていません。何のために渡すのか言えないデータは、渡さなくてよいかもしれません。",
        "No purpose is registered. Data of which nobody can say what they are for may not be"
        " needed.",
    ),
    "items_missing": (
        "渡すデータの項目が登録されていないため、必要以上に渡していないか比べられません。",
        "No items are registered, so nobody can tell whether more is passed than is needed.",
    ),
    "owner_missing": (
        "責任者が登録されていません。続けるかどうかを決める人がいません。",
        "Nobody is registered as owner, who could decide whether it goes on.",
    ),
    "owner_gone": (
        "責任者（{owner}）は、このノードの利用者ではなくなっています。",
        "Its owner ({owner}) is no longer a person of this node.",
    ),
    "basis_missing": (
        "根拠法令が書かれていません（個人情報・番号の項目 {personal} 個）。",
        "No legal basis is registered ({personal} items about persons or numbers).",
    ),
    "basis_expired": (
        "根拠「{basis}」の期限（{day}）を {days} 日過ぎています。",
        "Its basis “{basis}” ended on {day}, {days} days ago.",
    ),
    "basis_ends": (
        "根拠「{basis}」の期限（{day}）まで {days} 日です。",
        "Its basis “{basis}” ends on {day}, in {days} days.",
    ),
    "past_its_end": (
        "終了日（{day}）を {days} 日過ぎていますが、廃止されていません。",
        "Its last day was {day}, {days} days ago, but it has not been ended.",
    ),
    "by_medium": (
        "今も{medium}で運んでいます（年 {per_year} 回）。Sekisho で送れば、運ぶ媒体が"
        "なくなります。",
        "It is still carried on {medium} ({per_year} times a year); sent by Sekisho there would be"
        " no medium to carry.",
    ),
    "wider": (
        "登録した項目は {items} 個ですが、表 {tables} 個に、登録にない列が {count} 個ありました:"
        " {names}。",
        "{items} items are registered, but {count} columns in {tables} tables are not among them:"
        " {names}.",
    ),
    "items_unused": (
        "登録した項目 {items} 個のうち {count} 個は、表 {tables} 個のどれにもありませんでした:"
        " {names}。",
        "{count} of {items} items stood in none of {tables} tables: {names}.",
    ),
    "duplicate": (
        "{other} と、渡す側・受け取る側が同じで、項目の {percent}%（{items} 個）が同じです。",
        "It has the same ends as {other} and shares {percent}% of the items ({items}).",
    ),
    "never_used": (
        "予定された {expected} 回のうち、一度も使われていません。",
        "It was expected {expected} times and never used.",
    ),
    "not_used": (
        "予定された {expected} 回のうち {count} 回は使われていません（最後は {day} から）。",
        "It was not used {count} of {expected} times (the last from {day}).",
    ),
    "sent_late": (
        "予定された {expected} 回のうち {count} 回は、予定日を {days} 日より多く過ぎて"
        "送られました。",
        "{count} of {expected} times it was sent more than {days} days after the expected day.",
    ),
    "not_arrived": (
        "送った {all} 件のうち {count} 件は、{days} 日を過ぎても受領証が届いていません。",
        "For {count} of {all} transfers no receipt came within {days} days.",
    ),
    "never_collected": (
        "届いた {count} 件すべてが、{limit} 日を過ぎても受け取られていません"
        "（最も古いもので {days} 日）。要らないデータかもしれません。",
        "None of {count} transfers was collected within {limit} days (the oldest waits {days}"
        " days); the data may not be needed.",
    ),
    "not_collected": (
        "届いた {all} 件のうち {count} 件は、{limit} 日を過ぎても受け取られていません"
        "（最も古いもので {days} 日）。",
        "{count} of {all} transfers were not collected within {limit} days (the oldest waits {days}"
        " days).",
    ),
    "collected_late": (
        "受け取られるまでに {limit} 日より長くかかったものが、{all} 件のうち {count} 件あります"
        "（最も長いもので {days} 日）。",
        "{count} of {all} transfers were collected after more than {limit} days (at most {days}).",
    ),
    "unregistered": (
        "{from} から {to} への「{purpose}」が {count} 件ありました（最後は {day}）。"
        "定例であれば登録してください。",
        "“{purpose}” from {from} to {to} was passed {count} times (last on {day}); if it recurs,"
        " register it.",
    ),
}

UNKNOWN_WORDS: dict[str, tuple[str, str]] = {
    "elsewhere": (
        "このノードを通らないため、使われたかどうかは分かりません",
        "they do not pass this node: whether they were used is not known here",
    ),
    "not_by_sekisho": (
        "Sekisho で送っていないため、使われたかどうかは分かりません",
        "they do not go by Sekisho: whether they were used is not known",
    ),
    "collection": (
        "受け取られたかどうかは、受け取る側のノードで見直してください（ここでは受領証まで）",
        "whether they were collected is known at the receiving node (here: receipts only)",
    ),
    "columns": (
        "列の見出しを読めないファイルがあるため、項目との比較は一部だけです",
        "some files have no headings that could be read: items were compared in part only",
    ),
}


def reason_of(finding: Finding, language: str) -> str:
    """The reason of a finding as a sentence in `ja` or `en`."""
    at = 0 if language == "ja" else 1
    values = {name: _shown(name, value, at) for name, value in finding.reason.items()}
    return SENTENCES[finding.kind][at].format_map(values)


def sentences_of(findings: Iterable[Finding], language: str) -> dict[str, tuple[str, ...]]:
    """Code of a flow → the reasons of what was found about it."""
    told: dict[str, tuple[str, ...]] = {}
    for one in findings:
        if one.flow:
            told[one.flow] = (*told.get(one.flow, ()), reason_of(one, language))
    return told


def _shown(name: str, value: Any, at: int) -> str:
    if name == "medium":
        return MEDIUM_WORDS[value][at]
    if isinstance(value, list):
        return ("、", ", ")[at].join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)


def plain(reason: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers and words of a reason for a program."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in reason.items()
    }
