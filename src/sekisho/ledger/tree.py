"""Proofs over the Merkle tree of RFC 6962 section 2.1: made from subtree hashes, and checked.

Making follows the recursive definitions of RFC 6962 (2.1.1, 2.1.2); checking follows the
algorithms of RFC 9162 (2.1.3.2, 2.1.4.2). A range proof is ours: it shows that given leaves are
*all* the leaves of one stretch of the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.merkle import EMPTY_ROOT, node_hash, root_of

TreeHash = Callable[[int, int], bytes]
"""The tree hash over the leaves `start … end-1`."""

PROOF_HASHES_MAX = 64
RANGE_PROOF_HASHES_MAX = 128


def split(count: int) -> int:
    """The largest power of two smaller than `count` (which is at least two)."""
    return 1 << ((count - 1).bit_length() - 1)


def inclusion_proof(tree_hash: TreeHash, index: int, size: int) -> tuple[bytes, ...]:
    """PATH(index, D[size]): from the leaf's sibling up to the root's child."""
    if not 0 <= index < size:
        raise InvalidInput("SKS-L002", start=index, end=index + 1, size=size)
    low, high, siblings = 0, size, []
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            siblings.append(tree_hash(middle, high))
            high = middle
        else:
            siblings.append(tree_hash(low, middle))
            low = middle
    return tuple(reversed(siblings))


def consistency_proof(tree_hash: TreeHash, old: int, new: int) -> tuple[bytes, ...]:
    """PROOF(old, D[new]); empty when `old` is 0 or `new`."""
    if not 0 <= old <= new:
        raise InvalidInput("SKS-L002", start=old, end=new, size=new)
    if old in (0, new):
        return ()
    low, high, hashes = 0, new, []
    while old != high:
        middle = low + split(high - low)
        if old <= middle:
            hashes.append(tree_hash(middle, high))
            high = middle
        else:
            hashes.append(tree_hash(low, middle))
            low = middle
    if low:
        hashes.append(tree_hash(low, high))
    return tuple(reversed(hashes))


def range_proof(tree_hash: TreeHash, start: int, end: int, size: int) -> tuple[bytes, ...]:
    """The hashes, from left to right, of the largest subtrees outside `start … end-1`."""
    if not 0 <= start < end <= size:
        raise InvalidInput("SKS-L002", start=start, end=end, size=size)
    return tuple(
        tree_hash(low, high) for low, high, inside in _pieces(start, end, 0, size) if not inside
    )


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """The leaf hash stands at `index` of the tree (size, root). Raises Refused SKS-L005."""
    if not 0 <= index < size or len(proof) > PROOF_HASHES_MAX:
        raise Refused("SKS-L005", index=index, size=size)
    position, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Refused("SKS-L005", index=index, size=size)
        if position & 1 or position == last:
            current = node_hash(sibling, current)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        position, last = position >> 1, last >> 1
    if last != 0 or current != root:
        raise Refused("SKS-L005", index=index, size=size)


def check_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """The tree (new, new_root) begins with the tree (old, old_root). Raises Refused SKS-L006."""
    if not _is_consistent(old, old_root, new, new_root, proof):
        raise Refused("SKS-L006", old=old, new=new)


def _is_consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    if not 0 <= old <= new or len(proof) > PROOF_HASHES_MAX:
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    if old == new:
        return not proof and old_root == new_root
    hashes = list(proof)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        return False
    return _rebuilt(old, new, hashes) == (old_root, new_root)


def _rebuilt(old: int, new: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The roots of the old and the new tree that a consistency proof leads to."""
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old_top = new_top = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old_top, new_top = node_hash(sibling, old_top), node_hash(sibling, new_top)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new_top = node_hash(new_top, sibling)
        position, last = position >> 1, last >> 1
    return (old_top, new_top) if last == 0 else None


def check_range(
    leaves: Sequence[bytes], start: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """The leaf hashes are all those from `start` on, in order. Raises Refused SKS-L007."""
    end = start + len(leaves)
    if not 0 <= start < end <= size or len(proof) > RANGE_PROOF_HASHES_MAX:
        raise Refused("SKS-L007", start=start, end=end, size=size)
    rest = iter(proof)

    def top(low: int, high: int) -> bytes:
        if low >= start and high <= end:
            return root_of(leaves[low - start : high - start])
        if high <= start or low >= end:
            return next(rest, b"")
        middle = low + split(high - low)
        left = top(low, middle)
        return node_hash(left, top(middle, high))

    if top(0, size) != root or next(rest, None) is not None:
        raise Refused("SKS-L007", start=start, end=end, size=size)


def _pieces(start: int, end: int, low: int, high: int) -> Iterator[tuple[int, int, bool]]:
    """The subtrees that `start … end-1` cuts the tree into: (low, high, inside the range)."""
    if low >= start and high <= end:
        yield low, high, True
    elif high <= start or low >= end:
        yield low, high, False
    else:
        middle = low + split(high - low)
        yield from _pieces(start, end, low, middle)
        yield from _pieces(start, end, middle, high)
