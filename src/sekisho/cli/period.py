"""`sekisho period`: the report on a month, a year or any period, to be filed and to work with."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import MOMENT
from sekisho.cli.failures import Misused
from sekisho.cli.index import COMMANDS
from sekisho.cli.progress import Bar
from sekisho.cli.speech import command, option
from sekisho.cli.words import Pair, both, language, longer
from sekisho.kernel.clock import stamp
from sekisho.office.permissions import Act

DETAILS: Pair = (
    """

例: `sekisho period --from 2026-04-01 --to 2026-05-01 --pdf 4月.pdf --xlsx 4月.xlsx`
（--to の日は含みません）""",
    """

For example `sekisho period --from 2026-04-01 --to 2026-05-01 --pdf april.pdf`; the day of --to
does not count any more.""",
)


@command("period", longer(COMMANDS["period"].spoken, DETAILS))
@option("--from", "since", type=MOMENT, required=True, spoken=("この日から", "from this day on"))
@option("--to", "until", type=MOMENT, required=True, spoken=("この日の前まで", "before this day"))
@option("--pdf", type=files.FILE, spoken=("PDF/A の名前", "name of the PDF/A"))
@option("--xlsx", type=files.FILE, spoken=("Excel の名前", "name of the Excel file"))
@pass_call
def period(
    call: Call, since: datetime, until: datetime, pdf: Path | None, xlsx: Path | None
) -> None:
    """Raises InvalidInput SKS-E012, Refused SKS-T053, SKS-C022, Unavailable SKS-E001."""
    if pdf is None and xlsx is None and not call.json:
        raise Misused(
            "SKS-C020",
            reason="--pdf、--xlsx、--json のどれかを指定してください",
            reason_en="give one of --pdf, --xlsx, --json",
        )
    title = both("無害化の報告を読む", "Reading reports")
    actor = call.actor
    with call.node() as node, Bar(call, title, counted=True) as progress:
        from sekisho.node.documents.period import as_pdf, as_xlsx, report_on
        from sekisho.office.accounts.actions import require_right

        require_right(actor, Act.EXPORT_ALL)
        made = report_on(node, since, until, language=language(), progress=progress)
        for path, render in ((pdf, as_pdf), (xlsx, as_xlsx)):
            if path is not None:
                files.write_new(path, render(made))
    written = [str(path) for path in (pdf, xlsx) if path is not None]
    value: dict[str, Any] = {
        "since": stamp(since),
        "until": stamp(until),
        "made": stamp(made.moment),
        "tables": [
            {
                "heading": one.heading,
                "columns": [title for title, _ in one.columns],
                "rows": [list(row) for row in one.rows],
            }
            for one in made.grids
        ],
        "written": written,
    }
    answer(call, value, *(both(f"{one} に書きました。", f"Written to {one}.") for one in written))
