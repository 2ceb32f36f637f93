"""Set-up and the test run say in plain words what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.house.source import ROOT

NEEDS_A_PART = """
from tests.support.parts import need

def test_with_a_part():
    need("PostgreSQL", "apt-get install postgresql")

def test_without():
    pass
"""


def test_without_a_python_setup_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup", tmp_path / "scripts" / "setup")
    bash = shutil.which("bash")
    result = subprocess.run(
        [str(bash), "scripts/setup", "run"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "Python 3.11 以上が見つかりません" in result.stderr
    assert "Python 3.11 or newer was not found" in result.stderr
    assert not (tmp_path / ".venv").exists()


def run_pytest(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A test run of its own, with the hooks of this one."""
    (folder / "test_part.py").write_text(NEEDS_A_PART)
    clean = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", str(folder)],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_last_lines_say_what_was_skipped_for_want_of_a_part(tmp_path: Path) -> None:
    result = run_pytest(tmp_path)
    assert result.returncode == 0
    *_, heading, reason, summary = filter(None, result.stdout.splitlines())
    assert "skipped for want of a part" in heading
    assert "PostgreSQL is not available: apt-get install postgresql" in reason
    assert "1 passed, 1 skipped" in summary


def test_in_ci_a_missing_part_is_a_failure(tmp_path: Path) -> None:
    result = run_pytest(tmp_path, CI="true")
    assert result.returncode == 1
    assert "1 failed, 1 passed" in result.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize("package", ["postgresql", "samba"])
def test_the_parts_are_named_where_they_are_installed(package: str) -> None:
    assert f"'{package}:" in (ROOT / "scripts" / "system-parts").read_text("utf-8")
