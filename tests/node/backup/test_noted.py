"""What a node remembers of its backups, and whom it tells when they are late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.backups import Safe
from tests.support.town import Town

from sekisho.kernel.errors import Broken, Refused
from sekisho.node.backup.newest import check_newest
from sekisho.node.backup.noted import is_expected, is_late, noted
from sekisho.node.noticing import notify_daily
from sekisho.node.opening import Node
from sekisho.node.overview import Matter, overview
from sekisho.node.sections import BackupSettings
from sekisho.office.notices.models import Alert


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe(tmp_path / "safe")


@pytest.fixture
def town(sqlite_town: Town, safe: Safe) -> Town:
    """Its node `internet` has a place for backups."""
    node = sqlite_town.nodes["internet"]
    places = BackupSettings(to=safe.folder / "data", keys_to=safe.folder / "keys")
    settings = replace(node.settings, backup=places)
    sqlite_town.nodes["internet"] = replace(node, settings=settings)
    return sqlite_town


def late(node: Node) -> bool:
    return is_late(node.settings, noted(node), node.desk.now())


def test_a_backup_is_remembered_and_late_after_the_hours_that_are_set(
    town: Town, safe: Safe
) -> None:
    with town.at("internet") as node:
        assert late(node)
        assert [one.matter for one in overview(node).todo] == [Matter.BACKUP_LATE]
    kept = safe.back_up(town)
    with town.at("internet") as node:
        made = noted(node).made
        assert made is not None and (made.data, made.bytes) == (kept.data, kept.bytes)
        assert noted(node).listed is not None
        assert not late(node)
        town.clock.advance(timedelta(hours=48))
        assert not late(node)
        town.clock.advance(timedelta(seconds=1))
        assert late(node)
        never = replace(node.settings, backup=replace(node.settings.backup, late_hours=0))
        assert not is_late(never, noted(node), node.desk.now())


def test_nobody_is_alerted_where_no_place_is_set(sqlite_town: Town) -> None:
    with sqlite_town.at("lgwan") as node:
        assert not is_expected(node.settings, noted(node)) and not late(node)
        notify_daily(node)
        assert not Alert.objects.filter(kind="backup-late").exists()


def test_administrators_are_told_once_of_each_backup_that_nothing_followed(
    town: Town, safe: Safe
) -> None:
    def told() -> int:
        with town.at("internet") as node:
            notify_daily(node)
            return Alert.objects.filter(kind="backup-late", person="admin").count()

    assert (told(), told()) == (1, 1)
    safe.back_up(town)
    assert told() == 1
    town.clock.advance(timedelta(hours=49))
    assert (told(), told()) == (2, 2)


def test_the_newest_is_examined_and_what_was_found_is_remembered(town: Town, safe: Safe) -> None:
    with town.at("internet") as node, pytest.raises(Refused, match="SKS-B016"):
        check_newest(node)
    safe.back_up(town)
    town.clock.advance(timedelta(hours=1))
    kept = safe.back_up(town)
    with town.at("internet") as node:
        path, manifest = check_newest(node)
        assert (path, manifest.node) == (kept.data, "internet")
        checked = noted(node).checked
        assert checked is not None and (checked.data, checked.code) == (kept.data, "")


@pytest.mark.parametrize("broken", ["data", "keys"])
def test_a_backup_that_is_of_no_use_is_found(town: Town, safe: Safe, broken: str) -> None:
    kept = safe.back_up(town)
    if broken == "data":
        data = bytearray(kept.data.read_bytes())
        data[len(data) // 2] ^= 1
        kept.data.write_bytes(data)
    else:
        kept.keys.unlink()
    with town.at("internet") as node:
        with pytest.raises(Broken, match="SKS-B002"):
            check_newest(node)
        checked = noted(node).checked
        assert checked is not None and checked.code == "SKS-B002"
