"""The Merkle tree hash of RFC 6962 section 2.1, shared by parcels and the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(00 ‖ entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the perfect subtrees of a growing tree: all that appending needs.

    Holds at most 64 hashes whatever the size, so a root over any number of leaves costs
    constant memory.
    """

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        self.size = size
        self._roots = list(roots)

    @property
    def roots(self) -> tuple[bytes, ...]:
        """Subtree roots from the largest (leftmost) to the smallest."""
        return tuple(self._roots)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        roots, carry = self._roots, self.size
        while carry & 1:
            leaf = sha256(b"\x01" + roots.pop() + leaf).digest()
            carry >>= 1
        roots.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The tree hash of all leaves so far."""
        if not self._roots:
            return EMPTY_ROOT
        top = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            top = node_hash(left, top)
        return top


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The tree hash over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()
