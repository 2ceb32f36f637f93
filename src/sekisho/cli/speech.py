"""Commands, groups and options whose help is spoken in the user's language.

Every command, wherever it stands, takes the shared options `--node`, `--as`, `--json`, `--lang`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from sekisho.cli.call import Call
from sekisho.cli.sheet import SheetContext
from sekisho.cli.words import LANGUAGES, Pair, both

F = TypeVar("F", bound=Callable[..., Any])


class SpokenOption(click.Option):
    """An option."""

    def __init__(self, names: Sequence[str], spoken: Pair, **settings: Any) -> None:
        self.spoken = spoken
        super().__init__(list(names), help=spoken[0], **settings)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Names and words; click's own `[required]` and `[default]` are said in ours."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        required = both("（必須）", " (required)") if self.required else ""
        return record[0], both(*self.spoken) + required


class SpokenCommand(click.Command):
    """A command that does something."""

    context_class = SheetContext

    def __init__(self, *args: Any, spoken: Pair, **settings: Any) -> None:
        self.spoken = spoken
        super().__init__(*args, **{**settings, "help": spoken[0]})
        self.params.extend(shared_options())

    def get_short_help_str(self, limit: int = 0) -> str:
        """The first line of the help."""
        return both(*self.spoken).partition("\n")[0]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help in the user's language."""
        self.help = both(*self.spoken)
        super().format_help_text(ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, in our words."""
        return _help_option(super().get_help_option(ctx))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first, the shared ones apart."""
        _write_options(self, ctx, formatter)


class SpokenGroup(click.Group):
    """A command with commands below it; they keep the order in which they were defined."""

    context_class = SheetContext
    command_class = SpokenCommand

    def __init__(self, *args: Any, spoken: Pair, **settings: Any) -> None:
        self.spoken = spoken
        super().__init__(*args, **{**settings, "help": spoken[0]})
        self.params.extend(shared_options())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of definition."""
        return list(self.commands)

    def get_short_help_str(self, limit: int = 0) -> str:
        """The first line of the help."""
        return both(*self.spoken).partition("\n")[0]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help in the user's language."""
        self.help = both(*self.spoken)
        super().format_help_text(ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, in our words."""
        return _help_option(super().get_help_option(ctx))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands first, then the options."""
        self.format_commands(ctx, formatter)
        _write_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each command with the first line of its help."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, one.get_short_help_str()) for name, one in found if one and not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def verb(self, name: str, spoken: Pair) -> Callable[[Callable[..., Any]], SpokenCommand]:
        """Decorator: a command of this group."""

        def decorate(function: Callable[..., Any]) -> SpokenCommand:
            made = command(name, spoken)(function)
            self.add_command(made)
            return made

        return decorate


def command(name: str, spoken: Pair) -> Callable[[Callable[..., Any]], SpokenCommand]:
    """Decorator: a command of the top level."""
    return click.command(name, cls=SpokenCommand, spoken=spoken)


def group(name: str, spoken: Pair) -> SpokenGroup:
    """A group of commands of the top level."""
    return SpokenGroup(name, spoken=spoken)


def option(*names: str, spoken: Pair, **settings: Any) -> Callable[[F], F]:
    """Decorator: an option."""
    return click.option(*names, cls=_made(spoken), **settings)


argument = click.argument


def _made(spoken: Pair) -> Any:
    """What `click.option` calls as its class."""
    return lambda names, **settings: SpokenOption(names, spoken, **settings)


def _help_option(found: click.Option | None) -> click.Option | None:
    # The language is known only now; click made this option with its own words.
    if found is not None:
        found.help = both("この説明を表示する", "show this text")
    return found


def _write_options(
    command: click.Command, ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    own: list[tuple[str, str]] = []
    shared: list[tuple[str, str]] = []
    for parameter in command.get_params(ctx):
        if isinstance(parameter, click.Option):
            record = parameter.get_help_record(ctx)
            if record is not None:
                (shared if is_shared(parameter) else own).append(record)
    for heading, rows in (("Options", own), ("Shared options", shared)):
        if rows:
            with formatter.section(heading):
                formatter.write_dl(rows)


def is_shared(parameter: click.Parameter) -> bool:
    """Whether every command takes this option."""
    return parameter.name in SHARED


SHARED = ("shared_node", "shared_actor", "shared_json", "shared_lang", "help")


def shared_options() -> list[click.Option]:
    """Fresh copies of the options that every command takes."""
    return [
        _shared(
            ["--node", "shared_node"],
            (
                "ノードのフォルダー（SEKISHO_NODE、なければ今のフォルダー）",
                "folder of the node (SEKISHO_NODE, else the current folder)",
            ),
            metavar="DIR",
        ),
        _shared(
            ["--as", "shared_actor"],
            ("操作する人の利用者名（SEKISHO_AS）", "login of the person who acts (SEKISHO_AS)"),
            metavar="LOGIN",
        ),
        _shared(
            ["--json", "shared_json"],
            ("結果を JSON で出す", "give the result as JSON"),
            is_flag=True,
            default=None,
        ),
        _shared(
            ["--lang", "shared_lang"],
            ("表示する言語（SEKISHO_LANG）", "language of what is shown (SEKISHO_LANG)"),
            type=click.Choice(LANGUAGES),
        ),
    ]


def _shared(names: list[str], spoken: Pair, **settings: Any) -> SpokenOption:
    return SpokenOption(names, spoken, expose_value=False, callback=_keep, **settings)


def _keep(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    """An option given nearer to the command counts more."""
    if value is not None:
        ctx.ensure_object(Call).take(str(parameter.name), value)
