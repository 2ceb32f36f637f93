"""The folder store against what disks, mounts and neighbours do to it."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.contracts.store_cases import NOW, folder_case
from tests.support.parts import need

from sekisho.kernel.errors import Refused, SekishoError, Unavailable
from sekisho.store.folder import FolderStore
from sekisho.store.marker import Marker, write_marker
from sekisho.store.opening import StoreSettings, create_store, open_store
from sekisho.store.placing import place, place_by_link, place_by_rename
from sekisho.store.protocol import MARKER_NAME, NotThere


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder_case(tmp_path / "store")
    return tmp_path / "store"


def code_of(error: pytest.ExceptionInfo[SekishoError]) -> str:
    return error.value.code


def test_an_empty_mount_point_is_not_written_to(root: Path) -> None:
    store = FolderStore(root)
    store.put("nodes/a/x", b"x")
    mounted = root.rename(root.with_name("unmounted"))
    root.mkdir()
    for call in (
        lambda: store.put("nodes/a/y", b"y"),
        lambda: store.get("nodes/a/x", 10),
        lambda: list(store.list("")),
        lambda: store.delete("nodes/a/x"),
    ):
        with pytest.raises(Unavailable) as gone:
            call()
        assert code_of(gone) == "SKS-S004"
        assert not isinstance(gone.value, NotThere)
    assert list(root.iterdir()) == []
    root.rmdir()
    with pytest.raises(Unavailable) as gone:
        store.put("nodes/a/y", b"y")
    assert code_of(gone) == "SKS-S004"
    mounted.rename(root)
    assert store.put("nodes/a/y", b"y")


def test_another_store_in_the_same_place_is_noticed(root: Path) -> None:
    pinned = open_store(StoreSettings("folder", path=root, store_id="st_" + "a" * 26))
    with pytest.raises(Refused) as refused:
        pinned.get("x", 1)
    assert code_of(refused) == "SKS-S005"
    other = FolderStore(root, store_id="st_" + "a" * 26)
    (root / MARKER_NAME).write_bytes(write_marker(Marker("st_" + "a" * 26, NOW)))
    assert list(other.list("")) == []
    (root / MARKER_NAME).write_bytes(write_marker(Marker("st_" + "b" * 26, NOW)))
    with pytest.raises(Refused):
        list(other.list(""))


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 5000, b'{"format":"x"}'])
def test_a_damaged_marker_is_refused(root: Path, content: bytes) -> None:
    (root / MARKER_NAME).write_bytes(content)
    with pytest.raises(Refused):
        FolderStore(root).get("x", 1)


def test_a_store_is_made_once(tmp_path: Path) -> None:
    settings = StoreSettings("folder", path=tmp_path / "new")
    store_id = create_store(settings, NOW)
    assert store_id.startswith("st_")
    with pytest.raises(Refused) as refused:
        create_store(settings, NOW)
    assert code_of(refused) == "SKS-S006"
    with pytest.raises(SekishoError):
        create_store(StoreSettings("folder", path=tmp_path / "no" / "parent"), NOW)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_bytes(b"secret")
    return folder


def test_links_lead_nowhere(root: Path, outside: Path) -> None:
    store = FolderStore(root)
    store.put("nodes/a/x", b"x")
    (root / "nodes" / "evil").symlink_to(outside)
    (root / "nodes" / "a" / "link").symlink_to(outside / "secret")
    for call in (
        lambda: store.get("nodes/evil/secret", 100),
        lambda: store.get("nodes/a/link", 100),
        lambda: store.put("nodes/evil/new", b"x"),
        lambda: store.put("nodes/a/link", b"x"),
        lambda: store.delete("nodes/evil/secret"),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert code_of(refused) == "SKS-S015"
    assert [entry.name for entry in store.list("")] == ["nodes/a/x"]
    store.delete("nodes/a/link")
    assert sorted(path.name for path in outside.iterdir()) == ["secret"]
    assert (outside / "secret").read_bytes() == b"secret"


def test_pipes_and_folders_do_not_hang_us(root: Path) -> None:
    store = FolderStore(root)
    os.mkfifo(root / "pipe")
    (root / "folder").mkdir()
    with pytest.raises(Refused):
        store.get("pipe", 10)
    for taken in ("pipe", "folder"):
        with pytest.raises(Refused) as refused:
            store.put(taken, b"x")
        assert code_of(refused) == "SKS-S015"
    store.put("file", b"x")
    with pytest.raises(Refused):
        store.put("file/below", b"x")
    with pytest.raises(Refused):
        store.delete("folder")
    assert [entry.name for entry in store.list("")] == ["file"]


def test_a_file_that_grows_while_it_is_read_stays_bounded(root: Path) -> None:
    with pytest.raises(Refused):
        FolderStore(root).get(_large(root), 4096)


def _large(root: Path) -> str:
    with (root / "large").open("wb") as file:
        file.truncate(1 << 40)
    return "large"


def test_deep_folders_of_others_are_not_followed(root: Path) -> None:
    deep = root / "/".join("d" * 50)
    deep.mkdir(parents=True)
    (deep / "x").write_bytes(b"x")
    (deep / ".tmp-1").write_bytes(b"x")
    store = FolderStore(root)
    assert list(store.list("")) == []
    assert store.tidy("d/", NOW) == 0


@pytest.mark.parametrize("way", [place, place_by_rename, place_by_link])
def test_every_way_of_giving_a_name_replaces_nothing(root: Path, way: object) -> None:
    store = FolderStore(root, giving_name=way)  # type: ignore[arg-type]
    assert store.put("nodes/x", b"1")
    descriptor = os.open(root / "nodes", os.O_RDONLY)
    try:
        (root / "nodes" / ".tmp-a").write_bytes(b"2")
        assert way(descriptor, ".tmp-a", "x") is False  # type: ignore[operator]
    finally:
        os.close(descriptor)
    assert os.listdir(root / "nodes") == ["x"]
    assert store.get("nodes/x", 10) == b"1"


def test_a_link_whose_answer_was_lost_counts_as_ours(tmp_path: Path) -> None:
    (tmp_path / ".tmp-a").write_bytes(b"1")
    os.link(tmp_path / ".tmp-a", tmp_path / "x")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        assert place_by_link(descriptor, ".tmp-a", "x") is True
    finally:
        os.close(descriptor)
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.EACCES])
def test_renames_are_used_where_there_are_no_links(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def unknown_here(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", unknown_here)
    store = FolderStore(root)
    assert store.put("x", b"x") is True
    assert store.put("x", b"y") is False
    monkeypatch.setattr("sekisho.store.placing._renameat2", None)
    with pytest.raises(Refused) as refused:
        store.put("y", b"y")
    assert code_of(refused) == "SKS-S014"
    assert sorted(os.listdir(root)) == [MARKER_NAME, "x"]


def test_what_is_new_is_synced_in_the_right_order(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File before its name, folder after it, and each new folder to its parent."""
    done: list[str] = []
    sync = os.fsync

    def recorded(descriptor: int) -> None:
        target = os.readlink(f"/proc/self/fd/{descriptor}").removeprefix(str(root))
        done.append("file" if "/.tmp-" in target else target or "/")
        sync(descriptor)

    def naming(folder: int, temporary: str, final: str) -> bool:
        done.append("name")
        return place(folder, temporary, final)

    monkeypatch.setattr(os, "fsync", recorded)
    store = FolderStore(root, giving_name=naming)
    store.put("nodes/a/x", b"x")
    assert done == ["/", "/nodes", "file", "name", "/nodes/a"]
    done.clear()
    store.put("nodes/a/y", b"y")
    assert done == ["file", "name", "/nodes/a"]
    done.clear()
    assert store.put("nodes/a/y", b"y") is False
    assert done == ["/nodes/a"], "whoever wrote it may have died before this"
    done.clear()
    store.put_many([("nodes/a/p", b""), ("nodes/b/p", b""), ("nodes/a/q", b"")])
    assert done.count("/nodes/a") == 1
    assert done.count("/nodes/b") == 1
    done.clear()
    store.delete_many(["nodes/a/p", "nodes/a/q"])
    assert done == ["/nodes/a"]


KILLED = """
import os, sys
from pathlib import Path
from sekisho.store.folder import FolderStore
from sekisho.store.placing import place
root, moment = Path(sys.argv[1]), sys.argv[2]
def die(*_, **__):
    os.kill(os.getpid(), 9)
def killed(folder, temporary, final):
    if moment == "before":
        die()
    if moment == "between":
        os.unlink = die
    place(folder, temporary, final)
    die()
FolderStore(root, giving_name=killed).put("nodes/a/x", b"whole")
"""


@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_a_writer_killed_around_the_naming(root: Path, moment: str) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(root), moment], check=False)
    assert killed.returncode == -9
    store = FolderStore(root)
    assert [entry.bytes for entry in store.list("")] == ([] if moment == "before" else [5])
    assert store.put("nodes/a/x", b"whole") is (moment == "before")
    assert store.get("nodes/a/x", 10) == b"whole"
    left = 0 if moment == "after" else 1
    assert store.tidy("nodes/a/", NOW.replace(year=NOW.year + 50)) == left
    assert os.listdir(root / "nodes" / "a") == ["x"]
    assert store.get("nodes/a/x", 10) == b"whole"


def test_a_failed_write_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(root)
    store.put("there", b"x")

    def broken(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "write", broken)
    with pytest.raises(Unavailable) as away:
        store.put("new", b"x")
    assert code_of(away) == "SKS-S007"
    assert sorted(os.listdir(root)) == [MARKER_NAME, "there"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "SKS-S009"),
        (errno.EDQUOT, "SKS-S009"),
        (errno.EROFS, "SKS-S008"),
        (errno.EACCES, "SKS-S008"),
        (errno.ESTALE, "SKS-S007"),
        (errno.EHOSTDOWN, "SKS-S007"),
    ],
)
def test_errors_of_the_system_get_our_words(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def broken(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(SekishoError) as error:
        FolderStore(root).put("x", b"x")
    assert code_of(error) == code
    assert error.value.explain("ja").next_step


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of one mebibyte."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        need("a small disk", "mounting needs root")
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        need("a small disk", mounted.stderr.decode().strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_and_a_share_that_is_unmounted(tmp_path: Path) -> None:
    with small_disk(tmp_path / "mnt") as disk:
        store = folder_case(disk).store
        assert store.put("small", b"x")
        with pytest.raises(Unavailable) as full:
            store.put("large", bytes(2 << 20))
        assert code_of(full) == "SKS-S009"
        assert [entry.name for entry in store.list("")] == ["small"]
        store.delete("small")
        assert store.put("small-again", b"x")
    with pytest.raises(Unavailable) as gone:
        store.put("more", b"x")
    assert code_of(gone) == "SKS-S004"
    assert list((tmp_path / "mnt").iterdir()) == []


def test_no_descriptor_is_left_open(root: Path) -> None:
    store = FolderStore(root)
    store.put("nodes/a/x", b"x")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        store.put("nodes/a/x", b"x")
        store.get("nodes/a/x", 10)
        list(store.list("nodes/"))
        next(store.list("nodes/"))
        with pytest.raises(NotThere):
            store.get("nodes/none/x", 10)
        store.tidy("nodes/", NOW)
        store.delete("nodes/none/x")
    assert len(os.listdir("/proc/self/fd")) == before
