"""`sekisho calendar`: everything at this node that has an end."""

from __future__ import annotations

from pathlib import Path

from sekisho.cli import files
from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import moment
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import command, option
from sekisho.cli.words import both
from sekisho.kernel.clock import stamp


@command("calendar", COMMANDS["calendar"].spoken)
@option(
    "--ics",
    type=files.FILE,
    spoken=("カレンダーのファイル（RFC 5545）に書く", "write a calendar file (RFC 5545)"),
)
@pass_call
def calendar(call: Call, ics: Path | None) -> None:
    """The nearest end first."""
    with call.node() as node:
        from sekisho.node import calendar as ends

        found = ends.calendar(node)
        titles = {what: both(*pair) for what, pair in ends.WORDS.items()}
        if ics is not None:
            files.replace(ics, ends.ics(node, found, titles))
    headers = (
        both("期限", "end"),
        both("内容", "what"),
        both("対象", "about"),
        both("担当", "owner"),
    )
    rows = [
        (
            moment(one.when),
            titles.get(one.what, one.what),
            " ".join(filter(None, (one.subject, one.words))),
            one.owner or "—",
        )
        for one in found
    ]
    shown: Shown = Table(headers, rows) if rows else both("期限はありません。", "Nothing ends.")
    value = [
        {
            "what": one.what,
            "subject": one.subject,
            "when": stamp(one.when),
            "owner": one.owner or None,
            "words": one.words or None,
        }
        for one in found
    ]
    answer(call, value, shown)
