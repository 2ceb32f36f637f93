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
from sekisho.cli.words import both, language
from sekisho.node.checkup_words import CARE_WORDS, CHECK_WORDS, FIGURE_WORDS, LEVEL_WORDS

if TYPE_CHECKING:
    from sekisho.node.checkup import Finding

LEVEL_COLOURS = {"ok": "green", "care": "yellow", "bad": "red"}


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
