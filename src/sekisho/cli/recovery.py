"""`sekisho recovery`: what opens the keys of backups on the worst day."""

from __future__ import annotations

from pathlib import Path

import click

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import both

recovery = group("recovery", COMMANDS["recovery"].spoken)


@recovery.verb(
    "key",
    (
        "復旧の鍵の組を作る（秘密の部分は金庫へ、公開の部分はノードへ）",
        "make a recovery key pair: the private half for the safe, the public one for nodes",
    ),
)
@argument("private", type=files.FILE)
@option(
    "--public",
    required=True,
    type=files.FILE,
    spoken=("公開部分を書くファイル", "file for the public half"),
)
@option(
    "--suite",
    type=click.Choice(("S1", "S0")),
    default="S1",
    spoken=("暗号方式の組（S1 は耐量子）", "set of algorithms (S1 is post-quantum)"),
)
@pass_call
def key(call: Call, private: Path, public: Path, suite: str) -> None:
    """Neither file may exist."""
    from sekisho.seal.recovery import make_key

    made = make_key(private, suite)
    files.write_new(public, made.public.encode())
    answer(
        call,
        {"private": str(private), "public": str(public), "key": made.public.key_id},
        both(
            f"復旧の鍵 {made.public.key_id} を作りました。", f"Recovery key {made.public.key_id}."
        ),
        f"  {both('秘密の部分（金庫へ）', 'Private (for the safe)')}: {private}",
        f"  {both('公開の部分（ノードへ）', 'Public (for nodes)')}: {public}",
    )


@recovery.verb(
    "phrase",
    (
        "復旧の合言葉を作る（1回だけ表示する。紙に書いて金庫へ）",
        "make a recovery phrase: shown once, to be written on paper for the safe",
    ),
)
@pass_call
def phrase(call: Call) -> None:
    """Kept nowhere."""
    from sekisho.seal.recovery import make_phrase

    text = make_phrase().text()
    answer(
        call,
        {"phrase": text},
        text,
        both(
            "紙に書き写してください。この画面のほかには、どこにも残りません。",
            "Write it down: it is kept nowhere but on this screen.",
        ),
    )


@recovery.verb(
    "show",
    (
        "鍵の控え（.keys）が、どの復旧の鍵で開くかを見る",
        "which recovery key opens a file of keys",
    ),
)
@argument("file", type=files.FILE)
@pass_call
def show(call: Call, file: Path) -> None:
    """Nothing is opened."""
    from sekisho.seal.recovery import SEALED_BYTES_MAX, sealed_to

    found = sealed_to(files.read(file, SEALED_BYTES_MAX))
    word = both("合言葉", "the phrase") if found == "phrase" else found
    answer(
        call,
        {"file": str(file), "opened_by": found},
        both(f"{file.name} を開くもの: {word}", f"{file.name} is opened by {word}"),
    )
