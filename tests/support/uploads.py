"""What a browser does: draft, upload in parts, submit, download; and lines that are cut."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from tests.support.acts import SENDER
from tests.support.disarming import Scripted
from tests.support.town import Town

from sekisho.node.opening import Node
from sekisho.node.submissions import run_submission
from sekisho.node.uploading import announce, receive, source_of
from sekisho.office.transfers.models import Transfer
from sekisho.office.uploads.actions import drafting, submitting
from sekisho.office.uploads.actions.receiving import Announced
from sekisho.office.uploads.models import Draft, Upload
from sekisho.office.uploads.rules import Texts

TEXTS = Texts("lgwan", ("sato",), "固定資産税の通知書の様式", "機密性2")


class CutLine(BytesIO):
    """A request whose connection is reset after so many bytes."""

    def __init__(self, data: bytes, after: int) -> None:
        super().__init__(data[:after])

    def read(self, count: int | None = -1, /) -> bytes:
        found = super().read(count)
        if not found:
            raise ConnectionResetError("the line was cut")
        return found


def new_draft(node: Node, actor: str = "sato", texts: Texts = TEXTS) -> str:
    """The id of a fresh draft."""
    return drafting.create_draft(node.desk, actor=actor, texts=texts).draft_id


def begin(node: Node, draft_id: str, path: str, size: int, modified: str = "") -> Upload:
    """An upload that was announced."""
    file = Announced(path, size, modified)
    return announce(node, actor="sato", draft_id=draft_id, file=file)


def send_part(node: Node, upload: Upload, offset: int, data: bytes) -> Upload:
    """One request of a browser."""
    return receive(
        node,
        actor="sato",
        upload_id=upload.upload_id,
        offset=offset,
        stream=BytesIO(data),
        length=len(data),
    )


def upload_whole(
    node: Node, draft_id: str, path: str, data: bytes, part_bytes: int = 1 << 20
) -> Upload:
    """A file in parts of this size, from where it stands to its end."""
    upload = begin(node, draft_id, path, len(data))
    while upload.bytes_received < len(data):
        start = upload.bytes_received
        upload = send_part(node, upload, start, data[start : start + part_bytes])
    return upload


def draft_with(node: Node, contents: Mapping[str, bytes]) -> str:
    """A draft with these files, whole."""
    draft_id = new_draft(node)
    for path, data in contents.items():
        upload_whole(node, draft_id, path, data)
    return draft_id


def submit(node: Node, draft_id: str, password: str | None = None) -> Transfer | None:
    """Hand a draft in and run it here and now."""
    draft = submitting.start(node.desk, actor="sato", draft_id=draft_id)
    return run_submission(node, draft, password)


def row(draft_id: str) -> Draft:
    """The draft as its row has it."""
    return Draft.objects.get(draft_id=draft_id)


def read_back(node: Node, upload: Upload) -> bytes:
    """The content of an upload."""
    return b"".join(map(bytes, source_of(node, upload).read()))


def with_scripted(town: Town, script: Scripted | None = None) -> Scripted:
    """Let the sending node disarm by a script."""
    found = script or Scripted()
    town.nodes[SENDER] = replace(town.nodes[SENDER], given_disarmer=found)
    return found


def with_settings(town: Town, **changes: int) -> None:
    """Other settings of uploads at the sending node."""
    node = town.nodes[SENDER]
    uploads = replace(node.settings.uploads, **changes)
    town.nodes[SENDER] = replace(node, settings=replace(node.settings, uploads=uploads))


def files_with(canary: bytes, *folders: Path) -> list[Path]:
    """Files on disk, below these folders, below the temporary folder, or deleted and still open
    in this process, that contain the canary."""
    places = [*folders, Path(tempfile.gettempdir())]
    return [path for path in _files(places) if canary in _bytes_of(path)]


def _files(places: list[Path]) -> Iterator[Path]:
    for place in places:
        yield from (path for path in place.rglob("*") if path.is_file())
    for path in Path("/proc/self/fd").iterdir():
        target = os.readlink(path) if path.is_symlink() else ""
        if target.startswith("/") and target.endswith(" (deleted)") and "memfd" not in target:
            yield path


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
