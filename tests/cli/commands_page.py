"""The reference part of docs/commands.md, made from the commands themselves.

python -m tests.cli.commands_page      writes it anew; a test checks that it is up to date
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from sekisho.cli.index import COMMANDS, SECTIONS
from sekisho.cli.main import main
from sekisho.cli.speech import SpokenOption, is_shared

PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
BEGIN = "<!-- Made from the commands by tests/cli/commands_page.py; do not edit below. -->"


def reference() -> str:
    """Every command with its usage, its words in both languages, and its options."""
    context = click.Context(main, info_name="sekisho")
    lines: list[str] = []
    for heading, names in SECTIONS:
        lines += [f"## {heading[0]} / {heading[1]}", ""]
        for name in names:
            found = main.get_command(context, name)
            assert found is not None, name
            lines += _command(found, context, name)
    return "\n".join(lines).rstrip() + "\n"


def _command(found: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    context = click.Context(found, info_name=name, parent=parent)
    spoken = getattr(found, "spoken", ("", ""))
    yield f"### `{context.command_path}`"
    yield ""
    if not isinstance(found, click.Group):
        yield f"`{' '.join([context.command_path, *found.collect_usage_pieces(context)])}`"
        yield ""
    yield from (_plain(spoken[0]), "", _plain(spoken[1]), "")
    yield from _options(found)
    if isinstance(found, click.Group):
        for inner in found.list_commands(context):
            yield from _command(found.commands[inner], context, inner)


def _plain(text: str) -> str:
    """A help text as Markdown: paragraphs stay, angle brackets and bars do no harm."""
    return text.replace("|", "\\|")


def _options(found: click.Command) -> Iterator[str]:
    own = [one for one in found.params if isinstance(one, SpokenOption) and not is_shared(one)]
    if not own:
        return
    yield "| option | 日本語 | English |"
    yield "|---|---|---|"
    context = click.Context(found)
    for one in own:
        record = one.get_help_record(context)
        assert record is not None
        must = ("（必須）", " (required)") if one.required else ("", "")
        names = record[0].replace("|", "\\|")
        yield f"| `{names}` | {one.spoken[0]}{must[0]} | {one.spoken[1]}{must[1]} |"
    yield ""


def page() -> str:
    """The whole page as it should stand: what people wrote, then the reference."""
    written = PAGE.read_text("utf-8").partition(BEGIN)[0]
    return f"{written}{BEGIN}\n\n{reference()}"


if __name__ == "__main__":
    assert COMMANDS
    PAGE.write_text(page(), "utf-8")
