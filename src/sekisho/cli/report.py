"""`sekisho report`: what disarming did to the files of one transfer."""

from __future__ import annotations

import click

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.transfer_reports import lines, told_value
from sekisho.cli.ids import whole_id
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command
from sekisho.kernel.errors import Refused


@command("report", COMMANDS["report"].spoken)
@argument("transfer_id", metavar="ID")
@pass_call
def report(call: Call, transfer_id: str) -> None:
    """Findings first. Raises Refused SKS-T005, SKS-T088 (no reports)."""
    with call.node() as node:
        from sekisho.node.reports import reports_of
        from sekisho.office.transfers import queries

        wanted = whole_id(transfer_id)
        row = queries.find_transfer(wanted) or queries.find_arrival(wanted)
        if row is None:
            raise Refused("SKS-T005", transfer=wanted)
        told = reports_of(node, row)
        if not any(one.for_people for one in told):
            raise Refused("SKS-T088")
    value = {"transfer": wanted, "files": [told_value(one) for one in told]}
    answer(call, value, click.style(wanted, bold=True), *lines(told))
