"""Copy as new: the texts of an earlier transfer, and its files as long as they lie here."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.utils import Buffer

from sekisho.kernel.errors import Refused
from sekisho.node.opening import Node
from sekisho.node.uploading import announce, receive
from sekisho.office.flows.queries import flow_of_sent
from sekisho.office.transfers.models import Transfer, TransferFile
from sekisho.office.uploads.actions.drafting import copy_draft, require_draft
from sekisho.office.uploads.actions.receiving import Announced
from sekisho.office.uploads.models import Draft
from sekisho.office.uploads.rules import PART_BYTES_MAX
from sekisho.office.vault.actions import data_keys


def copy_as_new(node: Node, *, actor: str, transfer_id: str, files: bool = False) -> Draft:
    """A draft with the texts and the flow of a transfer that this person sent; with `files` also
    what lies in the vault of it, read and kept anew under new keys.

    Files that were disarmed are copied as they went out. Raises as `drafting.copy_draft` and
    `uploading.announce` do, Refused SKS-T046 when the files are erased.
    """
    under = flow_of_sent(transfer_id)
    code = under.code if under else ""
    draft = copy_draft(node.desk, actor=actor, transfer_id=transfer_id, flow=code)
    if files:
        copy_files(node, actor=actor, draft_id=draft.draft_id)
    return draft


def copy_files(node: Node, *, actor: str, draft_id: str) -> int:
    """Take the files of the transfer that a draft was copied from into it; how many. May be
    called again after it was cut off: what is there already is not read once more."""
    draft = require_draft(actor, draft_id)
    sent = Transfer.objects.filter(transfer_id=draft.copied_from, sender=actor).first()
    if sent is None:
        raise Refused("SKS-T005", transfer=draft.copied_from)
    if sent.erased:
        raise Refused("SKS-T046", transfer=sent.transfer_id)
    files = list(sent.files.all())
    for one in files:
        _copy(node, actor, draft_id, one)
    return len(files)


def _copy(node: Node, actor: str, draft_id: str, file: TransferFile) -> None:
    announced = Announced(file.path, file.bytes, file.sha256)
    upload = announce(node, actor=actor, draft_id=draft_id, file=announced)
    if upload.bytes_received == upload.bytes_total:
        return
    key = data_keys(node.desk, [file.object_id])[file.object_id]
    stream = _Reading(node.vault.read(file.object_id, key, upload.bytes_received))
    while upload.bytes_received < upload.bytes_total:
        length = min(PART_BYTES_MAX, upload.bytes_total - upload.bytes_received)
        upload = receive(
            node,
            actor=actor,
            upload_id=upload.upload_id,
            offset=upload.bytes_received,
            stream=stream,
            length=length,
        )


class _Reading:
    """Pieces as a stream."""

    def __init__(self, pieces: Iterator[Buffer]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def read(self, count: int, /) -> bytes:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b"")).cast("B")
        taken, self._rest = self._rest[:count], self._rest[count:]
        return bytes(taken)
