"""`sekisho exception`: kinds of files that pass a route undisarmed, on somebody's word."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import MOMENT, day
from sekisho.cli.index import COMMANDS
from sekisho.cli.route import FROM, TO
from sekisho.cli.speech import argument, group, option
from sekisho.cli.transfer_views import type_word
from sekisho.cli.words import both
from sekisho.kernel.clock import stamp

if TYPE_CHECKING:
    from sekisho.office.transfers.models import DisarmException

exception = group("exception", COMMANDS["exception"].spoken)


@exception.verb(
    "add",
    (
        "例外を登録する（管理者のみ。両側のノードで要る）",
        "register one (administrators; both nodes)",
    ),
)
@argument("kind")
@option("--from", "from_node", metavar="NODE", spoken=FROM)
@option("--to", "to_node", metavar="NODE", spoken=TO)
@option(
    "--owner",
    required=True,
    metavar="LOGIN",
    spoken=("責任を持つ人の利用者名", "login of the person who answers for it"),
)
@option("--reason", required=True, metavar="TEXT", spoken=("理由", "the reason"))
@option(
    "--until",
    required=True,
    type=MOMENT,
    spoken=("終わりの日時（366 日以内）", "when it ends (within 366 days)"),
)
@pass_call
def add(
    call: Call,
    kind: str,
    from_node: str | None,
    to_node: str | None,
    owner: str,
    reason: str,
    until: datetime,
) -> None:
    """Files of this kind pass the route as they are until then."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions.exceptions import grant

        made = grant(
            node.desk,
            actor=actor,
            from_node=from_node or node.name,
            to_node=to_node or node.name,
            kind=kind,
            owner=owner,
            reason=reason,
            until=until,
        )
        value = _value(made, True)
    answer(
        call,
        value,
        both(
            f"例外 {made.exception_id} を登録しました。{type_word(kind)}は {day(until)} まで、"
            "無害化せずに通ります。",
            f"Exception {made.exception_id} is registered: {type_word(kind)} passes undisarmed"
            f" until {day(until)}.",
        ),
    )


@exception.verb("list", ("例外の一覧", "every exception"))
@pass_call
def list_(call: Call) -> None:
    """Ended ones too, newest first."""
    with call.node() as node:
        from sekisho.office.transfers.actions.exceptions import in_force
        from sekisho.office.transfers.queries import exceptions

        found = [(one, in_force(one, node.desk.now())) for one in exceptions()]
    headers = (
        both("例外", "exception"),
        both("状態", "state"),
        both("経路", "route"),
        both("種類", "type"),
        both("責任者", "owner"),
        both("終わり", "until"),
        both("理由", "reason"),
    )
    rows = [_row(one, valid) for one, valid in found]
    shown: Shown = Table(headers, rows)
    if not found:
        shown = both("例外はありません。", "There are no exceptions.")
    answer(call, [_value(one, valid) for one, valid in found], shown)


@exception.verb("end", ("期限の前に例外を終える（管理者のみ）", "end one early (administrators)"))
@argument("exception_id", metavar="ID")
@option("--reason", default="", metavar="TEXT", spoken=("理由", "the reason"))
@pass_call
def end(call: Call, exception_id: str, reason: str) -> None:
    """What has passed already stays where it is."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import exceptions

        ended = exceptions.end(node.desk, actor=actor, exception_id=exception_id, reason=reason)
        value = _value(ended, False)
    answer(
        call,
        value,
        both(f"例外 {exception_id} を終えました。", f"Exception {exception_id} has ended."),
    )


def _value(one: DisarmException, valid: bool) -> dict[str, Any]:
    return {
        "exception": one.exception_id,
        "from": one.from_node,
        "to": one.to_node,
        "type": one.kind,
        "owner": one.owner,
        "reason": one.reason,
        "granted_by": one.granted_by,
        "granted": stamp(one.granted),
        "until": stamp(one.until),
        "ended": stamp(one.ended) if one.ended else None,
        "in_force": valid,
    }


def _row(one: DisarmException, valid: bool) -> tuple[str, ...]:
    return (
        one.exception_id,
        both("有効", "in force") if valid else both("終了", "ended"),
        f"{one.from_node} → {one.to_node}",
        type_word(one.kind),
        one.owner,
        day(one.until),
        one.reason,
    )
