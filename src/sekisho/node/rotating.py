"""A hand-over to new signing keys, with the statement in the store before the old keys go."""

from __future__ import annotations

from sekisho.node.opening import Node
from sekisho.node.peers import Peers, accept_handover, newest_directory
from sekisho.office.post.models import Handover
from sekisho.seal import handover, rotation
from sekisho.seal.identity import Identity
from sekisho.store import layout


def rotate(node: Node, suite: str | None = None) -> Identity:
    """New keys in the place of the old; killed anywhere, the same call finishes the work.

    The evidence of it is signed by the old keys, which everybody knows; workers take the new keys
    into use when they open the node again. Raises what the store and `seal.rotation` raise.
    """
    folder = node.settings.keys_folder
    number, statement = rotation.begin(folder, node.name, node.desk.now(), suite=suite)
    node.store.put(layout.handover(node.name, number), statement)
    _keep_own(node, number, statement)
    return rotation.finish(folder, node.name)


def _keep_own(node: Node, number: int, statement: bytes) -> None:
    """Our own hand-over among those we know, so that our evidence goes on being verifiable."""
    directory = newest_directory(node)
    if directory is None or node.name not in directory.nodes:
        return
    if Handover.objects.filter(node=node.name, number=number).exists():
        return
    rows = Handover.objects.filter(node=node.name).order_by("number")
    known = tuple(handover.read(bytes(row.envelope)) for row in rows)
    accept_handover(node, Peers(node.name, directory, known), node.name, statement)
