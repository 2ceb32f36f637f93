"""`sekisho preview`: the first pages of a file as pictures, for whoever decides about it."""

from __future__ import annotations

from pathlib import Path

import click

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.ids import whole_id
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command, option
from sekisho.cli.words import both


@command("preview", COMMANDS["preview"].spoken)
@argument("transfer_id", metavar="ID")
@option(
    "--number",
    type=click.IntRange(min=1),
    default=1,
    spoken=("何番目のファイルか（なければ 1）", "which file (else 1)"),
)
@option(
    "-o",
    "--to",
    "folder",
    type=files.FOLDER,
    required=True,
    spoken=("画像を書き出すフォルダー", "folder for the pictures"),
)
@pass_call
def preview(call: Call, transfer_id: str, number: int, folder: Path) -> None:
    """Raises what `node.previewing` raises, Refused SKS-C022, Unavailable SKS-C024."""
    actor = call.actor
    with call.node() as node:
        from sekisho.node.previewing import previews_of

        wanted = whole_id(transfer_id)
        pictures = previews_of(node, actor=actor, transfer_id=wanted, number=number)
    files.make_folder(folder)
    written = []
    for page, picture in enumerate(pictures, start=1):
        path = folder / f"{number:02}-{page}.png"
        files.write_new(path, picture)
        written.append(str(path))
    said = both(
        f"先頭の {len(written)} ページを画像にしました。",
        f"The first {len(written)} page(s) are pictures now.",
    )
    answer(call, {"transfer": wanted, "number": number, "pictures": written}, said, *written)
