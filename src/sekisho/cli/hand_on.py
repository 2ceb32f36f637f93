"""`sekisho hand-on`: an addressee lets a colleague collect too."""

from __future__ import annotations

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.ids import whole_id
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command, option
from sekisho.cli.words import both


@command("hand-on", COMMANDS["hand-on"].spoken)
@argument("transfer_id", metavar="ID")
@option("--to", required=True, metavar="LOGIN", spoken=("加える同僚の利用者名", "the colleague"))
@pass_call
def hand_on(call: Call, transfer_id: str, to: str) -> None:
    """As far as the route lets him receive."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import collecting

        wanted = whole_id(transfer_id)
        collecting.hand_on(node.desk, actor=actor, transfer_id=wanted, to=to)
    answer(
        call,
        {"transfer": wanted, "to": to},
        both(f"{to} さんも受け取れるようにしました。", f"{to} may collect it too."),
    )
