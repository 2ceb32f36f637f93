"""`sekisho`: the list of commands, and the one place where failures become words and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from sekisho import __version__
from sekisho.cli import failures, words
from sekisho.cli.index import COMMANDS, SECTIONS
from sekisho.cli.speech import SpokenGroup, SpokenOption
from sekisho.cli.words import both

PROGRAM = "sekisho"


class Root(SpokenGroup):
    """The top level; a command's code is imported when the command is called."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and end the process with its exit code (docs/commands.md)."""
        given = list(sys.argv[1:] if args is None else args)
        words.use(words.choose(given, os.environ))
        _let_any_text_out()
        try:
            # Without click's own endings, which know neither our words nor our exit codes.
            done = super().main(given, prog_name or PROGRAM, complete_var, False, **extra)
        except Exception as failure:
            done = failures.report(failure, as_json="--json" in given)
        sys.exit(done if isinstance(done, int) else 0)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.where.partition(":")
        found: click.Command = getattr(import_module(f"sekisho.cli.{module}"), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by what they are for; nothing is imported."""
        for heading, entries in SECTIONS:
            with formatter.section(both(*heading)):
                formatter.write_dl([(name, both(*one.spoken)) for name, one in entries.items()])


def _let_any_text_out() -> None:
    """A character that the terminal does not know must not end a command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"{PROGRAM} {__version__}")
        ctx.exit()


main = Root(
    PROGRAM,
    spoken=(
        "関所: 分離したネットワークの間で、ファイルを承認・封緘・証跡つきで受け渡す",
        "Sekisho: files cross separated networks, approved, sealed and proven.",
    ),
    params=[
        SpokenOption(
            ["--version"],
            ("版を表示する", "show the version"),
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
        )
    ],
)
"""The entry point."""
