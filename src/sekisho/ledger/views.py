"""What the verifier needs to know of documents whose formats other engines own.

Engines do not import one another: whoever calls the verifier passes these readers, which are a
few lines each over the owner's own parser (the command line joins them).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sekisho.kernel.signing import VerifyingKeys


@dataclass(frozen=True)
class KeyPeriod:
    """One key set of a node, and from when until when (None: no end known) it counts."""

    keys: VerifyingKeys
    valid_from: datetime
    valid_until: datetime | None

    def counts_at(self, moment: datetime) -> bool:
        """Whether a signature made at this moment counts."""
        return self.valid_from <= moment and (self.valid_until is None or moment < self.valid_until)


@dataclass(frozen=True)
class DirectoryView:
    """A directory of nodes that is well formed and signed by enough of its own administrators.

    `signed_by` are the fingerprints of the administrators whose signatures hold: whether to trust
    them is decided here, not by the reader. `nodes` maps each name to its key sets, oldest first,
    hand-overs followed.
    """

    version: int
    expires: datetime
    signed_by: tuple[str, ...]
    titles: Mapping[str, str]
    nodes: Mapping[str, tuple[KeyPeriod, ...]]

    def keys_of(self, node: str) -> tuple[VerifyingKeys, ...]:
        """All key sets that a node has had, newest first."""
        return tuple(one.keys for one in reversed(self.nodes.get(node, ())))

    def keys_at(self, node: str, moment: datetime) -> tuple[VerifyingKeys, ...]:
        """The key sets that counted for a node at a moment, newest first."""
        held = reversed(self.nodes.get(node, ()))
        return tuple(one.keys for one in held if one.counts_at(moment))


@dataclass(frozen=True)
class ParcelView:
    """What a parcel's manifest says; `root` and `approvals` in hexadecimal."""

    parcel_id: str
    sender: str
    receiver: str
    root: str
    receiver_key_kind: str
    created: datetime
    approvals: tuple[str, ...]


class ReceiptView(Protocol):
    """What a receipt says. Empty texts where it has nothing to say."""

    @property
    def parcel_id(self) -> str: ...
    @property
    def transfer_id(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def receiver(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def root(self) -> str: ...
    @property
    def letter_sha256(self) -> str: ...
    @property
    def made(self) -> datetime: ...


class DirectoryReader(Protocol):
    """Reads the directory's envelope and the hand-over statements; raises SekishoError.

    It checks form and signatures, not expiry (`now` of the verifier may lie years later).
    """

    def __call__(self, envelope: bytes, handovers: Sequence[bytes]) -> DirectoryView: ...


@dataclass(frozen=True)
class Readers:
    """The ports of the verifier: DSSE types, and readers of payloads whose signature held."""

    read_directory: DirectoryReader
    parcel_type: str
    read_parcel: Callable[[bytes], ParcelView]
    receipt_type: str
    read_receipt: Callable[[bytes], ReceiptView]
