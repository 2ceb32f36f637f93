"""`sekisho flow hearing`: what divisions are asked about their flows, and what they answer."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sekisho.cli import files
from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import JAPAN
from sekisho.cli.flow_sheets import HEADERS, SHEET_BYTES_MAX, TAKE, ending, fault_values, told
from sekisho.cli.speech import SpokenGroup, argument, option
from sekisho.cli.words import both
from sekisho.kernel.clock import stamp

if TYPE_CHECKING:
    from sekisho.office.flows.actions.hearing import Hearing

REVIEW_DAYS = 365

hearing = SpokenGroup(
    "hearing", spoken=("部署ごとの調査票（Excel）", "hearing sheets for divisions (Excel)")
)


@hearing.verb("out", ("部署の調査票を書き出す（管理者のみ）", "write the sheet of a division"))
@argument("unit")
@argument("file", type=files.FILE)
@pass_call
def out(call: Call, unit: str, file: Path) -> None:
    """The flows of the division with what the review says of each."""
    actor = call.actor
    first = call.now().astimezone(JAPAN).date() - timedelta(days=REVIEW_DAYS)
    with call.node() as node:
        from sekisho.office.flows.actions.hearing import ask

        made, data = ask(node.desk, actor=actor, unit=unit, findings=_findings(node, first))
        value = {"sheet": made.sheet_id, "unit": unit, "flows": len(made.asked), "file": str(file)}
    files.write_new(file, data)
    answer(
        call,
        value,
        both(
            f"{unit} の調査票を {file} に書きました（定例連携 {value['flows']} 件）。",
            f"The sheet of {unit} is in {file} ({value['flows']} flows).",
        ),
    )


def _findings(node: Any, since: date) -> dict[str, tuple[str, ...]]:
    """Sentences in Japanese for each flow: the sheet is written for staff."""
    from sekisho.office.flows import queries
    from sekisho.office.flows.review.words import sentences_of

    made = queries.review(node.desk, since=since, thresholds=node.settings.flows)
    return sentences_of(made.findings, "ja")


@hearing.verb("in", ("記入された調査票を取り込む（管理者のみ）", "take a sheet that came back"))
@argument("file", type=files.FILE)
@option("--apply", "do_it", is_flag=True, spoken=TAKE)
@pass_call
def in_(call: Call, file: Path, do_it: bool) -> None:
    """Answers become decisions, what was not listed becomes drafts; all or nothing."""
    data = files.read(file, SHEET_BYTES_MAX)
    actor = call.actor if do_it else ""
    with call.node() as node:
        from sekisho.office.flows.actions import hearing as verbs

        take = partial(verbs.take, node.desk, actor=actor) if do_it else verbs.preview
        found = take(untrusted=data)
        value, shown = _hearing_value(found, do_it), _hearing_shown(found, do_it)
    answer(call, value, *shown)
    if found.wrong:
        call.negative()


def _hearing_value(found: Hearing, done: bool) -> dict[str, Any]:
    return {
        "applied": done,
        "sheet": found.sheet_id,
        "unit": found.unit,
        "answers": [
            {
                "row": one.row,
                "code": one.code,
                "choice": one.ruling.choice if one.ruling else None,
                "faults": fault_values(one.faults),
            }
            for one in found.answers
        ],
        "proposals": [
            {"row": one.row, "name": one.entry.name, "faults": fault_values(one.faults)}
            for one in found.proposals
        ],
        "taken_before": found.taken_before,
        "unanswered": found.unanswered,
    }


def _hearing_shown(found: Hearing, done: bool) -> list[Shown]:
    from sekisho.office.flows.states import CHOICE_WORDS

    answered = [
        (
            str(one.row),
            one.code,
            both(*CHOICE_WORDS[one.ruling.choice]) if one.ruling else "—",
            told(one.faults) or (one.ruling.reason if one.ruling else ""),
        )
        for one in found.answers
    ]
    new = [
        (str(one.row), "—", both("案として登録", "draft"), told(one.faults) or one.entry.name)
        for one in found.proposals
    ]
    head = both(
        f"{found.unit} の調査票: 回答 {len(answered)} 件、台帳にない連携 {len(new)} 件、"
        f"取込み済み {found.taken_before} 件、回答なし {found.unanswered} 件。",
        f"Sheet of {found.unit}: {len(answered)} answers, {len(new)} unlisted,"
        f" {found.taken_before} taken before, {found.unanswered} unanswered.",
    )
    return [head, Table(tuple(both(*one) for one in HEADERS), [*answered, *new]), ending(done)]


@hearing.verb("list", ("作った調査票の一覧", "every sheet that was made"))
@pass_call
def list_(call: Call) -> None:
    """Newest first, with when it came back."""
    with call.node():
        from sekisho.office.flows import queries

        found = queries.sheets()
        names = {one.unit for one in found}
        missing = [unit for unit in queries.units() if unit not in names]
    values = [
        {
            "sheet": one.sheet_id,
            "unit": one.unit,
            "flows": len(one.asked),
            "made": stamp(one.made),
            "taken": stamp(one.taken) if one.taken else None,
        }
        for one in found
    ]
    rows = [(one["unit"], str(one["flows"]), one["made"], one["taken"] or "—") for one in values]
    headers = (
        both("所管", "unit"),
        both("件数", "flows"),
        both("作成", "made"),
        both("取込み", "taken"),
    )
    words = both("まだ尋ねていない所管", "Not asked yet")
    more = [f"{words}: {'、'.join(missing)}"] if missing else []
    answer(call, {"sheets": values, "not_asked": missing}, Table(headers, rows), *more)
