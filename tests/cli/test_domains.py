"""`sekisho domains` as people and programs call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.commands import Commands

from sekisho.cli.domains import KINDS
from sekisho.dnscheck import Kind

KEYS = {"name", "unicode", "suffix", "registrable", "owner", "kind", "certain"}


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A folder without a node."""
    return Commands(tmp_path)


def test_a_program_reads_whose_a_name_is(commands: Commands) -> None:
    result = commands.call("domains", "explain", "www.City.Osaka.LG.JP", "--json")
    value = json.loads(result.stdout)
    assert value.keys() == KEYS
    assert (value["owner"], value["kind"]) == ("city.osaka.lg.jp", "lg")


def test_people_read_it_in_words(commands: Commands) -> None:
    shown = commands.call("domains", "explain", "www.例え.jp").stdout
    assert "www.例え.jp" in shown and "汎用JP" in shown and "要確認" not in shown
    assert "要確認" in commands.call("domains", "explain", "www.shinsei-xx.lg.jp").stdout
    assert "なし" in commands.call("domains", "explain", "lg.jp").stdout


def test_what_is_no_name_is_refused(commands: Commands) -> None:
    error = commands.fails("nowhere", "domains", "explain", "https://example.jp/")
    assert (error["code"], error["exit_code"]) == ("SKS-Q001", 4)


def test_every_kind_has_its_words() -> None:
    assert KINDS.keys() == {kind.value for kind in Kind}
