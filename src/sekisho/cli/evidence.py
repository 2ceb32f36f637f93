"""`sekisho evidence`: packages for auditors; disclosures that are to be forgotten."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sekisho.cli import files, ledger_views
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import MOMENT
from sekisho.cli.failures import Misused
from sekisho.cli.ids import whole_id
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import both
from sekisho.kernel.sizes import shown_bytes
from sekisho.ledger.verdict import Line, State
from sekisho.office.permissions import Act

if TYPE_CHECKING:
    from sekisho.node.opening import Node

evidence = group("evidence", COMMANDS["evidence"].spoken)
for one in (ledger_views.standing, ledger_views.events):
    evidence.add_command(one)


@evidence.verb(
    "export",
    (
        "証跡一式を書き出す（受け渡し1件、期間、1人分のどれか）",
        "write evidence of one transfer, of a period, or of one person",
    ),
)
@argument("file", type=files.FILE)
@option("--transfer", metavar="ID", spoken=("この受け渡し", "this transfer"))
@option("--since", type=MOMENT, spoken=("この日時から", "from this moment on"))
@option(
    "--until", type=MOMENT, spoken=("この日時の前まで（なければ今まで）", "before it (else now)")
)
@option("--person", metavar="LOGIN", spoken=("この人（開示請求など）", "this person's acts"))
@pass_call
def export(
    call: Call,
    file: Path,
    transfer: str | None,
    since: datetime | None,
    until: datetime | None,
    person: str | None,
) -> None:
    """Whoever gets the file verifies it with `sekisho verify`, without a node.

    A transfer: for whom it concerns; everything else for who oversees all.
    """
    if sum(one is not None for one in (transfer, since, person)) != 1:
        raise Misused(
            "SKS-C020",
            reason="--transfer、--since、--person のどれか1つを指定してください",
            reason_en="give one of --transfer, --since, --person",
        )
    with call.node() as node:
        made = _made(call, node, transfer, since, until, person)
    files.write_new(file, made)
    lacking = _lacking(call, made)
    answer(
        call,
        {"file": str(file), "bytes": len(made), "lacking": [one.code for one in lacking]},
        both(
            f"証跡一式を {file} に書きました（{shown_bytes(len(made))}）。",
            f"The evidence is in {file} ({shown_bytes(len(made))}).",
        ),
        *(f"  {both('注意', 'Care')}: {both(one.words_ja, one.words_en)}" for one in lacking),
    )


def _lacking(call: Call, made: bytes) -> list[Line]:
    """What whoever verifies it will find wanting, so that it can be made anew in time."""
    from sekisho.ledger.verify import verify_package
    from sekisho.office.transfers.readers import evidence_readers

    verdict = verify_package(made, readers=evidence_readers(), trusted_admins=None, now=call.now())
    return [line for line in verdict.lines if line.state is State.BAD]


def _made(
    call: Call,
    node: Node,
    transfer: str | None,
    since: datetime | None,
    until: datetime | None,
    person: str | None,
) -> bytes:
    # Here, not above: Django takes half a second, which `--help` does not have.
    from sekisho.node import packages
    from sekisho.office.accounts.actions import require_right
    from sekisho.office.transfers import queries

    if transfer is not None:
        wanted = whole_id(transfer)
        rows = queries.find_transfer(wanted), queries.find_arrival(wanted)
        queries.require_may(node.desk, call.actor, Act.EXPORT, *rows)
        return packages.export_transfer(node, wanted)
    require_right(call.actor, Act.EXPORT_ALL)
    if person is not None:
        return packages.export_person(node, person)
    return packages.export_period(node, since or call.now(), until or call.now())


@evidence.verb(
    "forget",
    (
        "証跡に添えた個人の情報（氏名、目的、ファイル名）を消す。証跡そのものは残る",
        "erase what the hashes of one transfer stand for; the evidence stays",
    ),
)
@argument("transfer_id", metavar="ID")
@option("--reason", required=True, metavar="TEXT", spoken=("理由", "the reason"))
@pass_call
def forget(call: Call, transfer_id: str, reason: str) -> None:
    """Cannot be undone."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.accounts.actions import require_right
        from sekisho.office.evidence.actions import forget as erase

        require_right(actor, Act.FORGET)
        wanted = whole_id(transfer_id)
        count = erase(node.desk, subject=wanted, reason=reason)
    answer(
        call,
        {"transfer": wanted, "forgotten": count},
        both(f"{count} 項目を消しました。", f"{count} values are erased."),
    )
