"""`sekisho flow start | suspend | end | decide`: the life of a flow."""

from __future__ import annotations

from datetime import datetime

import click

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import JAPAN, MOMENT
from sekisho.cli.flow_views import decision_line, decision_value
from sekisho.cli.speech import argument, command, option
from sekisho.cli.words import both

CHOICES = ("continue", "stop", "reduce", "replace")
MEDIA = ("usb", "disc", "paper", "mail", "sekisho", "other")
REASON = ("理由", "the reason")


@command("start", ("有効にする（管理者のみ）", "put one in use (administrators)"))
@argument("code")
@pass_call
def start(call: Call, code: str) -> None:
    """A draft, or one that was suspended."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.flows.actions import registering

        registering.start(node.desk, actor=actor, code=code)
    answer(
        call,
        {"code": code, "state": "active"},
        both(f"定例連携 {code} を有効にしました。", f"Flow {code} is in use."),
    )


@command("suspend", ("停止する（送れなくなる。start で戻る）", "suspend one until it is started"))
@argument("code")
@option("--reason", required=True, metavar="TEXT", spoken=REASON)
@pass_call
def suspend(call: Call, code: str, reason: str) -> None:
    """Nothing can be sent under it."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.flows.actions import registering

        registering.suspend(node.desk, actor=actor, code=code, reason=reason)
    answer(
        call,
        {"code": code, "state": "suspended"},
        both(f"定例連携 {code} を停止しました。", f"Flow {code} is suspended."),
    )


@command("end", ("廃止する（元に戻せない）", "end one for good"))
@argument("code")
@option("--reason", required=True, metavar="TEXT", spoken=REASON)
@pass_call
def end(call: Call, code: str, reason: str) -> None:
    """What was recorded of it stays."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.flows.actions import registering

        registering.end(node.desk, actor=actor, code=code, reason=reason)
    answer(
        call,
        {"code": code, "state": "ended"},
        both(f"定例連携 {code} を廃止しました。", f"Flow {code} has ended."),
    )


@command(
    "decide",
    ("続ける・やめる・減らす・置き換える を決める", "decide to continue, stop, reduce or replace"),
)
@argument("code")
@argument("choice", type=click.Choice(CHOICES))
@option("--by", "person", required=True, metavar="TEXT", spoken=("決めた人", "who decided"))
@option("--reason", required=True, metavar="TEXT", spoken=REASON)
@option("--day", type=MOMENT, spoken=("いつから（なければ今日）", "from which day (else today)"))
@option("--per-year", type=int, spoken=("減らした後の年間の回数", "times a year once reduced"))
@option(
    "--drop-item",
    "drop_items",
    multiple=True,
    metavar="TEXT",
    spoken=("渡さなくする項目（くり返せる）", "item no longer passed (repeat)"),
)
@option(
    "--medium",
    default="",
    type=click.Choice(("", *MEDIA)),
    spoken=("置き換え先（なければ sekisho）", "by what it is replaced (else sekisho)"),
)
@pass_call
def decide(
    call: Call,
    code: str,
    choice: str,
    person: str,
    reason: str,
    day: datetime | None,
    per_year: int | None,
    drop_items: tuple[str, ...],
    medium: str,
) -> None:
    """Kept with its day, who decided and why; and done."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.flows.actions import deciding

        ruling = deciding.Ruling(
            choice=choice,
            day=(day or call.now()).astimezone(JAPAN).date(),
            person=person,
            reason=reason,
            per_year=per_year,
            medium=medium,
            drop_items=drop_items,
        )
        made = deciding.decide(node.desk, actor=actor, code=code, ruling=ruling)
        value, line = decision_value(made), decision_line(made)
    answer(call, value, f"{code}: {line}")


COMMANDS_OF_FLOW = (start, suspend, end, decide)
"""What `sekisho flow` takes from here."""
