"""Directory versions and hand-overs travel through the store too; signatures say what counts."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.limits import DOCUMENT_BYTES_MAX
from sekisho.node.opening import Node
from sekisho.node.peers import (
    Peers,
    accept_directory,
    accept_handover,
    load_peers,
    newest_directory,
)
from sekisho.seal import rotation
from sekisho.store import layout
from sekisho.store.protocol import NotThere

HANDOVER_BYTES_MAX = 256 * 1024
FAILURES_MAX = 5
"""Of each partner in one round, so that one with very many that are none costs little."""

EXPIRED = "SKS-N022"


def current(node: Node, troubles: list[SekishoError]) -> Peers:
    """The peers by the directory in force; when that has expired, by a newer one if a partner has
    published it. Raises what `load_peers` raises."""
    try:
        return load_peers(node)
    except Refused:
        expired = newest_directory(node)
        if expired is None or not _take_directories(node, Peers(node.name, expired, ()), troubles):
            raise
        return load_peers(node)


def exchange(node: Node, peers: Peers, troubles: list[SekishoError]) -> Peers:
    """Publish what we hold, take in what peers hold and we do not; the peers as known after."""
    _publish(node, peers)
    changed = _take_directories(node, peers, troubles)
    for owner in peers.partners():
        changed |= _take_handover(node, peers, owner, troubles)
    if changed:
        peers = load_peers(node)
        _publish(node, peers)
    return peers


def _publish(node: Node, peers: Peers) -> None:
    node.store.put(layout.directory(node.name, peers.directory.version), peers.directory.envelope)
    for number, statement in rotation.statements(node.settings.keys_folder).items():
        node.store.put(layout.handover(node.name, number), statement)


def _take_directories(node: Node, peers: Peers, troubles: list[SekishoError]) -> bool:
    """Take newer versions into use, as any partner holds them; whether there was one.

    A partner that publishes rubbish under the next number does not hide the genuine one of
    another. A node that was away goes through versions that are over by now: they say who signs
    the next.
    """
    version, over = peers.directory.version, list[bytes]()
    failures = Counter[str]()
    for found, owner, name in sorted(_newer_directories(node, peers, troubles)):
        if found <= version or failures[owner] >= FAILURES_MAX:
            continue
        try:
            untrusted = node.store.get(name, 2 * DOCUMENT_BYTES_MAX)
            version = accept_directory(node, untrusted, through=over).version
            over = []
        except SekishoError as trouble:
            if trouble.code == EXPIRED:
                over.append(untrusted)
            else:
                failures[owner] += 1
                troubles.append(trouble)
    return version > peers.directory.version


def _newer_directories(
    node: Node, peers: Peers, troubles: list[SekishoError]
) -> list[tuple[int, str, str]]:
    """Version, owner and name of what partners publish and we do not hold."""
    newer: list[tuple[int, str, str]] = []
    for owner in peers.partners():
        try:
            listed = islice(node.store.list(layout.directories_prefix(owner)), layout.LISTED_MAX)
            places = [layout.parse(entry.name) for entry in listed]
        except SekishoError as trouble:
            troubles.append(trouble)
            continue
        newer += [
            (place.version, owner, place.name)
            for place in places
            if isinstance(place, layout.DirectoryVersion)
            and place.version > peers.directory.version
        ]
    return newer


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
