"""What `sekisho disarm` shows: a line for each file, why some were stopped, and the self-test."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sekisho.cli.answer import Shown, Table
from sekisho.cli.disarming import Handled
from sekisho.cli.failures import as_value, next_lines
from sekisho.cli.words import both, language
from sekisho.disarm.account import Act
from sekisho.disarm.kinds import label
from sekisho.disarm.report import Outcome, write_report
from sekisho.disarm.sandbox.lockdown import Level
from sekisho.disarm.sandbox.pool import State
from sekisho.disarm.telling import sentences
from sekisho.kernel.names import shown

_TAKEN = (Act.REMOVED, Act.REPLACED, Act.CHANGED)
_LOOKED_AT = (Act.FOUND, Act.STOPPED)


def values(handled: Sequence[Handled]) -> list[dict[str, Any]]:
    """Each file for a program: its report as the canonical JSON has it, and what came of it."""
    return [
        {
            "name": one.name,
            "path": str(one.path) if one.path else None,
            "report": json.loads(write_report(one.report)) if one.report else None,
            "trouble": as_value(one.trouble) if one.trouble else None,
        }
        for one in handled
    ]


def table(handled: Sequence[Handled]) -> Table:
    """A line for each file."""
    headers = (
        both("状態", "state"),
        both("ファイル", "file"),
        both("種類", "type"),
        both("取り除いた・変えたもの", "removed or changed"),
        both("確かめること", "to check"),
    )
    return Table(headers, [_row(one) for one in handled])


def _row(one: Handled) -> tuple[str, ...]:
    report = one.report
    if report is None:
        return both("失敗", "failed"), shown(one.name), "—", "—", "—"
    spoken = language()
    state = sentences.pick(sentences.OUTCOMES[report.outcome], spoken)
    if one.trouble is not None:
        state = both("書けません", "not written")
    cells = (
        sentences.summary(
            [line for act in acts for line in sentences.lines(report, act, spoken)], spoken
        )
        for acts in (_TAKEN, _LOOKED_AT)
    )
    return state, shown(one.name), sentences.kind_step(report, spoken), *cells


def reasons(handled: Sequence[Handled]) -> list[str]:
    """For each file that did not come through: why, what to do, whom to ask."""
    found: list[str] = []
    for one in handled:
        explained = one.trouble.explain(language()) if one.trouble else None
        if explained is None and one.report is not None:
            explained = sentences.why(one.report, language())
        if explained is not None:
            found += ["", f"{shown(one.name)}: {explained.code} {explained.what}"]
            found += next_lines(explained)
    return found


def conclusion(handled: Sequence[Handled], *, trial: bool) -> str:
    """One sentence, with the way to have files written where none were."""
    stopped = sum(not is_through(one) for one in handled)
    through = len(handled) - stopped
    counts = Counter(one.report.outcome for one in handled if one.report)
    same = counts[Outcome.SAME]
    ja = f"{through} 件が通り、{stopped} 件を止めました。"
    en = f"{through} passed, {stopped} stopped."
    if same:
        ja += f"（うち {same} 件は、前に無害化したもののままです）"
        en += f" ({same} had been disarmed before and are the same.)"
    if trial:
        ja += "\n試しに調べただけで、ファイルは書き出していません。"
        ja += "書き出すには -o フォルダー を指定してください。"
        en += "\nThis was a trial: nothing was written. Give -o DIR to have the files written."
    return both(ja, en)


def is_through(one: Handled) -> bool:
    """Whether the file came through, and was written where it should be."""
    stopped = one.report is None or one.report.outcome is Outcome.STOPPED
    return not stopped and one.trouble is None


def state_value(state: State, milliseconds: float) -> dict[str, Any]:
    """The self-test for a program."""
    return {
        "level": state.sandbox.level,
        "parts": list(state.sandbox.parts),
        "tools": dict(state.hello.tools),
        "kinds": list(state.hello.kinds),
        "rules": state.hello.rules,
        "hand_over_ms": round(milliseconds, 1),
    }


def state_shown(state: State, milliseconds: float) -> list[Shown]:
    """The self-test for people: the level, what is in force and what is not, versions, types."""
    spoken = language()
    level = sentences.pick(sentences.LEVELS[Level(state.sandbox.level)], spoken)
    there = {part.partition("-")[0] if part.startswith("landlock") else part: part
             for part in state.sandbox.parts}  # fmt: skip
    rows = [
        (
            both("○", "yes") if name in there else both("×", "no"),
            sentences.part_words(name, spoken),
            there.get(name, ""),
        )
        for name in sentences.PARTS
    ]
    labels = [label(kind, spoken) for kind in state.hello.kinds]
    tools = [f"{name} {version}" for name, version in sorted(state.hello.tools.items())]
    return [
        both(f"隔離の強さ: {level}", f"Sandbox level: {level}"),
        Table((both("有効", "in force"), both("内容", "what"), ""), rows),
        both(
            f"受け渡し（小さなファイル 1 件）: {milliseconds:.1f} ミリ秒",
            f"Hand-over of one small file: {milliseconds:.1f} ms",
        ),
        both("使うもの: ", "Made with: ") + ", ".join(tools),
        both("扱える種類: ", "Types: ") + both("、", ", ").join(labels),
    ]
