"""`sekisho alert`: what a person was told, and when mail is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import moment
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import both
from sekisho.kernel.clock import stamp

if TYPE_CHECKING:
    from sekisho.office.notices.models import Alert

MODES = ("now", "daily", "off")

alert = group("alert", COMMANDS["alert"].spoken)


@alert.verb("list", ("自分へのお知らせ", "what I was told"))
@option("--unread", is_flag=True, spoken=("見ていないものだけ", "only what I have not seen"))
@pass_call
def list_(call: Call, unread: bool) -> None:
    """Newest first."""
    actor = call.actor
    with call.node():
        from sekisho.office.accounts.actions import require_person
        from sekisho.office.notices.kinds import WORDS, Kind
        from sekisho.office.notices.queries import alerts_of

        require_person(actor)
        found = alerts_of(actor, unread=unread)
        rows = [_row(one, both(*WORDS[Kind(one.kind)])) for one in found]
    headers = (
        both("日時", "time"),
        both("内容", "what"),
        both("対象", "about"),
        both("状態", "state"),
    )
    shown: Shown = Table(headers, rows)
    if not found:
        shown = both("お知らせはありません。", "There are no alerts.")
    answer(call, [_value(one) for one in found], shown)


@alert.verb("read", ("お知らせをすべて見たことにする", "mark all of them as seen"))
@pass_call
def read(call: Call) -> None:
    """Mails about them that have not left are not sent."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.notices.actions.alerting import mark_read

        count = mark_read(node.desk, actor=actor)
    answer(call, {"read": count}, both(f"{count} 件を既読にしました。", f"{count} marked as seen."))


@alert.verb(
    "mail",
    (
        "メールの受け取り方: すぐ（now）、1日1回（daily）、受け取らない（off）",
        "when I want mail: at once, once a day, never",
    ),
)
@argument("mode", type=click.Choice(MODES))
@pass_call
def mail(call: Call, mode: str) -> None:
    """For the person of `--as`."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.notices.actions.mailing import set_wish

        set_wish(node.desk, actor=actor, mode=mode)
    answer(
        call,
        {"person": actor, "mail": mode},
        both(f"メールの受け取り方を {mode} にしました。", f"Mail is set to {mode}."),
    )


def _value(one: Alert) -> dict[str, Any]:
    return {
        "alert": one.pk,
        "kind": one.kind,
        "subject": one.subject,
        "made": stamp(one.made),
        "due": stamp(one.due) if one.due else None,
        "read": stamp(one.read) if one.read else None,
    }


def _row(one: Alert, word: str) -> tuple[str, ...]:
    state = both("既読", "seen") if one.read else both("未読", "new")
    return moment(one.made), word, one.subject, state
