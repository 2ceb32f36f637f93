"""The tables of the report on a period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from sekisho.disarm.words import things as thing_words
from sekisho.kernel.clock import JAPAN
from sekisho.kernel.reasons import reason_words
from sekisho.kernel.sizes import shown_bytes
from sekisho.ledger.words import ACT_WORDS
from sekisho.node.documents.grid import Figure, Grid
from sekisho.node.documents.period_facts import PeriodFacts
from sekisho.node.documents.speaking import Pair, Speech
from sekisho.office.site.matters import sentence
from sekisho.office.transfers.figures import Sum3
from sekisho.office.transfers.states import WORDS
from sekisho.office.transfers.words import CONFIRM_WORDS, DECISION_WORDS, OUTCOME_WORDS

DAYS_SHOWN_MAX = 62
ERASING = (
    "transfer.expired",
    "vault.erased",
    "key.destroyed",
    "vault.rotated",
    "evidence.forgotten",
)
HOUR = timedelta(hours=1)
Rows = Sequence[Sequence[Figure]]


def all_grids(facts: PeriodFacts, say: Speech) -> list[Grid]:
    """Every table, the whole first."""
    made: tuple[Callable[[PeriodFacts, Speech], Grid], ...] = (
        _whole,
        _course,
        _routes,
        _states,
        _divisions,
        _labels,
        _decisions,
        _outcomes,
        _things,
        _exceptions,
        _stopped,
        _erased,
        _witnesses,
        _open,
    )
    return [one(facts, say) for one in made]


def _two(heading: Pair, what: Pair, rows: Rows, say: Speech, note: str = "") -> Grid:
    """A table of words and numbers."""
    columns = ((say.pick(*what), 10.0), (say.pick("件数", "Count"), 3.0))
    none = say.pick("この期間にはありません。", "None in this period.")
    return Grid(say.pick(*heading), columns, rows, frozenset({1}), note=note, empty=none)


def _worded(
    counted: Mapping[str, int], words: Mapping[str, Pair], say: Speech
) -> list[tuple[str, int]]:
    return [(say.word(words, key), n) for key, n in Counter(counted).most_common() if n]


def _whole(facts: PeriodFacts, say: Speech) -> Grid:
    found = facts.figures
    numbers = sum(n for what, n in facts.things.found.items() if what.startswith("individual-"))
    rows: list[tuple[Figure, ...]] = [
        (say.pick("送った受け渡し", "Transfers sent"), found.sent.transfers),
        (say.pick("　ファイル", "  files"), found.sent.files),
        (say.pick("　合計", "  bytes"), shown_bytes(found.sent.bytes)),
        (say.pick("届いた受け渡し", "Transfers arrived"), found.arrived.transfers),
        (say.pick("　ファイル", "  files"), found.arrived.files),
        (say.pick("　合計", "  bytes"), shown_bytes(found.arrived.bytes)),
        (
            say.pick("受け付けなかった申請（経路の条件、無害化）", "Submissions not accepted"),
            found.refused_at_submission,
        ),
        (say.pick("申請から承認まで（中央値）", "Until approval (median)"), _time(facts, say)),
        (say.pick("先に送った受け渡し（事後確認）", "Sent first"), sum(found.confirms.values())),
        (say.pick("　うち緊急", "  emergencies"), found.emergencies),
        (say.pick("　うち異議", "  objected to"), found.confirms.get("objected", 0)),
        (say.pick("無害化で見つかったもの", "Findings of disarming"), found.findings),
        (say.pick("　うち個人番号と見られるもの", "  like individual numbers"), numbers),
        (say.pick("だれも受け取らずに消去", "Erased uncollected"), found.uncollected),
    ]
    columns = ((say.pick("項目", "Item"), 10.0), (say.pick("数", "Figure"), 4.0))
    return Grid(say.pick("全体", "The whole"), columns, rows, frozenset({1}))


def _time(facts: PeriodFacts, say: Speech) -> str:
    middle, longest = facts.figures.approval_median, facts.figures.approval_longest
    if middle is None or longest is None:
        return "—"
    most = say.pick("最長", "longest")
    return f"{_hours(middle, say)}（{most} {_hours(longest, say)}）"


def _hours(wait: timedelta, say: Speech) -> str:
    if wait < HOUR:
        return say.pick(f"{wait.seconds // 60} 分", f"{wait.seconds // 60} min")
    return say.pick(f"{wait / HOUR:.1f} 時間", f"{wait / HOUR:.1f} h")


def _course(facts: PeriodFacts, say: Speech) -> Grid:
    """Day by day, or month by month in a long period."""
    found = facts.figures
    first = found.since.astimezone(JAPAN).date()
    last = (found.until - timedelta(microseconds=1)).astimezone(JAPAN).date()
    by_day = (last - first).days < DAYS_SHOWN_MAX
    rows: dict[str, list[int]] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        row = rows.setdefault(say.day(day) if by_day else _month(day, say), [0, 0])
        row[0] += found.sent_days.get(day, 0)
        row[1] += found.arrived_days.get(day, 0)
    busy = [(key, *row) for key, row in rows.items() if any(row) or not by_day]
    heading = ("日ごと", "Day by day") if by_day else ("月ごと", "Month by month")
    columns = (
        (say.pick("日" if by_day else "月", "Day" if by_day else "Month"), 5.5),
        (say.pick("送った", "Sent"), 1.8),
        (say.pick("届いた", "Arrived"), 1.8),
        (say.pick("計", "Both"), 1.8),
    )
    note = say.pick("受け渡しのなかった日は省いています。", "Days without transfers are left out.")
    return Grid(
        say.pick(*heading),
        columns,
        [(key, sent, arrived, sent + arrived) for key, sent, arrived in busy],
        frozenset({1, 2, 3}),
        bar=3,
        note=note if by_day and busy else "",
        empty=say.pick("この期間に受け渡しはありません。", "No transfers in this period."),
    )


def _month(day: date, say: Speech) -> str:
    iso = f"{day:%Y-%m}"
    return iso if say.language == "en" else f"{say.day(day).partition('月')[0]}月 ({iso})"


def _routes(facts: PeriodFacts, say: Speech) -> Grid:
    out, back = say.pick("送った", "sent"), say.pick("届いた", "arrived")
    rows = [_route(out, node, one) for node, one in facts.figures.to_nodes.items()]
    rows += [_route(back, node, one) for node, one in facts.figures.from_nodes.items()]
    columns = (
        (say.pick("向き", "Way"), 2.0),
        (say.pick("相手のノード", "Other node"), 5.0),
        (say.pick("受け渡し", "Transfers"), 2.4),
        (say.pick("ファイル", "Files"), 2.4),
        (say.pick("合計バイト数", "Bytes"), 3.4),
    )
    return Grid(
        say.pick("経路別", "By route"),
        columns,
        rows,
        frozenset({2, 3, 4}),
        empty=say.pick("この期間に受け渡しはありません。", "No transfers in this period."),
    )


def _route(way: str, node: str, one: Sum3) -> tuple[Figure, ...]:
    return way, node, one.transfers, one.files, one.bytes


def _states(facts: PeriodFacts, say: Speech) -> Grid:
    out, back = say.pick("送った", "sent"), say.pick("届いた", "arrived")
    rows = [(f"{out}: {word}", n) for word, n in _worded(facts.figures.states, WORDS, say)]
    rows += [(f"{back}: {w}", n) for w, n in _worded(facts.figures.arrival_states, WORDS, say)]
    note = say.pick("作成の時点の状態です。", "As they stand now.") if rows else ""
    return _two(("状態別", "By state"), ("状態", "State"), rows, say, note)


def _divisions(facts: PeriodFacts, say: Speech) -> Grid:
    none = say.pick("（課の登録なし）", "(no division)")
    rows = [(name or none, n) for name, n in Counter(facts.figures.divisions).most_common()]
    return _two(("送信者の課別", "By division of the sender"), ("課", "Division"), rows, say)


def _labels(facts: PeriodFacts, say: Speech) -> Grid:
    rows = sorted(facts.figures.labels.items())
    return _two(("機密性の区分別（送った）", "By class (sent)"), ("区分", "Class"), rows, say)


def _decisions(facts: PeriodFacts, say: Speech) -> Grid:
    rows = _worded(facts.figures.verbs, DECISION_WORDS, say)
    rows += _worded(facts.figures.confirms, CONFIRM_WORDS, say)
    return _two(("決裁", "Decisions"), ("決裁", "Decision"), rows, say)


def _outcomes(facts: PeriodFacts, say: Speech) -> Grid:
    rows = _worded(facts.figures.outcomes, OUTCOME_WORDS, say)
    return _two(("無害化の結果（ファイル）", "Disarming (files)"), ("結果", "Outcome"), rows, say)


def _things(facts: PeriodFacts, say: Speech) -> Grid:
    counted, words = facts.things, thing_words()
    gone, found = say.pick("取り除いた・変えた", "removed"), say.pick("見つかった", "found")
    rows = [(found, word, n) for word, n in _worded(counted.found, words, say)]
    rows += [(gone, word, n) for word, n in _worded(counted.removed, words, say)]
    note = say.pick(
        f"保存期間の中の報告 {counted.read:,} 件から数えました（ほかに {counted.rest:,} 件）。",
        f"Counted in the {counted.read:,} reports that are kept ({counted.rest:,} more).",
    )
    columns = (
        (say.pick("区分", "Kind"), 3.6),
        (say.pick("もの", "Thing"), 10.0),
        (say.pick("数", "Count"), 2.4),
    )
    none = say.pick("報告に書かれたものはありません。", "Nothing stands in the reports.")
    heading = say.pick("無害化で見つかったもの・取り除いたもの", "Found and removed by disarming")
    return Grid(heading, columns, rows, frozenset({2}), note=note, empty=none)


def _exceptions(facts: PeriodFacts, say: Speech) -> Grid:
    rows = [
        (
            f"{one.from_node} → {one.to_node}",
            say.kind(one.kind),
            one.owner,
            say.day(one.ended or one.until),
            one.reason,
        )
        for one in facts.figures.exceptions
    ]
    columns = (
        (say.pick("経路", "Route"), 4.0),
        (say.pick("種類", "Kind"), 3.0),
        (say.pick("責任者", "Owner"), 2.6),
        (say.pick("終わり", "Until"), 4.4),
        (say.pick("理由", "Reason"), 5.0),
    )
    none = say.pick("この期間に有効な例外はありません。", "No exception was in force.")
    return Grid(say.pick("無害化の例外", "Exceptions from disarming"), columns, rows, empty=none)


def _stopped(facts: PeriodFacts, say: Speech) -> Grid:
    rows = [
        (reason_words(code), n) for code, n in Counter(facts.figures.parcels_refused).most_common()
    ]
    return _two(("受け取らなかった封緘データ", "Parcels refused here"), ("理由", "Why"), rows, say)


def _erased(facts: PeriodFacts, say: Speech) -> Grid:
    rows = _worded({kind: facts.kinds.get(kind, 0) for kind in ERASING}, ACT_WORDS, say)
    return _two(("消去と鍵", "Erasure and keys"), ("記録", "Act"), rows, say)


def _witnesses(facts: PeriodFacts, say: Speech) -> Grid:
    ledger = facts.ledger
    rows = [
        (
            one.peer,
            one.cosigned_size,
            one.behind,
            say.moment(one.last),
            " ".join(code for code in (one.refused, one.trouble) if code) or "—",
        )
        for one in ledger.witnesses
    ]
    columns = (
        (say.pick("立会ノード", "Witness"), 4.0),
        (say.pick("連署済み", "Countersigned"), 2.4),
        (say.pick("残り", "Behind"), 2.0),
        (say.pick("最後の連署", "Last"), 5.4),
        (say.pick("支障", "Trouble"), 3.0),
    )
    note = say.pick(
        f"証跡台帳の記録 {ledger.placed:,} 件、検証点 {ledger.checkpoints:,} 個"
        f"（最新 {say.moment(ledger.made)}、ルート {ledger.root}）。期間中の記録 "
        f"{sum(facts.kinds.values()):,} 件。",
        f"The ledger has {ledger.placed:,} entries and {ledger.checkpoints:,} checkpoints (newest "
        f"{say.moment(ledger.made)}, root {ledger.root}); {sum(facts.kinds.values()):,} entries in "
        "this period.",
    )
    none = say.pick("立会ノードはまだありません。", "There is no witness yet.")
    heading = say.pick("証跡台帳と立会い", "Ledger and witnesses")
    return Grid(heading, columns, rows, frozenset({1, 2}), note=note, empty=none)


def _open(facts: PeriodFacts, say: Speech) -> Grid:
    rows = [(sentence(one),) for one in facts.todo]
    columns = ((say.pick("要対応", "To do"), 16.0),)
    none = say.pick("要対応のことはありません。", "Nothing is to be done.")
    return Grid(say.pick("いま要対応のこと", "Open matters"), columns, rows, empty=none)
