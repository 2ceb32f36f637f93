"""What views ask of a request: the node, the person, the language."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from sekisho.node.opening import Node
from sekisho.node.submissions import Runners
from sekisho.office.accounts.models import Person

_serving: list[Node] = []
_runners: list[Runners] = []


def serve_for(node: Node) -> None:
    """From now on this process answers for this node."""
    _serving[:] = [node]
    _runners.clear()


def serving() -> Node:
    """The node that this process answers for."""
    return _serving[0]


def runners() -> Runners:
    """The threads of this process that run submissions; started at first use."""
    if not _runners:
        _runners.append(Runners(serving()))
    return _runners[0]


def node_of(request: HttpRequest) -> Node:
    """The open node."""
    return cast(Node, request.node)  # type: ignore[attr-defined]


def person_of(request: HttpRequest) -> Person:
    """Who is signed in; only for pages that ask for a sign-in."""
    return cast(Person, request.user)
