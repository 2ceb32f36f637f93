"""`sekisho backup`: a copy of a running node, its keys apart; or the examination of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import moment
from sekisho.cli.failures import Misused
from sekisho.cli.index import COMMANDS
from sekisho.cli.progress import Bar
from sekisho.cli.sizes import shown_bytes
from sekisho.cli.speech import command, option
from sekisho.cli.words import Pair, both, longer
from sekisho.kernel.clock import stamp

if TYPE_CHECKING:
    from sekisho.node.backup.manifest import Manifest
    from sekisho.node.opening import Node
    from sekisho.seal.recovery import Lock

DETAILS: Pair = (
    """

データ（.backup）と消去の一覧（.erased）を --to に、鍵（.keys）を --keys-to に書きます。
場所と復旧の鍵は、設定の [backup] に書いておけます。鍵は、復旧の鍵か合言葉でしか開きません。""",
    """

Data (.backup) and the list of erasures (.erased) go to --to, the keys (.keys) to --keys-to.
Places and recovery key can stand in [backup] of the settings. Only the recovery key or the phrase
opens the keys.""",
)


@command("backup", longer(COMMANDS["backup"].spoken, DETAILS))
@option("--to", "into", type=files.FOLDER, spoken=("データの控えを書くフォルダー", "for the data"))
@option(
    "--keys-to",
    type=files.FOLDER,
    spoken=("鍵の控えを書くフォルダー（別の装置）", "for the keys, on another device"),
)
@option(
    "--recovery-key",
    type=files.FILE,
    spoken=("復旧の鍵の公開部分のファイル", "file with the public half of the recovery key"),
)
@option(
    "--phrase-file",
    type=files.FILE,
    spoken=("復旧の合言葉を書いたファイル", "file with the recovery phrase"),
)
@option(
    "--erased-only",
    is_flag=True,
    spoken=("消去の一覧だけを書く（こまめに）", "only the list of erasures, often"),
)
@option(
    "--check",
    type=files.FILE,
    spoken=(
        "控えを取らず、このファイルを点検する（ノードは要らない）",
        "make none; examine this file, without a node",
    ),
)
@option(
    "--check-newest",
    is_flag=True,
    spoken=(
        "控えを取らず、設定の場所にあるいちばん新しい控えを点検して、結果を控えの画面に残す",
        "make none; examine the newest at its place, and remember how it came out",
    ),
)
@pass_call
def backup(
    call: Call,
    into: Path | None,
    keys_to: Path | None,
    recovery_key: Path | None,
    phrase_file: Path | None,
    erased_only: bool,
    check: Path | None,
    check_newest: bool,
) -> None:
    """Nothing is written that is there already; old ones go after `keep_days`."""
    if check is not None:
        _check(call, check)
        return
    if check_newest:
        _check_newest(call)
        return
    with call.node() as node, Bar(call, both("控え", "Backing up")) as bar:
        from sekisho.node.backup import keeping, pruning

        told = node.settings.backup
        data_folder = _needed("--to", into or told.to)
        if erased_only:
            written = keeping.write_list(node, data_folder)
            answer(call, {"erased": str(written)}, str(written))
            return
        kept = keeping.back_up(
            node,
            into=data_folder,
            keys_into=_needed("--keys-to", keys_to or told.keys_to),
            lock=_lock(node, recovery_key, phrase_file),
            progress=bar,
        )
        pruned = pruning.prune(node, kept)
    value = {
        "backup": kept.backup_id,
        "data": str(kept.data),
        "keys": str(kept.keys),
        "erased": str(kept.erased),
        "objects": kept.objects,
        "bytes": kept.bytes,
        "ledger": kept.ledger_size,
        "removed": [str(path) for path in pruned],
    }
    answer(
        call,
        value,
        both(f"控え {kept.backup_id} を取りました。", f"Backup {kept.backup_id} is made."),
        f"  {both('データ', 'Data')}: {kept.data} ({shown_bytes(kept.bytes)})",
        f"  {both('鍵', 'Keys')}: {kept.keys}",
        f"  {both('消去の一覧', 'Erasures')}: {kept.erased}",
        both(
            f"  ファイル {kept.objects} 個、証跡 {kept.ledger_size} 件。"
            f"古い控え {len(pruned)} 個を消しました。",
            f"  {kept.objects} objects, {kept.ledger_size} records; {len(pruned)} old files gone.",
        ),
        both(
            "  入っていないもの: 設定に名前のあるパスワードなどのファイル、受信用の秘密鍵。",
            "  Not in it: files of passwords that the settings name, private receiver keys.",
        ),
    )


def _needed(name: str, path: Path | None) -> Path:
    if path is None:
        raise Misused(
            "SKS-C020", reason=f"{name} が指定されていません", reason_en=f"{name} is missing"
        )
    return path


def _lock(node: Node, recovery_key: Path | None, phrase_file: Path | None) -> Lock:
    from sekisho.seal import recovery

    if phrase_file is not None:
        return recovery.read_phrase(files.read(phrase_file, 4_096).decode("utf-8", "replace"))
    path = _needed("--recovery-key", recovery_key or node.settings.backup.recovery_key)
    return recovery.read_public(files.read(path))


def _check(call: Call, path: Path) -> None:
    from sekisho.node.backup.checking import opened

    with opened(path) as found:
        manifest = found.manifest
    _say(call, path, manifest)


def _check_newest(call: Call) -> None:
    with call.node() as node:
        from sekisho.node.backup.newest import check_newest

        path, manifest = check_newest(node)
    _say(call, path, manifest)


def _say(call: Call, path: Path, manifest: Manifest) -> None:
    answer(
        call,
        manifest_value(manifest),
        both(
            f"{path.name} は、書かれたときのままです。",
            f"{path.name} is as it was written.",
        ),
        *manifest_lines(manifest),
    )


def manifest_lines(manifest: Manifest) -> list[str]:
    """What a backup says of itself, for people."""
    return [
        f"  {both('ノード', 'Node')}: {manifest.node}（{manifest.title}）",
        f"  {both('時点', 'Made')}: {moment(manifest.made)}  Sekisho {manifest.version}",
        f"  {both('データベース', 'Database')}: {manifest.database}",
        both(
            f"  ファイル {manifest.objects} 個、証跡 {manifest.ledger_size} 件、"
            f"ノード名簿 第 {manifest.directory_version} 版",
            f"  {manifest.objects} objects, {manifest.ledger_size} records, directory version "
            f"{manifest.directory_version}",
        ),
        f"  {both('署名したノードの指紋', 'Signed by')}: {manifest.keys.fingerprint}",
    ]


def manifest_value(manifest: Manifest) -> dict[str, Any]:
    """The same for a program."""
    return {
        "backup": manifest.backup_id,
        "node": manifest.node,
        "title": manifest.title,
        "made": stamp(manifest.made),
        "version": manifest.version,
        "database": manifest.database,
        "objects": manifest.objects,
        "ledger": manifest.ledger_size,
        "directory": manifest.directory_version,
        "fingerprint": manifest.keys.fingerprint,
    }
