"""Help pages: quick, in both languages, and the same as the documented ones."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest
from tests.cli.commands_page import PAGE, page
from tests.support.commands import Commands

from sekisho.cli.index import COMMANDS
from sekisho.node.settings import SHAPE
from sekisho.office.transfers.policy import Policy

HELP_SECONDS_MAX = 0.2
HEAVY = ("django", "rich", "cryptography", "obstore", "sekisho.node", "sekisho.office")
LOADED = "import sys\nfrom sekisho.cli.main import main\ntry:\n    main(['--help'])\n"
LOADED += "except SystemExit:\n    print(*sys.modules, file=sys.stderr)\n"


def test_the_page_of_commands_is_up_to_date() -> None:
    """`python -m tests.cli.commands_page` writes it anew."""
    assert PAGE.read_text("utf-8") == page()


def test_the_page_names_every_setting_and_every_condition() -> None:
    text = PAGE.read_text("utf-8")
    settings = {key for keys in SHAPE.values() for key in keys}
    conditions = set(Policy.__dataclass_fields__)
    assert [key for key in sorted(settings | conditions) if f"`{key}`" not in text] == []
    assert [name for name in SHAPE if f"`[{name}]`" not in text] == []


def test_help_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True)
    assert done.returncode == 0
    assert [name for name in HEAVY if name in done.stderr.split()] == []


def test_help_is_quick() -> None:
    """By the processor's time: how long it takes on the wall depends on who else is working."""
    assert min(_processor_seconds() for _ in range(3)) < HELP_SECONDS_MAX


def _processor_seconds() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "sekisho", "--help"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


@pytest.mark.parametrize(("language", "words"), [("ja", "使い方: "), ("en", "Usage: ")])
def test_every_command_explains_itself(language: str, words: str) -> None:
    for name in COMMANDS:
        result = Commands(PAGE).call(name, "--help", "--lang", language)
        assert result.exit_code == 0
        assert result.stdout.startswith(f"{words}sekisho {name}")
        assert COMMANDS[name].spoken[language == "en"].lower()[:8] in result.stdout.lower()


def test_the_list_of_commands_is_that_of_the_index() -> None:
    result = Commands(PAGE).call("--help")
    assert [name for name in COMMANDS if f"  {name} " not in result.stdout] == []


def test_without_a_command_the_help_is_shown_and_the_exit_code_is_that_of_misuse() -> None:
    result = Commands(PAGE).call()
    assert result.exit_code == 2
    assert "使い方" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_program(shell: str) -> None:
    result = Commands(PAGE).call("completion", shell)
    assert result.exit_code == 0
    assert "_SEKISHO_COMPLETE" in result.stdout
    assert "%(" not in result.stdout


def test_bash_completes_commands() -> None:
    script = subprocess.run(
        [sys.executable, "-m", "sekisho"],
        env={
            "_SEKISHO_COMPLETE": "bash_complete",
            "COMP_WORDS": "sekisho dir",
            "COMP_CWORD": "1",
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
    )
    assert "plain,directory" in script.stdout
