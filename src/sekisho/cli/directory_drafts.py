"""`sekisho directory draft` and the commands that change a draft; all offline, on files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import MOMENT
from sekisho.cli.directory_files import draft_words, read_directory, write_draft
from sekisho.cli.speech import argument, command, option
from sekisho.cli.words import both
from sekisho.kernel.clock import stamp
from sekisho.seal import directory as directories
from sekisho.seal import identity
from sekisho.seal.directory import Directory

OUT = (
    "書き出すファイル（署名済みの版から次の版を作るときは必須）",
    "file to write (needed when FILE is signed: the next version is made)",
)
DAYS = ("有効な日数（なければ 365）", "days until it expires (else 365)")


@command("draft", ("新しい名簿の案を作る", "begin the draft of a directory"))
@argument("file", type=files.FILE)
@option(
    "--admin",
    "admins",
    multiple=True,
    type=files.FILE,
    spoken=("管理者の紹介状（人数分くり返す）", "card of an administrator (repeat)"),
)
@option("--threshold", type=int, spoken=("必要な署名の人数", "signatures needed"))
@option("--days", type=int, default=365, spoken=DAYS)
@option(
    "--previous",
    type=files.FILE,
    spoken=("いま使っている版（続きの版を作る）", "version in use, to make the one after it"),
)
@pass_call
def draft(
    call: Call,
    file: Path,
    admins: tuple[Path, ...],
    threshold: int | None,
    days: int,
    previous: Path | None,
) -> None:
    """The first version names the administrators and how many must sign."""
    before = read_directory(files.read(previous)) if previous else None
    cards = [identity.read_admin_card(files.read(one)) for one in admins]
    made = directories.draft(
        before,
        now=call.now(),
        days=days,
        admins=cards if cards or before is None else None,
        threshold=threshold if threshold is not None or before is not None else len(cards),
    )
    files.write_new(file, directories.document(made))
    _tell(
        call,
        made,
        file,
        *(
            both(
                f"  管理者「{one.name}」 指紋 {one.keys.fingerprint}",
                f"  Administrator “{one.name}”: {one.keys.fingerprint}",
            )
            for one in cards
        ),
    )


@command(
    "add-node",
    (
        "紹介状のノードを加える。指紋を、そのノードの担当者と読み合わせること",
        "add the nodes of these cards; compare the fingerprints with the people there",
    ),
)
@argument("file", type=files.FILE)
@argument("cards", type=files.FILE, nargs=-1, required=True)
@option("--until", type=MOMENT, spoken=("いつまで認めるか", "until when it is a member"))
@option("--out", type=files.FILE, spoken=OUT)
@pass_call
def add_node(
    call: Call, file: Path, cards: tuple[Path, ...], until: datetime | None, out: Path | None
) -> None:
    """A node that is there already is changed to what its card says."""
    found = [identity.read_card(files.read(one)) for one in cards]

    def change(base: Directory, now: datetime) -> Directory:
        for one in found:
            base = directories.with_node(base, one, now=now, valid_until=until)
        return base

    _change(call, file, out, change, *(f"  {one.node}: {one.keys.fingerprint}" for one in found))


@command("remove-node", ("ノードを外す", "take nodes out"))
@argument("file", type=files.FILE)
@argument("names", nargs=-1, required=True)
@option("--out", type=files.FILE, spoken=OUT)
@pass_call
def remove_node(call: Call, file: Path, names: tuple[str, ...], out: Path | None) -> None:
    """The node's links go with it."""

    def change(base: Directory, now: datetime) -> Directory:
        for name in names:
            base = directories.without_node(base, name, now=now)
        return base

    _change(call, file, out, change)


@command("link", ("SENDER から RECEIVER への送信を認める", "let SENDER send to RECEIVER"))
@argument("file", type=files.FILE)
@argument("sender")
@argument("receiver")
@option("--both-ways", is_flag=True, spoken=("逆向きも認める", "allow the way back too"))
@option("--out", type=files.FILE, spoken=OUT)
@pass_call
def link(
    call: Call, file: Path, sender: str, receiver: str, both_ways: bool, out: Path | None
) -> None:
    """The nodes must be in the draft already."""
    pairs = [(sender, receiver), *([(receiver, sender)] if both_ways else [])]
    _change(call, file, out, lambda base, now: directories.with_links(base, add=pairs, now=now))


@command("unlink", ("SENDER から RECEIVER への送信をやめる", "stop SENDER sending to RECEIVER"))
@argument("file", type=files.FILE)
@argument("sender")
@argument("receiver")
@option("--out", type=files.FILE, spoken=OUT)
@pass_call
def unlink(call: Call, file: Path, sender: str, receiver: str, out: Path | None) -> None:
    """Nothing happens when there is no such link."""
    pair = [(sender, receiver)]
    _change(call, file, out, lambda base, now: directories.with_links(base, remove=pair, now=now))


@command("renew", ("有効期限を延ばした次の版を作る", "make the next version with a new expiry"))
@argument("file", type=files.FILE)
@option("--days", type=int, default=365, spoken=DAYS)
@option("--out", type=files.FILE, spoken=OUT)
@pass_call
def renew(call: Call, file: Path, days: int, out: Path | None) -> None:
    """Nothing else changes."""
    _change(call, file, out, lambda base, now: directories.renewed(base, now, days))


def _change(
    call: Call,
    file: Path,
    out: Path | None,
    change: Callable[[Directory, datetime], Directory],
    *lines: str,
) -> None:
    base = read_directory(files.read(file))
    made = change(base, call.now())
    _tell(call, made, write_draft(made, file, bool(base.envelope), out), *lines)


def _tell(call: Call, made: Directory, path: Path, *lines: str) -> None:
    value: dict[str, Any] = {
        "file": str(path),
        "version": made.version,
        "expires": stamp(made.expires),
        "threshold": made.threshold,
        "nodes": {name: entry.keys.fingerprint for name, entry in sorted(made.nodes.items())},
        "links": [{"from": one, "to": other} for one, other in sorted(made.links)],
    }
    answer(call, value, draft_words(made, path), *lines)
