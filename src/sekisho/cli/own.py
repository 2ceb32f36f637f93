"""`sekisho withdraw`, `resubmit`, `resend`: what senders do with their own transfers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.ids import whole_id
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command, option
from sekisho.cli.transfer_views import state_sentence, transfer_value
from sekisho.cli.words import Pair, both

if TYPE_CHECKING:
    from sekisho.office.transfers.models import Transfer


@command("withdraw", COMMANDS["withdraw"].spoken)
@argument("transfer_id", metavar="ID")
@option("--reason", default="", metavar="TEXT", spoken=("理由", "the reason"))
@pass_call
def withdraw(call: Call, transfer_id: str, reason: str) -> None:
    """As long as nothing has left."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import sending

        wanted = whole_id(transfer_id)
        made = sending.withdraw(node.desk, actor=actor, transfer_id=wanted, reason=reason)
        _say(call, made, ("取り下げました。", "Withdrawn."))


@command("resubmit", COMMANDS["resubmit"].spoken)
@argument("transfer_id", metavar="ID")
@option(
    "--purpose",
    default="",
    metavar="TEXT",
    spoken=("書き直した目的（なければ前のまま）", "another purpose (else the same)"),
)
@pass_call
def resubmit(call: Call, transfer_id: str, purpose: str) -> None:
    """The same files, another round of approval. For other files, send anew."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import sending

        wanted = whole_id(transfer_id)
        made = sending.submit_again(node.desk, actor=actor, transfer_id=wanted, purpose=purpose)
        _say(call, made, ("もう一度申請しました。", "Submitted again."))


@command("resend", COMMANDS["resend"].spoken)
@argument("transfer_id", metavar="ID")
@pass_call
def resend(call: Call, transfer_id: str) -> None:
    """In a new parcel with new keys."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import sending

        wanted = whole_id(transfer_id)
        made = sending.resend(node.desk, actor=actor, transfer_id=wanted)
        _say(call, made, ("もう一度送ります。", "It will be sent again."))


def _say(call: Call, made: Transfer, done: Pair) -> None:
    answer(
        call,
        transfer_value(made),
        f"{made.transfer_id}: {both(*done)}",
        f"  {state_sentence(made)}",
    )
