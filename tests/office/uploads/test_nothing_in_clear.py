"""No disk sees what is uploaded, inspected, submitted or handed out: looked for all the while."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from tests.support import acts
from tests.support.town import Town
from tests.support.uploads import begin, files_with, new_draft, submit, upload_whole

from sekisho.node.downloading import open_archive, open_download
from sekisho.node.inspecting import inspect_upload
from sekisho.node.uploading import receive

CANARY = b"CANARY-7f3a9c-in-clear"
CONTENT = (CANARY + b"\n") * 60_000


class LookingLine(BytesIO):
    """A request during which somebody looks through the disk."""

    def __init__(self, data: bytes, folder: Path) -> None:
        super().__init__(data)
        self.folder = folder
        self.looks = 0

    def read(self, count: int | None = -1, /) -> bytes:
        assert files_with(CANARY, self.folder) == []
        self.looks += 1
        return super().read(count)


@pytest.fixture
def private_temporary(town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A temporary folder of this test's own, for this process and its children from now on."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@contextmanager
def watching(folder: Path) -> Iterator[None]:
    """Somebody looks through the disk again and again while the block runs."""
    found: list[Path] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set() and not found:
            found.extend(files_with(CANARY, folder))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
    assert found == []


@pytest.mark.usefixtures("private_temporary")
def test_nothing_in_clear_at_any_time(town: Town) -> None:
    acts.set_routes(town, disarm={"*": "standard"}, approvals=0)
    with town.at(acts.SENDER) as node:
        draft_id = new_draft(node)
        upload = begin(node, draft_id, "名簿.txt", len(CONTENT))
        line = LookingLine(CONTENT, town.folder)
        receive(
            node,
            actor="sato",
            upload_id=upload.upload_id,
            offset=0,
            stream=line,
            length=len(CONTENT),
        )
        assert line.looks > 3
        upload_whole(node, draft_id, "大.txt", CONTENT)
        with watching(town.folder):
            seen = inspect_upload(node, actor="sato", upload_id=upload.upload_id)
            made = submit(node, draft_id)
        node.close()
        assert seen.report is not None and made is not None
    with watching(town.folder):
        town.run(acts.SENDER, acts.RECEIVER)
    with town.at(acts.RECEIVER) as node:
        with watching(town.folder):
            one = open_download(node, actor="sato", transfer_id=made.transfer_id, position=0)
            assert CANARY in b"".join(map(bytes, one.pieces))
            archive = open_archive(node, actor="sato", transfer_id=made.transfer_id)
            assert sum(len(bytes(piece)) for piece in archive.pieces) > 2 * len(CONTENT)
        node.close()
    assert files_with(CANARY, town.folder) == []


@pytest.mark.usefixtures("private_temporary")
def test_the_look_sees_what_lies_in_clear(town: Town) -> None:
    path = town.folder / acts.SENDER / "left"
    path.write_bytes(b"x" + CANARY)
    assert files_with(CANARY, town.folder) == [path]
    path.unlink()
    with tempfile.TemporaryFile() as hidden:
        hidden.write(CANARY)
        hidden.flush()
        assert len(files_with(CANARY, town.folder)) == 1
