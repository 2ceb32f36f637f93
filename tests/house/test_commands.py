"""Every command of `sekisho` explains itself and stands in docs/commands.md."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import click
import pytest
from tests.house.report import nothing
from tests.house.source import ROOT, SRC

CLI = SRC / "sekisho" / "cli" / "main.py"
pytestmark = pytest.mark.skipif(not CLI.exists(), reason="there is no command line yet")


def commands() -> Iterator[tuple[str, click.Command]]:
    """(`sekisho store doctor`, command) of every command, groups included."""
    main = importlib.import_module("sekisho.cli.main").main
    yield from _walk("sekisho", main, click.Context(main, info_name="sekisho"))


def _walk(
    path: str, command: click.Command, context: click.Context
) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _walk(f"{path} {name}", inner, click.Context(inner, parent=context))


def test_every_command_has_help() -> None:
    nothing([path for path, command in commands() if not (command.help or "").strip()])


def test_every_option_has_help() -> None:
    silent = [
        f"{path} {option.opts[0]}"
        for path, command in commands()
        for option in command.params
        if isinstance(option, click.Option)
        and not option.hidden
        and not (option.help or "").strip()
    ]
    nothing(silent)


def test_every_command_stands_in_the_documents() -> None:
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    nothing([path for path, _ in commands() if path not in text])


def test_there_are_commands() -> None:
    assert len(list(commands())) > 20
