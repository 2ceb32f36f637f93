"""Writing collected files: whole or not at all, never over something, never elsewhere."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError, Unavailable
from sekisho.kernel.names import safe_paths
from sekisho.seal.collect import open_target


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


def collect(folder: Path, path: str, data: bytes = b"content") -> None:
    with open_target(folder, path) as target:
        target.write(data[:3])
        target.write(memoryview(data)[3:])


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_file_appears_whole_and_private(folder: Path) -> None:
    collect(folder, "税務/令和8年/通知.pdf")
    written = folder / "税務/令和8年/通知.pdf"
    assert written.read_bytes() == b"content"
    assert written.stat().st_mode & 0o777 == 0o600
    assert written.parent.stat().st_mode & 0o777 == 0o700
    assert written.stat().st_nlink == 1
    assert everything_in(folder) == ["税務", "税務/令和8年", "税務/令和8年/通知.pdf"]


def test_it_does_not_appear_before_the_end(folder: Path) -> None:
    with open_target(folder, "a.txt") as target:
        target.write(b"x")
        assert not (folder / "a.txt").exists()
    assert (folder / "a.txt").exists()


def test_a_failure_leaves_nothing(folder: Path) -> None:
    with pytest.raises(KeyError), open_target(folder, "a.txt") as target:
        target.write(b"x")
        raise KeyError
    assert everything_in(folder) == []


def test_what_is_there_already_stays(folder: Path) -> None:
    (folder / "a.txt").write_text("mine")
    (folder / "link").symlink_to("a.txt")
    (folder / "dangling").symlink_to("nowhere")
    for name in ("a.txt", "link", "dangling"):
        with pytest.raises(Refused) as caught:
            collect(folder, name)
        assert caught.value.code == "SKS-V026"
    assert (folder / "a.txt").read_text() == "mine"
    assert everything_in(folder) == ["a.txt", "dangling", "link"]


def test_what_comes_in_between_stays(folder: Path) -> None:
    with pytest.raises(Refused) as caught, open_target(folder, "a.txt") as target:
        target.write(b"x")
        (folder / "a.txt").write_text("mine")
    assert caught.value.code == "SKS-V026"
    assert (folder / "a.txt").read_text() == "mine"
    assert everything_in(folder) == ["a.txt"]


def test_no_link_leads_out_of_the_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (folder / "sub").symlink_to(tmp_path / "outside")
    (folder / "file").touch()
    for path in ("sub/a.txt", "sub/deeper/a.txt", "file/a.txt"):
        with pytest.raises(Refused) as caught:
            collect(folder, path)
        assert caught.value.code == "SKS-V020"
    assert everything_in(tmp_path / "outside") == []


@pytest.mark.parametrize(
    "path", ["", "..", "../a", "/a", "a/../b", "a//b", "con", "a.", ".ssh/x", "a\nb"]
)
def test_only_safe_paths_are_written(folder: Path, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        collect(folder, path)
    assert caught.value.code == "SKS-V027"
    assert everything_in(folder) == []


def test_a_missing_folder_is_told(folder: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        collect(folder / "none", "a.txt")
    assert caught.value.code == "SKS-V013"


@given(st.lists(st.text(max_size=8).map(lambda text: text.replace("/", "")), max_size=5))
def test_every_safe_path_can_be_written(
    tmp_path_factory: pytest.TempPathFactory, sent: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("inbox")
    for number, path in enumerate(safe_paths(sent)):
        collect(folder, path, str(number).encode())
        assert (folder / path).read_bytes() == str(number).encode()


@pytest.fixture
def files_end_at_100_bytes() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.usefixtures("files_end_at_100_bytes")
def test_a_full_disk_leaves_nothing(folder: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        collect(folder, "a.txt", bytes(101))
    assert caught.value.code == "SKS-V012"
    assert everything_in(folder) == []


def test_a_file_system_without_links(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    collect(folder, "a.txt")
    assert (folder / "a.txt").read_bytes() == b"content"
    with pytest.raises(SekishoError):
        collect(folder, "a.txt", b"other")
    with pytest.raises(Refused), open_target(folder, "b.txt"):
        (folder / "b.txt").write_text("mine")
    assert (folder / "b.txt").read_text() == "mine"
    assert everything_in(folder) == ["a.txt", "b.txt"]
