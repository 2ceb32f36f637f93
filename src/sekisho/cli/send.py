"""`sekisho send`: files become a transfer that asks to leave."""

from __future__ import annotations

from pathlib import Path

import click

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.index import COMMANDS
from sekisho.cli.progress import Bar
from sekisho.cli.speech import argument, command, option
from sekisho.cli.transfer_views import state_sentence, transfer_value
from sekisho.cli.words import Pair, both, longer

DETAILS: Pair = (
    """

フォルダーを指定すると、中のファイルをすべて送ります。名前は書かれたとおりに届きます。""",
    """

A folder is sent with everything in it. Names arrive as they are written.""",
)


@command("send", longer(COMMANDS["send"].spoken, DETAILS))
@argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@option(
    "--to", "to_node", required=True, metavar="NODE", spoken=("送り先のノード", "to which node")
)
@option(
    "--for",
    "addressees",
    multiple=True,
    required=True,
    metavar="LOGIN",
    spoken=("宛先の人の利用者名（くり返せる）", "login of an addressee (repeat)"),
)
@option("--purpose", required=True, metavar="TEXT", spoken=("目的", "what for"))
@option(
    "--label",
    required=True,
    metavar="TEXT",
    spoken=("機密性の区分（例: 機密性2）", "class of secrecy, for instance 機密性2"),
)
@pass_call
def send(
    call: Call,
    files: tuple[Path, ...],
    to_node: str,
    addressees: tuple[str, ...],
    purpose: str,
    label: str,
) -> None:
    """Read, judged by the route, kept in the vault, submitted; or refused, and nothing kept."""
    actor = call.actor
    with call.node() as node:
        from sekisho.node.submitting import submit
        from sekisho.office.transfers.actions.sending import Draft

        draft = Draft(to_node, addressees, purpose, label)
        with Bar(call, both("取り込み", "Reading")) as bar:
            made = submit(node, actor=actor, draft=draft, paths=files, progress=bar)
        value = transfer_value(made)
    answer(
        call,
        value,
        both(
            f"受け渡し {made.transfer_id} を申請しました。",
            f"Transfer {made.transfer_id} is submitted.",
        ),
        f"  {state_sentence(made)}",
    )
