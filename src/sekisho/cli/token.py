"""`sekisho token`: what programs may do at this node."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import MOMENT, day
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import both
from sekisho.kernel.clock import stamp

if TYPE_CHECKING:
    from sekisho.office.notices.models import MachineToken

ACTS = ("send", "list", "show", "collect", "evidence")
SECRET_BYTES = 32

token = group("token", COMMANDS["token"].spoken)


@token.verb(
    "add",
    (
        "発行する（管理者のみ。値は1回だけ表示する）",
        "issue one (administrators); it is shown once",
    ),
)
@argument("name")
@option(
    "--owner",
    required=True,
    metavar="LOGIN",
    spoken=(
        "操作の名義になり、責任を持つ人の利用者名",
        "login of the person in whose name it acts and who answers for it",
    ),
)
@option(
    "--act",
    "acts",
    multiple=True,
    required=True,
    type=click.Choice(ACTS),
    spoken=("できる操作（くり返せる）", "what it may do (repeat)"),
)
@option(
    "--place",
    "places",
    multiple=True,
    required=True,
    metavar="TEXT",
    spoken=(
        "送り先のノード、定例連携、または *（くり返せる）",
        "node to send to, flow, or * (repeat)",
    ),
)
@option(
    "--until",
    required=True,
    type=MOMENT,
    spoken=("終わりの日時（366 日以内）", "when it ends (within 366 days)"),
)
@pass_call
def add(
    call: Call,
    name: str,
    owner: str,
    acts: tuple[str, ...],
    places: tuple[str, ...],
    until: datetime,
) -> None:
    """Kept is the digest alone."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.notices.actions.tokens import issue

        made = issue(
            node.desk,
            actor=actor,
            name=name,
            owner=owner,
            acts=acts,
            places=places,
            expires=until,
            secret=os.urandom(SECRET_BYTES),
        )
        value = {**_value(made.row, True), "secret": made.secret}
    answer(
        call,
        value,
        made.secret,
        both(
            f"機械用トークン {made.row.token_id} を発行しました（{day(until)} まで）。"
            "上の値は、ここでしか表示しません。",
            f"Token {made.row.token_id} is issued, until {day(until)}. The line above is shown "
            "here and never again.",
        ),
    )


@token.verb("list", ("発行したものの一覧", "every token"))
@pass_call
def list_(call: Call) -> None:
    """Ended ones too, newest first."""
    with call.node() as node:
        from sekisho.office.notices.actions.tokens import in_force
        from sekisho.office.notices.queries import tokens

        found = [(one, in_force(one, node.desk.now())) for one in tokens()]
    headers = (
        both("トークン", "token"),
        both("状態", "state"),
        both("名前", "name"),
        both("名義", "owner"),
        both("操作", "acts"),
        both("場所", "places"),
        both("終わり", "until"),
        both("最後の使用", "last used"),
    )
    shown: Shown = Table(headers, [_row(one, valid) for one, valid in found])
    if not found:
        shown = both("機械用トークンはありません。", "There are no tokens.")
    answer(call, [_value(one, valid) for one, valid in found], shown)


@token.verb("revoke", ("失効させる（名義の人と管理者）", "end one at once (owner, administrators)"))
@argument("token_id", metavar="ID")
@option("--reason", default="", metavar="TEXT", spoken=("理由", "the reason"))
@pass_call
def revoke(call: Call, token_id: str, reason: str) -> None:
    """From now on nobody acts with it."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.notices.actions import tokens

        ended = tokens.revoke(node.desk, actor=actor, token_id=token_id, reason=reason)
        value = _value(ended, False)
    answer(
        call,
        value,
        both(f"機械用トークン {token_id} を失効させました。", f"Token {token_id} is revoked."),
    )


def _value(one: MachineToken, valid: bool) -> dict[str, Any]:
    return {
        "token": one.token_id,
        "name": one.name,
        "owner": one.owner,
        "acts": list(one.acts),
        "places": list(one.places),
        "created": stamp(one.created),
        "expires": stamp(one.expires),
        "last_used": stamp(one.last_used) if one.last_used else None,
        "revoked": stamp(one.revoked) if one.revoked else None,
        "in_force": valid,
    }


def _row(one: MachineToken, valid: bool) -> tuple[str, ...]:
    return (
        one.token_id,
        both("有効", "in force") if valid else both("終了", "ended"),
        one.name,
        one.owner,
        " ".join(one.acts),
        " ".join(one.places),
        day(one.expires),
        day(one.last_used),
    )
