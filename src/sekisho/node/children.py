"""The node's own disarmer: a pool of sandboxed children, as the settings ask for it."""

from __future__ import annotations

from sekisho.kernel.errors import Unavailable
from sekisho.node.disarming import Disarmer
from sekisho.node.settings import DisarmSettings


def start_disarmer(settings: DisarmSettings) -> Disarmer:
    """The pool that disarms files for a node. Raises Unavailable SKS-T091."""
    raise Unavailable("SKS-T091", reason=f"children {settings.children}")


def look_at_disarming(settings: DisarmSettings) -> str:
    """The level of the sandbox that children get here. Raises Unavailable SKS-T091."""
    return settings.minimum
