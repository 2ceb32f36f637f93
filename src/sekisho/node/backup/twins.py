"""Signs of a second copy of this node: parcels under its name that its database does not know.

Only what both copies do in the store can be seen from here. A copy that has written nothing yet,
or that works in another store, shows itself to the witnesses: its checkpoints contradict.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice

from sekisho.kernel.errors import Broken
from sekisho.node.backup.marker import require_serving
from sekisho.node.opening import Node
from sekisho.node.peers import newest_directory
from sekisho.office.post.restored import adopt_parcels, known_outgoing
from sekisho.store import layout

Unknown = dict[tuple[str, str], int]
"""Receiver and parcel → how many blocks of it lie in the store."""


def unknown_parcels(node: Node) -> Unknown:
    """Parcels in the store under our name of which the database has no row.

    The store is asked first: what is written meanwhile has its row before.
    """
    found: Counter[tuple[str, str]] = Counter()
    for receiver in _receivers(node):
        prefix = layout.parcels_prefix(node.name, receiver)
        for entry in islice(node.store.list(prefix), layout.LISTED_MAX):
            place = layout.parse(entry.name)
            if isinstance(place, layout.ParcelPart):
                found[receiver, place.parcel_id] += place.block is not None
    known = known_outgoing({parcel_id for _, parcel_id in found})
    return {key: count for key, count in found.items() if key[1] not in known}


def _receivers(node: Node) -> list[str]:
    directory = newest_directory(node)
    return sorted(directory.nodes.keys() - {node.name}) if directory else []


def require_single(node: Node) -> None:
    """Raise Broken SKS-B012 when somebody else sends under our name."""
    require_serving(node)
    if found := unknown_parcels(node):
        raise Broken("SKS-B012", count=len(found))


def adopt(node: Node, unknown: Unknown) -> None:
    """After a restore: what this node sent after its backup lies in the store and is its own. It
    stays there for its receivers and is taken away in time."""
    adopt_parcels(
        node.desk, [(receiver, one, blocks) for (receiver, one), blocks in unknown.items()]
    )
