"""What a directory is, how it is written and read, and what makes one contradict itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sekisho.kernel import documents
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.ids import check_node_name
from sekisho.kernel.signing import VerifyingKeys, read_verifying_keys
from sekisho.seal.handover import Handover, KeyChain, chain_of
from sekisho.seal.identity import check_title, check_zone
from sekisho.seal.keyformat import GENERATION_MAX

DIRECTORY_TYPE = "application/vnd.sekisho.directory+json; v=1"
ADMINS_MAX = 8
"""Old and new administrators sign a change among them, and an envelope holds 32 signatures."""
NODES_MAX = 500
LINKS_MAX = 10_000
LIFETIME_MAX = timedelta(days=400)


@dataclass(frozen=True)
class NodeEntry:
    """One node: `generation` hand-overs led to `keys`; the window is that of its membership."""

    name: str
    zone: str
    title: str
    keys: VerifyingKeys
    generation: int
    valid_from: datetime
    valid_until: datetime | None = None


@dataclass(frozen=True)
class Directory:
    """One version. `envelope` holds the exact signed bytes once it was accepted, else nothing.

    `admins` and `admin_names` are keyed by the set id of the keys; `links` are pairs (sender,
    receiver).
    """

    version: int
    issued: datetime
    expires: datetime
    threshold: int
    admins: Mapping[str, VerifyingKeys]
    admin_names: Mapping[str, str]
    nodes: Mapping[str, NodeEntry]
    links: frozenset[tuple[str, str]]
    envelope: bytes = field(default=b"", repr=False)

    def node(self, name: str) -> NodeEntry:
        """The entry of a node. Raises Refused SKS-N028 (not in the directory)."""
        if name not in self.nodes:
            raise Refused("SKS-N028", node=name, version=self.version)
        return self.nodes[name]

    def chain_of(self, name: str, handovers: Iterable[Handover] = ()) -> KeyChain:
        """All generations of a node's keys that follow from this directory. Refused SKS-N028."""
        entry = self.node(name)
        window = (entry.valid_from, entry.valid_until)
        return chain_of(name, entry.keys, entry.generation, window, handovers)

    def keys_of(
        self, name: str, moment: datetime, handovers: Iterable[Handover] = ()
    ) -> tuple[VerifyingKeys, ...]:
        """The key sets that count for a node at a moment, newest first, at least one.

        Raises Refused SKS-N028 (unknown node) or SKS-N029 (not a member at that moment).
        """
        found = self.chain_of(name, handovers).at(moment)
        if not found:
            raise Refused("SKS-N029", node=name, moment=stamp(moment))
        return found

    def require_link(self, sender: str, receiver: str) -> None:
        """Refused SKS-N030 unless the directory lets `sender` send to `receiver`."""
        if (sender, receiver) not in self.links:
            raise Refused("SKS-N030", sender=sender, receiver=receiver)


def document(directory: Directory) -> bytes:
    """The bytes that administrators sign; the same directory gives the same bytes.

    Raises what `check` raises.
    """
    check(directory)
    return documents.write(
        {
            "version": directory.version,
            "issued": stamp(directory.issued),
            "expires": stamp(directory.expires),
            "threshold": directory.threshold,
            "admins": [
                {"name": directory.admin_names[set_id], "keys": keys.as_document()}
                for set_id, keys in sorted(directory.admins.items())
            ],
            "nodes": [_node_document(entry) for _, entry in sorted(directory.nodes.items())],
            "links": [{"from": one, "to": other} for one, other in sorted(directory.links)],
        }
    )


def read_document(untrusted: bytes) -> Directory:
    """A directory that does not contradict itself, unsigned; the reverse of `document`.

    Raises InvalidInput SKS-K001, K002, K004, K005, K009, SKS-N012 (shape), SKS-N027 (something
    named twice) and what `check` raises.
    """
    fields = documents.read(untrusted, "directory")
    admins = [_read_admin(one) for one in fields.objects("admins", items_max=ADMINS_MAX)]
    nodes = [_read_node(one) for one in fields.objects("nodes", items_max=NODES_MAX)]
    links = [_read_link(one) for one in fields.objects("links", items_max=LINKS_MAX)]
    found = Directory(
        version=fields.integer("version", minimum=1, maximum=99_999_999),
        issued=fields.moment("issued"),
        expires=fields.moment("expires"),
        threshold=fields.integer("threshold", minimum=1),
        admins=MappingProxyType({keys.set_id: keys for _, keys in admins}),
        admin_names=MappingProxyType({keys.set_id: name for name, keys in admins}),
        nodes=MappingProxyType({entry.name: entry for entry in nodes}),
        links=frozenset(links),
    )
    fields.done()
    _refuse_repeated("admins", [keys.set_id for _, keys in admins])
    _refuse_repeated("nodes", [entry.name for entry in nodes])
    _refuse_repeated("links", [" → ".join(link) for link in links])
    check(found)
    return found


def check(directory: Directory) -> None:
    """Refuse a directory that contradicts itself.

    Raises InvalidInput SKS-N031 (dates), SKS-N032 (threshold), SKS-N036 (too much of something),
    SKS-N026 (a key in two places), SKS-N025 (a link that leads nowhere).
    """
    _check_sizes(directory)
    _check_dates(directory)
    if not 1 <= directory.threshold <= len(directory.admins):
        raise InvalidInput("SKS-N032", threshold=directory.threshold, admins=len(directory.admins))
    _check_keys_differ(directory)
    for sender, receiver in sorted(directory.links):
        if sender == receiver or not {sender, receiver} <= directory.nodes.keys():
            raise InvalidInput("SKS-N025", sender=sender, receiver=receiver)


def _check_sizes(directory: Directory) -> None:
    for what, count, allowed in (
        ("admins", len(directory.admins), ADMINS_MAX),
        ("nodes", len(directory.nodes), NODES_MAX),
        ("links", len(directory.links), LINKS_MAX),
    ):
        if count > allowed:
            raise InvalidInput("SKS-N036", what=what, count=count, allowed=allowed)


def _check_dates(directory: Directory) -> None:
    if not timedelta() < directory.expires - directory.issued <= LIFETIME_MAX:
        raise InvalidInput("SKS-N031", where="directory", days_max=LIFETIME_MAX.days)
    for entry in directory.nodes.values():
        if entry.valid_until is not None and entry.valid_until <= entry.valid_from:
            raise InvalidInput("SKS-N031", where=entry.name, days_max=LIFETIME_MAX.days)


def _check_keys_differ(directory: Directory) -> None:
    """One key in two places would let one party sign as the other."""
    owner: dict[bytes, str] = {}
    sets = [(f"admin {directory.admin_names[one]}", keys) for one, keys in directory.admins.items()]
    sets += [(name, entry.keys) for name, entry in directory.nodes.items()]
    for name, keys in sets:
        for raw in keys.raw.values():
            if raw in owner:
                raise InvalidInput("SKS-N026", one=owner[raw], other=name)
            owner[raw] = name


def _node_document(entry: NodeEntry) -> dict[str, Any]:
    until = {"valid_until": stamp(entry.valid_until)} if entry.valid_until is not None else {}
    return {
        "name": entry.name,
        "zone": entry.zone,
        "title": entry.title,
        "generation": entry.generation,
        "keys": entry.keys.as_document(),
        "valid_from": stamp(entry.valid_from),
        **until,
    }


def _read_node(fields: documents.Fields) -> NodeEntry:
    entry = NodeEntry(
        name=fields.checked("name", check_node_name),
        zone=fields.checked("zone", check_zone),
        title=fields.checked("title", check_title),
        keys=read_verifying_keys(fields.object("keys")),
        generation=fields.integer("generation", maximum=GENERATION_MAX),
        valid_from=fields.moment("valid_from"),
        valid_until=fields.moment("valid_until") if fields.has("valid_until") else None,
    )
    fields.done()
    return entry


def _read_admin(fields: documents.Fields) -> tuple[str, VerifyingKeys]:
    admin = fields.checked("name", check_title), read_verifying_keys(fields.object("keys"))
    fields.done()
    return admin


def _read_link(fields: documents.Fields) -> tuple[str, str]:
    link = fields.checked("from", check_node_name), fields.checked("to", check_node_name)
    fields.done()
    return link


def _refuse_repeated(what: str, names: list[str]) -> None:
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise InvalidInput("SKS-N027", what=what, names=", ".join(twice[:5]))
