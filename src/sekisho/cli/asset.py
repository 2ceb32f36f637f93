"""`sekisho asset`: the register of devices and media, its tables, and where each stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.asset_views import (
    asset_lines,
    asset_table,
    asset_value,
    change_table,
    change_value,
)
from sekisho.cli.call import Call, pass_call
from sekisho.cli.flow_sheets import TAKE, ending
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import Pair, both
from sekisho.kernel.limits import MIB

F = TypeVar("F", bound=Callable[..., Any])
SHEET_BYTES_MAX = 20 * MIB
STATES = (
    *("use", "stored", "working", "outside", "erased"),
    *("destroyed", "left", "missing", "lost"),
)
FIELDS: Mapping[str, tuple[str, Pair]] = {
    "kind": ("--kind", ("種類（パソコン・サーバー・HDD・SSD・USBメモリ・光学媒体など）", "kind")),
    "model": ("--model", ("メーカー・型番", "maker and model")),
    "size": ("--size", ("容量（例: 500 GB）", "size, for example 500 GB")),
    "label": ("--class", ("機密性の区分（例: 機密性3A、1、マイナンバー）", "class of its data")),
    "unit": ("--unit", ("所管（部署）", "division that owns it")),
    "place": ("--place", ("置き場所", "where it stands")),
    "holder": ("--holder", ("使用者", "who uses it")),
    "inside": ("--inside", ("組み込まれた機器の管理番号", "code of the device it is built into")),
    "media": ("--media", ("機器の中の媒体の数", "how many media a device contains")),
    "lease": ("--lease", ("リース契約", "lease contract")),
    "lease_until": ("--lease-until", ("リース終了日", "when the lease ends")),
    "note": ("--note", ("備考", "note")),
}

asset = group("asset", COMMANDS["asset"].spoken)


def entry_options(command: F) -> F:
    """Decorator: every field of an asset as an option; what is not given is None."""
    for name, (flag, spoken) in reversed(FIELDS.items()):
        command = option(flag, name, default=None, metavar="TEXT", spoken=spoken)(command)
    return command


def _cells(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: given[name] for name in FIELDS if given[name] is not None}


@asset.verb("list", ("機器・媒体の一覧", "devices and media"))
@option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES),
    spoken=("この状態のもの（くり返せる）", "only in this state (repeat)"),
)
@option("--unit", default="", metavar="TEXT", spoken=("この所管のもの", "only of this division"))
@option("--text", default="", metavar="TEXT", spoken=("この文字を含むもの", "only with this text"))
@option("--unaccounted", is_flag=True, spoken=("媒体がそろわないもの", "only with media amiss"))
@pass_call
def list_(call: Call, states: tuple[str, ...], unit: str, text: str, unaccounted: bool) -> None:
    """By code, without what was destroyed, handed over or lost unless asked for."""
    with call.node():
        from sekisho.office.disposal import queries

        rows = queries.assets(queries.Terms(states=states, unit=unit, text=text))
        amiss = queries.unaccounted_of(rows)
        if unaccounted:
            rows = [one for one in rows if one.code in amiss]
        values = [asset_value(one, amiss.get(one.code, "")) for one in rows]
        shown = asset_table(rows, amiss)
    answer(call, values, shown)


@asset.verb("show", ("機器・媒体1つのくわしい内容", "everything about one asset"))
@argument("code")
@pass_call
def show(call: Call, code: str) -> None:
    """By code or serial number, as a reader of barcodes types it."""
    with call.node():
        from sekisho.office.disposal import queries

        found = queries.scanned(code)
        row = queries.find_asset(found.code if found else code)
        why = queries.unaccounted_of([row]).get(row.code, "")
        contents = list(row.contents.order_by("code"))
        value = {**asset_value(row, why), "contents": [asset_value(one) for one in contents]}
        lines = asset_lines(row, contents, why)
    answer(call, value, *lines)


@asset.verb("add", ("登録する。シリアル番号はいくつでも（管理者のみ）", "register assets"))
@argument("serials", nargs=-1)
@option(
    "--code", default="", metavar="CODE", spoken=("管理番号（なければ自動）", "code (else given)")
)
@option("--stored", is_flag=True, spoken=("保管中として", "as stored on the shelf"))
@entry_options
@pass_call
def add(call: Call, serials: tuple[str, ...], code: str, stored: bool, **given: Any) -> None:
    """One asset for each serial number, all of them alike otherwise."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.disposal.actions.registering import register
        from sekisho.office.disposal.register.columns import read_entry

        entries = []
        for serial in serials or ("",):
            cells = {"kind": "", **_cells(given), "code": code, "serial": serial}
            entry, faults = read_entry(cells, None)
            for fault in faults:
                raise fault
            entries.append(entry)
        rows = register(node.desk, actor=actor, entries=entries, stored=stored)
        values = [asset_value(one) for one in rows]
    codes = ", ".join(one["code"] for one in values)
    answer(call, values, both(f"登録しました: {codes}", f"Registered: {codes}"))


@asset.verb("change", ("登録を変える（管理者のみ）", "change what is registered"))
@argument("code")
@option("--serial", default=None, metavar="TEXT", spoken=("シリアル番号", "serial number"))
@entry_options
@pass_call
def change(call: Call, code: str, serial: str | None, **given: Any) -> None:
    """What is not given stays; an empty text takes a field away."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.disposal import queries
        from sekisho.office.disposal.actions import registering
        from sekisho.office.disposal.entry import entry_of
        from sekisho.office.disposal.register.columns import read_entry

        old = entry_of(queries.find_asset(code))
        cells = _cells(given) if serial is None else {**_cells(given), "serial": serial}
        entry, faults = read_entry(cells, old)
        for fault in faults:
            raise fault
        differing = registering.change(node.desk, actor=actor, entry=entry)
        value = {**asset_value(queries.find_asset(code)), "changed": list(differing)}
    answer(
        call,
        value,
        both(f"{code} を {len(differing)} 項目変えました。", f"{code}: {len(differing)} changed."),
    )


@asset.verb(
    "move", ("保管・使用・所在不明・発見の記録（管理者のみ）", "shelf, use, missing, found")
)
@argument("code")
@argument("verb", type=click.Choice(("use", "store", "miss", "find")))
@option("--reason", default="", metavar="TEXT", spoken=("理由（所在不明と発見には必要）", "why"))
@pass_call
def move(call: Call, code: str, verb: str, reason: str) -> None:
    """Into use, onto the shelf, missing, or found again."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.disposal.actions import registering
        from sekisho.office.disposal.kinds import STATE_WORDS, Verb

        row = registering.move(node.desk, actor=actor, code=code, verb=Verb(verb), reason=reason)
        value, words = asset_value(row), both(*STATE_WORDS[row.state])
    answer(call, value, f"{code}: {words}")


@asset.verb(
    "export", ("台帳を Excel（.xlsx）か CSV に書き出す", "write the register as Excel or CSV")
)
@argument("file", type=files.FILE)
@option("--unit", default="", metavar="TEXT", spoken=("この所管のもの", "only of this division"))
@pass_call
def export(call: Call, file: Path, unit: str) -> None:
    """A file that `import` reads again, with what has ended too."""
    with call.node():
        from sekisho.office.disposal import queries
        from sekisho.office.disposal.entry import entry_of
        from sekisho.office.disposal.register.columns import register_csv, register_workbook

        found = queries.assets(queries.Terms(unit=unit, ended_too=True))
        rows = [(entry_of(one), one.state) for one in found]
        data = register_csv(rows) if file.suffix.lower() == ".csv" else register_workbook(rows)
    files.write_new(file, data)
    answer(
        call,
        {"file": str(file), "assets": len(rows)},
        both(f"{len(rows)} 件を {file} に書きました。", f"{len(rows)} assets are in {file}."),
    )


@asset.verb("import", ("Excel か CSV から取り込む（管理者のみ）", "take assets from Excel or CSV"))
@argument("file", type=files.FILE)
@option("--apply", "do_it", is_flag=True, spoken=TAKE)
@pass_call
def import_(call: Call, file: Path, do_it: bool) -> None:
    """First what would change, row by row; with --apply all of it or nothing."""
    data = files.read(file, SHEET_BYTES_MAX)
    actor = call.actor if do_it else ""
    with call.node() as node:
        from sekisho.office.disposal.actions import importing

        if do_it:
            found = importing.take(node.desk, actor=actor, untrusted=data)
        else:
            found = importing.preview(data)
        value = {"applied": do_it, "rows": [change_value(one) for one in found]}
        shown = change_table(found)
    answer(call, value, shown, ending(do_it))
    if any(one.what == "wrong" for one in found):
        call.negative()
