"""`sekisho report`: what disarming did to the files of one transfer."""

from __future__ import annotations

from pathlib import Path

import click

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import moment
from sekisho.cli.ids import whole_id
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command, option
from sekisho.cli.transfer_reports import lines, told_value
from sekisho.cli.words import language
from sekisho.kernel.errors import Refused
from sekisho.office.permissions import Act


@command("report", COMMANDS["report"].spoken)
@argument("transfer_id", metavar="ID")
@option(
    "--html",
    type=files.FILE,
    metavar="FILE",
    spoken=("見やすいページにして、この名前で書き出す", "write it as a page, under this name"),
)
@pass_call
def report(call: Call, transfer_id: str, html: Path | None) -> None:
    """Findings first. Raises Refused SKS-T005, SKS-T088 (no reports), SKS-T093, SKS-C022."""
    with call.node() as node:
        from sekisho.node.reports import reports_of
        from sekisho.office.transfers import queries

        actor = call.actor
        wanted = whole_id(transfer_id)
        outgoing, arrived = queries.find_transfer(wanted), queries.find_arrival(wanted)
        row = outgoing or arrived
        if row is None:
            raise Refused("SKS-T005", transfer=wanted)
        queries.require_may(node.desk, actor, Act.SEE, outgoing, arrived)
        told = reports_of(node, row)
        if not any(one.for_people for one in told):
            raise Refused("SKS-T088")
    if html is not None:
        from sekisho.disarm.telling.page import page

        found = [one.for_people for one in told if one.for_people is not None]
        text = page(found, language=language(), when=moment(call.now()))
        files.write_new(html, text.encode())
    value = {"transfer": wanted, "files": [told_value(one) for one in told]}
    answer(call, value, click.style(wanted, bold=True), *lines(told))
