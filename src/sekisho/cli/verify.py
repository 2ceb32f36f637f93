"""`sekisho verify`: judge an evidence package. Needs no node, no network and no Django."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command, option
from sekisho.cli.width import pad
from sekisho.cli.words import Pair, both, longer
from sekisho.kernel.errors import Unavailable, explanation
from sekisho.ledger.verdict import Line, State

DETAILS: Pair = (
    """

--admin には、名簿の管理者本人から（紙や電話で）聞いた指紋を指定します。指定しないと、
誰の名簿かが分からないため、検証は「確かめられない」で終わります。
終了コードは、すべて確かめられたときだけ 0、それ以外は 1 です。""",
    """

Give with --admin the fingerprints that the directory's administrators told in person. Without
them nobody knows whose directory it is, and the verdict stays open. The exit code is 0 only when
everything was checked and holds, else 1.""",
)
STATE_WORDS: dict[State, Pair] = {
    State.OK: ("良好", "ok"),
    State.BAD: ("不正", "BAD"),
    State.UNKNOWN: ("不明", "open"),
    State.INFO: ("参考", "info"),
}
STATE_COLOURS = {
    State.OK: "green",
    State.BAD: "red",
    State.UNKNOWN: "yellow",
    State.INFO: "bright_black",
}
NOTE_BYTES_MAX = 256 * 1024
PACKAGE_MAGIC = b"PK"


@command("verify", longer(COMMANDS["verify"].spoken, DETAILS))
@argument("package", type=files.FILE)
@option(
    "--admin",
    "admins",
    multiple=True,
    metavar="FINGERPRINT",
    spoken=(
        "信頼する管理者の指紋（くり返せる）",
        "fingerprint of a trusted administrator (repeat)",
    ),
)
@option(
    "--threshold",
    type=click.IntRange(min=1),
    default=1,
    spoken=("そのうち署名が要る人数（なければ 1）", "how many of those must have signed (else 1)"),
)
@option(
    "--previous",
    type=files.FILE,
    spoken=(
        "手元にある以前の検証点か証跡一式（台帳が続いているかを確かめる）",
        "an earlier checkpoint or package that you keep: does the log continue it?",
    ),
)
@option(
    "--policy",
    type=files.FILE,
    spoken=("立会いの条件（証跡一式の中のものに代える）", "your own witness policy"),
)
@pass_call
def verify(
    call: Call,
    package: Path,
    admins: tuple[str, ...],
    threshold: int,
    previous: Path | None,
    policy: Path | None,
) -> None:
    """One line for each check, in plain words."""
    from sekisho.ledger.verify import verify_package
    from sekisho.office.transfers.readers import evidence_readers

    earlier = _note(previous) if previous else None
    try:
        verdict = verify_package(
            package,
            readers=evidence_readers(),
            trusted_admins=admins or None,
            trusted_threshold=threshold,
            now=call.now(),
            previous_checkpoint=earlier,
            policy=files.read(policy, NOTE_BYTES_MAX) if policy else None,
        )
    except OSError as error:
        raise Unavailable("SKS-C021", file=str(package), reason=error.strerror) from None
    value = {"ok": verdict.ok, "package": str(package), "lines": [_value(x) for x in verdict.lines]}
    answer(call, value, lambda: _show(verdict.lines), _conclusion(verdict.lines, verdict.ok))
    if not verdict.ok:
        call.negative()


def _note(path: Path) -> bytes:
    """A checkpoint: the file itself, or the one inside a package."""
    from sekisho.ledger.unpack import read_package

    try:
        with path.open("rb") as file:
            if file.read(len(PACKAGE_MAGIC)) == PACKAGE_MAGIC:
                file.seek(0)
                return read_package(file).checkpoint
    except OSError as error:
        raise Unavailable("SKS-C021", file=str(path), reason=error.strerror) from None
    return files.read(path, NOTE_BYTES_MAX)


def _value(line: Line) -> dict[str, Any]:
    return {
        "state": str(line.state),
        "code": line.code,
        "ja": line.words_ja,
        "en": line.words_en,
    }


def _show(lines: tuple[Line, ...]) -> None:
    for line in lines:
        click.secho(pad(both(*STATE_WORDS[line.state]), 6), fg=STATE_COLOURS[line.state], nl=False)
        code = f" ({line.code})" if line.code else ""
        click.echo(both(line.words_ja, line.words_en) + code)
        if line.code and line.state in (State.BAD, State.UNKNOWN):
            found = explanation(line.code, both("ja", "en"))
            click.echo(f"      {both('次にすること', 'Next')}: {found.next_step}")


def _conclusion(lines: tuple[Line, ...], ok: bool) -> str:
    if ok:
        return both("判定: 正しい証跡です。", "Verdict: the evidence holds.")
    if any(line.state is State.BAD for line in lines):
        return both("判定: 証跡として認められません。", "Verdict: the evidence does not hold.")
    return both("判定: 確かめられない点があります。", "Verdict: something could not be checked.")
