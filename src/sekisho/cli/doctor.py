"""`sekisho doctor`: is this node sound, and if not, what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.failures import as_value, next_lines
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import command, option
from sekisho.cli.width import pad
from sekisho.cli.words import Pair, both, language

if TYPE_CHECKING:
    from sekisho.node.checkup import Finding

CHECK_WORDS: dict[str, Pair] = {
    "settings": ("設定", "settings"),
    "keys": ("署名の鍵", "signing keys"),
    "vault-keys": ("保管庫の鍵", "vault keys"),
    "database": ("データベース", "database"),
    "vault": ("保管庫", "vault"),
    "ledger": ("証跡台帳", "ledger"),
    "ledger-full": ("証跡台帳（全件）", "ledger, every entry"),
    "clock": ("時計", "clock"),
    "store": ("受け渡し場所", "store"),
    "directory": ("ノード名簿", "directory"),
    "routes": ("経路", "routes"),
    "people": ("利用者", "people"),
    "disarm": ("無害化", "disarming"),
    "clamav": ("ウイルス検査（ClamAV）", "virus scanner (ClamAV)"),
    "disk": ("空き容量", "free space"),
}
FIGURE_WORDS: dict[str, Pair] = {
    "vault-keys": ("{} 個", "{}"),
    "vault": ("ファイル {} 個", "{} objects"),
    "ledger": ("記録 {} 件、未確定 {} 件", "{} entries, {} pending"),
    "ledger-full": ("記録 {} 件", "{} entries"),
    "directory": ("第 {} 版、期限 {}", "version {}, expires {}"),
    "people": ("{} 人", "{} people"),
    "disarm": ("隔離 {}、同時に {} 件、{} 種類", "sandbox {}, {} at once, {} types"),
    "clamav": ("{}、定義 {}、{} 日前", "{}, signatures {}, {} days old"),
    "disk": ("{} GiB", "{} GiB"),
}
LEVEL_WORDS: dict[str, Pair] = {
    "ok": ("良好", "ok"),
    "care": ("注意", "care"),
    "bad": ("異常", "BAD"),
}
LEVEL_COLOURS = {"ok": "green", "care": "yellow", "bad": "red"}
CARE_WORDS: dict[str, Pair] = {
    "vault-keys": (
        "鍵の更新が途中です。`sekisho run` が終わらせます。",
        "A renewal of the keys is unfinished; `sekisho run` finishes it.",
    ),
    "directory": (
        "期限が近づいています。管理者に更新（`sekisho directory renew`）を依頼してください。",
        "It expires soon; ask the administrators to renew it (`sekisho directory renew`).",
    ),
    "people": (
        "管理者と承認者の両方を登録してください（`sekisho person add`）。",
        "Register an administrator and an approver (`sekisho person add`).",
    ),
    "disarm": (
        "子プロセスの隔離が完全ではありません。カーネル（Landlock、seccomp）を確かめてください。",
        "Children are not fully locked down; look at the kernel (Landlock, seccomp).",
    ),
    "clamav": (
        "ウイルス定義が古くなっています。freshclam が動いているか確かめてください。",
        "The signatures are old; see whether freshclam runs.",
    ),
    "disk": ("空き容量が少なくなっています。", "The disk is nearly full."),
}


@command("doctor", COMMANDS["doctor"].spoken)
@option(
    "--full",
    is_flag=True,
    spoken=(
        "証跡台帳を最初から計算し直す（時間がかかる）",
        "compute the whole ledger again (slow)",
    ),
)
@pass_call
def doctor(call: Call, full: bool) -> None:
    """Changes nothing. Exit code 1 when something is wrong."""
    with call.node() as node:
        from sekisho.node.checkup import Level, examine

        found = []
        for finding in examine(node, full=full):
            found.append(finding)
            if not call.json:
                _tell(finding)
    healthy = all(one.level is not Level.BAD for one in found)
    sentence = (
        both("異常はありません。", "Nothing is wrong.")
        if healthy
        else both(
            "異常があります。上の「次にすること」を見てください。", "Something is wrong; see above."
        )
    )
    answer(call, {"ok": healthy, "checks": [_value(one) for one in found]}, sentence)
    if not healthy:
        call.negative()


def _value(one: Finding) -> dict[str, Any]:
    return {
        "check": one.check,
        "level": str(one.level),
        "figures": list(one.figures),
        "reason": as_value(one.reason) if one.reason else None,
    }


def _tell(one: Finding) -> None:
    level = str(one.level)
    click.secho(pad(both(*LEVEL_WORDS[level]), 5), fg=LEVEL_COLOURS[level], nl=False)
    explained = one.reason.explain(language()) if one.reason else None
    if explained is not None:
        what = f"{explained.code} {explained.what}"
    else:
        what = both(*FIGURE_WORDS.get(one.check, ("{}", "{}"))).format(*one.figures)
    click.echo(f"{both(*CHECK_WORDS[one.check])}: {what}")
    if explained is not None:
        for line in next_lines(explained):
            click.echo(f"     {line}")
    elif level != "ok" and one.check in CARE_WORDS:
        click.echo(f"       {both(*CARE_WORDS[one.check])}")
