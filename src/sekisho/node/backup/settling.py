"""What a restored node does before it serves: what was erased since its backup is erased again."""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.kernel.errors import Broken
from sekisho.node import upkeep
from sekisho.node.backup import marker, twins
from sekisho.node.backup.erasures import Erased, read_list
from sekisho.node.opening import Node
from sekisho.node.peers import newest_directory
from sekisho.office.evidence.actions import forget_disclosures, record
from sekisho.office.post.restored import forget_secrets, own_batches
from sekisho.office.site.database import atomic
from sekisho.office.transfers.actions.expiring import expire_emptied
from sekisho.office.transfers.actions.requeueing import requeue_expired
from sekisho.office.transfers.queries import living_transfers
from sekisho.office.vault.actions import destroy_keys, known_objects
from sekisho.store import layout

ERASED_FILE = "restored.erased"


@dataclass(frozen=True)
class Settled:
    """`replayed` objects were erased again by the list; `missing` had gone while the backup was
    made; `expired` were over by now; `may_return` names transfers that somebody may have ended
    since (withdrawn, rejected), where no list says what was erased; `sent_since` counts parcels
    of this node in the store that the backup does not know."""

    replayed: int
    missing: int
    expired: int
    may_return: tuple[str, ...]
    sent_since: int


def settle(node: Node, *, confirmed: bool) -> Settled:
    """Erase again what the list names and what is over, renew the vault key, give up keys that are
    lost, and let the node serve: if there is a list, or when somebody has `confirmed` that what
    `may_return` names was looked at. Killed anywhere, the same call finishes the work.

    Raises Broken SKS-B010 (half restored), and what the store raises.
    """
    folder = node.settings.folder
    if marker.stage_of(folder) is marker.Stage.PLACING:
        raise Broken("SKS-B010", folder=str(folder))
    listed = _listed(node)
    replayed, missing = _erase_again(node, listed)
    expired = upkeep.expire(node, rotate_now=True)
    sent_since = _settle_store(node)
    may_return = () if listed else living_transfers()
    upkeep.settle_evidence(node)
    if listed or confirmed:
        (folder / ERASED_FILE).unlink(missing_ok=True)
        marker.clear(folder)
    return Settled(replayed, missing, expired.objects, may_return, sent_since)


def _listed(node: Node) -> Erased | None:
    path = node.settings.folder / ERASED_FILE
    return read_list(path.read_bytes(), node.desk.signing.public) if path.exists() else None


def _erase_again(node: Node, listed: Erased | None) -> tuple[int, int]:
    known = known_objects()
    again = known & listed.object_ids if listed else set()
    missing = known - again - set(node.vault.object_ids())
    with atomic():
        forget_secrets(node.desk)
        if listed:
            forget_disclosures(listed.forgotten)
        record(
            node.desk,
            "node.restored",
            node.name,
            {"replayed": len(again), "missing": len(missing), "list": listed is not None},
        )
        destroy_keys(node.desk, subject=node.name, object_ids=again | missing)
        while requeue_expired(node.desk):
            pass
        expire_emptied(node.desk)
    return len(again), len(missing)


def _settle_store(node: Node) -> int:
    """Take away batches of keys that we hold no more, and know what we sent since as our own."""
    directory = newest_directory(node)
    kept = own_batches(node.desk)
    for peer in sorted(directory.nodes.keys() - {node.name}) if directory else ():
        prefix = layout.prekeys_prefix(node.name, peer)
        places = [layout.parse(entry.name) for entry in node.store.list(prefix)]
        dead = [
            place.name
            for place in places
            if isinstance(place, layout.PrekeyBatch) and place.batch_id not in kept
        ]
        if dead:
            node.store.delete_many(dead)
    unknown = twins.unknown_parcels(node)
    twins.adopt(node, unknown)
    return len(unknown)
