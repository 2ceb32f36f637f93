"""`sekisho assess from-node`: the model file of the running configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.speech import SpokenGroup, option
from sekisho.cli.words import both

NETWORKS = ("alpha", "alpha2", "beta", "beta2")


def add_to(group: SpokenGroup) -> None:
    """The command joins its group."""

    @group.verb(
        "from-node",
        (
            "動いている構成（経路・定例連携・設定・昨年の件数）からモデルのファイルを書く",
            "write a model file from the running configuration and last year's transfers",
        ),
    )
    @option(
        "--network",
        default="",
        type=click.Choice(["", *NETWORKS]),
        metavar="NAME",
        spoken=(
            "ネットワークのモデル（alpha, alpha2, beta, beta2。なければ alpha と推定）",
            "model of the network (alpha, alpha2, beta, beta2; else alpha, as an estimate)",
        ),
    )
    @option("-o", "--out", "file", type=files.FILE, spoken=("書くファイル", "file to write"))
    @pass_call
    def from_node(call: Call, network: str, file: Path | None) -> None:
        """Without a file it is shown. Raises Refused SKS-C022, Unavailable SKS-C024."""
        with call.node() as node:
            from sekisho.node.running_model import MODEL, running_model

            made = running_model(node, network=network)
        if file is not None:
            files.write_new(file, made.text.encode())
        value: dict[str, Any] = {
            "model": MODEL,
            "measures": {
                name: {"in_force": one.in_force, "source": one.source}
                for name, one in made.measures.items()
            },
            "tables": made.tables,
            "written": [str(file)] if file else [],
        }
        answer(call, value, *_shown(made.text, file, MODEL))


def _shown(text: str, file: Path | None, model: str) -> tuple[str, ...]:
    if file is None:
        return (text.rstrip("\n"),)
    use = f"sekisho assess compare {file} --compare alpha-usb --compare {model}"
    return (
        both(f"{file} に書きました。", f"Written to {file}."),
        both(f"比べるには: {use}", f"To compare: {use}"),
    )
