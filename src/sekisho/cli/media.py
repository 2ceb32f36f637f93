"""`sekisho media`: which media are attached. Needs no node; writes to none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from sekisho.cli import files, media_views, plan_views
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.failures import Misused
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import Pair, both
from sekisho.erase.finding.find import by_token
from sekisho.erase.finding.find import media as find_media
from sekisho.erase.finding.sysfs import Sys
from sekisho.erase.media import Kind, Medium
from sekisho.erase.planning.editions import changed_cells
from sekisho.erase.planning.plan import plan_kind, plan_medium
from sekisho.erase.planning.rules import Rules, rules_of, shipped_rules

RULES_BYTES_MAX = 1_000_000
RULES: Pair = (
    "規則のファイル（なければ付属の図表41などの規則）",
    "a file of rules (else those that come with the program)",
)
CLASS: Pair = ("区分（mynumber、3A、3B、3C、2、1）", "class: mynumber, 3A, 3B, 3C, 2, 1")
PURPOSE: Pair = (
    "目的（reuse、lease-return、sale、repair、exchange、destroy-here、destroy-contractor）",
    "purpose: reuse, lease-return, sale, repair, exchange, destroy-here, destroy-contractor",
)
KIND: Pair = (
    "媒体の種類（hdd、ssd、usb、optical。種類が分からない媒体や、つながない媒体に）",
    "kind of medium: hdd, ssd, usb, optical (where it is not known or not attached)",
)
KINDS = click.Choice([one.value for one in Kind if one is not Kind.UNKNOWN])

media = group("media", COMMANDS["media"].spoken)


@media.verb(
    "list",
    (
        "つながっている記録媒体の一覧（型番、番号、隠れた領域、できる消去）",
        "media that are attached: model, serial, hidden areas, ways to erase",
    ),
)
@option(
    "--virtual",
    is_flag=True,
    spoken=(
        "ファイルやメモリから作られた装置も含める（ループ装置など）",
        "also devices made of files or memory (loop devices)",
    ),
)
@pass_call
def list_(call: Call, virtual: bool) -> None:
    """Asks every drive in its own commands; the right to do so is root's."""
    found = find_media(Sys(), virtual=virtual)
    answer(
        call,
        {"media": [media_views.value(one) for one in found]},
        media_views.table(found) if found else both("記録媒体はありません。", "No media."),
        *media_views.remarks(found),
    )


@media.verb(
    "plan",
    (
        """媒体に使える方法を、順に、出典・検証・残るリスクとともに示す

SERIAL を打ち込むと、つながっている媒体を調べ、その媒体自身ができる方法に絞ります。
SERIAL がなければ --kind の媒体一般について示します。何も消しません。""",
        """methods allowed for a medium, in order, with source, verification and residual risk

With SERIAL the attached medium is asked, and what it cannot do itself is refused. Without it the
answer is about any medium of that --kind. Nothing is erased.""",
    ),
)
@argument("serial", metavar="[SERIAL]", required=False)
@option("--class", "label", required=True, metavar="CLASS", spoken=CLASS)
@option("--purpose", required=True, metavar="PURPOSE", spoken=PURPOSE)
@option("--kind", type=KINDS, spoken=KIND)
@option("--rules", "rules_file", type=files.FILE, spoken=RULES)
@pass_call
def plan(
    call: Call,
    serial: str | None,
    label: str,
    purpose: str,
    kind: str | None,
    rules_file: Path | None,
) -> None:
    """Raises Refused SKS-R010 or SKS-R011, InvalidInput SKS-R020 to SKS-R022."""
    rules = rules_from(rules_file)
    if serial is not None:
        found = attached(serial, kind)
        made = plan_medium(rules, found, label, purpose)
    elif kind is not None:
        made = plan_kind(rules, Kind(kind), label, purpose)
    else:
        raise Misused(
            "SKS-C020",
            reason="SERIAL か --kind のどちらかを指定してください",
            reason_en="SERIAL or --kind is missing",
        )
    answer(call, plan_views.value(made, rules), *plan_views.shown_plan(made, rules))


@media.verb(
    "edition",
    (
        "規則の新しい版で、どの媒体・区分・目的の判断が変わるか",
        "what a new edition of the rules changes, and for which media, classes and purposes",
    ),
)
@argument("new", type=files.FILE)
@option("--rules", "rules_file", type=files.FILE, spoken=RULES)
@pass_call
def edition(call: Call, new: Path, rules_file: Path | None) -> None:
    """Raises InvalidInput SKS-R020 to SKS-R022."""
    old, found = rules_from(rules_file), rules_from(new)
    changes = changed_cells(old, found)
    answer(
        call,
        {"changed": [plan_views.change_value(one) for one in changes]},
        plan_views.changes(changes) if changes else both("変わりません。", "Nothing changes."),
    )


def rules_from(file: Path | None) -> Rules:
    """The rules of a file, else the shipped ones. Raises InvalidInput SKS-R020 to SKS-R022."""
    if file is None:
        return shipped_rules()
    return rules_of(files.read(file, RULES_BYTES_MAX).decode("utf-8", "replace"), file.name)


def attached(serial: str, kind: str | None, sys: Sys | None = None) -> Medium:
    """The attached medium that was typed; a kind counts where nothing told it. Devices made of
    files count here: they can be typed only on purpose. Raises Refused SKS-R010 or SKS-R011."""
    found = by_token(find_media(sys or Sys(), virtual=True), serial)
    return replace(found, kind=Kind(kind)) if kind else found
