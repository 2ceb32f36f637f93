"""Key files: whole or not there, for one user's eyes, and gone when they are destroyed."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from tests.support.kills import kill_points

from sekisho.kernel.errors import Broken, Refused, Unavailable
from sekisho.seal import keyfiles

OLD, NEW = b"old secret " * 10, b"new secret " * 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    keyfiles.make_folder(made)
    return made


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def test_what_was_written_is_read_back(folder: Path) -> None:
    keyfiles.write_new(folder / "a.key", OLD)
    assert keyfiles.read(folder / "a.key") == OLD
    assert os.listdir(folder) == ["a.key"]


def test_files_and_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keyfiles.make_folder(tmp_path / "deep" / "keys")
        keyfiles.write_new(tmp_path / "deep/keys/a.key", OLD)
        keyfiles.replace(tmp_path / "deep/keys/b.key", OLD)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "deep/keys").stat().st_mode) == 0o700
    for name in ("a.key", "b.key"):
        assert stat.S_IMODE((tmp_path / "deep/keys" / name).stat().st_mode) == 0o600


def test_a_name_that_is_taken_is_left_alone(folder: Path) -> None:
    keyfiles.write_new(folder / "a.key", OLD)
    with pytest.raises(Refused) as refused:
        keyfiles.write_new(folder / "a.key", NEW)
    assert refused.value.code == "SKS-N003"
    assert keyfiles.read(folder / "a.key") == OLD
    assert os.listdir(folder) == ["a.key"]


def test_without_hard_links_a_name_is_still_never_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    keyfiles.write_new(folder / "a.key", OLD)
    with pytest.raises(Refused) as refused:
        keyfiles.write_new(folder / "a.key", NEW)
    assert refused.value.code == "SKS-N003"
    assert keyfiles.read(folder / "a.key") == OLD
    assert os.listdir(folder) == ["a.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666, 0o777])
def test_a_file_open_to_others_is_refused(folder: Path, mode: int) -> None:
    keyfiles.write_new(folder / "a.key", OLD)
    (folder / "a.key").chmod(mode)
    with pytest.raises(Refused) as refused:
        keyfiles.read(folder / "a.key")
    assert refused.value.code == "SKS-N002"
    assert refused.value.params["mode"] == f"{mode:04o}"


@pytest.mark.parametrize("mode", [0o710, 0o701, 0o750, 0o755, 0o777])
def test_a_folder_open_to_others_is_refused(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    for check in (keyfiles.check_folder, keyfiles.make_folder):
        with pytest.raises(Refused) as refused:
            check(folder)
        assert refused.value.code == "SKS-N002"


def test_what_belongs_to_another_user_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyfiles.write_new(folder / "a.key", OLD)
    stranger = os.geteuid() + 4321
    monkeypatch.setattr(os, "geteuid", lambda: stranger)
    for check in (lambda: keyfiles.check_folder(folder), lambda: keyfiles.read(folder / "a.key")):
        with pytest.raises(Refused) as refused:
            check()
        assert refused.value.code == "SKS-N006"


def test_what_is_missing_is_broken(folder: Path) -> None:
    for check in (
        lambda: keyfiles.read(folder / "a.key"),
        lambda: keyfiles.check_folder(folder / "none"),
    ):
        with pytest.raises(Broken) as broken:
            check()
        assert broken.value.code == "SKS-N001"


def _link(path: Path) -> None:
    path.with_name("real").write_bytes(OLD)
    path.with_name("real").chmod(0o600)
    path.symlink_to("real")


def _sized(size: int, path: Path) -> None:
    path.write_bytes(bytes(size))
    path.chmod(0o600)


@pytest.mark.parametrize(
    "put",
    [
        _link,
        lambda path: os.mkfifo(path, 0o600),
        lambda path: path.mkdir(0o700),
        lambda path: _sized(0, path),
        lambda path: _sized(101, path),
    ],
    ids=["symbolic link", "pipe", "folder", "empty", "too large"],
)
def test_what_is_no_key_file_is_broken(folder: Path, put: object) -> None:
    put(folder / "a.key")  # type: ignore[operator]
    with pytest.raises(Broken) as broken:
        keyfiles.read(folder / "a.key", bytes_max=100)
    assert broken.value.code == "SKS-N004"


def test_a_folder_that_is_a_file_is_broken(folder: Path) -> None:
    keyfiles.write_new(folder / "a.key", OLD)
    with pytest.raises(Broken) as broken:
        keyfiles.check_folder(folder / "a.key")
    assert broken.value.code == "SKS-N004"


def test_where_nothing_can_be_written_it_says_so(folder: Path) -> None:
    nowhere = folder / "none" / "a.key"
    for write in (
        lambda: keyfiles.write_new(nowhere, OLD),
        lambda: keyfiles.replace(nowhere, OLD),
        lambda: keyfiles.destroy(nowhere),
        lambda: keyfiles.destroy_leftovers(nowhere.parent),
    ):
        with pytest.raises(Unavailable) as unavailable:
            write()
        assert unavailable.value.code == "SKS-N005"


def test_destroying_overwrites_before_the_name_goes(folder: Path, tmp_path: Path) -> None:
    keyfiles.write_new(folder / "a.key", OLD)
    os.link(folder / "a.key", tmp_path / "witness")
    keyfiles.destroy(folder / "a.key")
    assert os.listdir(folder) == []
    left = (tmp_path / "witness").read_bytes()
    assert len(left) == len(OLD)
    assert b"secret" not in left


def test_destroying_can_be_run_again(folder: Path) -> None:
    keyfiles.write_new(folder / "a.key", OLD)
    keyfiles.destroy(folder / "a.key")
    keyfiles.destroy(folder / "a.key")


def test_replacing_overwrites_what_stood_there(folder: Path, tmp_path: Path) -> None:
    keyfiles.replace(folder / "a.key", OLD)
    os.link(folder / "a.key", tmp_path / "witness")
    keyfiles.replace(folder / "a.key", NEW)
    assert keyfiles.read(folder / "a.key") == NEW
    assert b"secret" not in (tmp_path / "witness").read_bytes()
    assert os.listdir(folder) == ["a.key"]


def test_promoting_overwrites_what_stood_there(folder: Path, tmp_path: Path) -> None:
    keyfiles.write_new(folder / "a.key", OLD)
    keyfiles.write_new(folder / "next.key", NEW)
    os.link(folder / "a.key", tmp_path / "witness")
    for _ in range(2):
        keyfiles.promote(folder / "next.key", folder / "a.key")
        assert keyfiles.read(folder / "a.key") == NEW
        assert b"secret" not in (tmp_path / "witness").read_bytes()
        assert os.listdir(folder) == ["a.key"]


def test_a_write_that_is_killed_leaves_all_or_nothing(folder: Path) -> None:
    path = folder / "a.key"
    steps = list(kill_points(lambda: empty(folder), lambda: keyfiles.write_new(path, OLD)))
    assert len(steps) >= 4
    for _ in kill_points(lambda: empty(folder), lambda: keyfiles.write_new(path, OLD)):
        assert not path.exists() or keyfiles.read(path) == OLD
        keyfiles.destroy_leftovers(folder)
        assert os.listdir(folder) in ([], ["a.key"])
        assert not path.exists() or keyfiles.read(path) == OLD


def test_a_replacement_that_is_killed_leaves_the_old_or_the_new(folder: Path) -> None:
    path = folder / "a.key"

    def prepare() -> None:
        empty(folder)
        keyfiles.write_new(path, OLD)

    seen = set()
    for _ in kill_points(prepare, lambda: keyfiles.replace(path, NEW)):
        seen.add(keyfiles.read(path))
        keyfiles.destroy_leftovers(folder)
        assert keyfiles.read(path) in (OLD, NEW)
    assert seen == {OLD, NEW}


def test_a_promotion_that_is_killed_is_finished_by_the_next_call(
    folder: Path, tmp_path: Path
) -> None:
    path, following, witness = folder / "a.key", folder / "next.key", tmp_path / "witness"

    def prepare() -> None:
        empty(folder)
        witness.unlink(missing_ok=True)
        keyfiles.write_new(path, OLD)
        keyfiles.write_new(following, NEW)
        os.link(path, witness)

    for _ in kill_points(prepare, lambda: keyfiles.promote(following, path)):
        assert keyfiles.read(path) in (OLD, NEW)
        keyfiles.promote(following, path)
        assert keyfiles.read(path) == NEW
        assert b"secret" not in witness.read_bytes()
        assert os.listdir(folder) == ["a.key"]


def test_a_promotion_given_up_half_way_never_hurts_the_living_key(folder: Path) -> None:
    path, following = folder / "a.key", folder / "next.key"

    def prepare() -> None:
        empty(folder)
        keyfiles.write_new(path, OLD)
        keyfiles.write_new(following, NEW)

    for _ in kill_points(prepare, lambda: keyfiles.promote(following, path)):
        living = keyfiles.read(path)
        following.unlink(missing_ok=True)
        keyfiles.promote(following, path)
        assert keyfiles.read(path) == living
    for _ in kill_points(prepare, lambda: keyfiles.promote(following, path)):
        living = keyfiles.read(path)
        keyfiles.destroy_leftovers(folder)
        assert keyfiles.read(path) == living


def test_leftovers_of_a_killed_write_are_destroyed(folder: Path, tmp_path: Path) -> None:
    keyfiles.write_new(folder / "a.key", OLD)
    keyfiles.write_new(folder / ".b.key.00.new", NEW)
    os.link(folder / ".b.key.00.new", tmp_path / "witness")
    (tmp_path / "witness").rename(tmp_path / "gone")
    (tmp_path / "gone").unlink()
    assert keyfiles.destroy_leftovers(folder) == 1
    assert os.listdir(folder) == ["a.key"]
    assert keyfiles.read(folder / "a.key") == OLD


def test_leftovers_that_may_still_be_written_are_spared(folder: Path) -> None:
    for _ in kill_points(lambda: empty(folder), lambda: keyfiles.write_new(folder / "a.key", OLD)):
        if leftovers := [folder / name for name in os.listdir(folder) if name != "a.key"]:
            break
    written = leftovers[0].stat().st_mtime
    assert keyfiles.destroy_leftovers(folder, written - 1) == 0
    assert leftovers[0].exists()
    assert keyfiles.destroy_leftovers(folder, written + 1) == 1
    assert not leftovers[0].exists()
