"""`sekisho approve`, `return`, `reject`, `confirm`: what approvers say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.ids import whole_id
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command, option
from sekisho.cli.transfer_views import CONFIRM_WORDS, state_sentence, transfer_value
from sekisho.cli.words import Pair, both

if TYPE_CHECKING:
    from sekisho.office.transfers.models import Transfer

REASON: Pair = ("理由（送信者に伝わる）", "the reason; the sender reads it")


@command("approve", COMMANDS["approve"].spoken)
@argument("transfer_id", metavar="ID")
@option("--comment", default="", metavar="TEXT", spoken=("意見", "a remark"))
@pass_call
def approve(call: Call, transfer_id: str, comment: str) -> None:
    """The last approval that is needed releases the transfer."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import deciding

        wanted = whole_id(transfer_id)
        made = deciding.approve(node.desk, actor=actor, transfer_id=wanted, reason=comment)
        _say(call, made, ("承認しました。", "Approved."))


@command("return", COMMANDS["return"].spoken)
@argument("transfer_id", metavar="ID")
@option("--reason", required=True, metavar="TEXT", spoken=REASON)
@pass_call
def return_(call: Call, transfer_id: str, reason: str) -> None:
    """The sender may mend it and submit it again."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import deciding

        wanted = whole_id(transfer_id)
        made = deciding.send_back(node.desk, actor=actor, transfer_id=wanted, reason=reason)
        _say(call, made, ("差し戻しました。", "Sent back."))


@command("reject", COMMANDS["reject"].spoken)
@argument("transfer_id", metavar="ID")
@option("--reason", required=True, metavar="TEXT", spoken=REASON)
@pass_call
def reject(call: Call, transfer_id: str, reason: str) -> None:
    """It will never leave."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import deciding

        wanted = whole_id(transfer_id)
        made = deciding.reject(node.desk, actor=actor, transfer_id=wanted, reason=reason)
        _say(call, made, ("却下しました。", "Rejected."))


@command("confirm", COMMANDS["confirm"].spoken)
@argument("transfer_id", metavar="ID")
@option(
    "--objection",
    default="",
    metavar="TEXT",
    spoken=("異議があれば、その内容", "an objection, if there is one"),
)
@pass_call
def confirm(call: Call, transfer_id: str, objection: str) -> None:
    """For routes on which files leave first."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import deciding

        wanted = whole_id(transfer_id)
        made = deciding.confirm(node.desk, actor=actor, transfer_id=wanted, objection=objection)
        _say(call, made, CONFIRM_WORDS[made.confirm])


def _say(call: Call, made: Transfer, done: Pair) -> None:
    answer(
        call,
        transfer_value(made),
        f"{made.transfer_id}: {both(*done)}",
        f"  {state_sentence(made)}",
    )
