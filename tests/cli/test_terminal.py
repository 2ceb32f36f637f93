"""On a terminal: tables with lines, and a bar for work of more than a second."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from tests.support.commands import Commands

BAR = """
from sekisho.cli.call import Call
from sekisho.cli.progress import Bar
moments = iter([0.0, *{moments}])
with Bar(Call(), "取り込み", lambda: next(moments)) as bar:
    bar("x", 1, 4)
    bar("x", 2, 4)
    bar("x", 4, 4)
"""


def on_a_terminal(*command: str) -> str:
    """What a command writes when its output is a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm", "SEKISHO_LANG": "ja"}
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, close_fds=True
    )
    os.close(theirs)
    written = b""
    while piece := _read(ours):
        written += piece
    os.close(ours)
    assert process.wait() == 0, written.decode()
    return written.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # The other end is closed.
        return b""


def test_tables_have_lines_and_columns_that_fit(founded: Commands) -> None:
    program = (sys.executable, "-m", "sekisho", "--node", str(founded.folder / "internet"))
    shown = on_a_terminal(*program, "person", "list")
    assert "───" in shown
    lines = [line for line in shown.splitlines() if "sato" in line or "suzuki" in line]
    assert len(lines) == 2
    assert lines[0].index("税務課") == lines[1].index("税務課")


def test_short_work_shows_no_bar() -> None:
    shown = on_a_terminal(sys.executable, "-c", BAR.format(moments=[0.1, 0.5, 0.9]))
    assert "取り込み" not in shown


def test_long_work_shows_how_far_it_is() -> None:
    shown = on_a_terminal(sys.executable, "-c", BAR.format(moments=[0.5, 1.5, 2.5]))
    assert "取り込み" in shown
    assert "100%" in shown


def test_nobody_watches_a_file() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BAR.format(moments=[0.5, 1.5, 2.5])], capture_output=True, text=True
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_a_terminal_that_lacks_a_character_ends_nothing(founded: Commands) -> None:
    """Shift_JIS has no em dash, which stands for “none” in tables."""
    done = subprocess.run(
        [sys.executable, "-m", "sekisho", "--node", str(founded.folder / "internet"), "status"],
        env={**os.environ, "PYTHONIOENCODING": "cp932", "SEKISHO_LANG": "ja"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode("cp932")
    assert shown.startswith("要対応 0 件")
    assert "\\u2014" in shown


def test_a_reader_that_goes_away_is_no_failure() -> None:
    done = subprocess.run(
        f"{sys.executable} -m sekisho explain --all | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
