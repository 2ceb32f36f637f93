"""Verifying evidence at a node: its own, and packages that somebody brings."""

from __future__ import annotations

from collections.abc import Sequence

from sekisho.kernel.errors import Refused
from sekisho.ledger.verdict import Verdict
from sekisho.ledger.verify import verify_package
from sekisho.node.opening import Node
from sekisho.node.packages import export_transfer
from sekisho.node.peers import newest_directory
from sekisho.office.transfers.readers import evidence_readers


def own_admins(node: Node) -> tuple[str, ...]:
    """Fingerprints of the administrators in the directory that this node goes by."""
    directory = newest_directory(node)
    return tuple(one.fingerprint for one in directory.admins.values()) if directory else ()


def verify_transfer(node: Node, transfer_id: str) -> Verdict:
    """What an auditor would find in the evidence of this transfer, made now: the same package and
    the same checks. Trusts the administrators whose directory this node goes by, as many of them
    as it asks for. Raises Refused SKS-T005, SKS-T070, SKS-C007 (no directory yet)."""
    directory = newest_directory(node)
    if directory is None:
        raise Refused("SKS-C007")
    return verify_package(
        export_transfer(node, transfer_id),
        readers=evidence_readers(),
        trusted_admins=own_admins(node),
        trusted_threshold=directory.threshold,
        now=node.desk.now(),
    )


def verify_brought(node: Node, untrusted: bytes, admins: Sequence[str]) -> Verdict:
    """Judge a package from anywhere. Without `admins` (fingerprints) whose directory it is stays
    open, and the verdict with it. Raises nothing for what is in it."""
    return verify_package(
        untrusted,
        readers=evidence_readers(),
        trusted_admins=admins or None,
        now=node.desk.now(),
    )
