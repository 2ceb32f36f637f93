"""A reader's own file that cannot be disarmed: stopped with its reason, then let through by
name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sekisho.kernel.errors import SeveralRefused
from sekisho.kernel.limits import MIB
from sekisho.node.demo.teller import Teller
from sekisho.node.demo.town import Town
from sekisho.node.tasting import Taster
from sekisho.office.transfers.actions import exceptions

DAYS = 90


def register(town: Town, tell: Teller, file: Path, refused: SeveralRefused) -> None:
    """Tell why the file stops, and register an exception for its type at both nodes."""
    for _, reason in refused.reasons:
        tell.stopped(reason)
    tell.say(
        "どうしても要る種類なので、責任者・理由・終わりの日を決めて、例外を両方のノードに登録します。",
        "This type is needed: an exception with owner, reason and end is registered at both nodes.",
    )
    kind = _kind(file)
    tell.command(f"sekisho --node .demo/internet --as tanaka exception add {kind} …")
    for name in ("internet", "lgwan"):
        with town.at(name) as node:
            exceptions.grant(
                node.desk,
                actor="tanaka",
                from_node="internet",
                to_node="lgwan",
                kind=kind,
                owner="tanaka",
                reason="実演で使うファイル",
                until=node.desk.now() + timedelta(days=DAYS),
            )


def _kind(file: Path) -> str:
    with file.open("rb") as content:
        taster = Taster(iter(lambda: content.read(MIB), b""))
        for _ in taster:
            pass
    return taster.content_type().name
