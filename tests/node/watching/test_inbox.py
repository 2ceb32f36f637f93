"""A watched folder: what is put there is sent once, and nothing is lost, however often we die."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.town import Town

from sekisho.node.opening import Node
from sekisho.node.watching import folders, taking
from sekisho.node.watching.rounds import watch_folders
from sekisho.office.notices.actions import watching
from sekisho.office.notices.models import WatchedFile, WatchedFolder
from sekisho.office.transfers.actions.routes import save_route
from sekisho.office.transfers.models import Transfer

WAIT = timedelta(minutes=11)
CONTENT = "固定資産税".encode() * 100
TOO_MUCH = bytes(200_000)


class Killed(BaseException):
    """The process is gone at this call."""


@pytest.fixture
def inbox(sqlite_town: Town, tmp_path: Path) -> Path:
    return _watched(sqlite_town, tmp_path / "inbox")


def _watched(town: Town, folder: Path, ready: str = "stable", to: str = "lgwan") -> Path:
    folder.mkdir()
    with town.at("internet") as node:
        limits = {"file_bytes_max": len(TOO_MUCH) - 1}
        save_route(node.desk, actor="admin", from_node="internet", to_node="lgwan", policy=limits)
        inbound = watching.Inbound(to, ("sato",), "固定資産税の通知", "機密性2", ready)
        watching.add_in(
            node.desk, actor="admin", folder=str(folder), person="sato", inbound=inbound
        )
    return folder


def _put(town: Town, folder: Path, name: str, content: bytes = CONTENT) -> Path:
    path = folder / name
    path.write_bytes(content)
    _date(town, path)
    return path


def _date(town: Town, path: Path) -> None:
    moment = town.clock.now().timestamp()
    os.utime(path, (moment, moment))


def _rounds(town: Town, times: int = 3) -> list[str]:
    codes = []
    for _ in range(times):
        with town.at("internet") as node:
            codes += [one.code for one in watch_folders(node)]
        town.clock.advance(timedelta(seconds=30))
    return codes


def _transfers(town: Town) -> list[str]:
    with town.at("internet"):
        return [f.path for one in Transfer.objects.order_by("created") for f in one.files.all()]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_a_file_that_stays_as_it_is_is_sent_once(town: Town, tmp_path: Path) -> None:
    folder = _watched(town, tmp_path / "inbox")
    _put(town, folder, "通知.txt")
    assert _rounds(town) == []
    assert _transfers(town) == ["通知.txt"]
    assert _names(folder) == []
    assert _names(folder / "done") == ["通知.txt"]
    with town.at("internet"):
        row = WatchedFile.objects.get()
        assert (row.state, row.transfer_id) == ("done", Transfer.objects.get().pk)
    assert _rounds(town) == []
    assert len(_transfers(town)) == 1


def test_a_file_that_grows_waits(sqlite_town: Town, inbox: Path) -> None:
    for step in range(4):
        _put(sqlite_town, inbox, "a.txt", CONTENT * (step + 1))
        with sqlite_town.at("internet") as node:
            assert watch_folders(node) == []
        sqlite_town.clock.advance(timedelta(seconds=5))
    assert _transfers(sqlite_town) == []
    _rounds(sqlite_town)
    assert _transfers(sqlite_town) == ["a.txt"]


def test_a_mark_says_that_a_file_is_whole(sqlite_town: Town, tmp_path: Path) -> None:
    folder = _watched(sqlite_town, tmp_path / "inbox", "marker")
    _put(sqlite_town, folder, "a.txt")
    _rounds(sqlite_town)
    assert _transfers(sqlite_town) == []
    _put(sqlite_town, folder, "a.txt.ready", b"")
    _rounds(sqlite_town, 1)
    assert _transfers(sqlite_town) == ["a.txt"]
    assert _names(folder) == []


def test_what_is_moved_there_whole_is_taken_at_once(sqlite_town: Town, tmp_path: Path) -> None:
    folder = _watched(sqlite_town, tmp_path / "inbox", "rename")
    part = _put(sqlite_town, folder, "a.txt.part")
    _rounds(sqlite_town, 1)
    assert _transfers(sqlite_town) == []
    part.rename(folder / "a.txt")
    _rounds(sqlite_town, 1)
    assert _transfers(sqlite_town) == ["a.txt"]


def test_what_the_route_refuses_lies_apart_with_the_reason(sqlite_town: Town, inbox: Path) -> None:
    _put(sqlite_town, inbox, "大きい.txt", TOO_MUCH)
    codes = _rounds(sqlite_town)
    assert len(codes) == 1
    reason, refused = _names(inbox / "refused")
    if reason == "大きい.txt":
        reason, refused = refused, reason
    assert (reason, refused) == ("大きい.txt.理由.txt", "大きい.txt")
    text = (inbox / "refused" / reason).read_text("utf-8-sig")
    assert text.startswith(codes[0])
    assert "情報システム" in text or "担当" in text
    assert _transfers(sqlite_town) == []


@pytest.mark.parametrize("kind", ["link", "pipe", "lost link"])
def test_what_is_no_file_is_put_aside_and_never_followed(
    sqlite_town: Town, inbox: Path, tmp_path: Path, kind: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not for anybody")
    if kind == "pipe":
        os.mkfifo(inbox / "x")
    else:
        (inbox / "x").symlink_to(secret if kind == "link" else tmp_path / "nothing")
    _rounds(sqlite_town)
    assert _transfers(sqlite_town) == []
    assert secret.exists()
    assert os.path.lexists(inbox / "refused" / "x")
    assert (inbox / "refused" / "x.理由.txt").exists()


def test_folders_and_hidden_files_are_left_alone(sqlite_town: Town, inbox: Path) -> None:
    (inbox / "folder").mkdir()
    _put(sqlite_town, inbox / "folder", "a.txt")
    _put(sqlite_town, inbox, ".hidden")
    _put(sqlite_town, inbox, "b.tmp")
    assert _rounds(sqlite_town) == []
    assert _transfers(sqlite_town) == []
    assert _names(inbox) == [".hidden", "b.tmp"]


def test_the_same_once_more_is_refused_and_a_new_one_of_the_name_is_sent(
    sqlite_town: Town, inbox: Path
) -> None:
    first = _put(sqlite_town, inbox, "a.txt")
    dated = first.stat().st_mtime_ns
    _rounds(sqlite_town)
    again = _put(sqlite_town, inbox, "a.txt")
    os.utime(again, ns=(dated, dated))
    assert _rounds(sqlite_town) == ["SKS-M206"]
    _put(sqlite_town, inbox, "a.txt")
    assert _rounds(sqlite_town) == []
    assert _transfers(sqlite_town) == ["a.txt", "a.txt"]
    assert _names(inbox / "done") == ["a.1.txt", "a.txt"]


def test_a_share_that_is_away_is_said_and_taken_up_again(sqlite_town: Town, inbox: Path) -> None:
    _put(sqlite_town, inbox, "a.txt")
    away = inbox.with_name("away")
    inbox.rename(away)
    assert _rounds(sqlite_town, 1) == ["SKS-M203"]
    with sqlite_town.at("internet"):
        assert WatchedFolder.objects.get().trouble == "SKS-M203"
    assert not inbox.exists(), "a folder on the node's own disk would hide that the share is away"
    away.rename(inbox)
    _date(sqlite_town, inbox / "a.txt")
    assert _rounds(sqlite_town) == []
    assert _transfers(sqlite_town) == ["a.txt"]
    with sqlite_town.at("internet"):
        assert WatchedFolder.objects.get().trouble == ""


def test_what_was_taken_for_a_row_that_is_gone_begins_anew(sqlite_town: Town, inbox: Path) -> None:
    """An older database was restored: the file is not lost with its row."""
    place = inbox / folders.TAKEN / "4711"
    place.mkdir(parents=True)
    _put(sqlite_town, place, "a.txt")
    _rounds(sqlite_town)
    assert _transfers(sqlite_town) == ["a.txt"]


STEPS = ("move", "digest", "submit_found", "mark_submitted", "mark_settled", "note_seen")
HOMES: dict[str, Any] = {
    "move": folders,
    "digest": folders,
    "submit_found": taking,
    "mark_submitted": watching,
    "mark_settled": watching,
    "note_seen": watching,
}


def _kill(monkeypatch: pytest.MonkeyPatch, step: str, number: int, *, after: bool) -> None:
    home, count = HOMES[step], [0]
    real: Callable[..., Any] = getattr(home, step)

    def dies(*args: Any, **more: Any) -> Any:
        count[0] += 1
        if count[0] == number and not after:
            raise Killed
        result = real(*args, **more)
        if count[0] == number:
            raise Killed
        return result

    monkeypatch.setattr(home, step, dies)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("step", STEPS)
def test_killed_anywhere_each_file_is_sent_once_and_none_is_lost(
    sqlite_town: Town,
    inbox: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    number: int,
    after: bool,
) -> None:
    for name in ("a.txt", "b.txt"):
        _put(sqlite_town, inbox, name)
    _put(sqlite_town, inbox, "bad.txt", TOO_MUCH)
    with monkeypatch.context() as patched:
        _kill(patched, step, number, after=after)
        for _ in range(4):
            sqlite_town.clock.advance(timedelta(seconds=30))
            try:
                with sqlite_town.at("internet") as node:
                    watch_folders(node)
            except Killed:
                break
    sqlite_town.clock.advance(WAIT)
    _rounds(sqlite_town, 4)
    assert sorted(_transfers(sqlite_town)) == ["a.txt", "b.txt"]
    assert _names(inbox / "done") == ["a.txt", "b.txt"]
    assert "bad.txt" in _names(inbox / "refused")
    assert _names(inbox) == []
    assert list((inbox / folders.TAKEN).iterdir()) == []


def test_two_workers_do_not_send_twice(sqlite_town: Town, inbox: Path) -> None:
    """The lease of one has run out while it was still at it."""
    _put(sqlite_town, inbox, "a.txt")
    _rounds(sqlite_town, 1)
    real, node = taking.submit_found, sqlite_town.nodes["internet"]

    def slow(at: Node, **words: Any) -> Any:
        taking.submit_found = real  # type: ignore[assignment]
        sqlite_town.clock.advance(WAIT)
        assert watch_folders(node) == []
        return real(at, **words)

    taking.submit_found = slow  # type: ignore[assignment]
    try:
        with node.at_work():
            codes = [one.code for one in watch_folders(node)]
    finally:
        taking.submit_found = real  # type: ignore[assignment]
    assert codes == ["SKS-M207"] or codes == ["SKS-V013"], codes
    _rounds(sqlite_town)
    assert _transfers(sqlite_town) == ["a.txt"]
