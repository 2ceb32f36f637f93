"""`sekisho crypto`: every algorithm in use, how it stands to the CRYPTREC list, and the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import moment
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import command
from sekisho.cli.words import Pair, both, longer
from sekisho.kernel.clock import stamp
from sekisho.kernel.signing import KINDS
from sekisho.seal.algorithms import (
    ALGORITHMS,
    STANDING_WORDS,
    Algorithm,
    Standing,
    unconfirmed,
)

if TYPE_CHECKING:
    from sekisho.node.opening import Node

DETAILS: Pair = (
    """

ノードのフォルダーで実行すると、使っている鍵の番号・大きさ・指紋も示します。""",
    """

At a node, the keys in use are shown too: ids, sizes, fingerprint.""",
)


@command("crypto", longer(COMMANDS["crypto"].spoken, DETAILS))
@pass_call
def crypto(call: Call) -> None:
    """What stands in the table and is not confirmed is marked."""
    value: dict[str, Any] = {"algorithms": [_value(one) for one in ALGORITHMS], "keys": None}
    shown: list[Shown] = [_table(), "", *_notes()]
    if (call.folder / "sekisho.toml").exists():
        with call.node() as node:
            value["keys"] = _keys_value(node)
            shown += ["", *_keys_lines(node, value["keys"])]
    answer(call, value, *shown)


def _value(one: Algorithm) -> dict[str, Any]:
    return {
        "name": one.name,
        "purpose": one.purpose,
        "purpose_en": one.purpose_en,
        "parameters": one.parameters,
        "source": one.source,
        "category": one.category,
        "standing": one.standing.name.lower(),
        "listed_as": one.listed_as or None,
        "edition": one.edition,
        "confirmed": one.confirmed,
        "note": one.note,
        "note_en": one.note_en,
    }


def _table() -> Table:
    headers = (
        both("暗号方式", "algorithm"),
        both("用途", "purpose"),
        "CRYPTREC",
        both("出典", "source"),
        both("大きさなど", "parameters"),
    )
    rows = [
        (
            one.name,
            both(one.purpose, one.purpose_en),
            both(*STANDING_WORDS[one.standing]) + ("" if one.confirmed else both(" ※", " *")),
            one.source,
            one.parameters,
        )
        for one in ALGORITHMS
    ]
    return Table(headers, rows)


def _notes() -> list[str]:
    """What must be said beside the table: the edition, what is unconfirmed, what is not listed."""
    editions = sorted({one.edition for one in ALGORITHMS})
    names = "、".join(one.name for one in unconfirmed())
    lines = [
        f"{both('一覧の版', 'Editions of the list')}: {' / '.join(editions)}",
        both(
            f"※ 一覧の原文で未確認（二次資料による）: {names}",
            f"* not confirmed in the list itself (secondary source): {names}",
        ),
    ]
    noted = [one for one in ALGORITHMS if one.standing is Standing.NOT_LISTED]
    return lines + [f"  {one.name}: {both(one.note, one.note_en)}" for one in noted]


def _keys_value(node: Node) -> dict[str, Any]:
    public = node.identity.signing.public
    return {
        "node": node.name,
        "suite": public.suite.name,
        "generation": node.identity.generation,
        "created": stamp(node.identity.created),
        "fingerprint": public.fingerprint,
        "signing": [
            {"kind": kind, "id": public.key_id(kind), "bytes": KINDS[kind].public_bytes}
            for kind in public.suite.kinds
        ],
        "vault": [
            {"id": one, "bits": 256, "current": one == node.desk.keyring.current_id}
            for one in sorted(node.desk.keyring.key_ids)
        ],
    }


def _keys_lines(node: Node, keys: dict[str, Any]) -> list[Shown]:
    rows = [
        (
            both("署名", "signing"),
            one["kind"],
            one["id"],
            both(f"公開鍵 {one['bytes']} バイト", f"public {one['bytes']} bytes"),
        )
        for one in keys["signing"]
    ]
    rows += [
        (
            both("保管庫", "vault"),
            "AES-256",
            one["id"],
            both("使用中", "in use") if one["current"] else both("更新の途中", "being replaced"),
        )
        for one in keys["vault"]
    ]
    headers = both("鍵", "key"), both("方式", "kind"), both("番号", "id"), both("内容", "about")
    made = moment(node.identity.created)
    return [
        both(
            f"ノード {node.name} の鍵（第 {keys['generation']} 世代、{made}）",
            f"Keys of node {node.name} (generation {keys['generation']}, {made})",
        ),
        f"  {both('指紋', 'Fingerprint')}: {keys['fingerprint']}",
        Table(headers, rows),
    ]
