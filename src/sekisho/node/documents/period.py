"""The report on a period (定期報告): PDF/A to be filed, Excel to be worked with."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sekisho.kernel.clock import JAPAN, stamp
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.speech import speaking
from sekisho.node.documents import period_grids as grids
from sekisho.node.documents.grid import Grid, section_of, sheet_of
from sekisho.node.documents.paper import Paper
from sekisho.node.documents.period_facts import PeriodFacts
from sekisho.node.documents.press import draw
from sekisho.node.documents.removed import count_things
from sekisho.node.documents.speaking import Speech
from sekisho.node.opening import Node
from sekisho.node.overview import overview
from sekisho.node.progress import Progress, silent
from sekisho.office.evidence.looking import EventTerms, count_kinds, ledger_standing
from sekisho.office.site.sheets import write_xlsx
from sekisho.office.transfers.figures import figures


@dataclass(frozen=True)
class PeriodReport:
    """The tables of one period in one language. Figures of the past stay; states of transfers and
    open matters are those of `moment`."""

    language: str
    title: str
    node: str
    span: str
    moment: datetime
    grids: Sequence[Grid]


def report_on(
    node: Node, since: datetime, until: datetime, *, language: str, progress: Progress = silent
) -> PeriodReport:
    """The report on `since` up to before `until`. Raises InvalidInput SKS-E012 for a period that
    ends before it begins, and what reading reports and the overview raise."""
    if until <= since:
        raise InvalidInput("SKS-E012", since=stamp(since), until=stamp(until))
    now = node.desk.now()
    facts = PeriodFacts(
        figures=figures(since, until),
        things=count_things(node, since, until, progress),
        kinds=count_kinds(EventTerms(since, until)),
        ledger=ledger_standing(now),
        todo=overview(node).todo,
    )
    say = Speech(language)
    with speaking(language):
        made = grids.all_grids(facts, say)
    return PeriodReport(
        language=language,
        title=say.pick("受け渡し定期報告", "Report on transfers"),
        node=f"{node.settings.title}（{node.name}）",
        span=_span(since, until, say),
        moment=now.replace(microsecond=0),
        grids=made,
    )


def as_pdf(report: PeriodReport) -> bytes:
    """The report as PDF/A. Raises Unavailable SKS-E001, Broken SKS-E002."""
    say = Speech(report.language)
    return draw(
        Paper(
            language=report.language,
            title=report.title,
            lead=report.node,
            head=(
                (say.pick("期間", "Period"), report.span),
                (say.pick("作成", "Made"), say.moment(report.moment)),
            ),
            sections=[section_of(one, number) for number, one in enumerate(report.grids, 1)],
            running=report.span,
            moment=report.moment,
        )
    )


def as_xlsx(report: PeriodReport) -> bytes:
    """The report as an Excel file, one sheet for each table."""
    out = io.BytesIO()
    sheets = [sheet_of(one) for one in report.grids]
    write_xlsx(sheets, out, made=report.moment, language=report.language)
    return out.getvalue()


def _span(since: datetime, until: datetime, say: Speech) -> str:
    """First and last day, where both ends are midnights; moments otherwise."""
    ends = [one.astimezone(JAPAN) for one in (since, until)]
    if all(one.timetz().replace(tzinfo=None) == datetime.min.time() for one in ends):
        first, last = ends[0].date(), (ends[1] - timedelta(days=1)).date()
        return _days(first, last, say)
    return f"{say.moment(since)} – {say.moment(until)}"


def _days(first: date, last: date, say: Speech) -> str:
    return say.day(first) if first == last else f"{say.day(first)} – {say.day(last)}"
