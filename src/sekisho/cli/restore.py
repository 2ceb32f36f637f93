"""`sekisho restore`: a folder becomes the node of a backup."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.backup import manifest_lines, manifest_value
from sekisho.cli.call import Call, pass_call
from sekisho.cli.failures import Misused
from sekisho.cli.index import COMMANDS
from sekisho.cli.progress import Bar
from sekisho.cli.speech import argument, command, option
from sekisho.cli.words import Pair, both, longer
from sekisho.kernel.clock import SystemClock

if TYPE_CHECKING:
    from sekisho.node.backup.restoring import Restored
    from sekisho.seal.recovery import Unlock

DETAILS: Pair = (
    """

`--node` の、まだ何もないフォルダーに戻します。
先に、元のノードが止まっていることを確かめてください。
控えの後に消去されたものは、--erased の一覧によって、もう一度消去されます。一覧がないときは、
`sekisho expire` を行うまで、ノードは動きません。""",
    """

Into the folder given by `--node`, which must be empty. Be sure first that the original is stopped.
What was erased since is erased again by the list of --erased; without one the node does not work
before `sekisho expire` was run.""",
)
SHOWN_MAX = 20


@command("restore", longer(COMMANDS["restore"].spoken, DETAILS))
@argument("data", type=files.FILE)
@option("--keys", required=True, type=files.FILE, spoken=("鍵の控え（.keys）", "the keys (.keys)"))
@option(
    "--recovery-key",
    type=files.FILE,
    spoken=("復旧の鍵（秘密の部分）のファイル", "file with the private recovery key"),
)
@option(
    "--phrase-file",
    type=files.FILE,
    spoken=("復旧の合言葉を書いたファイル", "file with the recovery phrase"),
)
@option(
    "--erased",
    type=files.FILE,
    spoken=("いちばん新しい消去の一覧（.erased）", "the newest list of erasures (.erased)"),
)
@option(
    "--settings",
    type=files.FILE,
    spoken=(
        "控えの中のものに代えて使う設定ファイル（場所が変わったとき）",
        "settings to use in place of those in the backup (where places have changed)",
    ),
)
@option(
    "--original-stopped",
    is_flag=True,
    spoken=(
        "元のノードが動いていないことを確かめた",
        "I have made sure that the original does not run",
    ),
)
@pass_call
def restore(
    call: Call,
    data: Path,
    keys: Path,
    recovery_key: Path | None,
    phrase_file: Path | None,
    erased: Path | None,
    settings: Path | None,
    original_stopped: bool,
) -> None:
    """Two copies of one node at work would be found out by its witnesses, and only then."""
    if not original_stopped:
        raise Misused(
            "SKS-C020",
            reason="元のノードを止めたうえで、--original-stopped を付けてください",
            reason_en="stop the original, then give --original-stopped",
        )
    unlock = _unlock(recovery_key, phrase_file)
    with Bar(call, both("復元", "Restoring")) as bar:
        from sekisho.node.backup import restoring

        done = restoring.restore(
            call.folder,
            restoring.Sources(data, keys, unlock, erased, settings),
            os.environ,
            SystemClock(),
            progress=bar,
        )
    found = done.settled
    value = {
        **manifest_value(done.manifest),
        "replayed": found.replayed,
        "missing": found.missing,
        "expired": found.expired,
        "may_return": list(found.may_return),
        "sent_since": found.sent_since,
        "records_lost": done.lost,
        "serving": done.serving,
    }
    title = both(
        f"ノード {done.manifest.node} を {call.folder} に戻しました。",
        f"Node {done.manifest.node} is restored in {call.folder}.",
    )
    answer(call, value, title, *manifest_lines(done.manifest), *_lines(done))


def _unlock(recovery_key: Path | None, phrase_file: Path | None) -> Unlock:
    from sekisho.seal import recovery

    if phrase_file is not None:
        return recovery.read_phrase(files.read(phrase_file, 4_096).decode("utf-8", "replace"))
    if recovery_key is None:
        raise Misused(
            "SKS-C020",
            reason="--recovery-key か --phrase-file を指定してください",
            reason_en="give --recovery-key or --phrase-file",
        )
    return recovery.load_key(recovery_key)


def _lines(done: Restored) -> list[str]:
    found = done.settled
    lines = [
        both(
            f"  もう一度消去したファイル: 一覧によるもの {found.replayed} 個、期限によるもの "
            f"{found.expired} 個、控えの途中で消えたもの {found.missing} 個",
            f"  Erased again: {found.replayed} objects by the list, {found.expired} that are over, "
            f"{found.missing} that went while the backup was made",
        )
    ]
    if done.lost:
        lines.append(
            both(
                f"  失われた証跡: 少なくとも {done.lost} 件。立会ノードが食い違いを知らせます。",
                f"  Records lost: at least {done.lost}. Witnesses will report a contradiction.",
            )
        )
    if found.sent_since:
        lines.append(
            both(
                f"  控えの後に送られた封緘データ: {found.sent_since} 件",
                f"  Parcels sent after the backup: {found.sent_since}",
            )
        )
    if not done.serving:
        lines += _care(found.may_return)
    return lines


def _care(may_return: tuple[str, ...]) -> list[str]:
    shown = [f"    {one}" for one in may_return[:SHOWN_MAX]]
    rest = len(may_return) - len(shown)
    more = [both(f"    ほか {rest} 件", f"    and {rest} more")] if rest > 0 else []
    return [
        both(
            f"消去の一覧がないため、次の {len(may_return)} 件は、控えの後に取下げや却下で消去された"
            "ものかもしれません。",
            f"Without a list of erasures, these {len(may_return)} may have been withdrawn or "
            "rejected, and erased, after the backup.",
        ),
        *shown,
        *more,
        both(
            "確かめて取り下げてから、`sekisho expire --rotate-now` を行ってください。"
            "それまでノードは動きません。",
            "Look at them, withdraw what was ended, then run `sekisho expire --rotate-now`; until "
            "then the node does not work.",
        ),
    ]
