"""`sekisho domains`: names in DNS, without a node."""

from __future__ import annotations

from typing import Any

from sekisho.cli.answer import Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group
from sekisho.cli.words import Pair, both

KINDS: dict[str, Pair] = {
    "lg": ("LG.JP（地方公共団体）", "LG.JP (local governments)"),
    "regional": ("地域型・都道府県型JP", "JP by region"),
    "organisational": ("属性型JP", "JP by kind of organisation"),
    "general-jp": ("汎用JP", "general-use JP"),
    "other": ("JP 以外", "not JP"),
}
NAME_WORDS: Pair = (
    "名前の登録の単位と、どの団体のものかを示す（問い合わせはしません）",
    "what is registered of a name and whose it is; nothing is asked",
)


domains = group("domains", COMMANDS["domains"].spoken)


@domains.verb("explain", NAME_WORDS)
@argument("name", metavar="NAME")
@pass_call
def explain(call: Call, name: str) -> None:
    """From the name alone. Raises InvalidInput SKS-Q001."""
    from sekisho.dnscheck import Holding, holding, to_unicode

    found: Holding = holding(name)
    value: dict[str, Any] = {
        "name": found.name,
        "unicode": to_unicode(found.name),
        "suffix": found.suffix or None,
        "registrable": found.registrable,
        "owner": found.owner,
        "kind": found.kind.value,
        "certain": found.certain,
    }
    answer(call, value, Table((both("項目", "what"), both("内容", "value")), _rows(value)))


def _rows(value: dict[str, Any]) -> list[tuple[str, str]]:
    none = both("なし", "none")
    owner = value["owner"] or none
    if not value["certain"]:
        owner += both(
            "（要確認: 名前だけでは決まりません）", " (to be checked: not sure by its name)"
        )
    return [
        (both("名前", "name"), value["name"]),
        (both("表示", "shown as"), value["unicode"]),
        (both("種類", "kind"), both(*KINDS[value["kind"]])),
        (both("登録の単位", "registered"), value["registrable"] or none),
        (both("団体", "body"), owner),
    ]
