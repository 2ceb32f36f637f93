"""Watched folders: registered by administrators, and what became of each file in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sekisho.kernel.errors import InvalidInput, Refused, Unavailable
from sekisho.kernel.ids import new_id
from sekisho.office.accounts.actions import require_person, require_right
from sekisho.office.evidence.actions import record
from sekisho.office.notices.models import WatchedFile, WatchedFolder
from sekisho.office.permissions import Act
from sekisho.office.site.database import atomic, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.actions.routes import require_route

ID_PREFIX = "wf"
IN, OUT = "in", "out"
STABLE, MARKER, RENAME = "stable", "marker", "rename"
READY = (STABLE, MARKER, RENAME)
"""How a file is known to be complete: it stays as it is, `<name>.ready` stands beside it, or it
was moved here whole."""

SEEN, SUBMITTED, REFUSED, DONE = "seen", "sent", "refused", "done"


@dataclass(frozen=True)
class Inbound:
    """What is said of every file of a folder whose files are submitted."""

    to_node: str
    addressees: tuple[str, ...]
    purpose: str
    label: str
    ready: str = STABLE


def add_in(desk: Desk, *, actor: str, folder: str, person: str, inbound: Inbound) -> WatchedFolder:
    """Submit what appears in a folder, in a person's name; the route judges as for people.

    Raises Refused SKS-T053 (only for administrators), SKS-T051, SKS-T004, SKS-M201 (watched
    already); InvalidInput SKS-M204.
    """
    require_route(desk.node, inbound.to_node)
    if inbound.ready not in READY or not inbound.addressees:
        raise InvalidInput("SKS-M204", allowed=", ".join(READY))
    row = WatchedFolder(
        direction=IN,
        folder=folder,
        person=person,
        ready=inbound.ready,
        to_node=inbound.to_node,
        addressees=list(inbound.addressees),
        purpose=inbound.purpose,
        label=inbound.label,
    )
    return _add(desk, actor, row)


def add_out(desk: Desk, *, actor: str, folder: str, person: str) -> WatchedFolder:
    """Write what arrives for a person into a folder, collected in that person's name.

    Raises Refused SKS-T053 (only for administrators), SKS-T051, SKS-M201 (watched already).
    """
    return _add(desk, actor, WatchedFolder(direction=OUT, folder=folder, person=person))


def _add(desk: Desk, actor: str, row: WatchedFolder) -> WatchedFolder:
    require_right(actor, Act.ROUTES)
    require_person(row.person)
    row.watch_id, row.created = new_id(ID_PREFIX), desk.now()
    with atomic():
        if WatchedFolder.objects.filter(folder=row.folder, ended=None).exists():
            raise Refused("SKS-M201", folder=row.folder)
        row.save(force_insert=True)
        data = {"direction": row.direction, "to": row.to_node}
        hidden = {"actor": actor, "person": row.person, "folder": row.folder}
        record(desk, "watch.added", row.watch_id, data, hidden)
    return row


def end(desk: Desk, *, actor: str, watch_id: str, reason: str = "") -> WatchedFolder:
    """Watch a folder no more; what lies in it stays. Raises Refused SKS-T053, SKS-M205."""
    require_right(actor, Act.ROUTES)
    with atomic():
        row = locked_wait(WatchedFolder.objects.filter(pk=watch_id, ended=None)).first()
        if row is None:
            raise Refused("SKS-M205", watch=watch_id)
        row.ended = desk.now()
        row.save(update_fields=["ended"])
        record(desk, "watch.ended", watch_id, {}, {"actor": actor, "reason": reason})
    return row


def note_trouble(watch: WatchedFolder, code: str) -> None:
    """What keeps a folder from being worked through, or nothing."""
    if watch.trouble != code:
        WatchedFolder.objects.filter(pk=watch.pk).update(trouble=code)


def note_seen(
    desk: Desk, watch: WatchedFolder, *, name: str, size: int, mtime_ns: int
) -> WatchedFile:
    """The row of a file as it looks now; one that looks otherwise than before is seen anew."""
    with atomic():
        unsettled = WatchedFile.objects.filter(watch=watch, name=name, state=SEEN)
        row = unsettled.first()
        if row is None:
            return WatchedFile.objects.create(
                watch=watch,
                name=name,
                bytes=size,
                mtime_ns=mtime_ns,
                state=SEEN,
                seen=desk.now(),
            )
        if (row.bytes, row.mtime_ns) != (size, mtime_ns):
            row.bytes, row.mtime_ns, row.seen = size, mtime_ns, desk.now()
            row.save(update_fields=["bytes", "mtime_ns", "seen"])
    return row


def note_gone(watch: WatchedFolder, names: Sequence[str]) -> None:
    """Files that were seen and are not there any more were taken away by somebody."""
    rows = WatchedFile.objects.filter(watch=watch, state=SEEN)
    rows.exclude(name__in=list(names)).delete()


def came_before(row: WatchedFile, digest: str) -> bool:
    """Whether a file of the same name, time and content was settled already."""
    same = WatchedFile.objects.filter(
        watch=row.watch_id,
        name=row.name,
        bytes=row.bytes,
        mtime_ns=row.mtime_ns,
        sha256=digest,
    )
    return same.exclude(pk=row.pk).filter(state__in=(SUBMITTED, DONE)).exists()


def mark_submitted(row: WatchedFile, transfer_id: str, digest: str) -> None:
    """The file is a transfer. Call it in the transaction that submits.

    Raises Unavailable SKS-M207 when another worker was quicker: this transaction must not stand.
    """
    rows = WatchedFile.objects.filter(pk=row.pk, state=SEEN)
    if not rows.update(state=SUBMITTED, transfer_id=transfer_id, sha256=digest):
        raise Unavailable("SKS-M207", file=row.name)


def mark_settled(desk: Desk, row: WatchedFile, state: str, code: str = "") -> None:
    """The file lies where it belongs: done, or refused with a code."""
    WatchedFile.objects.filter(pk=row.pk).update(state=state, code=code, settled=desk.now())
