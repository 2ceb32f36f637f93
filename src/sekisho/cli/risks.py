"""`sekisho risks`: models of data linkage that the office keeps, in versions, with their runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.assess import BOOK, model_text
from sekisho.cli.call import Call, pass_call
from sekisho.cli.failures import Misused
from sekisho.cli.index import COMMANDS
from sekisho.cli.progress import Bar
from sekisho.cli.risks_views import (
    comment_value,
    run_value,
    study_lines,
    study_table,
    study_value,
    version_value,
)
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import Pair, both, language

if TYPE_CHECKING:
    from sekisho.office.risks.actions.commenting import Answer
    from sekisho.office.risks.models import Version

NUMBER = click.IntRange(min=1)
VERSION: Pair = ("版の番号（なければ最新）", "number of the version (else the newest)")
FILES = {"assess.html": "html", BOOK: "xlsx", "assess.json": "json"}

risks = group("risks", COMMANDS["risks"].spoken)


@risks.verb("list", ("検討の一覧", "every study"))
@pass_call
def list_(call: Call) -> None:
    """The last changed first."""
    with call.node():
        from sekisho.office.risks import queries

        rows = queries.studies()
        values, shown = [study_value(row) for row in rows], study_table(rows)
    answer(call, values, shown)


@risks.verb("show", ("検討1件の版・計算・意見", "versions, runs and comments of a study"))
@argument("study", type=NUMBER)
@pass_call
def show(call: Call, study: int) -> None:
    """Everything but what was found."""
    with call.node():
        from sekisho.office.risks import queries

        row = queries.find_study(study)
        versions, runs = queries.versions(study), queries.runs(study)
        said = queries.comments(study)
        value = {
            **study_value(row),
            "versions": [version_value(one) for one in versions],
            "runs": [run_value(one) for one in runs],
            "comments": [comment_value(one) for one in said],
        }
        lines = study_lines(row, versions, runs, said)
    answer(call, value, *lines)


@risks.verb("save", ("モデルのファイルを新しい検討・次の版として保存", "keep a model file"))
@argument("file", type=files.FILE)
@option("--study", type=NUMBER, default=None, spoken=("次の版にする検討の番号", "next version of"))
@option("--title", default="", metavar="TEXT", spoken=("新しい検討の題名", "title of a new study"))
@option(
    "--note",
    required=True,
    metavar="TEXT",
    spoken=("何を、なぜ変えたか", "what was changed, and why"),
)
@option(
    "--taken",
    multiple=True,
    metavar="N=TEXT",
    spoken=("反映した意見の番号と回答", "comment that is taken, with the answer"),
)
@option(
    "--declined",
    multiple=True,
    metavar="N=TEXT",
    spoken=("反映しない意見の番号と理由", "comment that is declined, with the reason"),
)
@option(
    "--carry",
    is_flag=True,
    spoken=("ほかの意見は次の版に持ち越す", "carry all other comments on to the next version"),
)
@pass_call
def save(
    call: Call,
    file: Path,
    study: int | None,
    title: str,
    note: str,
    taken: tuple[str, ...],
    declined: tuple[str, ...],
    carry: bool,
) -> None:
    """Every comment that is open has to be answered or carried on."""
    actor, (text, _) = call.actor, model_text(file)
    with call.node() as node:
        from sekisho.office.risks import queries
        from sekisho.office.risks.actions import saving

        if study is None:
            made = saving.begin(node.desk, actor=actor, title=title, text=text, note=note)
        else:
            made = saving.save(
                node.desk,
                actor=actor,
                study=study,
                upon=queries.find_study(study).newest,
                text=text,
                note=note,
                answers=_answers(study, taken, declined, carry=carry),
            )
        value = version_value(made)
    said = both(
        f"検討 {made.study_id} の第 {made.number} 版を保存しました。",
        f"Version {made.number} of study {made.study_id} is saved.",
    )
    answer(call, value, said)


def _answers(
    study: int, taken: tuple[str, ...], declined: tuple[str, ...], *, carry: bool
) -> list[Answer]:
    """One answer for every comment that is open; without a choice where none is given."""
    from sekisho.office.risks import queries
    from sekisho.office.risks.actions.commenting import Answer

    given = [
        *(Answer(number, "taken", text) for number, text in map(_numbered, taken)),
        *(Answer(number, "declined", text) for number, text in map(_numbered, declined)),
    ]
    named = {one.comment for one in given}
    rest = [row.pk for row in queries.open_comments(study) if row.pk not in named]
    return [*given, *(Answer(one, "carried" if carry else "") for one in rest)]


def _numbered(given: str) -> tuple[int, str]:
    number, mark, text = given.partition("=")
    if not (mark and number.isascii() and number.isdigit() and len(number) < 10):
        reason, reason_en = f"{given} は「番号=回答」ではありません", f"{given} is not N=TEXT"
        raise Misused("SKS-C020", reason=reason, reason_en=reason_en)
    return int(number), text


@risks.verb("run", ("版のモデルを比べ、結果を残す", "compare models of a version and keep it"))
@argument("study", type=NUMBER)
@option("--version", "number", type=NUMBER, default=None, spoken=VERSION)
@option(
    "--compare",
    "names",
    multiple=True,
    metavar="NAME",
    spoken=(
        "比べるモデル（何度でも。なければ alpha-usb と版のモデル）",
        "model to compare (repeatable; else alpha-usb and those of the version)",
    ),
)
@option(
    "--budget",
    type=click.IntRange(min=0),
    default=5_000_000,
    spoken=("対策の年間の予算（円、なければ500万）", "yen a year for measures (else 5 million)"),
)
@option("--seed", type=click.IntRange(min=0), default=1, spoken=("乱数の種", "seed of the draws"))
@option("--draws", type=int, default=400, spoken=("入力の標本の数", "draws of the inputs"))
@option(
    "-o",
    "--out",
    "folder",
    type=files.FOLDER,
    spoken=("書き出すフォルダー", "folder to write to"),
)
@pass_call
def run(
    call: Call,
    study: int,
    number: int | None,
    names: tuple[str, ...],
    folder: Path | None,
    **more: Any,
) -> None:
    """It is there for the pages, too."""
    actor = call.actor
    with call.node() as node:
        from sekisho.node.assessing import run_models, taken
        from sekisho.office.risks import queries
        from sekisho.office.risks.actions import running

        version = _version(study, number)
        row = running.ask(
            node.desk,
            actor=actor,
            study=study,
            number=version.number,
            names=names or _usual(version),
            **more,
        )
        with Bar(call, both("計算中", "computing"), counted=True) as bar:
            run_models(node, row, lambda done, total: bar("", done, total))
        row = queries.find_run(row.pk)
        failure = queries.failure_of(row)
        if failure is not None:
            raise failure
        made = {name: taken(row, kind, language()) for name, kind in FILES.items()}
        value = run_value(row)
    written = files.write_all(folder, made) if folder else []
    said = both(f"計算 {row.pk} を残しました。", f"Run {row.pk} is kept.")
    answer(call, {**value, "written": written}, said, *written)


def _version(study: int, number: int | None) -> Version:
    from sekisho.office.risks import queries

    return queries.version_of(study, number or queries.find_study(study).newest)


def _usual(version: Version) -> list[str]:
    from sekisho.office.risks import rules

    own = list(rules.own_models(version.text, version.number))
    return [rules.HELD_AGAINST, *own[: rules.MODELS_MAX - 1]] if own else [rules.HELD_AGAINST]


@risks.verb("comment", ("版に意見を書く", "comment on a version"))
@argument("study", type=NUMBER)
@argument("text")
@option("--version", "number", type=NUMBER, default=None, spoken=VERSION)
@option(
    "--item",
    default="",
    metavar="NAME",
    spoken=(
        "対象（例: model.ours、result.plan。なければ全体）",
        "what it is about, for example model.ours or result.plan (else all of it)",
    ),
)
@pass_call
def comment(call: Call, study: int, text: str, number: int | None, item: str) -> None:
    """The next version answers it."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.risks.actions import commenting

        made = commenting.comment(
            node.desk,
            actor=actor,
            study=study,
            number=_version(study, number).number,
            item=item,
            text=text,
        )
        value = comment_value(made)
    answer(call, value, both(f"意見 {made.pk} を記録しました。", f"Comment {made.pk} is recorded."))
