"""`sekisho init`: a folder becomes a node."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.failures import Misused, worded
from sekisho.cli.files import FILE, FOLDER
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import command, option
from sekisho.cli.words import Pair, both, longer
from sekisho.kernel.clock import SystemClock
from sekisho.kernel.errors import SekishoError, Unavailable

if TYPE_CHECKING:
    from sekisho.node.opening import Node
    from sekisho.store.opening import StoreSettings

DETAILS = (
    """

`--node` のフォルダーに、設定ファイル（sekisho.toml）、鍵、保管庫、データベースを作ります。
指定しない項目は、フォルダーの名前と、隣の store フォルダーを使います。""",
    """

Makes settings (sekisho.toml), keys, vault and database in the folder given by `--node`.
What is not given is taken from the folder's name; the store is the folder `store` beside it.""",
)
STORE_LATER: Pair = (
    "ノードは作りました。受け渡し場所は、後で `sekisho store create` で用意できます。",
    "The node was made. The store can be made later with `sekisho store create`.",
)
STORE_KINDS = ("folder", "s3", "smb")


@command("init", longer(COMMANDS["init"].spoken, DETAILS))
@option("--name", metavar="NAME", spoken=("ノードの名前（英小文字）", "name of the node"))
@option("--zone", metavar="ZONE", spoken=("領域の名前（なければ --name）", "zone (else --name)"))
@option("--title", metavar="TEXT", spoken=("人に見せる名前", "name for people to read"))
@option(
    "--suite",
    type=click.Choice(("S1", "S0")),
    default="S1",
    spoken=("暗号方式の組（S1 は耐量子）", "set of algorithms (S1 is post-quantum)"),
)
@option(
    "--store-kind",
    type=click.Choice(STORE_KINDS),
    default="folder",
    spoken=("受け渡し場所の種類（なければ folder）", "kind of store (else folder)"),
)
@option(
    "--store-path",
    type=FOLDER,
    spoken=("受け渡し場所のフォルダー（folder のとき）", "the store's folder (kind folder)"),
)
@option("--store-url", metavar="URL", spoken=("S3 の接続先（s3）", "address of the server (s3)"))
@option("--store-bucket", metavar="NAME", spoken=("バケット（s3）", "bucket (s3)"))
@option("--store-server", metavar="HOST", spoken=("ファイルサーバー（smb）", "file server (smb)"))
@option("--store-share", metavar="NAME", spoken=("共有名（smb）", "share (smb)"))
@option("--store-folder", metavar="PATH", spoken=("共有の中のフォルダー（smb）", "folder (smb)"))
@option(
    "--store-credentials",
    type=FILE,
    spoken=("接続の秘密を書いた TOML（s3、smb）", "TOML file with the secrets (s3, smb)"),
)
@option(
    "--create-store",
    is_flag=True,
    spoken=(
        "その場所を受け渡し場所にする（最初の1回）",
        "make that place a store (the first time)",
    ),
)
@option(
    "--database",
    type=click.Choice(("sqlite", "postgresql")),
    default="sqlite",
    spoken=("データベース（なければ sqlite）", "database (else sqlite)"),
)
@option("--database-host", metavar="HOST", spoken=("PostgreSQL の場所", "PostgreSQL: host"))
@option("--database-port", type=int, spoken=("PostgreSQL のポート", "PostgreSQL: port"))
@option("--database-name", metavar="NAME", spoken=("データベース名", "PostgreSQL: database"))
@option("--database-user", metavar="NAME", spoken=("データベースの利用者", "PostgreSQL: user"))
@option(
    "--database-password-file",
    type=FILE,
    spoken=("パスワードを書いたファイル", "PostgreSQL: file with the password"),
)
@pass_call
def init(call: Call, /, create_store: bool, **given: Any) -> None:
    """Settings, keys, vault, database; and the store when asked for."""
    folder = call.folder
    made = _make(folder, settings_text(folder, given))
    if create_store:
        _create_store(call, made.settings.store)
    fingerprint = made.identity.signing.public.fingerprint
    value = {
        "node": made.name,
        "zone": made.settings.zone,
        "title": made.settings.title,
        "folder": str(made.settings.folder),
        "store": where(made.settings.store),
        "fingerprint": fingerprint,
    }
    answer(
        call,
        value,
        both(
            f"ノード {made.name}（{made.settings.title}）を {folder} に作りました。",
            f"Node {made.name} ({made.settings.title}) was made in {folder}.",
        ),
        f"  {both('指紋', 'Fingerprint')}: {fingerprint}",
        f"  {both('受け渡し場所', 'Store')}: {where(made.settings.store)}",
        both(
            "次に: `sekisho node card` で紹介状を作り、ノード名簿の管理者に渡してください。",
            "Next: write a card with `sekisho node card` and hand it to the administrators.",
        ),
    )


def _make(folder: Path, text: str) -> Node:
    # Here, not above: Django takes half a second, which `--help` does not have.
    from sekisho.node.opening import make_node

    try:
        return make_node(folder, text, os.environ, SystemClock())
    except Exception as failure:
        error = worded(failure)
        if error is not None and error.code == "SKS-C010":
            raise Unavailable("SKS-C025", reason=error.params["reason"]) from None
        raise


def _create_store(call: Call, settings: StoreSettings) -> None:
    from sekisho.store.opening import create_store

    try:
        create_store(settings, call.now())
    except SekishoError:
        if not call.json:
            click.echo(both(*STORE_LATER), err=True)
        raise


def where(settings: StoreSettings) -> str:
    """The store in one line, without reaching it or needing its secrets."""
    match settings.kind:
        case "s3":
            return f"s3 {settings.url} {settings.bucket}"
        case "smb":
            return f"smb {settings.server} {settings.share} {settings.folder}".rstrip()
    return f"folder {settings.path}"


def settings_text(folder: Path, given: dict[str, Any]) -> str:
    """The text of `sekisho.toml`: what was given, and comments for whoever reads it."""
    name = given["name"] or folder.resolve().name
    store = {"kind": given["store_kind"], **_store(folder, given)}
    sections = {
        "node": {
            "name": name,
            "zone": given["zone"] or name,
            "title": given["title"] or name,
            "suite": given["suite"],
        },
        "store": store,
        "database": _database(given),
    }
    lines = ["# このノードの設定。書き方は docs/commands.md にあります。"]
    for section, values in sections.items():
        lines += ["", f"[{section}]"]
        lines += [f"{key} = {toml(value)}" for key, value in values.items() if value is not None]
    return "\n".join(lines) + "\n"


NEEDED = {"folder": (), "s3": ("url", "bucket"), "smb": ("server", "share")}


def _store(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    for key in NEEDED[given["store_kind"]]:
        if not given[f"store_{key}"]:
            name = f"--store-{key}"
            raise Misused(
                "SKS-C020", reason=f"{name} が指定されていません", reason_en=f"{name} is missing"
            )
    credentials = given["store_credentials"]
    secrets = {"credentials_file": str(credentials.resolve()) if credentials else None}
    if given["store_kind"] == "folder":
        return {"path": str((given["store_path"] or folder.resolve().parent / "store").resolve())}
    if given["store_kind"] == "s3":
        return {"url": given["store_url"], "bucket": given["store_bucket"], **secrets}
    keys = ("server", "share", "folder")
    return {**{key: given[f"store_{key}"] for key in keys}, **secrets}


def _database(given: dict[str, Any]) -> dict[str, Any]:
    if given["database"] == "sqlite":
        return {"kind": "sqlite"}
    password = given["database_password_file"]
    keys = ("host", "port", "name", "user")
    return {
        "kind": "postgresql",
        **{key: given[f"database_{key}"] for key in keys},
        "password_file": str(password.resolve()) if password else None,
    }


def toml(value: str | int) -> str:
    """A value in TOML; its basic strings have JSON's escapes."""
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
