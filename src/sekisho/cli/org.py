"""`sekisho org`: 部・課・係, who works where, and tables of it in and out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sekisho.cli import files
from sekisho.cli.answer import Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import DAY
from sekisho.cli.failures import as_value as error_value
from sekisho.cli.index import COMMANDS
from sekisho.cli.person import manager
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import both, language

if TYPE_CHECKING:
    from sekisho.office.accounts.organisation import Organisation
    from sekisho.office.accounts.reshuffle import Change, Plan

TABLE_BYTES_MAX = 20 * 1024 * 1024
AT = ("この日の組織（なければ今日）", "as it stands on this day (else today)")
org = group("org", COMMANDS["org"].spoken)


@org.verb("show", ("組織と、そこにいる人", "the units and who works in them"))
@option("--at", "day", type=DAY, spoken=AT)
@pass_call
def show(call: Call, day: date | None) -> None:
    """Entered ahead is shown by asking for a later day."""
    with call.node() as node:
        from sekisho.office.accounts.periods import day_of
        from sekisho.office.accounts.queries import names_of, organisation

        known = organisation(day or day_of(node.desk.now()))
        names = names_of(list(known.postings))
    rows, value = _tree(known, names, "", 0)
    headers = (both("組織", "unit"), both("コード", "code"), both("人", "people"))
    answer(call, {"day": known.day.isoformat(), "units": value}, Table(headers, rows))


def _tree(
    known: Organisation, names: dict[str, str], above: str, depth: int
) -> tuple[list[tuple[str, ...]], list[dict[str, Any]]]:
    rows: list[tuple[str, ...]] = []
    value = []
    for unit in known.below(above):
        members = known.members(unit.code)
        said = "、".join(f"{names.get(one.login, one.login)} {one.post}".strip() for one in members)
        rows.append(("　" * depth + unit.name, unit.code, said or "—"))
        inner_rows, inner = _tree(known, names, unit.code, depth + 1)
        rows += inner_rows
        people = [
            {"login": one.login, "post": one.post, "head": one.head, "main": one.main}
            for one in members
        ]
        value.append({"code": unit.code, "name": unit.name, "people": people, "units": inner})
    return rows, value


@org.verb("unit", ("部・課・係を登録する（先の日付も）", "register a unit, from a day on"))
@argument("code")
@option("--name", required=True, metavar="TEXT", spoken=("名前", "name"))
@option(
    "--above", default="", metavar="CODE", spoken=("上位の所属コード", "code of the unit above")
)
@option("--from", "starts", type=DAY, spoken=("開始日（なければ今日）", "first day (else today)"))
@option("--to", "ends", type=DAY, spoken=("終了日（その日まで）", "last day (included)"))
@pass_call
def unit(
    call: Call, code: str, name: str, above: str, starts: date | None, ends: date | None
) -> None:
    """Another name or place: from its first day on; before, it stays as it was."""
    with call.node() as node:
        from sekisho.office.accounts import appointing
        from sekisho.office.accounts.organisation import UnitEntry
        from sekisho.office.accounts.periods import day_of

        first = starts or day_of(node.desk.now())
        entry = UnitEntry(code, name, above, first, ends)
        appointing.save_unit(node.desk, actor=manager(call), entry=entry)
    answer(
        call,
        {"code": code, "name": name, "above": above, "from": first.isoformat()},
        both(
            f"組織「{name}」（{code}）を登録しました。", f"The unit {name} ({code}) is registered."
        ),
    )


@org.verb("end", ("部・課・係を終える", "end a unit"))
@argument("code")
@option("--on", "last", type=DAY, spoken=("最後の日（なければ今日）", "last day (else today)"))
@pass_call
def end(call: Call, code: str, last: date | None) -> None:
    """Until the end of that day."""
    with call.node() as node:
        from sekisho.office.accounts import appointing
        from sekisho.office.accounts.periods import day_of

        day = last or day_of(node.desk.now())
        appointing.end_unit(node.desk, actor=manager(call), code=code, last=day)
    answer(
        call,
        {"code": code, "to": day.isoformat()},
        both(f"組織（{code}）は {day} までです。", f"The unit {code} ends on {day}."),
    )


@org.verb(
    "import",
    (
        "Excel か CSV の組織表を確かめる。--apply を付けると取り込む",
        "show what a table (Excel, CSV) would change; --apply does it",
    ),
)
@argument("table", type=files.FILE)
@option("--apply", "do", is_flag=True, spoken=("取り込む（なければ確かめるだけ）", "do it"))
@option(
    "--effective",
    "day",
    type=DAY,
    spoken=("開始日のない行の開始日（なければ今日）", "first day of rows without one (else today)"),
)
@option(
    "--complete",
    is_flag=True,
    spoken=("表にない所属・役職を、前の日で終える", "end what the table does not name"),
)
@pass_call
def import_(call: Call, table: Path, do: bool, day: date | None, complete: bool) -> None:
    """Exit code 1 when a row is wrong; nothing is changed then."""
    data = files.read(table, TABLE_BYTES_MAX)
    with call.node() as node:
        from sekisho.office.accounts import importing

        given = {"actor": manager(call), "untrusted": data, "day": day, "complete": complete}
        made = importing.preview(node.desk, **given)
        if do and not made.errors:
            made = importing.take_over(node.desk, **given, digest=made.digest())
    done = do and not made.errors
    answer(call, _plan_value(made, done), *_plan_words(made, done))
    if made.errors:
        call.negative()


def _plan_value(made: Plan, done: bool) -> dict[str, Any]:
    return {
        "applied": done,
        "changes": [
            {"kind": one.kind.value, "row": one.row or None, **_entry_value(one)}
            for one in made.changes
        ],
        "errors": [
            {"sheet": sheet, "row": row, **error_value(reason)}
            for sheet, row, reason in made.errors
        ],
    }


def _entry_value(change: Change) -> dict[str, Any]:
    entry = change.entry
    kind = type(entry).__name__
    what = {"UnitEntry": "unit", "PersonEntry": "person", "Posting": "post"}[kind]
    found = {key: value for key, value in vars(entry).items() if value is not None}
    texts = {key: value.isoformat() for key, value in found.items() if isinstance(value, date)}
    return {"what": what, what: {**found, **texts}}


def _plan_words(made: Plan, done: bool) -> list[str | Table]:
    from sekisho.office.accounts.plan_words import KIND_WORDS, SHEET_WORDS, sentence

    headers = (both("行", "row"), both("内容", "what"), both("対象", "of"))
    rows = [
        (str(one.row or "—"), both(*KIND_WORDS[one.kind]), sentence(one))
        for one in made.changes
        if one.kind.value != "same"
    ]
    same = len(made.changes) - len(rows)
    said: list[str | Table] = [Table(headers, rows)] if rows else []
    said.append(both(f"変わらないもの: {same} 件", f"Unchanged: {same}"))
    for sheet, row, reason in made.errors:
        what = f"{reason.code}: {reason.explain(language()).what}"
        said.append(
            both(f"{both(*SHEET_WORDS[sheet])} {row} 行目 {what}", f"{sheet}, row {row}: {what}")
        )
    return [*said, _ending(made, done)]


def _ending(made: Plan, done: bool) -> str:
    if made.errors:
        return both("直すまで取り込めません。", "Nothing is taken over until this is corrected.")
    if done:
        return both("取り込みました。", "Taken over.")
    return both(
        "まだ何も変えていません。取り込むには --apply を付けてください。",
        "Nothing is changed yet; add --apply to do it.",
    )


@org.verb("template", ("取り込む表のひな形（Excel）", "an empty table to fill in (Excel)"))
@argument("path", type=files.FILE)
@pass_call
def template(call: Call, path: Path) -> None:
    """A node is not needed."""
    # Here, not above: it is slow to load.
    from sekisho.office.site.settings import configure

    configure()
    from sekisho.office.accounts import importing

    files.write_new(path, importing.template())
    answer(call, {"file": str(path)}, both(f"{path} に書き出しました。", f"Written to {path}."))


@org.verb(
    "export",
    (
        "組織表を書き出す（.xlsx、または組織・人の .csv）",
        "write the organisation as a table (.xlsx, or .csv of units or people)",
    ),
)
@argument("path", type=files.FILE)
@option("--at", "day", type=DAY, spoken=AT)
@option(
    "--units", is_flag=True, spoken=("CSV に組織を書く（なければ人）", "units in CSV (else people)")
)
@pass_call
def export(call: Call, path: Path, day: date | None, units: bool) -> None:
    """Addresses and names of everybody: for administrators."""
    with call.node() as node:
        from sekisho.office.accounts import importing
        from sekisho.office.accounts.actions import require_manager
        from sekisho.office.accounts.periods import day_of

        require_manager(manager(call))
        when = day or day_of(node.desk.now())
        if path.suffix.lower() == ".csv":
            data = importing.export_csv(when, units=units)
        else:
            data = importing.export(when)
    files.write_new(path, data)
    answer(call, {"file": str(path)}, both(f"{path} に書き出しました。", f"Written to {path}."))
