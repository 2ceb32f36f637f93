"""Files that come in one piece with a form, of a size nobody knows before their end.

Each part of a few MiB lies encrypted in the vault before the next one comes; the upload is known
to the draft when all are there.
"""

from __future__ import annotations

from sekisho.kernel.errors import SekishoError
from sekisho.kernel.limits import MIB
from sekisho.node.opening import Node
from sekisho.node.uploading import announce
from sekisho.office.uploads.actions import receiving
from sekisho.office.uploads.actions.receiving import Announced
from sekisho.office.uploads.models import Upload
from sekisho.seal.vault import Deposited

PART_BYTES = 4 * MIB
"""So much of a file is in memory at a time."""


class Incoming:
    """One file on its way in. Either `keep` or `drop` ends it."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._buffer = bytearray()
        self._parts: list[Deposited] = []

    def take(self, piece: bytes) -> None:
        """The next bytes. Raises Unavailable SKS-V012 (no room) or SKS-V013."""
        self._buffer += piece
        if len(self._buffer) >= PART_BYTES:
            self._deposit()

    def keep(self, *, actor: str, draft_id: str, path: str) -> Upload:
        """The whole file belongs to the draft. Raises as `uploading.announce` does; nothing of it
        is kept then."""
        try:
            self._deposit()
            size = sum(one.bytes for one in self._parts)
            file = Announced(path, size)
            upload = announce(self._node, actor=actor, draft_id=draft_id, file=file)
            self._append(actor, upload)
        except SekishoError:
            self.drop()
            raise
        return upload

    def drop(self) -> None:
        """Nothing of it is kept."""
        for one in self._parts:
            self._node.vault.remove(one.object_id)
        self._parts.clear()
        self._buffer.clear()

    def _append(self, actor: str, upload: Upload) -> None:
        if upload.bytes_received == upload.bytes_total:
            # The same file once more: what is there stays.
            self.drop()
            return
        while self._parts:
            receiving.append(
                self._node.desk,
                actor=actor,
                upload_id=upload.upload_id,
                offset=upload.bytes_received,
                deposited=self._parts[0],
            )
            upload.bytes_received += self._parts.pop(0).bytes

    def _deposit(self) -> None:
        if self._buffer:
            self._parts.append(self._node.vault.deposit([bytes(self._buffer)]))
            self._buffer.clear()
