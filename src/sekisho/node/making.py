"""A new node, and the store it shares, made together or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Refused
from sekisho.node.opening import Node, make_node
from sekisho.node.settings import FILE_NAME, read_settings
from sekisho.store.opening import create_store


def make(
    folder: Path,
    settings_text: str,
    environment: Mapping[str, str],
    clock: Clock,
    with_store: bool,
) -> Node:
    """A new node in `folder`; `with_store` also makes its place a store, first.

    Raises Refused SKS-C006 (a node is there already), SKS-S006 (a store is there already), and
    what settings, keys, database and store raise.
    """
    if (folder / FILE_NAME).exists():
        raise Refused("SKS-C006", folder=str(folder))
    if with_store:
        create_store(read_settings(settings_text, folder, environment).store, clock.now())
    return make_node(folder, settings_text, environment, clock)
