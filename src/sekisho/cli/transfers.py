"""`sekisho list` and `sekisho show`: what leaves, and everything about one transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import moment
from sekisho.cli.ids import whole_id
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command, option
from sekisho.cli.transfer_reports import lines as disarm_lines
from sekisho.cli.transfer_reports import told_value
from sekisho.cli.transfer_views import (
    arrival_value,
    files_table,
    state_sentence,
    state_word,
    transfer_value,
    transfers_table,
)
from sekisho.cli.words import both
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Refused
from sekisho.kernel.reasons import reason_words
from sekisho.office.permissions import Act
from sekisho.office.transfers.states import State
from sekisho.office.transfers.words import CONFIRM_WORDS, DECISION_WORDS

if TYPE_CHECKING:
    from sekisho.office.evidence.models import Event
    from sekisho.office.transfers.models import Arrival, Transfer


@command("list", COMMANDS["list"].spoken)
@option("--mine", is_flag=True, spoken=("自分が申請したものだけ", "only those I submitted"))
@option("--waiting", is_flag=True, spoken=("自分の承認・確認待ちだけ", "only those I am to decide"))
@option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([one.value for one in State]),
    spoken=("この状態のものだけ（くり返せる）", "only in this state (repeat)"),
)
@option(
    "--limit", type=int, default=100, spoken=("件数の上限（なければ 100）", "at most (else 100)")
)
@pass_call
def list_(call: Call, mine: bool, waiting: bool, states: tuple[str, ...], limit: int) -> None:
    """What concerns me (for who oversees: all), newest first; what waits for me, oldest first."""
    with call.node() as node:
        from sekisho.office.accounts.actions import require_person
        from sekisho.office.transfers import queries

        actor = call.actor
        require_person(actor)
        if waiting:
            found = queries.waiting_for(node.desk, actor)[:limit]
        elif mine:
            found = queries.transfers(sender=actor, states=states, limit=limit)
        else:
            found = queries.transfers_of(node.desk, actor, states=states, limit=limit)
        value = [transfer_value(one) for one in found]
        shown: Shown = transfers_table(found)
    if not found:
        shown = both("受け渡しはありません。", "There are no transfers.")
    answer(call, value, shown)


@command("show", COMMANDS["show"].spoken)
@argument("transfer_id", metavar="ID")
@pass_call
def show(call: Call, transfer_id: str) -> None:
    """The transfer as it leaves, as it has arrived, or both; and the course of its evidence.

    Raises Refused SKS-T005, SKS-T093 (not for this person).
    """
    with call.node() as node:
        from sekisho.node.reports import reports_of
        from sekisho.office.transfers import queries

        actor = call.actor
        wanted = whole_id(transfer_id)
        outgoing = queries.find_transfer(wanted)
        arrived = queries.find_arrival(wanted)
        events = queries.course(wanted)
        if outgoing is None and arrived is None:
            raise Refused("SKS-T005", transfer=wanted)
        queries.require_may(node.desk, actor, Act.SEE, outgoing, arrived)
        value: dict[str, Any] = {}
        shown: list[Shown] = []
        if outgoing is not None:
            told = reports_of(node, outgoing)
            value |= transfer_value(outgoing)
            value["disarming"] = [told_value(one) for one in told]
            shown += [*_outgoing(outgoing), *disarm_lines(told)]
        if arrived is not None:
            told = reports_of(node, arrived)
            value |= arrival_value(arrived)
            value["disarming"] = [told_value(one) for one in told]
            shown += [*_arrived(arrived), *disarm_lines(told)]
        value["course"] = [
            {"kind": one.kind, "time": stamp(one.time), "index": one.leaf_index} for one in events
        ]
        shown += ["", _course(events)]
    answer(call, value, *shown)


def _outgoing(one: Transfer) -> list[Shown]:
    people = "、".join(sorted(row.login for row in one.addressees.all()))
    lines: list[Shown] = [
        f"{both('受け渡し', 'Transfer')} {one.transfer_id}",
        f"  {state_sentence(one)}",
        f"  {both('送り先', 'To')}: {one.to_node}（{people}）",
        f"  {both('送信者', 'Sender')}: {one.sender}",
        f"  {both('目的', 'Purpose')}: {one.purpose}",
        f"  {both('機密性', 'Class')}: {one.label}",
        f"  {both('申請', 'Submitted')}: {moment(one.created)}",
        f"  {both('消去の予定', 'To be erased')}: {moment(one.erase_after)}",
    ]
    if one.confirm != "none":
        lines.append(f"  {both('事後確認', 'Confirmation')}: {both(*CONFIRM_WORDS[one.confirm])}")
    if one.emergency:
        lines.append(f"  {both('緊急の理由', 'Emergency')}: {one.emergency}")
    if one.chosen:
        lines.append(f"  {both('選んだ承認者', 'Approvers asked')}: {'、'.join(one.chosen)}")
    if one.code:
        lines.append(f"  {both('理由', 'Reason')}: {reason_words(one.code)}")
    if one.detail.get("redisarmed"):
        lines.append(f"  {_redisarmed(one.detail['redisarmed'])}")
    lines += [_decision(row) for row in one.decisions.all()]
    return [*lines, "", files_table(one.files.all())]


def _redisarmed(count: int) -> str:
    return both(
        f"受け取った側が {count} 件を無害化し直し、その結果を受け取りました。",
        f"The receiving side disarmed {count} files anew and kept its own result.",
    )


def _decision(row: Any) -> str:
    word = both(*DECISION_WORDS.get(row.verb, (row.verb, row.verb)))
    reason = f"「{row.reason}」" if row.reason else ""
    number = both(f"{row.round} 回目", f"round {row.round}")
    acting = (
        both(f"（{row.acting_for} の代決）", f" for {row.acting_for}") if row.acting_for else ""
    )
    return f"  {word}: {row.person}{acting}（{number}、{moment(row.made)}）{reason}"


def _arrived(one: Arrival) -> list[Shown]:
    people = "、".join(sorted(row.login for row in one.addressees.all()))
    return [
        f"{both('届いた受け渡し', 'Arrived transfer')} {one.transfer_id}",
        f"  {both('状態', 'State')}: {state_word(one.state)}",
        f"  {both('送り元', 'From')}: {one.from_node}（{one.sender_name} {one.sender}）",
        f"  {both('宛先', 'For')}: {people}",
        f"  {both('目的', 'Purpose')}: {one.purpose}",
        f"  {both('機密性', 'Class')}: {one.label}",
        f"  {both('受領', 'Received')}: {moment(one.received)}",
        f"  {both('受取り期限', 'Collect until')}: {moment(one.erase_after)}",
        "",
        files_table(one.files.all()),
    ]


def _course(events: list[Event]) -> Table:
    # Here, not above: the words of acts stand in the ledger, which `--help` does not load.
    from sekisho.ledger.words import ACT_WORDS

    headers = both("証跡", "evidence"), both("日時", "time"), both("台帳の番号", "place")
    rows = [
        (
            both(*ACT_WORDS.get(one.kind, (one.kind, one.kind))),
            moment(one.time),
            both("未確定", "pending") if one.leaf_index is None else str(one.leaf_index),
        )
        for one in events
    ]
    return Table(headers, rows)
