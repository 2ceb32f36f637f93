"""Transfers under a flow: may this one be, and that it was."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sekisho.kernel.errors import Refused, SeveralRefused
from sekisho.kernel.names import shown
from sekisho.office.evidence.actions import record
from sekisho.office.flows.entry import Entry, entry_of
from sekisho.office.flows.models import Flow, FlowUse
from sekisho.office.flows.states import State
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, insert_many

COLUMNS_MAX = 500
COLUMN_CHARS_MAX = 100


@dataclass(frozen=True)
class Seen:
    """What was seen of the files of one transfer: how many, how large, the headings in tables."""

    files: int
    bytes: int
    tables: int = 0
    columns: tuple[str, ...] = ()


def mark(code: str) -> str:
    """How a purpose begins that names a flow: the receiving node knows the flow by it."""
    return f"【{code}】"


def require_usable(desk: Desk, code: str) -> Entry:
    """The flow, if a transfer may leave here under it. Raises Refused SKS-F010, SKS-F020 (not in
    use), SKS-F021 (it does not lead from this node to another)."""
    row = find(Flow, code=code)
    if row is None:
        raise Refused("SKS-F010", flow=code[:40])
    if row.state != State.ACTIVE:
        raise Refused("SKS-F020", flow=code)
    if row.from_node != desk.node or not row.to_node:
        raise Refused("SKS-F021", flow=code, node=desk.node)
    return entry_of(row)


def require_expected(entry: Entry, paths: Sequence[str]) -> None:
    """Raise Refused SKS-F022 for a file whose name fits none of the patterns of the flow; for
    several files SeveralRefused with one reason for each."""
    wrong = [(path, fault) for path in paths if (fault := misnamed(entry, path))]
    if len(wrong) > 1:
        raise SeveralRefused("SKS-F022", wrong, **wrong[0][1].params)
    for _, fault in wrong:
        raise fault


def misnamed(entry: Entry, path: str) -> Refused | None:
    """SKS-F022 when the name of a file fits none of the patterns of the flow."""
    name = _folded(path.rpartition("/")[2])
    if not entry.files or any(fnmatchcase(name, _folded(one)) for one in entry.files):
        return None
    return Refused("SKS-F022", path=shown(path), allowed=shown("、".join(entry.files)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def note_use(desk: Desk, *, code: str, transfer_id: str, seen: Seen) -> None:
    """The transfer counts against the flow; called in the transaction that submits it.

    Raises Refused as `require_usable` does: the flow may have ended meanwhile.
    """
    require_usable(desk, code)
    columns = [one[:COLUMN_CHARS_MAX] for one in seen.columns[:COLUMNS_MAX]]
    insert_many(
        [
            FlowUse(
                flow_id=code,
                transfer_id=transfer_id,
                submitted=desk.now(),
                files=seen.files,
                bytes=seen.bytes,
                tables=seen.tables,
                columns=columns,
            )
        ]
    )
    record(
        desk,
        "flow.used",
        code,
        {
            "transfer": transfer_id,
            "files": seen.files,
            "bytes": seen.bytes,
            "columns": len(columns),
        },
    )
