"""`sekisho completion`: a script that lets the shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command
from sekisho.cli.words import Pair, longer

PROGRAM = "sekisho"
VARIABLE = "_SEKISHO_COMPLETE"
DETAILS: Pair = (
    """

例（bash）: sekisho completion bash >> ~/.bashrc""",
    """

For instance (bash): sekisho completion bash >> ~/.bashrc""",
)


@command("completion", longer(COMMANDS["completion"].spoken, DETAILS))
@argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Written on standard output, always as it is: no shell reads JSON."""
    found = get_completion_class(shell)
    root = ctx.find_root().command
    if found is not None:
        click.echo(found(root, {}, PROGRAM, VARIABLE).source_template % _gaps())


def _gaps() -> dict[str, str]:
    """What click's templates ask for; its own `source()` would start the shell to learn more."""
    return {
        "complete_func": f"_{PROGRAM}_completion",
        "complete_var": VARIABLE,
        "prog_name": PROGRAM,
    }
