"""What the nodes hold, compared with what the run knows of every transfer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from tests.faults import invariants
from tests.support.simulation import STRANGER, Run, Sheet, come_to_rest

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.actions import save_person
from sekisho.office.post.models import ReceiverKey
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.states import State
from sekisho.office.vault.models import VaultObject

ENDS = frozenset(
    {State.RECEIVED, State.REFUSED, State.EXPIRED, State.WITHDRAWN, State.REJECTED}
    | {State.WAITING, State.SENT_BACK}
)
"""Where a transfer may stand when every worker has rested and people have sent again."""

PEOPLE_TRY = 6
RETENTION_OVER = timedelta(days=60)


def agree(run: Run) -> None:
    """Rows against sheets: cheap, for every few operations."""
    for name in run.town.nodes:
        with run.town.at(name):
            _sent(run, name)
            _arrived(run, name)


def agree_to_the_byte(run: Run) -> None:
    """Also every file, every head in the store and every entry of the ledgers."""
    agree(run)
    invariants.at_every_moment(run.town)


def _sent(run: Run, node: str) -> None:
    rows = {row.pk: row for row in Transfer.objects.prefetch_related("files")}
    mine = {key for key, sheet in run.sheets.items() if sheet.sender == node}
    assert set(rows) == mine, "a transfer that was handed in is not there"
    for key, row in rows.items():
        sheet = run.sheets[key]
        files = {one.path: (one.bytes, one.sha256) for one in row.files.all()}
        assert files == sheet.digests
        if sheet.stopped:
            assert row.state in (sheet.stopped, State.EXPIRED)
        elif row.state not in (State.WAITING, State.SENT_BACK, State.EXPIRED):
            assert sheet.may_leave or row.state in (State.REJECTED, State.WITHDRAWN), row.state


def _arrived(run: Run, node: str) -> None:
    for row in Arrival.objects.prefetch_related("files"):
        sheet = run.sheets[row.transfer_id]
        assert (sheet.sender, sheet.receiver) == (row.from_node, node)
        assert sheet.may_leave, f"{sheet.number} arrived unapproved"
        assert sheet.stopped != "rejected", f"{sheet.number} arrived though it was rejected"
        assert {one.path: (one.bytes, one.sha256) for one in row.files.all()} == sheet.digests


def at_the_end(run: Run) -> None:
    """Faults stop. Everything settles; each approved transfer has arrived once, or the sender
    is told truthfully why not; after retention no key is left anywhere."""
    come_to_rest(run)
    agree_to_the_byte(run)
    for name in run.town.nodes:
        with run.town.at(name) as node:
            save_person(node.desk, actor="admin", login=STRANGER, name="異動してきた人")
    for _ in range(PEOPLE_TRY):
        if not _send_again(run):
            break
        come_to_rest(run)
    agree_to_the_byte(run)
    invariants.at_rest(run.town)
    for transfer_id, sheet in run.sheets.items():
        _ended_truthfully(run, transfer_id, sheet)
    run.town.clock.advance(RETENTION_OVER)
    come_to_rest(run)
    run.town.clock.advance(RETENTION_OVER)
    come_to_rest(run)
    _nothing_is_left(run)


def _send_again(run: Run) -> int:
    """Everybody sends again what has had no answer, or a refusal."""
    count = 0
    for name in run.town.nodes:
        with run.town.at(name) as node:
            for row in Transfer.objects.filter(state__in=(State.SENT, State.REFUSED)):
                try:
                    sending.resend(node.desk, actor="sato", transfer_id=row.pk)
                    count += 1
                except Refused as reason:
                    run.trace.append(f"again {run.sheets[row.pk].number}: {reason.code}")
    return count


def _ended_truthfully(run: Run, transfer_id: str, sheet: Sheet) -> None:
    with run.town.at(sheet.sender):
        row = Transfer.objects.get(pk=transfer_id)
    with run.town.at(sheet.receiver):
        arrived = Arrival.objects.filter(pk=transfer_id).count()
    assert row.state in ENDS, f"{sheet.number} is left as {row.state} {row.code}"
    if row.state == State.RECEIVED:
        assert arrived == 1, f"{sheet.number} is said to have arrived"
    if row.state == State.REFUSED:
        assert row.code and not arrived, f"{sheet.number} is said to be refused"
    if row.state in (State.WAITING, State.SENT_BACK, State.REJECTED, State.WITHDRAWN):
        assert not arrived, f"{sheet.number} arrived as {row.state}"


def _nothing_is_left(run: Run) -> None:
    for name in run.town.nodes:
        with run.town.at(name) as node:
            assert not Transfer.objects.filter(erased=False).exists()
            assert not Arrival.objects.filter(erased=False).exists()
            assert not VaultObject.objects.exists()
            assert not ReceiverKey.objects.exclude(used_by="").filter(expires__lte=node.desk.now())
            states = Counter(Transfer.objects.values_list("state", flat=True))
            assert set(states) <= {State.EXPIRED, State.WITHDRAWN, State.REJECTED}, states
    invariants.at_every_moment(run.town)
