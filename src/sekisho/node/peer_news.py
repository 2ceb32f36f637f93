"""Directory versions and hand-overs travel through the store too; signatures say what counts."""

from __future__ import annotations

from sekisho.kernel.errors import SekishoError
from sekisho.kernel.limits import DOCUMENT_BYTES_MAX
from sekisho.node.opening import Node
from sekisho.node.peers import Peers, accept_directory, accept_handover, load_peers
from sekisho.seal import rotation
from sekisho.store import layout
from sekisho.store.protocol import NotThere

HANDOVER_BYTES_MAX = 256 * 1024


def exchange(node: Node, peers: Peers, troubles: list[SekishoError]) -> Peers:
    """Publish what we hold, take in what peers hold and we do not; the peers as known after."""
    _publish(node, peers)
    newer = _newer_directories(node, peers)
    for untrusted in newer:
        try:
            accept_directory(node, untrusted)
        except SekishoError as trouble:
            troubles.append(trouble)
    changed = bool(newer)
    for owner in peers.partners():
        changed |= _take_handover(node, peers, owner, troubles)
    return load_peers(node) if changed else peers


def _publish(node: Node, peers: Peers) -> None:
    node.store.put(layout.directory(node.name, peers.directory.version), peers.directory.envelope)
    for number, statement in rotation.statements(node.settings.keys_folder).items():
        node.store.put(layout.handover(node.name, number), statement)


def _newer_directories(node: Node, peers: Peers) -> list[bytes]:
    """Envelopes of versions after ours, in order, as any partner holds them."""
    found: dict[int, bytes] = {}
    for owner in peers.partners():
        for entry in node.store.list(layout.directories_prefix(owner)):
            place = layout.parse(entry.name)
            if isinstance(place, layout.DirectoryVersion) and (
                place.version > peers.directory.version and place.version not in found
            ):
                found[place.version] = node.store.get(entry.name, 2 * DOCUMENT_BYTES_MAX)
    return [envelope for _, envelope in sorted(found.items())]


def _take_handover(node: Node, peers: Peers, owner: str, troubles: list[SekishoError]) -> bool:
    """The next hand-over of one peer, if it has published one."""
    number = peers.directory.chain_of(owner, peers.handovers).current.number + 1
    try:
        untrusted = node.store.get(layout.handover(owner, number), HANDOVER_BYTES_MAX)
        accept_handover(node, peers, owner, untrusted)
    except NotThere:
        return False
    except SekishoError as trouble:
        troubles.append(trouble)
        return False
    return True
