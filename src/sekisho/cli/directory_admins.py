"""What administrators do with their own keys: make them, show them, sign with them. Offline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.directory_files import change_words, read_directory
from sekisho.cli.speech import argument, command, option
from sekisho.cli.words import both
from sekisho.seal import directory as directories
from sekisho.seal import identity, paperkeys
from sekisho.seal.identity import Administrator

KEY = ("管理者の鍵のファイル", "the administrator's key file")


@command(
    "admin-key",
    (
        "管理者の鍵を作る（金庫に入れる USB メモリなどに置く）",
        "make an administrator's key, for instance on a stick kept in a safe",
    ),
)
@argument("file", type=files.FILE)
@option("--name", required=True, metavar="TEXT", spoken=("管理者の名前", "the person's name"))
@option(
    "--suite",
    type=click.Choice(("S1", "S0")),
    default="S1",
    spoken=("暗号方式の組（S1 は耐量子）", "set of algorithms (S1 is post-quantum)"),
)
@option(
    "--paper",
    is_flag=True,
    spoken=(
        "紙に写すための行も表示する（読める人は署名できる）",
        "also show lines to print on paper; whoever reads them can sign",
    ),
)
@option(
    "--from-paper",
    is_flag=True,
    spoken=(
        "紙に写した行を標準入力から読み、鍵のファイルを作り直す",
        "read such lines from standard input and write the key file again",
    ),
)
@pass_call
def admin_key(call: Call, file: Path, name: str, suite: str, paper: bool, from_paper: bool) -> None:
    """Only this person may ever have the file."""
    now = call.now()
    if from_paper:
        lines = sys.stdin.read().splitlines()
        made = Administrator(name, paperkeys.from_lines(lines), now)
        identity.write_admin(file, made)
    else:
        made = identity.create_admin(file, name, suite, now)
    printed = list(paperkeys.to_lines(made.signing)) if paper else []
    fingerprint = made.signing.public.fingerprint
    value: dict[str, Any] = {"name": name, "file": str(file), "fingerprint": fingerprint}
    answer(
        call,
        {**value, "paper": printed} if paper else value,
        both(
            f"管理者「{name}」の鍵を {file} に書きました。本人だけが持ってください。",
            f"The key of “{name}” is in {file}. Nobody else may have it.",
        ),
        f"  {both('指紋', 'Fingerprint')}: {fingerprint}",
        *printed,
    )


@command(
    "card",
    ("管理者の紹介状（公開鍵と名前）を書き出す", "write an administrator's card (public keys)"),
)
@argument("file", type=files.FILE)
@option("--key", required=True, type=files.FILE, spoken=KEY)
@pass_call
def card(call: Call, file: Path, key: Path) -> None:
    """The card goes into `directory draft --admin`."""
    admin = identity.load_admin(key)
    files.replace(file, identity.admin_card(admin, call.now()))
    fingerprint = admin.signing.public.fingerprint
    answer(
        call,
        {"name": admin.name, "file": str(file), "fingerprint": fingerprint},
        both(
            f"管理者「{admin.name}」の紹介状を {file} に書きました。",
            f"The card of “{admin.name}” is in {file}.",
        ),
        f"  {both('指紋', 'Fingerprint')}: {fingerprint}",
    )


@command(
    "sign",
    (
        "名簿に署名する。署名で何が変わるかを先に示す",
        "sign a directory; what the signature changes is shown first",
    ),
)
@argument("file", type=files.FILE)
@option("--key", required=True, type=files.FILE, spoken=KEY)
@option(
    "--previous",
    type=files.FILE,
    spoken=("いま使っている版（違いを示すため）", "version in use, to show the differences"),
)
@option("--yes", is_flag=True, spoken=("確かめずに署名する", "sign without asking"))
@pass_call
def sign(call: Call, file: Path, key: Path, previous: Path | None, yes: bool) -> None:
    """The file is changed in place: the draft becomes the signed directory."""
    untrusted = files.read(file)
    proposed = read_directory(untrusted)
    before = read_directory(files.read(previous)) if previous else None
    sentences = [change_words(one) for one in directories.changes(before, proposed)]
    if not yes:
        _ask(proposed, sentences, before is not None)
    admin = identity.load_admin(key)
    signed = directories.sign(untrusted, admin.signing)
    files.replace(file, signed)
    answer(
        call,
        {
            "file": str(file),
            "version": proposed.version,
            "admin": admin.name,
            "fingerprint": admin.signing.public.fingerprint,
            "changes": sentences,
        },
        *(sentences if yes else ()),
        both(
            f"管理者「{admin.name}」が第 {proposed.version} 版に署名しました。",
            f"“{admin.name}” has signed version {proposed.version}.",
        ),
    )


def _ask(proposed: directories.Directory, sentences: list[str], compared: bool) -> None:
    """Show what changes and ask; raises click.Abort when the answer is no."""
    click.echo(
        both(
            f"第 {proposed.version} 版に署名すると、次のことが変わります。",
            f"A signature on version {proposed.version} changes this:",
        ),
        err=True,
    )
    if not compared and proposed.version > 1:
        click.echo(
            both(
                "（--previous がないため、すべてを新しいものとして示します）",
                "(without --previous everything is shown as new)",
            ),
            err=True,
        )
    for sentence in sentences:
        click.echo(f"  {both('・', '- ')}{sentence}", err=True)
    click.confirm(both("署名しますか", "Sign?"), abort=True, err=True)
