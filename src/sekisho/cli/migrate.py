"""`sekisho migrate`: the database's tables as this version needs them."""

from __future__ import annotations

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import command
from sekisho.cli.words import both


@command("migrate", COMMANDS["migrate"].spoken)
@pass_call
def migrate(call: Call) -> None:
    """Bring the tables up to date; nothing happens when they are."""
    with call.node() as node:
        from sekisho.node.opening import prepare_database

        prepare_database(node.alias)
    answer(
        call,
        {"node": node.name, "migrated": True},
        both("データベースの表は最新です。", "The tables are up to date."),
    )
