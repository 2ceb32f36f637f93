"""Flows, findings and decisions as values for programs and as words for people."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sekisho.cli.answer import Shown, Table
from sekisho.cli.dates import wareki
from sekisho.cli.words import both, language
from sekisho.kernel.clock import stamp

if TYPE_CHECKING:
    from sekisho.office.flows.models import Flow, FlowDecision, FlowUse
    from sekisho.office.flows.review.facts import Review
    from sekisho.office.flows.summary import Summary


def day_of(day: date | None) -> str:
    """A day as staff read it."""
    return both(f"{wareki(day)} ({day.isoformat()})", day.isoformat()) if day else "—"


def flow_value(row: Flow) -> dict[str, Any]:
    """A flow for a program."""
    from sekisho.office.flows.entry import COLUMNS, entry_of

    entry = entry_of(row)
    values = {name: getattr(entry, name) for name in COLUMNS}
    plain = {n: one.isoformat() if isinstance(one, date) else one for n, one in values.items()}
    items = [
        {"name": one.name, "personal": one.personal, "number": one.number} for one in entry.items
    ]
    times = entry.times_a_year
    return {**plain, "items": items, "state": row.state, "edition": row.edition, "times": times}


def flow_table(rows: list[Flow]) -> Shown:
    """Flows for a person."""
    from sekisho.office.flows.entry import entry_of
    from sekisho.office.flows.states import FREQUENCY_WORDS, MEDIUM_WORDS, STATE_WORDS

    if not rows:
        return both("定例連携はありません。", "There are no flows.")
    headers = (
        both("番号", "code"),
        both("状態", "state"),
        both("名称", "name"),
        both("渡す側 → 受け取る側", "from → to"),
        both("頻度", "frequency"),
        both("媒体", "medium"),
        both("所管", "unit"),
    )
    lines = [
        (
            row.code,
            both(*STATE_WORDS[row.state]),
            row.name,
            " → ".join(end[1] or end[0] for end in entry_of(row).ends),
            both(*FREQUENCY_WORDS[row.frequency]),
            both(*MEDIUM_WORDS[row.medium]),
            row.unit or "—",
        )
        for row in rows
    ]
    return Table(headers, lines)


def flow_lines(row: Flow) -> list[str]:
    """Everything that is registered of one flow, line by line."""
    from sekisho.office.flows.entry import entry_of
    from sekisho.office.flows.sheets.register import COLUMN_WORDS, written

    texts = written(entry_of(row), row.state)
    return [f"{both(*COLUMN_WORDS[name])}: {text}" for name, text in texts.items() if text]


def use_value(one: FlowUse) -> dict[str, Any]:
    """One transfer under a flow for a program."""
    return {
        "transfer": one.transfer_id,
        "submitted": stamp(one.submitted),
        "files": one.files,
        "bytes": one.bytes,
        "columns": one.columns,
    }


def decision_value(one: FlowDecision) -> dict[str, Any]:
    """One decision for a program."""
    names = (
        *("choice", "person", "reason", "unit", "per_year_before", "per_year_after"),
        *("medium_before", "medium_after", "items_before", "items_after"),
    )
    values = {name: getattr(one, name) for name in names}
    return {
        "flow": one.flow_id,
        "day": one.day.isoformat(),
        **values,
        "sheet": one.sheet_id or None,
    }


def decision_line(one: FlowDecision) -> str:
    """One decision for a person."""
    from sekisho.office.flows.states import CHOICE_WORDS

    word = both(*CHOICE_WORDS[one.choice])
    return f"{day_of(one.day)} {word}: {one.reason}（{one.person}）"


def review_value(made: Review) -> dict[str, Any]:
    """A review for a program."""
    from sekisho.office.flows.review.words import plain, reason_of

    return {
        "since": made.since.isoformat(),
        "until": made.until.isoformat(),
        "flows": made.flows,
        "findings": [
            {
                "flow": one.flow or None,
                "kind": one.kind,
                "grade": str(one.grade),
                "reason": plain(one.reason),
                "ja": reason_of(one, "ja"),
                "en": reason_of(one, "en"),
            }
            for one in made.findings
        ],
        "unknown": [{"kind": one.kind, "flows": list(one.flows)} for one in made.unknown],
    }


def review_shown(made: Review) -> list[Shown]:
    """A review for a person: what was found, then what this node cannot know."""
    from sekisho.office.flows.review.words import GRADE_WORDS, TITLES, UNKNOWN_WORDS, reason_of

    head = both(
        f"定例連携 {made.flows} 件を、{day_of(made.since)} からの記録で見直しました。"
        f"気付き {len(made.findings)} 件。",
        f"{made.flows} flows reviewed by what was recorded since {day_of(made.since)}:"
        f" {len(made.findings)} findings.",
    )
    shown: list[Shown] = [head]
    if made.findings:
        headers = (
            both("番号", "code"),
            both("扱い", "grade"),
            both("気付き", "finding"),
            both("理由", "reason"),
        )
        rows = [
            (
                one.flow or "—",
                both(*GRADE_WORDS[one.grade]),
                both(*TITLES[one.kind]),
                reason_of(one, language()),
            )
            for one in made.findings
        ]
        shown.append(Table(headers, rows))
    for one in made.unknown:
        shown.append(
            f"  {both('分からないこと', 'Not known')}: {both(*UNKNOWN_WORDS[one.kind])}"
            f" ({', '.join(one.flows)})"
        )
    return shown


def summary_value(made: Summary) -> dict[str, Any]:
    """How much was stopped, for a program."""
    return {
        "flows": made.flows,
        "by_choice": made.by_choice,
        "per_year_before": made.per_year_before,
        "per_year_after": made.per_year_after,
        "per_year_stopped": made.per_year_stopped,
        "media_no_longer": made.media_no_longer,
        "items_no_longer": made.items_no_longer,
    }


def summary_lines(made: Summary) -> list[str]:
    """How much was stopped, for a person."""
    from sekisho.office.flows.states import CHOICE_WORDS, MEDIUM_WORDS

    choices = "、".join(f"{both(*CHOICE_WORDS[c])} {n}" for c, n in made.by_choice.items())
    media = [
        both(f"  {both(*MEDIUM_WORDS[m])}: 年 {n} 回", f"  {both(*MEDIUM_WORDS[m])}: {n} a year")
        for m, n in made.media_no_longer.items()
    ]
    return [
        both(
            f"判断した定例連携 {made.flows} 件（{choices}）",
            f"{made.flows} flows decided about ({choices})",
        ),
        both(
            f"受け渡しの回数: 年 {made.per_year_before} 回 → {made.per_year_after} 回"
            f"（{made.per_year_stopped} 回減）",
            f"Transfers a year: {made.per_year_before} → {made.per_year_after}"
            f" ({made.per_year_stopped} fewer)",
        ),
        both(
            f"渡さなくなった項目: {made.items_no_longer} 個",
            f"Items no longer passed: {made.items_no_longer}",
        ),
        both("使わなくなった媒体:", "Media no longer used:") if media else "",
        *media,
    ]
