"""領域とノード: which nodes there are, who may send to whom, and by whose word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from sekisho.node.opening import Node
from sekisho.node.peers import newest_directory
from sekisho.office.permissions import Act
from sekisho.office.transfers.queries import routes
from sekisho.seal.directory import Directory, expires_soon, standing
from sekisho.web.administration.framing import require, show
from sekisho.web.request import node_of


@dataclass(frozen=True)
class Entry:
    """One node of the directory. `sends`: titles of the nodes that it may send to."""

    name: str
    title: str
    zone: str
    fingerprint: str
    since: datetime
    until: datetime | None
    generation: int
    sends: list[str]
    here: bool


@dataclass(frozen=True)
class Way:
    """One way to or from this node that the directory allows; `state`: of its route here."""

    from_node: str
    to_node: str
    from_title: str
    to_title: str
    state: str


@require_GET
def nodes(request: HttpRequest) -> HttpResponse:
    """The directory in force; changes of it are made on the command line, with keys that lie
    elsewhere."""
    require(request, Act.SEE_ALL)
    node = node_of(request)
    directory = newest_directory(node)
    context = {"node": node, "directory": directory}
    if directory is not None:
        signed = standing(directory.envelope, None).signed
        context |= {
            "entries": _entries(node, directory),
            "ways": _ways(node, directory),
            "soon": expires_soon(directory, node.desk.now()),
            "admins": sorted(
                (directory.admin_names[one], keys.fingerprint, one in signed)
                for one, keys in directory.admins.items()
            ),
        }
    return show(request, "nodes.html", context)


def _entries(node: Node, directory: Directory) -> list[Entry]:
    titles = {name: one.title for name, one in directory.nodes.items()}
    return [
        Entry(
            name=name,
            title=one.title,
            zone=one.zone,
            fingerprint=one.keys.fingerprint,
            since=one.valid_from,
            until=one.valid_until,
            generation=one.generation,
            sends=[titles.get(to, to) for sender, to in sorted(directory.links) if sender == name],
            here=name == node.name,
        )
        for name, one in sorted(directory.nodes.items())
    ]


def _ways(node: Node, directory: Directory) -> list[Way]:
    titles = {name: one.title for name, one in directory.nodes.items()}
    known = {(one.from_node, one.to_node): one.active for one in routes()}
    states = {True: "open", False: "closed", None: "none"}
    return [
        Way(
            sender,
            receiver,
            titles.get(sender, sender),
            titles.get(receiver, receiver),
            states[known.get((sender, receiver))],
        )
        for sender, receiver in sorted(directory.links)
        if node.name in (sender, receiver)
    ]
