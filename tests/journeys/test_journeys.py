"""Scripts that somebody could type, each run as it is over three real nodes and a store."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.commands import ENVIRONMENT, Commands

import sekisho

HERE = Path(__file__).parent
SCRIPTS = sorted(path for path in HERE.glob("*.sh") if path.name != "lib.sh")
SECONDS_MAX = 300
LONG = {"english", "new_keys"}
"""Each of their steps is taken by a quicker test too."""


def marked(scripts: list[Path]) -> list[Any]:
    """The scripts by their names; the long ones say so."""
    return [
        pytest.param(path, id=path.stem, marks=[pytest.mark.long] if path.stem in LONG else [])
        for path in scripts
    ]


def environment(town: Commands, bin_folder: Path) -> dict[str, str]:
    """A shell's environment in which `sekisho` is this interpreter's."""
    bin_folder.mkdir()
    command = bin_folder / "sekisho"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m sekisho "$@"\n')
    command.chmod(0o755)
    kept = {name: value for name, value in ENVIRONMENT.items() if value is not None}
    return {
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "HOME": str(town.folder),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(sekisho.__file__).parents[1]),
        "PYTHON": sys.executable,
        "TOWN": str(town.folder),
        "LIB": str(HERE / "lib.sh"),
        **{f"ADMIN_{n}": one for n, one in enumerate(town.fingerprints, 1)},
        **kept,
    }


@pytest.mark.parametrize("script", marked(SCRIPTS))
def test_journey(script: Path, town: Commands, tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", str(script)],
        env=environment(town, tmp_path / "bin"),
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_journeys() -> None:
    assert len(SCRIPTS) >= 12
