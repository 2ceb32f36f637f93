"""`sekisho flow import | export | hearing`: the register and hearing sheets as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sekisho.cli import files
from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.speech import argument, command, option
from sekisho.cli.words import both, language
from sekisho.kernel.limits import MIB

if TYPE_CHECKING:
    from sekisho.kernel.errors import SekishoError
    from sekisho.office.flows.actions.importing import Change
    from sekisho.office.flows.entry import Entry

SHEET_BYTES_MAX = 8 * MIB
WHAT_WORDS = {
    "new": ("新しく登録", "new"),
    "change": ("変更", "change"),
    "same": ("変更なし", "same"),
    "wrong": ("直すところがある", "to be corrected"),
}
TAKE = (
    "取り込む（なければ、変わるところを表示するだけ）",
    "do it (else only show what would change)",
)
HEADERS = (("行", "row"), ("番号", "code"), ("扱い", "what"), ("内容", "content"))


def entry_from(code: str, cells: Mapping[str, str], old: Entry | None) -> Entry:
    """An entry from texts; raises the first thing that is wrong with it."""
    from sekisho.office.flows.sheets.register import read_entry

    entry, _, faults = read_entry({"code": code, **cells}, old)
    for fault in faults:
        raise fault
    return entry


@command("export", ("台帳を Excel（.xlsx）か CSV に書き出す", "write the register as Excel or CSV"))
@argument("file", type=files.FILE)
@option("--unit", default="", metavar="TEXT", spoken=("この所管のもの", "only of this division"))
@pass_call
def export(call: Call, file: Path, unit: str) -> None:
    """A file that `import` reads again."""
    with call.node():
        from sekisho.office.flows import queries
        from sekisho.office.flows.entry import entry_of
        from sekisho.office.flows.sheets.exporting import register_csv, register_workbook

        rows = [(entry_of(one), one.state) for one in queries.flows(unit=unit)]
        data = register_csv(rows) if file.suffix.lower() == ".csv" else register_workbook(rows)
    files.write_new(file, data)
    answer(
        call,
        {"file": str(file), "flows": len(rows)},
        both(
            f"定例連携 {len(rows)} 件を {file} に書きました。", f"{len(rows)} flows are in {file}."
        ),
    )


@command("import", ("Excel か CSV から取り込む（管理者のみ）", "take flows from Excel or CSV"))
@argument("file", type=files.FILE)
@option("--apply", "do_it", is_flag=True, spoken=TAKE)
@pass_call
def import_(call: Call, file: Path, do_it: bool) -> None:
    """First what would change, row by row; with --apply all of it or nothing."""
    data = files.read(file, SHEET_BYTES_MAX)
    actor = call.actor if do_it else ""
    with call.node() as node:
        from sekisho.office.flows.actions import importing

        if do_it:
            found = importing.take(node.desk, actor=actor, untrusted=data)
        else:
            found = importing.preview(data)
        value = {"applied": do_it, "rows": [_change_value(one) for one in found]}
        shown = _changes(found, do_it)
    answer(call, value, *shown)
    if any(one.what == "wrong" for one in found):
        call.negative()


def _change_value(one: Change) -> dict[str, Any]:
    return {
        "row": one.row,
        "code": one.code,
        "what": str(one.what),
        "fields": {name: [_plain(a), _plain(b)] for name, (a, b) in one.fields.items()},
        "faults": fault_values(one.faults),
    }


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(str(getattr(one, "name", one)) for one in value)
    return "" if value is None else str(value)


def fault_values(found: Iterable[SekishoError]) -> list[dict[str, str]]:
    """What is wrong with a row, for a program."""
    return [
        {"code": one.code, "ja": one.explain("ja").what, "en": one.explain("en").what}
        for one in found
    ]


def told(found: Iterable[SekishoError]) -> str:
    """What is wrong with a row, for a person."""
    return " ".join(f"[{one.code}] {one.explain(language()).what}" for one in found)


def _changes(found: list[Change], done: bool) -> list[Shown]:
    from sekisho.office.flows.sheets.register import COLUMN_WORDS

    rows = [
        (
            str(one.row),
            one.code,
            both(*WHAT_WORDS[one.what]),
            told(one.faults)
            or (
                both("、", ", ").join(both(*COLUMN_WORDS[name]) for name in one.fields)
                if one.what == "change"
                else one.entry.name
            ),
        )
        for one in found
    ]
    return [Table(tuple(both(*one) for one in HEADERS), rows), ending(done)]


def ending(done: bool) -> str:
    """Whether anything was changed."""
    if done:
        return both("取り込みました。", "It is done.")
    return both(
        "まだ何も変えていません。取り込むときは --apply を付けてください。",
        "Nothing was changed yet; add --apply to do it.",
    )


COMMANDS_OF_FLOW = (import_, export)
"""What `sekisho flow` takes from here."""
