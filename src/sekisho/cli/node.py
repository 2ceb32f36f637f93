"""`sekisho node`: who this node is, and the card by which administrators come to know it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli import files
from sekisho.cli.answer import Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import moment
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import both
from sekisho.kernel.clock import stamp

if TYPE_CHECKING:
    from sekisho.node.opening import Node

node = group("node", COMMANDS["node"].spoken)


@node.verb("show", ("名前、領域、鍵の指紋、受け渡し場所を示す", "name, zone, keys, store"))
@pass_call
def show(call: Call) -> None:
    """Who this node is."""
    with call.node() as found:
        value = _value(found)
    answer(call, value, Table((both("項目", "item"), both("内容", "value")), _rows(value)))


def _value(found: Node) -> dict[str, Any]:
    settings, public = found.settings, found.identity.signing.public
    return {
        "node": found.name,
        "zone": settings.zone,
        "title": settings.title,
        "folder": str(settings.folder),
        "suite": public.suite.name,
        "generation": found.identity.generation,
        "created": stamp(found.identity.created),
        "fingerprint": public.fingerprint,
        "keys": {kind: public.key_id(kind) for kind in public.suite.kinds},
        "store": found.store.describe(),
        "database": settings.database["kind"],
    }


def _rows(value: dict[str, Any]) -> list[tuple[str, str]]:
    words = {
        "node": both("ノード", "node"),
        "zone": both("領域", "zone"),
        "title": both("名称", "title"),
        "folder": both("フォルダー", "folder"),
        "suite": both("暗号方式の組", "suite"),
        "generation": both("鍵の世代", "generation of keys"),
        "created": both("鍵を作った日時", "keys made at"),
        "fingerprint": both("鍵の指紋", "fingerprint"),
        "store": both("受け渡し場所", "store"),
        "database": both("データベース", "database"),
    }
    return [(word, str(value[key])) for key, word in words.items()]


@node.verb(
    "card",
    (
        "紹介状（公開鍵と名前）を書き出す。管理者に渡し、指紋を電話などで読み合わせる",
        "write the node's card (public keys and name) for the administrators",
    ),
)
@option(
    "--out",
    type=files.FILE,
    spoken=("書き出すファイル（なければ 名前.card.json）", "file (else NAME.card.json)"),
)
@pass_call
def card(call: Call, out: Path | None) -> None:
    """A file to hand to the administrators; they compare the fingerprint."""
    from sekisho.seal import identity

    with call.node() as found:
        settings = found.settings
        made = identity.card(found.identity, settings.zone, settings.title, call.now())
        path = out or Path(f"{found.name}.card.json")
    files.replace(path, made)
    fingerprint = found.identity.signing.public.fingerprint
    answer(
        call,
        {"node": found.name, "file": str(path), "fingerprint": fingerprint},
        both(f"紹介状を {path} に書きました。", f"The card is in {path}."),
        f"  {both('指紋', 'Fingerprint')}: {fingerprint}",
        both(
            "次に: 管理者に渡し、指紋を別の手段（電話など）で読み合わせてください。",
            "Next: hand it to the administrators and read the fingerprint to them by telephone.",
        ),
    )


@node.verb(
    "rotate-keys",
    (
        "署名の鍵を新しくし、引き継ぎ書を公開し、古い鍵を破棄する",
        "make new signing keys, publish the hand-over, destroy the old ones",
    ),
)
@option(
    "--suite",
    type=click.Choice(("S1", "S0")),
    spoken=("新しい鍵の暗号方式の組（なければ今と同じ）", "suite of the new keys (else the same)"),
)
@pass_call
def rotate_keys(call: Call, suite: str | None) -> None:
    """Interrupted anywhere, the same command finishes the work."""
    with call.node() as found:
        from sekisho.node.rotating import rotate

        fresh = rotate(found, suite)
    public = fresh.signing.public
    answer(
        call,
        {
            "node": found.name,
            "generation": fresh.generation,
            "fingerprint": public.fingerprint,
            "created": stamp(fresh.created),
        },
        both(
            f"第 {fresh.generation} 世代の鍵に替えました（{moment(fresh.created)}）。",
            f"The keys of generation {fresh.generation} are in use ({moment(fresh.created)}).",
        ),
        f"  {both('指紋', 'Fingerprint')}: {public.fingerprint}",
    )


@node.verb(
    "set-title",
    ("人に見せる名前を変える（設定ファイルを書き換える）", "change the name people read"),
)
@argument("title")
@pass_call
def set_title(call: Call, title: str) -> None:
    """The directory shows the new one once the administrators have taken a new card."""
    from sekisho.cli.retitle import with_title
    from sekisho.node.settings import FILE_NAME
    from sekisho.seal import keyfiles
    from sekisho.seal.identity import check_title

    check_title(title)
    with call.node() as found:
        path = found.settings.folder / FILE_NAME
        keyfiles.replace(path, with_title(path.read_text("utf-8"), title).encode())
    answer(
        call,
        {"node": found.name, "title": title},
        both(f"名称を「{title}」に変えました。", f"The title is “{title}” now."),
        both(
            "次に: 新しい紹介状を作り（`sekisho node card`）、管理者に渡してください。",
            "Next: write a new card (`sekisho node card`) and hand it to the administrators.",
        ),
    )
