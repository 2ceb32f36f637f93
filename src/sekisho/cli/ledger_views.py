"""`sekisho evidence standing` and `events`: the ledger in plain words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import MOMENT, moment
from sekisho.cli.speech import command, option
from sekisho.cli.words import both, language
from sekisho.kernel.clock import stamp
from sekisho.office.permissions import Act

if TYPE_CHECKING:
    from sekisho.node.ledger_check import LedgerCheck
    from sekisho.office.evidence.looking import EventPage, EventRow, LedgerStanding, WitnessStanding


@command(
    "standing",
    (
        "証跡台帳の状態（記録、検証点、立会ノード）",
        "how the ledger stands: entries, checkpoints, witnesses",
    ),
)
@option(
    "--check",
    is_flag=True,
    spoken=("全件を計算し直して確かめる", "compute every entry again and compare"),
)
@pass_call
def standing(call: Call, check: bool) -> None:
    """The exit code is 1 when the check finds a fault. Raises Refused SKS-T053."""
    actor = call.actor
    with call.node() as node:
        from sekisho.node.ledger_check import check_ledger
        from sekisho.office.accounts.actions import require_right
        from sekisho.office.evidence.looking import ledger_standing

        require_right(actor, Act.AUDIT)
        found = ledger_standing(node.desk.now())
        checked = check_ledger(node) if check else None
    value = _standing_value(found) | {"check": _check_value(checked) if checked else None}
    answer(call, value, *_standing(found), *(_checked(checked) if checked else []))
    if checked is not None and not checked.sound:
        call.negative()


def _standing_value(found: LedgerStanding) -> dict[str, Any]:
    return {
        "size": found.size,
        "root": found.root or None,
        "checkpoint": stamp(found.made) if found.made else None,
        "checkpoints": found.checkpoints,
        "placed": found.placed,
        "pending": found.pending,
        "witnessed": found.witnessed,
        "witnesses": [
            {
                "node": one.peer,
                "cosigned": one.cosigned_size,
                "last": stamp(one.last) if one.last else None,
                "behind": one.behind,
                "late": one.late,
                "refused": one.refused or None,
                "seen": one.seen_size,
                "trouble": one.trouble or None,
            }
            for one in found.witnesses
        ],
    }


def _check_value(found: LedgerCheck) -> dict[str, Any]:
    return {
        "sound": found.sound,
        "size": found.size,
        "root": found.root or None,
        "witnessed": found.witnessed,
        "faults": [
            {"code": one.code, "what": one.explain(language()).what} for one in found.faults
        ],
    }


def _standing(found: LedgerStanding) -> list[Shown]:
    lines: list[Shown] = [
        both(
            f"証跡台帳には {found.placed:,} 件の記録があります（未確定 {found.pending:,} 件）。",
            f"The ledger has {found.placed:,} entries ({found.pending:,} pending).",
        ),
        both(
            f"  検証点 {found.checkpoints:,} 個。"
            f"最新は {found.size:,} 件まで（{moment(found.made)}）。",
            f"  {found.checkpoints:,} checkpoints, the newest over {found.size:,} entries "
            f"({moment(found.made)}).",
        ),
        both(
            f"  立会ノードの連署があるのは {found.witnessed:,} 件まで。",
            f"  Countersigned by a witness: up to {found.witnessed:,} entries.",
        ),
    ]
    if not found.witnesses:
        return [*lines, both("  立会ノードはまだありません。", "  There is no witness yet.")]
    headers = (
        both("立会ノード", "witness"),
        both("連署済み", "countersigned"),
        both("最後の連署", "last"),
        both("残り", "behind"),
        both("支障", "trouble"),
    )
    return [*lines, "", Table(headers, [_witness(one) for one in found.witnesses])]


def _witness(one: WitnessStanding) -> tuple[str, ...]:
    late = both("（1日以上）", " (over a day)") if one.late else ""
    codes = [code for code in (one.refused, one.trouble) if code]
    return (
        one.peer,
        f"{one.cosigned_size:,}",
        moment(one.last),
        f"{one.behind:,}{late}",
        " ".join(codes) or "—",
    )


def _checked(found: LedgerCheck) -> list[Shown]:
    if found.sound:
        return [
            "",
            both(
                f"確かめました: 記録 {found.size:,} 件すべてが元のままです"
                f"（{found.witnessed:,} 件までは連署のある検証点とも一致）。",
                f"Checked: all {found.size:,} entries are as they were written (the first "
                f"{found.witnessed:,} also agree with a countersigned checkpoint).",
            ),
        ]
    return ["", *(f"{one.code} {one.explain(language()).what}" for one in found.faults)]


@command(
    "events",
    ("証跡の一覧（期間、種類、人、対象で絞る）", "list events by period, kind, person, subject"),
)
@option("--since", type=MOMENT, spoken=("この日時から", "from this moment on"))
@option("--until", type=MOMENT, spoken=("この日時の前まで", "before this moment"))
@option("--kind", "kinds", multiple=True, spoken=("この種類（くり返せる）", "this kind (repeat)"))
@option("--person", default="", metavar="LOGIN", spoken=("この人がしたこと", "acts of a person"))
@option("--subject", default="", metavar="ID", spoken=("対象の番号の先頭", "what it is about"))
@option("--before", type=int, default=0, metavar="N", spoken=("前の答えの続き", "go on from there"))
@option("--limit", type=click.IntRange(1, 500), default=50, spoken=("1回の件数", "how many"))
@pass_call
def events(
    call: Call,
    since: datetime | None,
    until: datetime | None,
    kinds: tuple[str, ...],
    person: str,
    subject: str,
    before: int,
    limit: int,
) -> None:
    """Newest first. Raises Refused SKS-T053."""
    actor = call.actor
    with call.node():
        from sekisho.office.accounts.actions import require_right
        from sekisho.office.evidence import looking

        require_right(actor, Act.AUDIT)
        terms = looking.EventTerms(since, until, kinds, person, subject)
        found = looking.events(terms, before=before, limit=limit)
        counted = looking.count_kinds(terms)
    value = {
        "events": [_event_value(one) for one in found.rows],
        "next": found.next_before or None,
        "total": found.total,
        "kinds": dict(sorted(counted.items())),
    }
    answer(call, value, *_events(found))


def _event_value(one: EventRow) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.kind,
        "subject": one.subject,
        "time": stamp(one.time),
        "index": one.index,
        "leaf_hash": one.leaf_hash,
        "actor": one.actor or None,
    }


def _events(found: EventPage) -> list[Shown]:
    # Here, not above: the words of acts stand in the ledger, which `--help` does not load.
    from sekisho.ledger.words import ACT_WORDS

    headers = (
        both("台帳の番号", "place"),
        both("日時", "time"),
        both("証跡", "evidence"),
        both("対象", "subject"),
        both("だれ", "who"),
    )
    rows = [
        (
            both("未確定", "pending") if one.index is None else str(one.index),
            moment(one.time),
            both(*ACT_WORDS.get(one.kind, (one.kind, one.kind))),
            one.subject,
            one.actor or "—",
        )
        for one in found.rows
    ]
    lines: list[Shown] = [both(f"{found.total:,} 件", f"{found.total:,} events")]
    if rows:
        lines.append(Table(headers, rows))
    if found.next_before:
        lines.append(both("続き: --before ", "More: --before ") + str(found.next_before))
    return lines
