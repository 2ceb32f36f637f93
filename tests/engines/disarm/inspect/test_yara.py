"""YARA-X rules: compiled from a folder, matched, bounded in time, and never silently absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from sekisho.disarm.account import Account
from sekisho.disarm.inspect import yara
from sekisho.disarm.inspect.yara import Matches, Unscanned, compile_rules, note, read_rules
from sekisho.disarm.words import things
from sekisho.kernel.errors import InvalidInput

RULE = 'rule canary { strings: $a = "canary" condition: $a }'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.yar").write_text(RULE, "utf-8")
    (tmp_path / "a.yara").write_text("rule whole { condition: filesize > 3 }", "utf-8")
    (tmp_path / "notes.txt").write_text("no rules", "utf-8")
    return tmp_path


def test_rules_of_a_folder_match_by_file_and_name(folder: Path) -> None:
    rules = compile_rules(read_rules(folder))
    assert rules.scan(b"a canary").rules == ("a.yara:whole", "b.yar:canary")
    assert rules.scan(memoryview(b"ab")) == Matches()


def test_a_rule_that_cannot_be_compiled_is_an_error(folder: Path) -> None:
    (folder / "c.yar").write_text("rule x { condition: nothing }", "utf-8")
    with pytest.raises(InvalidInput, match="SKS-D810"):
        compile_rules(read_rules(folder))
    (folder / "c.yar").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InvalidInput, match="SKS-D810"):
        read_rules(folder)


def test_rules_may_not_include_other_files(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="SKS-D810"):
        compile_rules({"c.yar": f'include "{folder / "b.yar"}"'})


def test_no_rules_and_no_part_are_not_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compile_rules({}).scan(b"x").unscanned is Unscanned.NO_RULES
    monkeypatch.setattr(yara, "yara_x", None)
    assert compile_rules({"a": RULE}).scan(b"canary").unscanned is Unscanned.NOT_INSTALLED


def test_a_scan_that_takes_too_long_is_not_scanned() -> None:
    every = "for all {0} in (0..filesize - 1)"
    slow = (
        f"rule slow {{ condition: {every.format('i')} : ({every.format('j')} : (uint8(j) == 97)) }}"
    )
    matches = compile_rules({"a": slow}).scan(b"a" * 300_000, seconds_max=1)
    assert matches == Matches(unscanned=Unscanned.TIMEOUT)


def test_what_is_said_has_words() -> None:
    account = Account()
    note(account, Matches(("a.yar:canary",)))
    for reason in Unscanned:
        note(account, Matches(unscanned=reason))
    assert {entry.what for entry in account.entries()} <= things().keys()
    assert account.entries()[0].where == "a.yar:canary"
