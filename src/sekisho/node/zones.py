"""Zones, as far as they decide how a new route begins."""

from __future__ import annotations

from sekisho.node.opening import Node
from sekisho.node.peers import newest_directory
from sekisho.office.transfers.policy import DISARM_ALL, INTERNET_ZONE


def zone_of(node: Node, name: str) -> str:
    """The zone of a node: our own, or what the directory says; empty when it names none such."""
    if name == node.name:
        return node.settings.zone
    directory = newest_directory(node)
    entry = directory.nodes.get(name) if directory else None
    return entry.zone if entry else ""


def usual_disarm(node: Node, to_node: str) -> dict[str, str]:
    """How files are disarmed on a new route: all of them, unless it leads into the Internet zone.

    A zone that is not known counts as one that has to be protected.
    """
    return {} if zone_of(node, to_node) == INTERNET_ZONE else dict(DISARM_ALL)
