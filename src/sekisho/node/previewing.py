"""The first pages of a file as pictures, drawn in a child: to decide without opening the file."""

from __future__ import annotations

from sekisho.disarm.limits import INPUT_BYTES_MAX
from sekisho.disarm.preview import read_previews
from sekisho.disarm.profile import PREVIEW
from sekisho.disarm.work import Stopped
from sekisho.kernel.errors import Refused
from sekisho.node.held import Held, hold
from sekisho.node.opening import Node
from sekisho.office.permissions import Act
from sekisho.office.transfers import queries
from sekisho.office.vault.actions import data_keys


def previews_of(node: Node, *, actor: str, transfer_id: str, number: int) -> list[bytes]:
    """PNG pictures of the first pages of file `number` (from 1) of a transfer.

    For its sender, its approvers and its addressees. Raises Refused SKS-T005 (no such transfer),
    SKS-T093 (not for this person), SKS-T094 (no such file, or erased), Stopped SKS-D210 (a kind
    without preview) and what disarming raises.
    """
    row = queries.find_transfer(transfer_id) or queries.find_arrival(transfer_id)
    if row is None:
        raise Refused("SKS-T005", transfer=transfer_id)
    queries.require_may(node.desk, actor, Act.PREVIEW, row)
    files = list(row.files.all())
    if row.erased or not 1 <= number <= len(files):
        raise Refused("SKS-T094", number=number, count=0 if row.erased else len(files))
    one = files[number - 1]
    pieces = node.vault.read(one.object_id, data_keys(node.desk, [one.object_id])[one.object_id])
    with hold(pieces, INPUT_BYTES_MAX) as content:
        done = node.disarmer.disarm(content, one.path, PREVIEW)
    if done.content is None:
        raise Stopped(done.report.code, **done.report.detail)
    return _read(done.content)


def _read(untrusted: Held) -> list[bytes]:
    with untrusted:
        return read_previews(b"".join(map(bytes, untrusted.pieces())))
