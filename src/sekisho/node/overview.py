"""What needs somebody at this node, and how it stands: asked, nothing changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sekisho.kernel.errors import SekishoError
from sekisho.node import upkeep
from sekisho.node.backup.noted import is_late, noted
from sekisho.node.opening import Node
from sekisho.node.peers import Peers, newest_directory
from sekisho.office.evidence import queries as evidence
from sekisho.office.post import queries as post
from sekisho.office.post.actions import one_time_left
from sekisho.office.transfers import queries as transfers
from sekisho.office.transfers.states import State
from sekisho.seal.directory import Directory, expires_soon

KEYS_LEFT_LOW = 5
WITNESS_LATE = timedelta(days=1)
REFUSED_SHOWN_FOR = timedelta(days=7)


class Matter(StrEnum):
    """Kinds of things that need somebody."""

    LEDGER = "ledger"
    DIRECTORY_MISSING = "directory-missing"
    DIRECTORY_EXPIRED = "directory-expired"
    DIRECTORY_EXPIRES = "directory-expires"
    BACKUP_LATE = "backup-late"
    TO_DECIDE = "to-decide"
    TO_COLLECT = "to-collect"
    SENT_BACK = "sent-back"
    TO_READ = "to-read"
    REFUSED_THERE = "refused-there"
    CANNOT_LEAVE = "cannot-leave"
    CANNOT_STORE = "cannot-store"
    CANNOT_FETCH = "cannot-fetch"
    STOPPED_HERE = "stopped-here"
    KEYS_LOW = "keys-low"
    WITNESS_TROUBLE = "witness-trouble"
    WITNESS_LATE = "witness-late"


@dataclass(frozen=True)
class Todo:
    """One thing to be done: how many, and the code or the peer or the moment it is about."""

    matter: Matter
    count: int = 1
    code: str = ""
    peer: str = ""
    moment: datetime | None = None


@dataclass(frozen=True)
class PeerStanding:
    """One peer: keys it may use, keys we may use, how far it has countersigned our log."""

    name: str
    keys_offered: int
    keys_left: int
    cosigned_size: int
    trouble: str


@dataclass(frozen=True)
class Overview:
    """The whole picture."""

    todo: tuple[Todo, ...]
    states: dict[str, int]
    peers: tuple[PeerStanding, ...]
    directory: Directory | None
    log_size: int
    checkpoint_made: datetime | None
    pending_events: int


def overview(node: Node, *, actor: str = "") -> Overview:
    """How the node stands; with `actor`, also what waits for this person.

    Raises Refused SKS-T051 (no such person) and Broken SKS-C015 (the directory was set back).
    """
    directory = newest_directory(node)
    checkpoint = evidence.newest_checkpoint()
    standings = tuple(_peers(node, directory))
    size = checkpoint.size if checkpoint else 0
    todo = (
        *_ledger(node),
        *_directory(directory, node.desk.now()),
        *_backup(node),
        *(_personal(node, actor) if actor else ()),
        *_parcels(node),
        *_peer_matters(node, directory, standings, size, checkpoint),
    )
    return Overview(
        todo=todo,
        states=dict(transfers.count_by_state()),
        peers=standings,
        directory=directory,
        log_size=size,
        checkpoint_made=checkpoint.created if checkpoint else None,
        pending_events=evidence.pending_events(),
    )


def _ledger(node: Node) -> Iterator[Todo]:
    try:
        upkeep.check_watermark(node)
    except SekishoError as error:
        yield Todo(Matter.LEDGER, code=error.code)


def _directory(directory: Directory | None, now: datetime) -> Iterator[Todo]:
    if directory is None:
        yield Todo(Matter.DIRECTORY_MISSING)
    elif now >= directory.expires:
        yield Todo(Matter.DIRECTORY_EXPIRED, moment=directory.expires)
    elif expires_soon(directory, now):
        yield Todo(Matter.DIRECTORY_EXPIRES, moment=directory.expires)


def _backup(node: Node) -> Iterator[Todo]:
    found = noted(node)
    if is_late(node.settings, found, node.desk.now()):
        yield Todo(Matter.BACKUP_LATE, moment=found.made.when if found.made else None)


def _personal(node: Node, actor: str) -> Iterator[Todo]:
    counts = {
        Matter.TO_DECIDE: len(transfers.waiting_for(node.desk, actor)),
        Matter.TO_COLLECT: transfers.to_collect(actor),
        Matter.SENT_BACK: len(transfers.transfers(sender=actor, states=[State.SENT_BACK])),
        Matter.TO_READ: len(transfers.to_read_after(actor)),
    }
    yield from (Todo(matter, count) for matter, count in counts.items() if count)


def _parcels(node: Node) -> Iterator[Todo]:
    refused: Counter[str] = Counter(one.code for one in transfers.transfers(states=[State.REFUSED]))
    groups = {
        Matter.REFUSED_THERE: refused,
        Matter.CANNOT_LEAVE: transfers.stuck_ready(),
        Matter.CANNOT_STORE: post.stuck_outgoing(),
        Matter.CANNOT_FETCH: post.stuck_incoming(),
        Matter.STOPPED_HERE: post.refused_incoming(node.desk.now() - REFUSED_SHOWN_FOR),
    }
    for matter, counted in groups.items():
        for code, count in sorted(counted.items()):
            yield Todo(matter, count, code)


def _peers(node: Node, directory: Directory | None) -> Iterator[PeerStanding]:
    if directory is None:
        return
    links = {one.peer: one for one in evidence.witness_links()}
    for name in Peers(node.name, directory, ()).partners():
        link = links.get(name)
        yield PeerStanding(
            name,
            one_time_left(node.desk, name),
            post.peer_keys_left(node.desk.now(), name),
            link.cosigned_size if link else 0,
            link.trouble if link else "",
        )


def _peer_matters(
    node: Node,
    directory: Directory | None,
    standings: tuple[PeerStanding, ...],
    size: int,
    checkpoint: object,
) -> Iterator[Todo]:
    made = getattr(checkpoint, "created", None)
    late = made is not None and node.desk.now() - made > WITNESS_LATE
    for one in standings:
        may_send = directory is not None and (node.name, one.name) in directory.links
        if may_send and one.keys_left < KEYS_LEFT_LOW:
            yield Todo(Matter.KEYS_LOW, one.keys_left, peer=one.name)
        if one.trouble:
            yield Todo(Matter.WITNESS_TROUBLE, code=one.trouble, peer=one.name)
        elif late and one.cosigned_size < size:
            yield Todo(Matter.WITNESS_LATE, size - one.cosigned_size, peer=one.name)
