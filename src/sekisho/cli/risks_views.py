"""Studies, versions, runs and comments as values for programs and as words for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sekisho.cli.answer import Shown, Table
from sekisho.cli.words import both
from sekisho.kernel.clock import stamp
from sekisho.kernel.dates import moment

if TYPE_CHECKING:
    from sekisho.office.risks.models import Comment, Run, Study, Version


def study_value(row: Study) -> dict[str, Any]:
    """A study for a program."""
    changed = stamp(row.changed)
    return {"study": row.pk, "title": row.title, "newest": row.newest, "changed": changed}


def version_value(row: Version) -> dict[str, Any]:
    """A version for a program, without its text."""
    return {
        "study": row.study_id,
        "version": row.number,
        "sha256": row.sha256,
        "note": row.note,
        "person": row.person,
        "saved": stamp(row.saved),
    }


def run_value(row: Run) -> dict[str, Any]:
    """A run for a program, without what it found."""
    return {
        "run": row.pk,
        "version": row.version.number,
        "models": row.names,
        "budget": row.budget,
        "seed": row.seed,
        "draws": row.draws,
        "person": row.person,
        "asked": stamp(row.asked),
        "state": row.state,
        "result": row.digest,
    }


def comment_value(row: Comment) -> dict[str, Any]:
    """A comment for a program, with its answer."""
    return {
        "comment": row.pk,
        "version": row.version.number,
        "item": row.item,
        "text": row.text,
        "person": row.person,
        "written": stamp(row.written),
        "choice": row.choice,
        "answer": row.answer,
        "answered_in": row.answered_in,
    }


def study_table(rows: Sequence[Study]) -> Shown:
    """Studies for a person."""
    if not rows:
        return both("検討はありません。", "There is no study.")
    headers = (
        both("番号", "number"),
        both("題名", "title"),
        both("最新の版", "newest version"),
        both("変更", "changed"),
    )
    return Table(
        headers, [(str(row.pk), row.title, str(row.newest), moment(row.changed)) for row in rows]
    )


def study_lines(
    row: Study, versions: Sequence[Version], runs: Sequence[Run], comments: Sequence[Comment]
) -> list[str]:
    """A study for a person."""
    return [
        both(f"検討 {row.pk}: {row.title}", f"Study {row.pk}: {row.title}"),
        *(
            both(f"  第 {one.number} 版: {one.note}", f"  Version {one.number}: {one.note}")
            for one in versions
        ),
        *(_run_line(one) for one in runs),
        *(_comment_line(one) for one in comments),
    ]


def _run_line(one: Run) -> str:
    from sekisho.office.risks.states import STATE_WORDS

    names, state = ", ".join(one.names), STATE_WORDS[one.state]
    return both(
        f"  計算 {one.pk}（第 {one.version.number} 版、{state[0]}）: {names}",
        f"  Run {one.pk} (version {one.version.number}, {state[1]}): {names}",
    )


def _comment_line(one: Comment) -> str:
    from sekisho.office.risks.states import CHOICE_WORDS

    state, said = CHOICE_WORDS[one.choice], f" → {one.answer}" if one.choice else ""
    return both(
        f"  意見 {one.pk}（{one.item or '全体'}、{state[0]}）: {one.text}{said}",
        f"  Comment {one.pk} ({one.item or 'all of it'}, {state[1]}): {one.text}{said}",
    )
