"""How media are shown: one value for programs, a table and remarks for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sekisho.cli.answer import Table
from sekisho.cli.words import Pair, both
from sekisho.erase.media import KIND_WORDS, Lock, Medium
from sekisho.kernel.names import shown
from sekisho.kernel.sizes import shown_bytes

_LOCKS: dict[Lock, Pair] = {
    Lock.ENABLED: ("パスワードあり", "password set"),
    Lock.LOCKED: ("ロック中", "locked"),
    Lock.FROZEN: ("凍結中（電源を入れ直すと解ける）", "frozen (until it loses power)"),
    Lock.EXPIRED: ("パスワードの誤り過多", "too many wrong passwords"),
}


def value(one: Medium) -> dict[str, Any]:
    """A medium as JSON; sizes in bytes, null where a drive was not asked or did not say."""
    return {
        "token": one.token,
        "name": one.name,
        "path": one.path,
        "bus": one.bus,
        "kind": one.kind.value,
        "model": one.model,
        "serial": one.serial,
        "firmware": one.firmware,
        "bytes": one.extent.visible,
        "native_bytes": one.extent.native,
        "unallocated_bytes": one.extent.unallocated,
        "hidden_bytes": one.extent.hidden,
        "namespaces": one.extent.namespaces,
        "block_bytes": one.block_bytes,
        "read_only": one.read_only,
        "removable": one.removable,
        "abilities": sorted(one.abilities),
        "locks": sorted(one.locks),
        "encryption": list(one.encryption),
        "uses": list(one.uses),
        "is_system": one.is_system,
        "unanswered": list(one.unanswered),
    }


def table(found: Iterable[Medium]) -> Table:
    """One row for each medium."""
    headers = (
        both("装置", "device"),
        both("種類", "kind"),
        both("型番", "model"),
        both("打ち込む番号", "to be typed"),
        both("大きさ", "size"),
        both("隠れた領域", "hidden"),
        both("状態", "state"),
    )
    rows = [
        (
            one.path,
            both(*KIND_WORDS[one.kind]),
            shown(one.model) or "—",
            shown(one.token),
            shown_bytes(one.extent.visible),
            _hidden(one),
            both("、", ", ").join(_states(one)) or "—",
        )
        for one in found
    ]
    return Table(headers, rows)


def _hidden(one: Medium) -> str:
    hidden = one.extent.hidden
    if hidden is None:
        return both("不明", "unknown")
    return shown_bytes(hidden) if hidden else both("なし", "none")


def _states(one: Medium) -> list[str]:
    states = [both("このパソコンの起動ディスク", "system disk")] if one.is_system else []
    if one.uses and not one.is_system:
        states.append(both("使用中", "in use"))
    if one.read_only:
        states.append(both("書込み禁止", "read-only"))
    states += [both(*_LOCKS[lock]) for lock in sorted(one.locks)]
    return [*states, *one.encryption]


def remarks(found: Iterable[Medium]) -> list[str]:
    """What could not be asked, and what no overwriting reaches."""
    lines = []
    for one in found:
        if one.extent.hidden:
            size = shown_bytes(one.extent.hidden)
            lines.append(
                both(
                    f"{one.path}: 隠れた領域が {size} あります。上書きでは届きません。",
                    f"{one.path}: {size} are hidden; no overwriting reaches them.",
                )
            )
        lines += [
            both(
                f"{one.path}: 答えが得られなかったこと: {shown(what)}",
                f"{one.path}: no answer: {shown(what)}",
            )
            for what in one.unanswered
        ]
    return ["", *lines] if lines else []
