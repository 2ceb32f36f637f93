"""`sekisho flow`: the register of recurring exchanges, its review, and how much was stopped."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import click

from sekisho.cli import flow_deciding, flow_hearing, flow_sheets
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import JAPAN, MOMENT, moment
from sekisho.cli.flow_options import cells_of, entry_options
from sekisho.cli.flow_views import (
    decision_line,
    decision_value,
    flow_lines,
    flow_table,
    flow_value,
    review_shown,
    review_value,
    summary_lines,
    summary_value,
    use_value,
)
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import both

STATES = ("draft", "active", "suspended", "ended")
USES_SHOWN_MAX = 20
REVIEW_DAYS = 365

flow = group("flow", COMMANDS["flow"].spoken)


@flow.verb("list", ("定例連携の一覧", "every flow"))
@option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES),
    spoken=("この状態のもの（くり返せる）", "only in this state (repeat)"),
)
@option("--unit", default="", metavar="TEXT", spoken=("この所管のもの", "only of this division"))
@option("--owner", default="", metavar="LOGIN", spoken=("この責任者のもの", "only of this owner"))
@pass_call
def list_(call: Call, states: tuple[str, ...], unit: str, owner: str) -> None:
    """By code; ended ones too."""
    with call.node():
        from sekisho.office.flows import queries

        rows = queries.flows(states=states, unit=unit, owner=owner)
        values, shown = [flow_value(row) for row in rows], flow_table(rows)
    answer(call, values, shown)


@flow.verb("show", ("定例連携1件のくわしい内容", "everything about one flow"))
@argument("code")
@pass_call
def show(call: Call, code: str) -> None:
    """What is registered, what was submitted under it, what was decided."""
    with call.node() as node:
        from sekisho.office.flows import queries

        row = queries.find_flow(code)
        arrived = queries.arrived(node.desk, row)
        uses = queries.uses(code)
        decided = queries.decisions(code=code)
        value = {
            **flow_value(row),
            "uses": [use_value(one) for one in uses[:USES_SHOWN_MAX]],
            "used": len(uses),
            "arrived": arrived,
            "decisions": [decision_value(one) for one in decided],
        }
        lines = [*flow_lines(row), *(f"  {decision_line(one)}" for one in decided)]
    newest = moment(uses[0].submitted if uses else None)
    used = both(
        f"送った受け渡し: {len(uses)} 件（最後 {newest}）、届いた受け渡し: {arrived} 件",
        f"Transfers sent: {len(uses)} (last {newest}), arrived: {arrived}",
    )
    answer(call, value, *lines, used)


@flow.verb("add", ("登録する（--start で有効にする。管理者のみ）", "register one"))
@argument("code")
@entry_options
@option("--start", is_flag=True, spoken=("すぐに有効にする", "in use at once (administrators)"))
@pass_call
def add(call: Call, code: str, start: bool, **given: Any) -> None:
    """A draft, or in use at once."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.flows import queries
        from sekisho.office.flows.actions.registering import register

        entry = flow_sheets.entry_from(code, cells_of(given), None)
        register(node.desk, actor=actor, entry=entry, start=start)
        value = flow_value(queries.find_flow(code))
    answer(
        call,
        value,
        both(f"定例連携 {code} を登録しました。", f"Flow {code} is registered."),
    )


@flow.verb("change", ("登録を変える（管理者と責任者）", "change one (administrators, owner)"))
@argument("code")
@entry_options
@pass_call
def change(call: Call, code: str, **given: Any) -> None:
    """What is not given stays; an empty text takes a field away."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.flows import queries
        from sekisho.office.flows.actions import registering
        from sekisho.office.flows.entry import entry_of

        old = entry_of(queries.find_flow(code))
        entry = flow_sheets.entry_from(code, cells_of(given), old)
        differing = registering.change(node.desk, actor=actor, entry=entry)
        value = {**flow_value(queries.find_flow(code)), "changed": list(differing)}
    answer(
        call,
        value,
        both(
            f"定例連携 {code} を変えました（{len(differing)} 項目）。",
            f"Flow {code} is changed ({len(differing)} fields).",
        ),
    )


@flow.verb("review", ("見直す（使われない・重複・広すぎる・期限切れなど）", "review all flows"))
@option(
    "--since",
    type=MOMENT,
    spoken=("この日からの記録で（なければ1年）", "by what was recorded since (else a year)"),
)
@option("--code", default="", metavar="CODE", spoken=("この番号だけ", "only this flow"))
@pass_call
def review(call: Call, since: datetime | None, code: str) -> None:
    """Findings with reasons and numbers; and what this node cannot know."""
    first = _day(call, since, REVIEW_DAYS)
    with call.node() as node:
        from dataclasses import replace

        from sekisho.office.flows import queries

        made = queries.review(node.desk, since=first, thresholds=node.settings.flows)
        if code:
            queries.find_flow(code)
            kept = tuple(one for one in made.findings if one.flow == code)
            made = replace(made, findings=kept)
        value, shown = review_value(made), review_shown(made)
    answer(call, value, *shown)


@flow.verb("summary", ("どれだけ減らせたか（判断の集計）", "how much was stopped"))
@option("--since", type=MOMENT, spoken=("この日から（なければ1年）", "from this day (else a year)"))
@option("--until", type=MOMENT, spoken=("この日まで（なければ今日）", "to this day (else today)"))
@pass_call
def summary(call: Call, since: datetime | None, until: datetime | None) -> None:
    """Flows, transfers a year, media and items that are no longer."""
    first, last = _day(call, since, REVIEW_DAYS), _day(call, until, 0)
    with call.node():
        from sekisho.office.flows import queries

        made = queries.totals(first, last)
        lines = summary_lines(made)
    answer(
        call, {"since": first.isoformat(), "until": last.isoformat(), **summary_value(made)}, *lines
    )


def _day(call: Call, when: datetime | None, days_ago: int) -> date:
    if when is not None:
        return when.astimezone(JAPAN).date()
    return call.now().astimezone(JAPAN).date() - timedelta(days=days_ago)


for made_elsewhere in (
    *flow_deciding.COMMANDS_OF_FLOW,
    *flow_sheets.COMMANDS_OF_FLOW,
    flow_hearing.hearing,
):
    flow.add_command(made_elsewhere)
