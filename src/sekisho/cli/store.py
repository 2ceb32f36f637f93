"""`sekisho store`: make a place a store, and examine one before relying on it."""

from __future__ import annotations

from typing import Any

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import group
from sekisho.cli.words import both, language
from sekisho.kernel.clock import SystemClock, stamp

store = group("store", COMMANDS["store"].spoken)


@store.verb(
    "create",
    (
        "設定にある場所を、受け渡し場所として使えるようにする（最初の1回）",
        "make the place of the settings a store (once)",
    ),
)
@pass_call
def create(call: Call) -> None:
    """Refused when it is one already."""
    with call.node() as node:
        from sekisho.store.opening import create_store

        store_id = create_store(node.settings.store, call.now())
        where = node.store.describe()
    answer(
        call,
        {"store": where, "store_id": store_id},
        both(f"{where} を受け渡し場所にしました。", f"{where} is a store now."),
        both(
            f'  設定の [store] に store_id = "{store_id}" と書くと、取り違えを防げます。',
            f'  With store_id = "{store_id}" under [store], no other store can be taken for it.',
        ),
    )


@store.verb(
    "doctor",
    (
        "速さ、書込みの確かさ、時計、名前の制限などを調べ、使えるかどうかを言う",
        "speed, write-once names, clock, limits: may this store be used?",
    ),
)
@pass_call
def doctor(call: Call) -> None:
    """Writes about 20 MiB and takes it away again. Exit code 1 when it must not be used."""
    with call.node() as node:
        from sekisho.store.doctor import doctor as examine
        from sekisho.store.report import Verdict

        report = examine(node.store, under=f"nodes/{node.name}", clock=SystemClock())
    value: dict[str, Any] = {
        "store": report.store,
        "at": stamp(report.at),
        "verdict": str(report.verdict),
        "findings": [
            {"check": one.check, "level": str(one.level), "ja": one.ja, "en": one.en}
            for one in report.findings
        ],
    }
    answer(call, value, *report.lines(language()))
    if report.verdict is Verdict.NO:
        call.negative()
