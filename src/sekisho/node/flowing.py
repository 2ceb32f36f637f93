"""Transfers under a registered flow: what the flow fills in, and that it counts against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sekisho.disarm.inspect.columns import (
    TABLE_HEAD_BYTES,
    TABLE_KINDS,
    WORKBOOK_KINDS,
    table_columns,
    workbook_columns,
)
from sekisho.kernel.errors import Refused
from sekisho.kernel.limits import MIB
from sekisho.node.opening import Node
from sekisho.office.flows.actions.using import (
    Seen,
    mark,
    note_use,
    require_expected,
    require_usable,
)
from sekisho.office.transfers.actions.sending import Content, Draft
from sekisho.office.transfers.models import Transfer

Beside = Callable[[Transfer], None]
"""What is done with a new transfer, in the transaction that makes it."""

WORKBOOK_BYTES_MAX = 32 * MIB
"""A larger workbook is not looked into: its headings stay unknown."""

TABLES_MAX = 100
"""So many tables of one transfer are looked into."""


def draft_under(
    node: Node,
    code: str,
    *,
    to_node: str = "",
    addressees: tuple[str, ...] = (),
    purpose: str = "",
    label: str = "",
) -> Draft:
    """A draft with what the flow says where nothing else is said; its purpose begins with the
    code of the flow. Raises Refused as `require_usable` does, and SKS-F023 for another node than
    that of the flow."""
    entry = require_usable(node.desk, code)
    if to_node and to_node != entry.to_node:
        raise Refused("SKS-F023", flow=code, node=entry.to_node)
    return Draft(
        to_node=entry.to_node,
        addressees=addressees or entry.addressees,
        purpose=_marked(code, purpose or entry.purpose or entry.name),
        label=label or entry.label,
        flow=code,
    )


def under_flow(node: Node, draft: Draft, paths: Sequence[str]) -> Draft:
    """The draft, its purpose marked with the code of its flow, if it has one.

    Raises Refused before anything is read, when files may not pass under the flow.
    """
    if not draft.flow:
        return draft
    entry = require_usable(node.desk, draft.flow)
    if draft.to_node != entry.to_node:
        raise Refused("SKS-F023", flow=draft.flow, node=entry.to_node)
    require_expected(entry, paths)
    return replace(draft, purpose=_marked(draft.flow, draft.purpose or entry.purpose))


def _marked(code: str, purpose: str) -> str:
    return purpose if purpose.startswith(mark(code)) else f"{mark(code)}{purpose}"


def counting(node: Node, draft: Draft, contents: Sequence[Content]) -> Beside | None:
    """What `submit_new` does beside, in its transaction: count the transfer against its flow.

    The headings of tables are read from the vault here, before the transaction begins.
    """
    if not draft.flow:
        return None
    columns = [found for one in contents[:TABLES_MAX] if (found := columns_of(node, one))]
    seen = Seen(
        files=len(contents),
        bytes=sum(one.bytes for one in contents),
        tables=len(columns),
        columns=tuple(dict.fromkeys(name for found in columns for name in found)),
    )

    def count(transfer: Transfer) -> None:
        note_use(node.desk, code=draft.flow, transfer_id=transfer.transfer_id, seen=seen)

    return count


def columns_of(node: Node, content: Content) -> tuple[str, ...]:
    """The headings of a deposited file, none where it is no table or too large a workbook."""
    if content.content_type in TABLE_KINDS:
        head = bytearray()
        for piece in node.vault.read(content.object_id, content.data_key):
            head += piece
            if len(head) >= TABLE_HEAD_BYTES:
                break
        is_whole = len(head) == content.bytes
        return table_columns(bytes(head), content.content_type, is_whole=is_whole)
    if content.content_type in WORKBOOK_KINDS and content.bytes <= WORKBOOK_BYTES_MAX:
        pieces = node.vault.read(content.object_id, content.data_key)
        return workbook_columns(memoryview(b"".join(pieces)))
    return ()
