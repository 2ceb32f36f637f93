"""The second scan for malware: some time after release, with newer signatures, before it leaves.

What is scanned is what will leave: the files in the vault. A transfer of a route that asks for it
leaves only after ClamAV has called every file clean; until somebody answers it waits.
"""

from __future__ import annotations

from collections.abc import Iterator

from sekisho.disarm.inspect import clamav
from sekisho.disarm.work import Stopped
from sekisho.kernel.errors import SekishoError
from sekisho.node.opening import Node
from sekisho.node.scanning import clamd_of
from sekisho.office.transfers.actions import rescanning
from sekisho.office.transfers.models import Transfer
from sekisho.office.vault.actions import data_keys


def scan_again(node: Node) -> Iterator[SekishoError]:
    """Scan what is due, at most a batch; what keeps a transfer waiting, or has stopped it."""
    for transfer in rescanning.due(node.desk, node.settings.work.batch):
        try:
            code = _first_reason(node, transfer)
            rescanning.record_scan(node.desk, transfer.transfer_id, code)
        except SekishoError as trouble:
            rescanning.put_off(transfer.transfer_id, trouble.code)
            yield trouble


def _first_reason(node: Node, transfer: Transfer) -> str:
    """SKS-D800 when a file is infected, nothing when all are clean. Raises Stopped SKS-D801."""
    clamd = clamd_of(node.settings.disarm.clamd)
    files = list(transfer.files.all())
    keys = data_keys(node.desk, [one.object_id for one in files])
    for one in files:
        pieces = node.vault.read(one.object_id, keys[one.object_id])
        verdict = clamav.scan(clamd, map(bytes, pieces))
        if verdict.state is clamav.State.INFECTED:
            return Stopped("SKS-D800", name=verdict.signature).code
        clamav.require_clean(verdict, may_be_unscanned=False)
    return ""
