"""Making the next directory: each verb returns a new value that nobody has signed yet.

From a directory in use the next version is made; a draft keeps its version however often it is
edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput
from sekisho.seal.directory.document import Directory, NodeEntry, check
from sekisho.seal.identity import AdminCard, NodeCard


@dataclass(frozen=True)
class Change:
    """One difference between two versions, for the person who is asked to sign.

    `kind` is one of admin-added, admin-removed, admin-renamed, threshold, node-added, node-removed,
    node-keys, node-changed, link-added, link-removed, expires; `subject` is a name, for links
    `a → b`.
    """

    kind: str
    subject: str
    before: str
    after: str


def draft(
    previous: Directory | None,
    *,
    now: datetime,
    days: int,
    admins: Iterable[AdminCard] | None = None,
    threshold: int | None = None,
) -> Directory:
    """The first version (needs `admins` and `threshold`), or the next with a new life of `days`.

    Raises what `check` raises: SKS-N031 (days), SKS-N032 (threshold), SKS-N036, SKS-N026.
    """
    base = previous or _empty(now)
    named = list(admins) if admins is not None else None
    return _checked(
        base,
        now,
        expires=now.replace(microsecond=0) + timedelta(days=min(days, 10_000)),
        threshold=threshold if threshold is not None else base.threshold,
        **(_admins(named) if named is not None else {}),
    )


def renewed(directory: Directory, now: datetime, days: int) -> Directory:
    """The same content with a new life of `days`. Raises InvalidInput SKS-N031."""
    return draft(directory, now=now, days=days)


def with_admins(
    directory: Directory, admins: Iterable[AdminCard], threshold: int, *, now: datetime
) -> Directory:
    """Other administrators or another threshold; both the old and the new must sign it."""
    return _checked(directory, now, threshold=threshold, **_admins(list(admins)))


def with_node(
    directory: Directory,
    card: NodeCard,
    *,
    now: datetime,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> Directory:
    """The node of the card added, or its entry changed to what the card says.

    A node stays a member since it first was one, unless `valid_from` says otherwise. Raises
    InvalidInput SKS-N035 (other keys without a higher generation) and what `check` raises.
    """
    known = directory.nodes.get(card.node)
    if known is not None and known.keys != card.keys and card.generation <= known.generation:
        raise InvalidInput("SKS-N035", node=card.node, known=known.generation)
    since = valid_from or (known.valid_from if known else now.replace(microsecond=0))
    entry = NodeEntry(
        card.node, card.zone, card.title, card.keys, card.generation, since, valid_until
    )
    return _checked(directory, now, nodes=_frozen({**directory.nodes, card.node: entry}))


def without_node(directory: Directory, name: str, *, now: datetime) -> Directory:
    """The node and its links taken out. Raises Refused SKS-N028 (no such node)."""
    directory.node(name)
    nodes = {key: entry for key, entry in directory.nodes.items() if key != name}
    links = frozenset(link for link in directory.links if name not in link)
    return _checked(directory, now, nodes=_frozen(nodes), links=links)


def with_links(
    directory: Directory,
    *,
    add: Iterable[tuple[str, str]] = (),
    remove: Iterable[tuple[str, str]] = (),
    now: datetime,
) -> Directory:
    """Pairs (sender, receiver) added and taken away. Raises InvalidInput SKS-N025, SKS-N036."""
    return _checked(directory, now, links=directory.links - set(remove) | set(add))


def changes(previous: Directory | None, proposed: Directory) -> tuple[Change, ...]:
    """What a signature on `proposed` would change, most serious first."""
    before = previous or replace(_empty(proposed.issued), expires=proposed.issued)
    return (
        *_admin_changes(before, proposed),
        *_node_changes(before, proposed),
        *_link_changes(before, proposed),
        *_differs("expires", "", stamp(before.expires), stamp(proposed.expires)),
    )


def _empty(now: datetime) -> Directory:
    nothing: Mapping[str, Any] = MappingProxyType({})
    return Directory(1, now, now, 0, nothing, nothing, nothing, frozenset())


def _checked(base: Directory, now: datetime, **fields: Any) -> Directory:
    version = base.version + 1 if base.envelope else base.version
    issued = now.replace(microsecond=0)
    made = replace(base, version=version, issued=issued, envelope=b"", **fields)
    check(made)
    return made


def _admins(cards: list[AdminCard]) -> dict[str, Mapping[str, Any]]:
    if len({card.keys.set_id for card in cards}) != len(cards):
        raise InvalidInput(
            "SKS-N027", what="admins", names=", ".join(sorted(card.name for card in cards))
        )
    return {
        "admins": _frozen({card.keys.set_id: card.keys for card in cards}),
        "admin_names": _frozen({card.keys.set_id: card.name for card in cards}),
    }


def _frozen(mapping: dict[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(mapping)


def _admin_changes(before: Directory, after: Directory) -> Iterable[Change]:
    for set_id in sorted(after.admins.keys() - before.admins.keys()):
        fingerprint = after.admins[set_id].fingerprint
        yield Change("admin-added", after.admin_names[set_id], "", fingerprint)
    for set_id in sorted(before.admins.keys() - after.admins.keys()):
        fingerprint = before.admins[set_id].fingerprint
        yield Change("admin-removed", before.admin_names[set_id], fingerprint, "")
    for set_id in sorted(before.admins.keys() & after.admins.keys()):
        old, new = before.admin_names[set_id], after.admin_names[set_id]
        yield from _differs("admin-renamed", new, old, new)
    yield from _differs("threshold", "", str(before.threshold), str(after.threshold))


def _node_changes(before: Directory, after: Directory) -> Iterable[Change]:
    for name in sorted(before.nodes.keys() | after.nodes.keys()):
        old, new = before.nodes.get(name), after.nodes.get(name)
        if old is None and new is not None:
            yield Change("node-added", name, "", new.keys.fingerprint)
        elif new is None and old is not None:
            yield Change("node-removed", name, old.keys.fingerprint, "")
        elif old is not None and new is not None:
            yield from _differs("node-keys", name, old.keys.fingerprint, new.keys.fingerprint)
            yield from _differs("node-changed", name, _words(old), _words(new))


def _link_changes(before: Directory, after: Directory) -> Iterable[Change]:
    for sender, receiver in sorted(after.links - before.links):
        yield Change("link-added", f"{sender} → {receiver}", "", "")
    for sender, receiver in sorted(before.links - after.links):
        yield Change("link-removed", f"{sender} → {receiver}", "", "")


def _differs(kind: str, subject: str, before: str, after: str) -> Iterable[Change]:
    if before != after:
        yield Change(kind, subject, before, after)


def _words(entry: NodeEntry) -> str:
    until = stamp(entry.valid_until) if entry.valid_until else ""
    return f"{entry.zone} {entry.title} {entry.generation} {stamp(entry.valid_from)}/{until}"
