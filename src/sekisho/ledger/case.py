"""What the verifier has established so far about one package, handed from check to check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sekisho.kernel import dsse
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.signing import VerifyingKeys
from sekisho.ledger.body import Checkpoint
from sekisho.ledger.checkpoint import SignedCheckpoint, moment_of, open_checkpoint
from sekisho.ledger.package import EvidencePackage
from sekisho.ledger.verdict import Line, info
from sekisho.ledger.views import DirectoryView, Readers

LINES_OF_A_KIND_MAX = 20


@dataclass(frozen=True)
class Case:
    """A package whose directory was read and whose checkpoint its log has signed."""

    package: EvidencePackage
    directory: DirectoryView
    readers: Readers
    signed: SignedCheckpoint

    @property
    def node(self) -> str:
        return self.package.node

    @property
    def checkpoint(self) -> Checkpoint:
        return self.signed.checkpoint


def open_by_any(untrusted_note: bytes, node: str, directory: DirectoryView) -> SignedCheckpoint:
    """A checkpoint signed by a key set of its node that counted when the log says it signed.

    Raises what the newest key set says when none fits, Refused SKS-L072 when there is none.
    """
    first: SekishoError | None = None
    for period in reversed(directory.nodes.get(node, ())):
        try:
            signed = open_checkpoint(untrusted_note, node, period.keys)
            if signed.time is None or period.counts_at(moment_of(signed.time)):
                return signed
        except SekishoError as error:
            first = first or error
    raise first or Refused("SKS-L072", node=node)


def require_signed(
    envelope: dsse.Envelope,
    node: str,
    key_sets: Sequence[VerifyingKeys],
    kinds: tuple[str, ...] | None = None,
) -> None:
    """One of the key sets has signed the envelope with every kind. Raises like `open_by_any`."""
    first: SekishoError | None = None
    for keys in key_sets:
        try:
            return keys.verify(envelope, kinds)
        except SekishoError as error:
            first = first or error
    raise first or Refused("SKS-L072", node=node)


def shortened(lines: Iterable[Line]) -> list[Line]:
    """The first problems of a kind, and how many more there are."""
    found = list(lines)
    if len(found) <= LINES_OF_A_KIND_MAX:
        return found
    rest = len(found) - LINES_OF_A_KIND_MAX
    return [*found[:LINES_OF_A_KIND_MAX], info("further", count=rest)]
