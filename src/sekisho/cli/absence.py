"""`sekisho absence`: who is away, and who decides in his place meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import MOMENT, moment
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import both
from sekisho.kernel.clock import stamp

if TYPE_CHECKING:
    from sekisho.office.accounts.models import Absence

absence = group("absence", COMMANDS["absence"].spoken)


@absence.verb("add", ("不在と代決者を登録する", "register an absence and a deputy"))
@option(
    "--person",
    metavar="LOGIN",
    spoken=("不在の人（なければ --as の人。ほかの人の分は情報システム担当）", "who (else --as)"),
)
@option("--deputy", required=True, metavar="LOGIN", spoken=("代決者", "who decides meanwhile"))
@option("--from", "starts", type=MOMENT, spoken=("いつから（なければ今から）", "from (else now)"))
@option("--to", "ends", type=MOMENT, required=True, spoken=("いつまで", "until"))
@option("--reason", default="", metavar="TEXT", spoken=("理由", "the reason"))
@pass_call
def add(
    call: Call,
    person: str | None,
    deputy: str,
    starts: datetime | None,
    ends: datetime,
    reason: str,
) -> None:
    """What the deputy decides is to be read afterwards."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.accounts.absences import be_absent

        made = be_absent(
            node.desk,
            actor=actor,
            person=person or actor,
            deputy=deputy,
            starts=starts or node.desk.now(),
            ends=ends,
            reason=reason,
        )
    answer(
        call,
        _value(made),
        both(
            f"{made.person} さんの不在（{moment(made.starts)} から {moment(made.ends)}、代決者"
            f" {deputy}）を登録しました。",
            f"{made.person} is away from {moment(made.starts)} until {moment(made.ends)};"
            f" {deputy} acts for him.",
        ),
    )


@absence.verb("list", ("不在の一覧", "every absence"))
@pass_call
def list_(call: Call) -> None:
    """The latest first."""
    actor = call.actor
    with call.node():
        from sekisho.office.accounts.absences import absences
        from sekisho.office.accounts.actions import require_person

        require_person(actor)
        found = absences()
    headers = (
        *(both("番号", "number"), both("不在の人", "away"), both("代決者", "deputy")),
        *(both("から", "from"), both("まで", "until"), both("終えた日時", "ended")),
    )
    shown: Shown = Table(headers, [_row(one) for one in found])
    if not found:
        shown = both("不在の登録はありません。", "There are no absences.")
    answer(call, [_value(one) for one in found], shown)


@absence.verb("end", ("不在を終える", "end an absence"))
@argument("absence_id", metavar="ID")
@pass_call
def end(call: Call, absence_id: str) -> None:
    """The deputy acts no more."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.accounts.absences import end_absence

        ended = end_absence(node.desk, actor=actor, absence_id=absence_id)
    answer(
        call,
        _value(ended),
        both(f"不在 {absence_id} を終えました。", f"The absence {absence_id} has ended."),
    )


def _value(one: Absence) -> dict[str, Any]:
    return {
        "absence": one.absence_id,
        "person": one.person,
        "deputy": one.deputy,
        "from": stamp(one.starts),
        "until": stamp(one.ends),
        "reason": one.reason,
        "ended": stamp(one.ended) if one.ended else None,
    }


def _row(one: Absence) -> tuple[str, ...]:
    return (
        one.absence_id,
        one.person,
        one.deputy,
        moment(one.starts),
        moment(one.ends),
        moment(one.ended),
    )
