"""One call of the command line: which node, who acts, and in what form the answer is given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from sekisho.kernel.clock import SystemClock
from sekisho.kernel.errors import Refused

if TYPE_CHECKING:
    from sekisho.node.opening import Node


class Call:
    """What the shared options say; click makes one for each call."""

    def __init__(self) -> None:
        self._given: dict[str, Any] = {}

    def take(self, name: str, value: Any) -> None:
        """Keep the value of a shared option."""
        self._given[name] = value

    @property
    def folder(self) -> Path:
        """The node's folder."""
        return Path(self._given.get("shared_node") or os.environ.get("SEKISHO_NODE") or ".")

    @property
    def json(self) -> bool:
        """Whether a program reads the answer."""
        return bool(self._given.get("shared_json"))

    @property
    def actor(self) -> str:
        """Who acts. Raises Refused SKS-C011 when it was not said."""
        found = self.actor_or_nobody
        if not found:
            raise Refused("SKS-C011")
        return found

    @property
    def actor_or_nobody(self) -> str:
        """Who acts; empty when it was not said."""
        return str(self._given.get("shared_actor") or os.environ.get("SEKISHO_AS") or "")

    def negative(self) -> NoReturn:
        """End with exit code 1: the answer was given, and it is no."""
        click.get_current_context().exit(1)

    def now(self) -> datetime:
        """The present moment."""
        return SystemClock().now()

    @contextmanager
    def node(self) -> Iterator[Node]:
        """The node, open and at work. Raises what `open_node` raises."""
        # Here, not above: Django takes half a second, which `--help` does not have.
        from sekisho.node.opening import open_node

        node = open_node(self.folder, os.environ, SystemClock())
        with closing(node), node.at_work():
            yield node


pass_call = click.make_pass_decorator(Call, ensure=True)
"""Decorator: give the command its call as the first argument."""
