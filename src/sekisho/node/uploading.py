"""Files from a browser straight into the vault, part by part; nothing in clear on a disk, ever.

For the page: `announce` each file, `receive` its parts from `bytes_received` on until it is whole.
Every part is an object of the vault under its own data key and durable before the answer.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256 as new_digest
from typing import Protocol

from cryptography.utils import Buffer

from sekisho.kernel.errors import Broken, InvalidInput, SekishoError, Unavailable
from sekisho.kernel.limits import KIB, MIB
from sekisho.node.opening import Node
from sekisho.office.uploads import rules
from sekisho.office.uploads.actions import receiving
from sekisho.office.uploads.actions.receiving import Announced
from sekisho.office.uploads.models import Upload
from sekisho.office.vault.actions import data_keys
from sekisho.seal.vault import Vault

READ_BYTES = 256 * KIB


class Stream(Protocol):
    """What bytes are read from: a request, a file."""

    def read(self, count: int, /) -> bytes:
        """At most so many bytes, none at the end. Raises OSError when the line is cut."""
        ...


def announce(node: Node, *, actor: str, draft_id: str, file: Announced) -> Upload:
    """Take a file into a draft, before its first byte; go on at the answer's `bytes_received`.

    Raises what `receiving.announce` raises.
    """
    return receiving.announce(
        node.desk,
        actor=actor,
        draft_id=draft_id,
        file=file,
        quota_bytes=node.settings.uploads.quota_mib * MIB,
        room_bytes=room_left(node),
    )


def receive(
    node: Node,
    *,
    actor: str,
    upload_id: str,
    offset: int,
    stream: Stream,
    length: int,
    sha256: str | None = None,
) -> Upload:
    """Append exactly `length` bytes (at most 16 MiB) of `stream` at `offset`, which must be where
    the upload ends; the upload as it is then.

    A part that is held already is read and compared, and changes nothing. `sha256` is that of
    these bytes (hexadecimal), if the caller knows it. Of several writers the first one counts.
    Raises Refused SKS-U002 to SKS-U004, SKS-U005 (its `offset` says where to go on), InvalidInput
    SKS-U006 (length), SKS-U008 (digest), SKS-U009 (other bytes than those held), Unavailable
    SKS-U007 (cut off; nothing of the part is kept), SKS-U011, SKS-V012 (no room).
    """
    upload = receiving.require_upload(actor, upload_id)
    repeated = rules.check_part(
        bytes_total=upload.bytes_total,
        received=upload.bytes_received,
        offset=offset,
        length=length,
    )
    incoming = _Incoming(stream, length, sha256)
    if repeated:
        held = receiving.held_digest(upload, offset, length)
        receiving.refuse_other_bytes(incoming.drain(), held)
        return upload
    room = room_left(node)
    if length > room:
        raise Unavailable("SKS-U011", bytes=length, free=room)
    deposited = node.vault.deposit(incoming)
    try:
        return receiving.append(
            node.desk, actor=actor, upload_id=upload_id, offset=offset, deposited=deposited
        )
    except SekishoError:
        # Anything else may have struck after the commit: an object without a row is swept later.
        node.vault.remove(deposited.object_id)
        raise


def room_left(node: Node) -> int:
    """The bytes that may still come onto the vault's disk: `uploads.floor_mib` stay free."""
    return max(0, node.vault.free_bytes() - node.settings.uploads.floor_mib * MIB)


class _Incoming:
    """The bytes of one part as they come: counted, hashed, and refused when they are not those
    that were promised."""

    def __init__(self, stream: Stream, length: int, promised: str | None) -> None:
        self._stream = stream
        self._length = length
        self._promised = promised
        self._digest = new_digest()

    def __iter__(self) -> Iterator[Buffer]:
        left = self._length
        while left:
            try:
                piece = self._stream.read(min(READ_BYTES, left))
            except OSError:
                piece = b""
            if not piece:
                raise Unavailable("SKS-U007", bytes=self._length - left, expected=self._length)
            left -= len(piece)
            self._digest.update(piece)
            yield piece
        found = self._digest.hexdigest()
        if self._promised is not None and found != self._promised.lower():
            raise InvalidInput("SKS-U008")

    def drain(self) -> str:
        """Read everything, keep nothing; the digest."""
        for _ in self:
            pass
        return self._digest.hexdigest()


@dataclass(frozen=True)
class PartsSource:
    """A whole upload as `treating.Source`: read back from the vault, a segment at a time.

    The keys are here, so that any thread may read without a database.
    """

    path: str
    bytes: int
    vault: Vault
    parts: tuple[tuple[str, builtins.bytes], ...] = field(repr=False)

    def read(self) -> Iterator[Buffer]:
        """The content from its beginning. Raises Broken SKS-V010 or SKS-V011."""
        count = 0
        for object_id, key in self.parts:
            for piece in self.vault.read(object_id, key):
                count += memoryview(piece).nbytes
                yield piece
        if count != self.bytes:
            raise Broken("SKS-V011", object=self.path)


def source_of(node: Node, upload: Upload) -> PartsSource:
    """The content of a whole upload. Raises Broken SKS-T060 when a key of it is gone."""
    ids = [part.object_id for part in upload.parts.order_by("position")]
    keys = data_keys(node.desk, ids)
    parts = tuple((one, keys[one]) for one in ids)
    return PartsSource(upload.path, upload.bytes_total, node.vault, parts)


def sources_of(node: Node, uploads: Sequence[Upload]) -> list[tuple[str, PartsSource]]:
    """Each with the name it travels under, as `submitting.submit_found` takes them."""
    return [(one.path, source_of(node, one)) for one in uploads]
