"""`sekisho approve`, `return`, `reject`, `confirm`, `read-after`: what approvers say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from sekisho.cli.answer import Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import moment
from sekisho.cli.failures import as_value as error_value
from sekisho.cli.ids import whole_id
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command, option
from sekisho.cli.transfer_views import state_sentence, transfer_value
from sekisho.cli.words import Pair, both, language
from sekisho.kernel.clock import stamp
from sekisho.office.transfers.words import CONFIRM_WORDS, DECISION_WORDS

if TYPE_CHECKING:
    from sekisho.office.transfers.actions.deciding import Outcome
    from sekisho.office.transfers.models import Decision, Transfer

F = TypeVar("F", bound=Callable[..., Any])
REASON: Pair = ("理由（送信者に伝わる）", "the reason; the sender reads it")


def _for() -> Callable[[F], F]:
    """The option by which a deputy says in whose place he decides."""
    return option(
        "--for",
        "acting_for",
        default="",
        metavar="LOGIN",
        spoken=("不在の人に代わって決める（代決）", "in place of somebody who is away"),
    )


@command("approve", COMMANDS["approve"].spoken)
@argument("transfer_ids", metavar="ID", nargs=-1, required=True)
@option("--comment", default="", metavar="TEXT", spoken=("意見", "a remark"))
@_for()
@pass_call
def approve(call: Call, transfer_ids: tuple[str, ...], comment: str, acting_for: str) -> None:
    """The last approval that is needed releases a transfer; several only where the route says so.

    With several, exit code 1 when one of them could not be approved.
    """
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import deciding

        wanted = [whole_id(one) for one in transfer_ids]
        given = {"actor": actor, "reason": comment, "acting_for": acting_for}
        if len(wanted) == 1:
            made = deciding.approve(node.desk, transfer_id=wanted[0], **given)
            _say(call, made, ("承認しました。", "Approved."))
            return
        outcomes = deciding.approve_many(node.desk, transfer_ids=wanted, **given)
        value = [_outcome_value(one) for one in outcomes]
    answer(call, value, *(_outcome_words(one) for one in outcomes))
    if any(one.error for one in outcomes):
        call.negative()


def _outcome_value(one: Outcome) -> dict[str, Any]:
    if one.transfer is not None:
        return transfer_value(one.transfer)
    error = error_value(one.error) if one.error else None
    return {"transfer": one.transfer_id, "error": error}


def _outcome_words(one: Outcome) -> str:
    if one.error is None:
        return f"{one.transfer_id}: {both('承認しました。', 'Approved.')}"
    return f"{one.transfer_id}: {one.error.code} {one.error.explain(language()).what}"


@command("read-after", COMMANDS["read-after"].spoken)
@argument("transfer_id", metavar="ID", required=False)
@pass_call
def read_after(call: Call, transfer_id: str | None) -> None:
    """Without an id: what is to be read. With one: it has been read, and the ledger says so."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers import queries
        from sekisho.office.transfers.actions import deciding

        if transfer_id is not None:
            wanted = whole_id(transfer_id)
            count = deciding.read_after(node.desk, actor=actor, transfer_id=wanted)
            read = both(f"{count} 件を後閲しました。", f"{count} decisions are read.")
            answer(call, {"transfer": wanted, "read": count}, f"{wanted}: {read}")
            return
        found = queries.to_read_after(actor)
        value = [_decided_value(one) for one in found]
        rows = [_decided_row(one) for one in found]
    headers = (
        *(both("受け渡し", "transfer"), both("決裁", "decision"), both("代決者", "by")),
        *(both("日時", "time"), both("目的", "purpose")),
    )
    nothing = both("後閲を待つものはありません。", "There is nothing to read.")
    answer(call, value, Table(headers, rows) if rows else nothing)


def _decided_value(one: Decision) -> dict[str, Any]:
    return {
        "transfer": one.transfer_id,
        "verb": one.verb,
        "person": one.person,
        "made": stamp(one.made),
        "reason": one.reason,
    }


def _decided_row(one: Decision) -> tuple[str, ...]:
    word = both(*DECISION_WORDS.get(one.verb, (one.verb, one.verb)))
    return one.transfer_id, word, one.person, moment(one.made), one.transfer.purpose


@command("return", COMMANDS["return"].spoken)
@argument("transfer_id", metavar="ID")
@option("--reason", required=True, metavar="TEXT", spoken=REASON)
@_for()
@pass_call
def return_(call: Call, transfer_id: str, reason: str, acting_for: str) -> None:
    """The sender may mend it and submit it again."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import deciding

        wanted = whole_id(transfer_id)
        made = deciding.send_back(
            node.desk, actor=actor, transfer_id=wanted, reason=reason, acting_for=acting_for
        )
        _say(call, made, ("差し戻しました。", "Sent back."))


@command("reject", COMMANDS["reject"].spoken)
@argument("transfer_id", metavar="ID")
@option("--reason", required=True, metavar="TEXT", spoken=REASON)
@_for()
@pass_call
def reject(call: Call, transfer_id: str, reason: str, acting_for: str) -> None:
    """It will never leave."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import deciding

        wanted = whole_id(transfer_id)
        made = deciding.reject(
            node.desk, actor=actor, transfer_id=wanted, reason=reason, acting_for=acting_for
        )
        _say(call, made, ("却下しました。", "Rejected."))


@command("confirm", COMMANDS["confirm"].spoken)
@argument("transfer_id", metavar="ID")
@option(
    "--objection",
    default="",
    metavar="TEXT",
    spoken=("異議があれば、その内容", "an objection, if there is one"),
)
@_for()
@pass_call
def confirm(call: Call, transfer_id: str, objection: str, acting_for: str) -> None:
    """For routes on which files leave first."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.actions import deciding

        wanted = whole_id(transfer_id)
        made = deciding.confirm(
            node.desk, actor=actor, transfer_id=wanted, objection=objection, acting_for=acting_for
        )
        _say(call, made, CONFIRM_WORDS[made.confirm])


def _say(call: Call, made: Transfer, done: Pair) -> None:
    answer(
        call,
        transfer_value(made),
        f"{made.transfer_id}: {both(*done)}",
        f"  {state_sentence(made)}",
    )
