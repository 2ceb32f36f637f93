"""What the READMEs show of the demonstration is what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXCERPT = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def without_numbers(line: str) -> str:
    """Sizes and counts may change with the formats; the words may not."""
    return re.sub(r"[0-9][0-9,]*", "0", line.strip())


@pytest.mark.parametrize(("readme", "language"), [("README.md", "en"), ("README.ja.md", "ja")])
def test_the_excerpt_is_what_the_demonstration_says(
    readme: str, language: str, tmp_path: Path
) -> None:
    (excerpt,) = EXCERPT.findall((ROOT / readme).read_text("utf-8"))
    command = [sys.executable, "-m", "sekisho", "--lang", language, "demo"]
    said = subprocess.run(
        [*command, "--into", tmp_path / "demo"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    lines = {without_numbers(line) for line in said.splitlines()}
    wanted = [line for line in excerpt.splitlines() if line.strip()]
    assert [line for line in wanted if without_numbers(line) not in lines] == []
    assert len(wanted) > 10


@pytest.mark.parametrize(
    ("name", "content"),
    [("ソ 表.bin", bytes(range(256)) * 400), ("空.txt", b""), ("覚え.txt", "覚え書き\n".encode())],
)
def test_a_file_of_the_reader_crosses_whatever_it_is(
    name: str, content: bytes, tmp_path: Path
) -> None:
    """One that cannot be disarmed stops first, and passes by a registered exception."""
    file = tmp_path / name
    file.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "sekisho", "--lang", "en", "demo", "--file", file, "--into",
         tmp_path / "demo"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert ("SKS-D001] This type" in done.stdout) == (name == "ソ 表.bin")
    assert "All of it held" in done.stdout
