"""The check of the ledger on demand: everything computed again, compared with the watermark
outside the database and with the newest countersigned checkpoint as this node keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sekisho.kernel.errors import SekishoError
from sekisho.ledger.audit import Watermark, compare_with_watermark
from sekisho.ledger.body import origin_of
from sekisho.node import upkeep
from sekisho.node.opening import Node
from sekisho.office.evidence.actions import open_log
from sekisho.office.evidence.models import Checkpoint, Cosignature
from sekisho.office.evidence.queries import audit_log


@dataclass(frozen=True)
class LedgerCheck:
    """How it came out: `size` entries were read, the first `witnessed` of which lie under a
    countersigned checkpoint. `faults` is empty when all fits."""

    checked: datetime
    size: int
    root: str
    witnessed: int
    faults: tuple[SekishoError, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


def check_ledger(node: Node) -> LedgerCheck:
    """Read the whole log and compute it again; takes seconds for a million entries."""
    found = audit_log()
    faults: list[SekishoError] = [one.error() for one in found.faults]
    witnessed = 0
    try:
        witnessed = _witnessed(node, found.size) if found.root is not None else 0
        upkeep.check_watermark(node)
    except SekishoError as error:
        faults.append(error)
    root = found.root.hex() if found.root is not None else ""
    return LedgerCheck(node.desk.now(), found.size, root, witnessed, tuple(faults))


def _witnessed(node: Node, size: int) -> int:
    """The largest size that was countersigned, 0 for none. Raises Broken SKS-L014, SKS-L015 when
    the log does not begin so."""
    ids = Cosignature.objects.values("checkpoint")
    newest = Checkpoint.objects.filter(pk__in=ids).order_by("-size").first()
    if newest is None:
        return 0
    seen = Watermark(origin_of(node.name), newest.size, bytes.fromhex(newest.root))
    compare_with_watermark(size, open_log().root, seen)
    return int(newest.size)
