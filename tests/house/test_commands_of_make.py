"""The commands that a newcomer types: in the Makefile, in the help, in the documents."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from tests.house.report import nothing
from tests.house.source import ROOT, documents

SCRIPTS = ["scripts/setup", "scripts/system-parts", "scripts/lock", ".ci/run"]


CODE = re.compile(r"^```.*?^```|^ {4}.*?$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
"""Fenced, indented and inline code in Markdown."""


def targets() -> set[str]:
    """What the Makefile can make."""
    text = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))


def test_every_target_is_in_the_help_or_serves_one_that_is() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert targets() - set(re.findall(r"make ([a-z-]+)", shown)) == {"ready-run", "ready-dev"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_run_and_read_by_the_shell(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    subprocess.run(["bash", "-n", str(ROOT / script)], check=True)


def test_make_commands_in_the_documents_exist() -> None:
    named = {
        (path, target)
        for path, text in documents().items()
        for code in CODE.findall(text)
        for target in re.findall(r"\bmake ([a-z][a-z-]*)", code)
    }
    nothing(sorted((path, target) for path, target in named if target not in targets()))


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_the_readme_shows_the_two_commands(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text
