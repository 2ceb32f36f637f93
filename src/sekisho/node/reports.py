"""The reports of disarming that lie in the vault: read back, each checked against its row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from sekisho.disarm.report import Report, read_report
from sekisho.kernel.errors import Broken
from sekisho.node.opening import Node
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.vault.actions import data_keys


@dataclass(frozen=True)
class Told:
    """What is told of one file; `report` is the sender's, `own` that of the receiving side."""

    position: int
    path: str
    outcome: str
    report: Report | None = None
    own: Report | None = None

    @property
    def for_people(self) -> Report | None:
        """The report with what the sender's file held: its removals are gone from ours."""
        return self.report or self.own

    @property
    def findings(self) -> Report | None:
        """The report whose findings count: our own, where there is one."""
        return self.own or self.report


class _File(Protocol):
    position: int
    path: str
    outcome: str
    report_bytes: int
    report_sha256: str


def reports_of(node: Node, row: Transfer | Arrival) -> list[Told]:
    """What is told of each file, in order; without reports when they are erased.

    Raises Broken SKS-V010, SKS-V011, SKS-T060 when what we keep is damaged.
    """
    files: Iterable[_File] = row.files.all()
    if row.erased or not row.reports_object:
        return [Told(one.position, one.path, one.outcome) for one in files]
    keys = data_keys(node.desk, [row.reports_object])
    pieces = node.vault.read(row.reports_object, keys[row.reports_object])
    rest = _Rest(row.reports_object, b"".join(map(bytes, pieces)))
    return [_told(one, rest) for one in files]


def _told(one: _File, rest: _Rest) -> Told:
    found = Told(one.position, one.path, one.outcome)
    found = replace(found, report=rest.take(one.report_bytes, one.report_sha256))
    own = rest.take(getattr(one, "own_report_bytes", 0), getattr(one, "own_report_sha256", ""))
    return replace(found, own=own)


class _Rest:
    """What of the reports' object is not read yet."""

    def __init__(self, object_id: str, data: bytes) -> None:
        self._object_id = object_id
        self._data = memoryview(data)

    def take(self, count: int, digest: str) -> Report | None:
        if not count:
            return None
        part, self._data = bytes(self._data[:count]), self._data[count:]
        if sha256(part).hexdigest() != digest:
            raise Broken("SKS-V011", object=self._object_id)
        return read_report(part)
