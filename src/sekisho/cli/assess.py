"""`sekisho assess`: models of data linkage compared. Comparing needs no node and no Django."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sekisho import __version__
from sekisho.cli import assess_node, files
from sekisho.cli.answer import Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.failures import Misused
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import SpokenGroup, argument, option
from sekisho.cli.words import Pair, both, language, longer

if TYPE_CHECKING:
    from sekisho.assess.result import Result

USUAL = "compare"
BOOK = "assess.xlsx"
WORDS: Pair = (
    "モデルを比べる（assess だけでも同じ）",
    "compare models (`assess` alone does so too)",
)
DETAILS: Pair = (
    """

MODEL は、付属のモデルに加えたい・置き換えたいことだけを書いた TOML のファイルです。
なければ付属のモデルだけで計算します。--compare で比べるモデルを選びます（最初のものが
比較の元です）。-o を付けると、そのフォルダーに assess.html、assess.xlsx、assess.json を
書き出します。
結果は推定であり予測ではありません。""",
    """

MODEL is a TOML file with only what you add to or replace in the shipped models; without it they
are taken as they are. --compare picks models (the first is what the others are held against).
With -o, assess.html, assess.xlsx and assess.json are written into that folder. Estimates, not
predictions.""",
)
MODEL_BYTES_MAX = 1_000_000
DRAWS_MAX = 20_000


class AssessGroup(SpokenGroup):
    """Without the name of a command below it, `compare` is meant: `sekisho assess MODEL -o out`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the usual command in where none is named."""
        named = any(one in self.commands for one in args)
        return super().parse_args(ctx, args if named or "--help" in args else [USUAL, *args])


assess = AssessGroup("assess", spoken=COMMANDS["assess"].spoken)
assess_node.add_to(assess)


@assess.verb(USUAL, longer(WORDS, DETAILS))
@argument("model", metavar="[MODEL]", required=False, type=files.FILE)
@option(
    "--compare",
    "names",
    multiple=True,
    metavar="NAME",
    spoken=("比べるモデル（何度でも）", "model to compare (repeatable)"),
)
@option(
    "--budget",
    "budget",
    type=click.FloatRange(min=0),
    default=5_000_000,
    spoken=("対策の年間の予算（円、なければ500万）", "yen a year for measures (else 5 million)"),
)
@option("--seed", type=click.IntRange(min=0), default=1, spoken=("乱数の種", "seed of the draws"))
@option(
    "--draws",
    type=click.IntRange(min=20, max=DRAWS_MAX),
    default=400,
    spoken=("入力の標本の数", "draws of the inputs"),
)
@option(
    "-o",
    "--out",
    "folder",
    type=files.FOLDER,
    spoken=("書き出すフォルダー", "folder to write to"),
)
@pass_call
def compare(
    call: Call,
    model: Path | None,
    names: tuple[str, ...],
    budget: float,
    seed: int,
    draws: int,
    folder: Path | None,
) -> None:
    """Raises InvalidInput SKS-A001 to A004 and what writing files raises."""
    # Here, not above: numpy takes a tenth of a second, which `--help` does not have.
    from sekisho.assess.assessing import Assessor
    from sekisho.assess.catalogue import shipped_steps
    from sekisho.assess.model import study
    from sekisho.assess.result import DEFAULT
    from sekisho.assess.result import assess as assessed
    from sekisho.assess.telling.page import page, provenance
    from sekisho.assess.telling.value import value
    from sekisho.node.documents.assess_book import as_xlsx

    assessor = Assessor.of(study(*model_text(model)), shipped_steps(), seed=seed, draws=draws)
    result = assessed(assessor, names or DEFAULT, budget_yen=budget)
    found = value(result, version=__version__)
    written: list[str] = []
    if folder is not None:
        html = page(result, language=language(), version=__version__)
        text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
        book = as_xlsx(result, language=language(), version=__version__, made=call.now())
        files_made = {"assess.html": html.encode(), "assess.json": text.encode(), BOOK: book}
        written = files.write_all(folder, files_made)
    answer(
        call,
        {**found, "written": written},
        _table(result),
        "",
        provenance(result, language=language(), version=__version__),
        *written,
    )


def model_text(model: Path | None) -> tuple[str, str]:
    """The text of a model file and its name; empty without one. Raises Misused SKS-C020."""
    if model is None:
        return "", ""
    try:
        return files.read(model, MODEL_BYTES_MAX).decode("utf-8"), model.name
    except UnicodeDecodeError:
        reason, reason_en = f"{model} は UTF-8 ではありません", f"{model} is not UTF-8"
        raise Misused("SKS-C020", reason=reason, reason_en=reason_en) from None


def _table(result: Result) -> Table:
    from sekisho.assess.figures import figure, once_in, rounded, yen

    rows = [
        (
            both(*one.model.words),
            both(*once_in(figure(one.year.times("leak")).mean)),
            f"{rounded(figure(one.year.stop_days).mean):g}",
            both(*yen(figure(one.year.risk).mean)),
            both(*yen(figure(one.year.cost).mean)),
            f"{rounded(figure(one.year.minutes).mean / 60):g}",
        )
        for one in result.found
    ]
    headers = (
        both("モデル", "model"),
        both("漏えい", "leaks"),
        both("止まる日数/年", "days stopped/year"),
        both("危険/年", "loss/year"),
        both("費用/年", "cost/year"),
        both("職員の時間/年", "staff hours/year"),
    )
    return Table(headers, rows)
