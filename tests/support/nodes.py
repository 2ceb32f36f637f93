"""Nodes and administrators for tests: fixed names and moments, keys that last one test run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from sekisho.kernel.signing import SUITES, SigningKeys
from sekisho.seal import directory, identity
from sekisho.seal.directory import Directory
from sekisho.seal.identity import Administrator, Identity

NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def keys(name: str, suite: str = "S1") -> SigningKeys:
    """The same key set for the same name."""
    return _keys(name, suite)


@cache
def _keys(name: str, suite: str) -> SigningKeys:
    return SigningKeys.generate(SUITES[suite])


def node(name: str, suite: str = "S1", *, version: str = "", generation: int = 0) -> Identity:
    """A node's identity; another `version` has other keys."""
    return Identity(name, keys(f"node {name} {version}", suite), NOW, generation)


def admin(name: str, suite: str = "S1") -> Administrator:
    return Administrator(name, keys(f"admin {name}", suite), NOW)


def card_of(one: Identity, zone: str = "lgwan", title: str = "総務課 端末") -> identity.NodeCard:
    return identity.read_card(identity.card(one, zone, title, NOW))


def admin_cards(*names: str) -> list[identity.AdminCard]:
    return [identity.read_admin_card(identity.admin_card(admin(name), NOW)) for name in names]


def first_draft(*names: str, threshold: int = 2) -> Directory:
    """Version 1, unsigned: the administrators named, nodes `naibu` and `soto`, a link each way."""
    made = directory.draft(None, now=NOW, days=365, admins=admin_cards(*names), threshold=threshold)
    made = directory.with_node(made, card_of(node("naibu")), now=NOW)
    made = directory.with_node(made, card_of(node("soto"), "internet", "広報課"), now=NOW)
    return directory.with_links(made, add=[("naibu", "soto"), ("soto", "naibu")], now=NOW)


def signed(made: Directory, *names: str) -> bytes:
    """The directory as an envelope signed by the administrators named, in that order."""
    data = directory.document(made)
    for name in names:
        data = directory.sign(data, admin(name).signing)
    return data


def accepted(made: Directory, *names: str) -> Directory:
    """The directory as a node that trusts these administrators holds it."""
    return directory.accept(
        signed(made, *names),
        previous=None,
        trusted_admins=[admin(name).signing.public.fingerprint for name in names],
        now=NOW,
    )
