"""What arrives for a person is written into a watched folder: whole, once, with its evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.faults import desk
from tests.support.town import Town

from sekisho.node.watching import folders, giving
from sekisho.node.watching.rounds import watch_folders
from sekisho.office.notices.actions import watching
from sekisho.office.transfers.models import Collection


class Killed(BaseException):
    """The process is gone at this call."""


@pytest.fixture
def outbox(sqlite_town: Town, tmp_path: Path) -> Path:
    return _watched(sqlite_town, tmp_path / "outbox")


def _watched(town: Town, folder: Path) -> Path:
    folder.mkdir()
    with town.at("lgwan") as node:
        watching.add_out(node.desk, actor="admin", folder=str(folder), person="sato")
    return folder


def _arrived(town: Town, name: str = "通知.txt") -> str:
    transfer_id = desk.release(town, name=name)
    desk.come_to_rest(town)
    return transfer_id


def _round(town: Town) -> list[str]:
    with town.at("lgwan") as node:
        return [one.code for one in watch_folders(node)]


def test_an_arrival_is_written_once_with_its_evidence(town: Town, tmp_path: Path) -> None:
    folder = _watched(town, tmp_path / "outbox")
    transfer_id = _arrived(town)
    assert _round(town) == []
    found = folder / transfer_id
    assert sorted(path.name for path in found.iterdir()) == ["証跡一式.zip", "通知.txt"]
    assert (found / "通知.txt").read_bytes() == desk.CONTENT
    assert (found / giving.EVIDENCE).read_bytes()[:2] == b"PK"
    (found / "通知.txt").unlink()
    assert _round(town) == []
    assert not (found / "通知.txt").exists()
    with town.at("lgwan"):
        assert Collection.objects.count() == 1


def test_what_was_taken_away_does_not_come_again(sqlite_town: Town, outbox: Path) -> None:
    transfer_id = _arrived(sqlite_town)
    _round(sqlite_town)
    for path in (outbox / transfer_id).iterdir():
        path.unlink()
    (outbox / transfer_id).rmdir()
    assert _round(sqlite_town) == []
    assert not (outbox / transfer_id).exists()


@pytest.mark.parametrize("step", ["collect", "export_transfer", "not_collected"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_anywhere_it_is_whole_in_the_end_or_not_there(
    sqlite_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    transfer_id = _arrived(sqlite_town)
    outbox = _watched(sqlite_town, tmp_path / "outbox")
    with monkeypatch.context() as patched:
        real = getattr(giving, step)

        def dies(*args: Any, **more: Any) -> Any:
            if after:
                real(*args, **more)
            raise Killed

        patched.setattr(giving, step, dies)
        with pytest.raises(Killed):
            _round(sqlite_town)
        assert not (outbox / transfer_id).exists()
    sqlite_town.clock.advance(desk.PAST_ANY_LEASE)
    assert _round(sqlite_town) == []
    assert (outbox / transfer_id / "通知.txt").read_bytes() == desk.CONTENT
    assert list((outbox / folders.TAKEN).iterdir()) == []


def test_a_file_written_and_not_recorded_does_not_stand_in_the_way(
    sqlite_town: Town, tmp_path: Path
) -> None:
    transfer_id = _arrived(sqlite_town)
    outbox = _watched(sqlite_town, tmp_path / "outbox")
    part = outbox / folders.TAKEN / transfer_id
    part.mkdir(parents=True)
    (part / "通知.txt").write_bytes(b"half")
    assert _round(sqlite_town) == []
    assert (outbox / transfer_id / "通知.txt").read_bytes() == desk.CONTENT
