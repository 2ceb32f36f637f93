"""Reading the sender's files: what is taken, what is refused, what changed meanwhile."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError, Unavailable
from sekisho.seal import intake
from sekisho.seal.intake import SourceChanged, SourceFile, again_if_changed, open_source, walk


def content(source: SourceFile) -> bytes:
    return b"".join(bytes(piece) for piece in source.read())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "outbox"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("size", [0, 1, intake.READ_BYTES - 1, intake.READ_BYTES, 2_500_000])
def test_a_file_is_read_as_it_is(root: Path, size: int) -> None:
    (root / "データ.bin").write_bytes(expected := os.urandom(size))
    source = open_source("データ.bin", root)
    assert (source.path, source.bytes) == ("データ.bin", size)
    assert content(source) == expected
    assert content(source) == expected, "each call reads anew"


def test_a_path_may_be_absolute_below_the_root(root: Path) -> None:
    (root / "a").mkdir()
    (root / "a" / "b.txt").write_text("x")
    assert open_source(root / "a" / "b.txt", root).path == "a/b.txt"


def test_the_root_itself_may_be_reached_through_a_link(root: Path, tmp_path: Path) -> None:
    (root / "b.txt").write_text("x")
    (tmp_path / "link").symlink_to(root)
    assert content(open_source("b.txt", tmp_path / "link")) == b"x"


@pytest.mark.parametrize("path", ["", ".", "..", "../secret", "a/../../secret", "/etc/passwd"])
def test_a_path_that_leaves_the_folder(root: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("x")
    with pytest.raises(Refused) as caught:
        open_source(path, root)
    assert caught.value.code == "SKS-V021"


def test_no_link_is_followed_anywhere_below_the_root(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("x")
    (root / "folder").symlink_to(outside)
    (root / "file.txt").symlink_to(outside / "secret.txt")
    (root / "dangling").symlink_to("nowhere")
    for path in ("folder/secret.txt", "file.txt", "dangling"):
        with pytest.raises(Refused) as caught:
            open_source(path, root)
        assert (caught.value.code, caught.value.params["kind"]) == ("SKS-V020", "symbolic link")


def test_what_is_not_a_plain_file_is_refused_without_opening_it(root: Path) -> None:
    os.mkfifo(root / "pipe")
    (root / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "socket"))
        kinds = {}
        for name in ("pipe", "folder", "socket"):
            with pytest.raises(Refused) as caught:
                open_source(name, root)
            assert caught.value.code == "SKS-V020"
            kinds[name] = caught.value.params["kind"]
    assert kinds == {"pipe": "pipe", "folder": "folder", "socket": "socket"}


def test_a_device_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        open_source("null", Path("/dev"))
    assert (caught.value.code, caught.value.params["kind"]) == ("SKS-V020", "device")


def test_a_missing_file_can_be_tried_again_later(root: Path) -> None:
    for path in ("none", "none/none"):
        with pytest.raises(Unavailable) as caught:
            open_source(path, root)
        assert caught.value.code == "SKS-V013"


def test_a_file_over_the_limit_is_refused(root: Path) -> None:
    with (root / "huge").open("wb") as file:
        file.truncate(intake.FILE_BYTES_MAX + 1)
    with pytest.raises(Refused) as caught:
        open_source("huge", root)
    assert caught.value.code == "SKS-V025"


def grow(file: Path) -> None:
    with file.open("ab") as out:
        out.write(b"more")


def shrink(file: Path) -> None:
    os.truncate(file, intake.READ_BYTES + 5)


def rewrite(file: Path) -> None:
    with file.open("r+b") as out:
        out.write(b"other")
    os.utime(file, ns=(1, 1))


def backdate(file: Path) -> None:
    """Size and modification time as they were: the change time still tells."""
    before = file.stat()
    rewrite(file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("change", [grow, shrink, rewrite, backdate])
def test_a_file_that_changes_while_it_is_read(root: Path, change: object) -> None:
    (root / "a").write_bytes(bytes(2 * intake.READ_BYTES))
    reading = open_source("a", root).read()
    next(reading)
    assert callable(change)
    change(root / "a")
    with pytest.raises(SourceChanged) as caught:
        list(reading)
    assert caught.value.code == "SKS-V023"


def test_a_file_that_is_saved_anew_meanwhile_is_read_anew(root: Path) -> None:
    (root / "a").write_bytes(bytes(2 * intake.READ_BYTES))
    reading = open_source("a", root).read()
    next(reading)
    (root / "new").write_bytes(b"new")
    (root / "new").replace(root / "a")
    with pytest.raises(SourceChanged):
        list(reading)
    assert content(open_source("a", root)) == b"new"


def test_a_change_is_forgiven_once(root: Path) -> None:
    (root / "a").write_bytes(b"first")
    source = open_source("a", root)
    changes = iter([b"second, longer", b"third"])

    def read_while_it_changes() -> bytes:
        reading = source.read()
        first = bytes(next(reading))
        if change := next(changes, b""):
            (root / "a").write_bytes(change)
        return first + b"".join(bytes(piece) for piece in reading)

    with pytest.raises(SourceChanged):
        again_if_changed(read_while_it_changes)
    assert again_if_changed(read_while_it_changes) == b"third"


def test_reading_can_be_given_up(root: Path) -> None:
    (root / "a").write_bytes(bytes(3 * intake.READ_BYTES))
    before = len(os.listdir("/proc/self/fd"))
    reading: Iterator[object] = open_source("a", root).read()
    next(reading)
    del reading
    assert len(os.listdir("/proc/self/fd")) == before


def test_walking_finds_every_file_in_one_order(root: Path) -> None:
    for path in ("b/2.txt", "b/1.txt", "a.txt", "b.txt", "か\u3099/x", "z/y/x/w"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    (root / "empty folder" / "inner").mkdir(parents=True)
    (root / "empty file").touch()
    found = walk(root)
    assert [source.path for source in found] == [
        "a.txt",
        "b/1.txt",
        "b/2.txt",
        "b.txt",
        "empty file",
        "z/y/x/w",
        "か\u3099/x",
    ]
    assert [content(source).decode() for source in found] == [
        source.path if source.path != "empty file" else "" for source in found
    ]
    assert walk(root) == found


def test_walking_leaves_nothing_out_in_silence(root: Path) -> None:
    (root / "good.txt").touch()
    (root / "folder").mkdir()
    (root / "folder" / "link").symlink_to("/etc/passwd")
    with pytest.raises(Refused) as caught:
        walk(root)
    assert (caught.value.code, caught.value.params["name"]) == ("SKS-V020", "folder/link")


@pytest.mark.parametrize("name", [b"bad\xff.txt", b"line\nbreak", b"\x1b[31m"])
def test_names_that_cannot_travel_are_refused(root: Path, name: bytes) -> None:
    (Path(os.fsdecode(os.fsencode(root) + b"/" + name))).touch()
    with pytest.raises(InvalidInput) as caught:
        walk(root)
    assert caught.value.code == "SKS-V022"
    assert str(caught.value).isprintable()


def test_walking_has_limits(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "TRANSFER_FILES_MAX", 3)
    monkeypatch.setattr(intake, "WALK_ENTRIES_MAX", 6)
    for name in "abc":
        (root / name).touch()
    assert len(walk(root)) == 3
    (root / "d").touch()
    with pytest.raises(Refused) as caught:
        walk(root)
    assert (caught.value.code, caught.value.params["what"]) == ("SKS-V024", "files")
    (root / "d").unlink()
    (root / "e" / "f" / "g" / "h").mkdir(parents=True)
    with pytest.raises(Refused) as caught:
        walk(root)
    assert (caught.value.code, caught.value.params["what"]) == ("SKS-V024", "files, folders")


def test_a_folder_that_is_too_deep(root: Path) -> None:
    deep = root.joinpath(*["d"] * 32)
    deep.mkdir(parents=True)
    (deep / "file").touch()
    with pytest.raises(InvalidInput):
        walk(root)


def test_no_descriptor_is_left_open(root: Path) -> None:
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "c").touch()
    (root / "x").symlink_to("a")
    before = len(os.listdir("/proc/self/fd"))
    for attempt in (lambda: walk(root), lambda: open_source("a/b/c/d", root)):
        with pytest.raises(SekishoError):
            attempt()
    assert len(os.listdir("/proc/self/fd")) == before
