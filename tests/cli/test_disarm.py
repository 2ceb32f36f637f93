"""`sekisho disarm` as people call it; its children have the handler of the sandbox's tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result
from tests.engines.disarm.sandbox import hostile
from tests.engines.disarm.sandbox.processes import descendants, wait_until_gone
from tests.support.commands import Commands

from sekisho.cli import disarm as command
from sekisho.cli import disarming
from sekisho.disarm.sandbox.pool import Pool

Call = Callable[..., Result]
WITHOUT_DJANGO = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("django", "obstore", "smbprotocol", "psycopg", "rich"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from sekisho.cli.main import main
main(sys.argv[1:])
"""


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """One call of the command, in Japanese."""
    monkeypatch.setattr(command, "Pool", partial(Pool, boot=hostile.boot()))
    return partial(Commands(tmp_path).call, "disarm")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`受付/a.txt`, `受付/内訳/b.dat` (text), and `受付/悪い.txt`, which is stopped."""
    top = tmp_path / "受付"
    (top / "内訳").mkdir(parents=True)
    (top / "a.txt").write_text("a\n")
    (top / "内訳" / "b.dat").write_text("b\n")
    (top / "悪い.txt").write_text("DO start exec")
    return top


def test_without_a_folder_it_is_a_trial(call: Call, folder: Path) -> None:
    before = sorted(folder.parent.rglob("*"))
    result = call(folder / "a.txt")
    assert result.exit_code == 0
    assert "変更なし" in result.stdout
    assert "試しに調べただけ" in result.stdout
    assert sorted(folder.parent.rglob("*")) == before


def test_files_are_written_under_names_that_say_what_they_are(
    call: Call, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = call(folder, "-o", out)
    assert result.exit_code == 3
    written = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert written == {"受付/a.txt", "受付/内訳/b.dat.txt"}
    assert (out / "受付/内訳/b.dat.txt").read_text() == "b\n"
    assert "悪い.txt: SKS-D026" in result.stdout
    assert "次にすること" in result.stdout
    assert "2 件が通り、1 件を止めました" in result.stdout


def test_nothing_is_replaced(call: Call, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.txt").write_text("mine")
    result = call(folder / "a.txt", "-o", out)
    assert result.exit_code == 3
    assert "SKS-V026" in result.stdout
    assert (out / "a.txt").read_text() == "mine"


def test_two_files_of_one_name_are_numbered(call: Call, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "b.dat.txt").write_text("other\n")
    out = tmp_path / "out"
    result = call(folder / "内訳" / "b.dat", tmp_path / "b.dat.txt", "-o", out)
    assert result.exit_code == 0
    assert (out / "b.dat.txt").read_text() == "b\n"
    assert (out / "b.dat (2).txt").read_text() == "other\n"


def test_the_answer_for_programs(call: Call, folder: Path, tmp_path: Path) -> None:
    result = call(folder, "-o", tmp_path / "out", "--json")
    assert result.exit_code == 3
    value = json.loads(result.stdout)
    assert value["record"] is None
    first, second, third = value["files"]
    assert first["name"] == "受付/a.txt"
    assert first["report"]["outcome"] == "same"
    assert first["report"]["sandbox"]["level"] in {"full", "partial", "none"}
    assert second["path"].endswith("b.dat.txt")
    assert third["report"]["code"] == "SKS-D026"
    assert third["path"] is None


def test_records_are_written_beside_and_never_over_another(
    call: Call, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    call(folder, "-o", out, "--report", "html")
    result = call(folder / "a.txt", "-o", out, "--report", "html", "--lang", "en")
    assert "disarm-report (2).html" in result.stdout
    assert '<html lang="ja">' in (out / "disarm-report.html").read_text("utf-8")
    assert '<html lang="en">' in (out / "disarm-report (2).html").read_text("utf-8")
    call(folder / "a.txt", "-o", tmp_path / "more", "--report", "json")
    value = json.loads((tmp_path / "more" / "disarm-report.json").read_text("utf-8"))
    assert value["files"][0]["report"]["outcome"] == "same"


def test_without_a_folder_records_go_to_standard_output(call: Call, folder: Path) -> None:
    result = call(folder / "a.txt", "--report", "html")
    assert result.stdout.startswith("<!DOCTYPE html>")
    assert "試しに" in result.stdout
    value = json.loads(call(folder / "a.txt", "--report", "json").stdout)
    assert value["files"][0]["name"] == "a.txt"


def test_passwords_are_asked_for_or_read(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[str | None] = []

    def note(*args: object, **more: object) -> list[object]:
        seen.append(more["password"])  # type: ignore[arg-type]
        return []

    monkeypatch.setattr(disarming, "disarm_all", note)
    secret = tmp_path / "password"
    secret.write_text("ひみつ\nmore\n", "utf-8")
    call(folder / "a.txt")
    call(folder / "a.txt", "--password-file", secret)
    result = call(folder / "a.txt", "--password", given="typed\n")
    assert seen == [None, "ひみつ", "typed"]
    assert "typed" not in result.output


def test_a_file_that_is_not_there_ends_the_call(call: Call, tmp_path: Path) -> None:
    result = call(tmp_path / "nothing.txt", "--json")
    assert json.loads(result.stderr)["error"]["code"] == "SKS-V013"


def test_files_must_be_named(call: Call) -> None:
    result = call()
    assert result.exit_code == 2
    assert "FILES" in result.stderr


def test_profiles_and_levels_are_chosen_by_name(call: Call, folder: Path) -> None:
    value = json.loads(call(folder / "a.txt", "--profile", "strict", "--json").stdout)
    assert value["files"][0]["report"]["profile"] == "strict"
    assert call(folder / "a.txt", "--profile", "none").exit_code == 2


def test_a_level_that_is_not_reached_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    weak = hostile.boot("from sekisho.disarm.sandbox import lockdown; lockdown._landlock = int")
    monkeypatch.setattr(command, "Pool", partial(Pool, boot=weak))
    call = partial(Commands(tmp_path).call, "disarm")
    out = tmp_path / "out"
    result = call(folder / "a.txt", "-o", out, "--level", "full", "--json")
    assert (result.exit_code, json.loads(result.stderr)["error"]["code"]) == (3, "SKS-D031")
    assert list(out.iterdir()) == []
    test = call("--self-test")
    assert test.exit_code == 1
    assert "一部のみ" in test.stdout


def test_the_self_test_says_what_is_in_force(call: Call) -> None:
    result = call("--self-test", "--json")
    value = json.loads(result.stdout)
    assert value.keys() == {"level", "parts", "tools", "kinds", "rules", "hand_over_ms"}
    assert result.exit_code == (0 if value["level"] == "full" else 1)
    assert "text" in value["kinds"]
    assert not {"jww", "dxf", "jtd"} & set(value["kinds"]), "kinds that always stop"
    shown = call("--self-test", "--lang", "en")
    assert "Landlock" in shown.stdout
    assert "seccomp" in shown.stdout


def test_it_needs_no_django(folder: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DJANGO, "disarm", str(folder / "a.txt"), "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SEKISHO_LANG": "ja"},
    )
    assert "came_in" not in done.stderr
    assert json.loads(done.stdout)["files"][0]["name"] == "a.txt"


def test_interrupted_it_ends_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path[:] = sys.argv[1].split(':')\n"
        "from functools import partial\n"
        "from tests.engines.disarm.sandbox import hostile\n"
        "from sekisho.cli import disarm\n"
        "from sekisho.cli.main import main\n"
        "disarm.Pool = partial(disarm.Pool, boot=hostile.boot())\n"
        "main(['disarm', *sys.argv[2:]])\n"
    )
    files = []
    for number in range(6):
        files.append(tmp_path / f"{number}.txt")
        files[-1].write_text("DO sleep")
    out = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", program, ":".join(sys.path), *map(str, files), "-o", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        deadline = time.monotonic() + 20
        while len(descendants(running.pid)) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        family = descendants(running.pid)
        time.sleep(0.3)
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
    assert wait_until_gone(family) == set()
    assert list(out.iterdir()) == []


def test_a_name_that_hides_something_is_shown_as_it_is(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "報告\u202etxt.bat"
    file.write_text("x\n")
    result = call(file, "-o", tmp_path / "out")
    assert "\u202e" not in result.stdout
    assert "<202E>" in result.stdout
    for path in (tmp_path / "out").rglob("*"):
        assert "\u202e" not in path.name
