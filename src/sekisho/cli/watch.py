"""`sekisho watch`: folders whose files are sent, and folders that receive what arrives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli import files
from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import Pair, both

if TYPE_CHECKING:
    from sekisho.office.notices.models import WatchedFolder

READY = ("stable", "marker", "rename")
PERSON: Pair = ("名義になる人の利用者名", "login of the person in whose name it happens")

watch = group("watch", COMMANDS["watch"].spoken)


@watch.verb(
    "add-in",
    (
        "置かれたファイルを申請するフォルダーを登録する（管理者のみ）",
        "register a folder whose files are submitted (administrators)",
    ),
)
@argument("folder", type=files.FOLDER)
@option("--person", required=True, metavar="LOGIN", spoken=PERSON)
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
@option("--label", required=True, metavar="TEXT", spoken=("機密性の区分", "class of secrecy"))
@option(
    "--ready",
    type=click.Choice(READY),
    default="stable",
    spoken=(
        "完了の見分け方: 変化が止まる（stable）、目印のファイル「名前.ready」（marker）、"
        "名前の変更で置く（rename）",
        "how a complete file is known: it changes no more (stable), NAME.ready stands beside it "
        "(marker), it was moved here (rename)",
    ),
)
@pass_call
def add_in(
    call: Call,
    folder: Path,
    person: str,
    to_node: str,
    addressees: tuple[str, ...],
    purpose: str,
    label: str,
    ready: str,
) -> None:
    """The route judges each file as it does for people."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.notices.actions import watching

        row = watching.add_in(
            node.desk,
            actor=actor,
            folder=str(folder.resolve()),
            person=person,
            inbound=watching.Inbound(to_node, addressees, purpose, label, ready),
        )
        value = _value(row)
    answer(call, value, _registered(row))


@watch.verb(
    "add-out",
    (
        "届いたものを書き出すフォルダーを登録する（管理者のみ）",
        "register a folder into which arrivals are written (administrators)",
    ),
)
@argument("folder", type=files.FOLDER)
@option("--person", required=True, metavar="LOGIN", spoken=PERSON)
@pass_call
def add_out(call: Call, folder: Path, person: str) -> None:
    """Each arrival in a folder of its own, with its evidence."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.notices.actions import watching

        row = watching.add_out(node.desk, actor=actor, folder=str(folder.resolve()), person=person)
        value = _value(row)
    answer(call, value, _registered(row))


@watch.verb("list", ("見張っているフォルダーの一覧", "every folder in use"))
@pass_call
def list_(call: Call) -> None:
    """With what keeps one from being worked through."""
    with call.node():
        from sekisho.office.notices.queries import watches

        found = watches()
    headers = (
        both("見張り", "watch"),
        both("向き", "direction"),
        both("フォルダー", "folder"),
        both("名義", "person"),
        both("送り先", "to"),
        both("支障", "trouble"),
    )
    shown: Shown = Table(headers, [_row(one) for one in found])
    if not found:
        shown = both("見張りフォルダーはありません。", "No folder is watched.")
    answer(call, [_value(one) for one in found], shown)


@watch.verb("end", ("見張りをやめる（管理者のみ）", "watch one no more (administrators)"))
@argument("watch_id", metavar="ID")
@option("--reason", default="", metavar="TEXT", spoken=("理由", "the reason"))
@pass_call
def end(call: Call, watch_id: str, reason: str) -> None:
    """What lies in the folder stays there."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.notices.actions import watching

        value = _value(watching.end(node.desk, actor=actor, watch_id=watch_id, reason=reason))
    answer(call, value, both(f"{watch_id} の見張りをやめました。", f"{watch_id} has ended."))


def _registered(row: WatchedFolder) -> str:
    return both(
        f"見張りフォルダー {row.watch_id} を登録しました: {row.folder}",
        f"Watched folder {row.watch_id} is registered: {row.folder}",
    )


def _value(one: WatchedFolder) -> dict[str, Any]:
    return {
        "watch": one.watch_id,
        "direction": one.direction,
        "folder": one.folder,
        "person": one.person,
        "to": one.to_node or None,
        "addressees": list(one.addressees),
        "ready": one.ready or None,
        "ended": one.ended is not None,
        "trouble": one.trouble or None,
    }


def _row(one: WatchedFolder) -> tuple[str, ...]:
    direction = both("送る", "in") if one.direction == "in" else both("受け取る", "out")
    return (
        one.watch_id,
        direction,
        one.folder,
        one.person,
        one.to_node or "—",
        one.trouble or "—",
    )
