"""`sekisho disarm`: files rebuilt in a sandbox. Needs no node, no network and no Django."""

from __future__ import annotations

import json
import os
import statistics
import time
from pathlib import Path

import click

from sekisho.cli import disarm_views, disarming, files
from sekisho.cli.answer import Shown, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import moment
from sekisho.cli.failures import Misused
from sekisho.cli.index import COMMANDS
from sekisho.cli.progress import Bar
from sekisho.cli.speech import argument, command, option
from sekisho.cli.words import Pair, both, language, longer
from sekisho.disarm.limits import PASSWORD_BYTES_MAX
from sekisho.disarm.profile import PROFILES, STANDARD, profile
from sekisho.disarm.sandbox.lockdown import Level
from sekisho.disarm.sandbox.office_program import convert
from sekisho.disarm.sandbox.pool import Pool
from sekisho.disarm.telling.page import page

DETAILS: Pair = (
    """

中身を調べ、安全と分かっている部品だけで作り直します。-o を付けると、作り直したファイルを
そのフォルダーに書き出します（同じ名前があれば書きません）。付けなければ、何が取り除かれるかを
調べるだけです。止めたファイルは書き出しません。フォルダーを指定すると、中のファイルをすべて扱います。
終了コードは、すべて通ったときは 0、止めたファイルがあるときは 3 です。""",
    """

Contents are looked into and rebuilt from parts known to be safe. With -o the rebuilt files are
written into that folder (nothing there is replaced); without it, nothing is written and you see
what would be removed. Files that are stopped are never written. A folder stands for all files in
it. The exit code is 0 when all files passed, 3 when one was stopped.""",
)
EXIT_STOPPED = 3
REPORT_FORMS = ("text", "json", "html")
CHILDREN_MAX = 8
SELF_TEST_FILES = 9
_SELF_TEST = b"self-test\n"


@command("disarm", longer(COMMANDS["disarm"].spoken, DETAILS))
@argument("paths", metavar="FILES...", nargs=-1, type=click.Path(path_type=Path))
@option(
    "-o",
    "--out",
    "folder",
    type=files.FOLDER,
    spoken=("書き出すフォルダー（なければ調べるだけ）", "folder to write to (else a trial)"),
)
@option(
    "--profile",
    "profile_name",
    type=click.Choice(tuple(PROFILES)),
    default=STANDARD.name,
    spoken=("方式（なければ standard）", "what files may keep (else standard)"),
)
@option(
    "--report",
    "form",
    type=click.Choice(REPORT_FORMS),
    default="text",
    spoken=(
        "記録の形式（json と html は -o のフォルダーに、なければ標準出力に書く）",
        "form of the record (json and html go into the folder of -o, else to standard output)",
    ),
)
@option(
    "--password",
    "ask",
    is_flag=True,
    spoken=("パスワードを画面で尋ねる", "ask for the password of locked files"),
)
@option(
    "--password-file",
    type=files.FILE,
    spoken=("パスワードを1行目に書いたファイル", "a file whose first line is the password"),
)
@option(
    "--level",
    "level",
    type=click.Choice([one.value for one in Level]),
    default=Level.NONE.value,
    spoken=(
        "隔離の強さがこれに足りなければ何もしない",
        "refuse to work when the sandbox is weaker than this",
    ),
)
@option(
    "--self-test",
    is_flag=True,
    spoken=(
        "隔離の強さ・部品の版・扱える種類を表示する",
        "show the level of the sandbox, versions, and types",
    ),
)
@pass_call
def disarm(
    call: Call,
    paths: tuple[Path, ...],
    folder: Path | None,
    profile_name: str,
    form: str,
    ask: bool,
    password_file: Path | None,
    level: str,
    self_test: bool,
) -> None:
    """Each file in a child of its own; in order, several at once."""
    if self_test:
        _self_test(call, Level(level))
        return
    if not paths:
        raise Misused("SKS-C020", reason="FILES が指定されていません", reason_en="FILES is missing")
    password = _password(ask, password_file)
    found = disarming.gather(paths)
    if folder is not None:
        files.make_folder(folder)
    children = max(1, min(CHILDREN_MAX, os.cpu_count() or 1, len(found)))
    with (
        Pool(children, level_min=Level(level), convert=convert) as pool,
        Bar(call, both("無害化", "Disarming")) as bar,
    ):
        handled = list(
            disarming.disarm_all(
                pool,
                children,
                found,
                profile(profile_name),
                password=password,
                folder=folder,
                progress=bar,
            )
        )
    _tell(call, handled, form, folder)
    if not all(disarm_views.is_through(one) for one in handled):
        click.get_current_context().exit(EXIT_STOPPED)


def _tell(call: Call, handled: list[disarming.Handled], form: str, folder: Path | None) -> None:
    """The record in the form that was asked for, and the lines on the screen."""
    value = {"files": disarm_views.values(handled), "record": None}
    more: list[Shown] = []
    if form != "text":
        record = _record(call, handled, form, folder)
        if folder is None and not call.json:
            click.echo(record, nl=False)
            return
        if folder is not None:
            path = disarming.write_beside(folder, f"disarm-report.{form}", record.encode())
            value["record"] = str(path)
            more = [both(f"記録: {path}", f"Record: {path}")]
    answer(
        call,
        value,
        disarm_views.table(handled),
        *disarm_views.reasons(handled),
        "",
        disarm_views.conclusion(handled, trial=folder is None),
        *more,
    )


def _record(call: Call, handled: list[disarming.Handled], form: str, folder: Path | None) -> str:
    if form == "json":
        files_value = {"files": disarm_views.values(handled)}
        return json.dumps(files_value, ensure_ascii=False, indent=2) + "\n"
    reports = [one.report for one in handled if one.report]
    return page(reports, language=language(), when=moment(call.now()), kept=folder is not None)


def _password(ask: bool, file: Path | None) -> str | None:
    if file is not None:
        data = files.read(file, PASSWORD_BYTES_MAX)
        return data.decode("utf-8", "replace").splitlines()[0] if data else ""
    if ask:
        found: str = click.prompt(both("パスワード", "Password"), hide_input=True, err=True)
        return found
    return None


def _hand_over(pool: Pool) -> float:
    """Milliseconds that one small file takes."""
    started = time.perf_counter()
    done = pool.disarm(_SELF_TEST, "self-test.txt", STANDARD)
    if done.content is not None:
        done.content.close()
    return 1000 * (time.perf_counter() - started)


def _self_test(call: Call, level: Level) -> None:
    with Pool(1, level_min=level) as pool:
        state = pool.state()
        milliseconds = statistics.median(_hand_over(pool) for _ in range(SELF_TEST_FILES))
    answer(
        call,
        disarm_views.state_value(state, milliseconds),
        *disarm_views.state_shown(state, milliseconds),
    )
    if state.sandbox.level != Level.FULL:
        call.negative()
