"""`sekisho status`: what needs somebody now, first; then how the node stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import day, moment
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import command
from sekisho.cli.transfer_views import state_word
from sekisho.cli.words import both
from sekisho.kernel.clock import stamp
from sekisho.office.site.matters import sentence

if TYPE_CHECKING:
    from sekisho.node.overview import Overview


@command("status", COMMANDS["status"].spoken)
@pass_call
def status(call: Call) -> None:
    """With `--as` also what waits for this person."""
    actor = call.actor_or_nobody
    with call.node() as node:
        from sekisho.node.overview import overview

        found = overview(node, actor=actor)
        shown = [*_todo(found), "", *_standing(found)]
        value = {"node": node.name, **_value(found)}
    answer(call, value, *shown)


def _todo(found: Overview) -> list[Shown]:
    if not found.todo:
        return [both("要対応 0 件", "Nothing to do")]
    count = len(found.todo)
    return [
        both(f"要対応 {count} 件", f"{count} to do"),
        *(f"  {both('・', '- ')}{sentence(one)}" for one in found.todo),
    ]


def _standing(found: Overview) -> list[Shown]:
    states = both("、", ", ").join(
        f"{state_word(state)} {count}" for state, count in sorted(found.states.items())
    )
    directory = found.directory
    lines: list[Shown] = [
        f"{both('送る受け渡し', 'Transfers')}: {states or both('なし', 'none')}",
        both(
            f"証跡台帳: 検証点まで {found.log_size} 件（{moment(found.checkpoint_made)}）、"
            f"未確定 {found.pending_events} 件",
            f"Ledger: {found.log_size} entries under the checkpoint "
            f"({moment(found.checkpoint_made)}), {found.pending_events} pending",
        ),
    ]
    if directory is not None:
        lines.append(
            both(
                f"ノード名簿: 第 {directory.version} 版（期限 {day(directory.expires)}）",
                f"Directory: version {directory.version}, expires {day(directory.expires)}",
            )
        )
    return [*lines, "", _peers(found)] if found.peers else lines


def _peers(found: Overview) -> Table:
    headers = (
        both("相手のノード", "peer"),
        both("相手に渡した鍵", "keys offered"),
        both("相手からの鍵", "keys left"),
        both("立会い済み", "countersigned"),
        both("支障", "trouble"),
    )
    rows = [
        (
            one.name,
            str(one.keys_offered),
            str(one.keys_left),
            f"{one.cosigned_size}/{found.log_size}",
            one.trouble or "—",
        )
        for one in found.peers
    ]
    return Table(headers, rows)


def _value(found: Overview) -> dict[str, Any]:
    directory = found.directory
    made = found.checkpoint_made
    return {
        "todo": [
            {
                "matter": str(one.matter),
                "count": one.count,
                "code": one.code or None,
                "peer": one.peer or None,
                "moment": stamp(one.moment) if one.moment else None,
            }
            for one in found.todo
        ],
        "states": found.states,
        "ledger": {
            "size": found.log_size,
            "checkpoint": stamp(made) if made else None,
            "pending": found.pending_events,
        },
        "directory": {"version": directory.version, "expires": stamp(directory.expires)}
        if directory
        else None,
        "peers": [
            {
                "node": one.name,
                "keys_offered": one.keys_offered,
                "keys_left": one.keys_left,
                "cosigned": one.cosigned_size,
                "trouble": one.trouble or None,
            }
            for one in found.peers
        ],
    }
