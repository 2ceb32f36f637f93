"""`sekisho inbox` and `sekisho collect`: what has arrived, and taking it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sekisho.cli import files
from sekisho.cli.answer import Shown, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.ids import whole_id
from sekisho.cli.index import COMMANDS
from sekisho.cli.progress import Bar
from sekisho.cli.sizes import shown_bytes
from sekisho.cli.speech import argument, command, option
from sekisho.cli.transfer_views import arrival_value, arrivals_table
from sekisho.cli.words import both
from sekisho.kernel import names

if TYPE_CHECKING:
    from sekisho.node.collecting import Collected


@command("inbox", COMMANDS["inbox"].spoken)
@option("--all", "everything", is_flag=True, spoken=("消去済みも含める", "erased ones too"))
@pass_call
def inbox(call: Call, everything: bool) -> None:
    """Newest first."""
    actor = call.actor
    with call.node():
        from sekisho.office.accounts.actions import require_person
        from sekisho.office.transfers.actions.collecting import arrivals_for

        require_person(actor)
        found = arrivals_for(actor, erased=None if everything else False)
        value = [arrival_value(one) for one in found]
        shown: Shown = arrivals_table(found)
    if not found:
        shown = both("届いている受け渡しはありません。", "Nothing has arrived.")
    answer(call, value, shown)


@command("collect", COMMANDS["collect"].spoken)
@argument("transfer_id", metavar="ID")
@option(
    "--into",
    "folder",
    type=files.FOLDER,
    default=Path(),
    spoken=("書き出すフォルダー（なければ今のフォルダー）", "folder (else the current one)"),
)
@option(
    "--file",
    "numbers",
    multiple=True,
    type=int,
    metavar="N",
    spoken=("この番号のファイルだけ（くり返せる）", "only the file of this number (repeat)"),
)
@option(
    "--rest", is_flag=True, spoken=("まだ受け取っていないものだけ", "only what I have not got yet")
)
@pass_call
def collect(
    call: Call, transfer_id: str, folder: Path, numbers: tuple[int, ...], rest: bool
) -> None:
    """Nothing that is there already is overwritten; the folder is made if it is not there."""
    actor = call.actor
    with call.node() as node:
        from sekisho.node.collecting import collect as take
        from sekisho.office.transfers.queries import not_collected

        wanted = whole_id(transfer_id)
        positions = frozenset(number - 1 for number in numbers) or None
        if rest:
            positions = not_collected(wanted, actor)
        files.make_folder(folder)
        with Bar(call, both("書き出し", "Writing")) as bar:
            taken = take(
                node,
                actor=actor,
                transfer_id=wanted,
                folder=folder,
                positions=positions,
                progress=bar,
            )
    answer(
        call,
        {
            "transfer": wanted,
            "files": [
                {
                    "path": str(one.path),
                    "sent_as": one.sent_as,
                    "bytes": one.bytes,
                    "sha256": one.sha256,
                }
                for one in taken
            ],
        },
        both(f"{len(taken)} 件を受け取りました。", f"{len(taken)} files collected."),
        *(_line(one) for one in taken),
    )


def _line(one: Collected) -> str:
    renamed = "" if one.path.name == one.sent_as.rpartition("/")[2] else _renamed(one)
    return f"  {one.path} ({shown_bytes(one.bytes)}){renamed}"


def _renamed(one: Collected) -> str:
    return both(
        f" ※送信時の名前: {names.shown(one.sent_as)}", f" (sent as {names.shown(one.sent_as)})"
    )
