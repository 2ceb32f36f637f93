"""What disarming did to the files of a transfer, in words: first what people should judge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sekisho.cli.transfer_views import type_word
from sekisho.cli.words import both, language
from sekisho.kernel import names
from sekisho.office.transfers.words import OUTCOME_WORDS

if TYPE_CHECKING:
    from sekisho.disarm.report import Report
    from sekisho.disarm.telling.sentences import Line
    from sekisho.node.reports import Told


def lines(told: Sequence[Told]) -> list[str]:
    """Everything for a person: findings of all files, then file by file what was done."""
    if not any(one.for_people or one.outcome for one in told):
        return []
    findings = [line for one in told for line in _findings(one)]
    head = both("確かめてください（無害化で見つかったもの）", "To be judged (found when disarming)")
    nothing = both("無害化で見つかったものはありません。", "Nothing to judge was found.")
    shown = ["", f"{head}:", *findings] if findings else ["", nothing]
    return [*shown, "", both("無害化", "Disarming") + ":", *_done(told)]


def _findings(one: Told) -> Iterable[str]:
    from sekisho.disarm.account import Act
    from sekisho.disarm.telling.sentences import lines as told_lines

    if one.findings is not None:
        for line in told_lines(one.findings, Act.FOUND, language()):
            yield f"  {_number(one)}: {_line(line)}"


def _done(told: Sequence[Told]) -> Iterable[str]:
    for one in told:
        yield f"  {_number(one)}: {both(*OUTCOME_WORDS[one.outcome])}{_by(one)}"
        if one.for_people is not None:
            yield from acts(one.for_people)


def _number(one: Told) -> str:
    return f"{one.position + 1} {names.shown(one.path)}"


def _by(one: Told) -> str:
    report = one.own if one.outcome == "redisarmed" else one.for_people
    if report is None:
        return ""
    exception = report.detail.get("exception")
    if exception:
        return f"（{exception}）"
    level = both(f"隔離 {report.sandbox.level}", f"sandbox {report.sandbox.level}")
    came, went = type_word(report.came_in.kind), _kind_out(report)
    kinds = came if came == went else f"{came} → {went}"
    return f"（{kinds}、{both('方式', 'profile')} {report.profile}、{level}）"


def _kind_out(report: Report) -> str:
    return type_word(report.went_out.kind) if report.went_out else "—"


def acts(report: Report) -> Iterable[str]:
    """What was done to one file, but for its findings."""
    from sekisho.disarm.telling import sentences

    for act, words in sentences.ACTS.items():
        for line in sentences.lines(report, act, language()) if act.value != "found" else ():
            yield f"    {both(*words)}: {_line(line)}"
    if report.left_out:
        yield both(f"    ほかに {report.left_out} 件", f"    and {report.left_out} more")


def _line(line: Line) -> str:
    where = f"（{'、'.join(map(names.shown, line.places))}）" if line.places else ""
    samples = "、".join(map(names.shown, line.samples))
    example = f" {both('例', 'for instance')}: {samples}" if samples else ""
    why = f" [{line.why.code}] {line.why.what}" if line.why else ""
    return f"{line.text}{where}{example}{why}"


def told_value(one: Told) -> dict[str, Any]:
    """What is told of one file, for a program."""
    return {
        "number": one.position + 1,
        "path": one.path,
        "outcome": one.outcome or None,
        "report": report_value(one.report),
        "own_report": report_value(one.own),
    }


def report_value(report: Report | None) -> dict[str, Any] | None:
    """The report as it is kept and signed."""
    from sekisho.disarm.report import write_report

    if report is None:
        return None
    value: dict[str, Any] = json.loads(write_report(report))
    return value
