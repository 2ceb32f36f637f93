"""Offering peers keys to seal to, and taking in the keys that they offer."""

from __future__ import annotations

from itertools import islice

from sekisho.kernel import dsse
from sekisho.kernel.errors import SekishoError
from sekisho.node.opening import Node
from sekisho.node.peers import Peers
from sekisho.office.post import actions as post
from sekisho.seal import prekeybatch, prekeys
from sekisho.store import layout

BATCH_BYTES_MAX = 8 * 1024 * 1024
BATCHES_AT_ONCE = 50
"""Of each partner in one round, so that one with very many costs little."""

EXPIRED = "SKS-N062"


def refill(node: Node, peers: Peers) -> list[SekishoError]:
    """Make new batches where a peer runs low, publish what is not in the store yet, and take away
    what nobody may use any more."""
    for peer in peers.partners():
        if _low(node, peer):
            _make(node, peer)
    return publish(node) + _withdraw(node)


def _withdraw(node: Node) -> list[SekishoError]:
    spent = post.spent_batches(node.desk)
    if not spent:
        return []
    try:
        node.store.delete_many(
            layout.prekey_batch(node.name, one.for_node, one.batch_id) for one in spent
        )
    except SekishoError as trouble:
        return [trouble]
    post.forget_batches([one.batch_id for one in spent])
    return []


def _low(node: Node, peer: str) -> bool:
    left = post.one_time_left(node.desk, peer)
    if prekeys.needs_refill(left, node.settings.keys.low_water):
        return True
    newest = post.newest_use_until(node.desk, peer)
    return newest is None or prekeys.needs_renewal(newest, node.desk.now())


def _make(node: Node, peer: str) -> None:
    wanted = node.settings.keys
    envelope, keys = prekeys.make_batch(
        node.identity,
        peer,
        node.desk.signing.suite.name,
        wanted.one_time,
        wanted.days,
        node.desk.now(),
    )
    post.keep_own_batch(
        node.desk,
        for_node=peer,
        envelope=envelope,
        keys=keys,
        use_until=max(key.expires for key in keys) - prekeys.COLLECT_WITHIN,
    )


def publish(node: Node) -> list[SekishoError]:
    """Put into the store every batch of ours that is not there yet."""
    troubles = []
    for batch in post.unpublished_batches(node.desk):
        try:
            name = layout.prekey_batch(node.name, batch.for_node, batch.batch_id)
            node.store.put(name, bytes(batch.envelope))
        except SekishoError as trouble:
            troubles.append(trouble)
        else:
            post.mark_published(batch.batch_id)
    return troubles


def collect(node: Node, peers: Peers) -> list[SekishoError]:
    """Take in every batch that a peer has published for us and that we do not know."""
    troubles = []
    for owner in peers.partners():
        try:
            troubles += _collect_from(node, peers, owner)
        except SekishoError as trouble:
            troubles.append(trouble)
    return troubles


def _collect_from(node: Node, peers: Peers, owner: str) -> list[SekishoError]:
    known, troubles = post.known_batches(owner), []
    listed = islice(node.store.list(layout.prekeys_prefix(owner, node.name)), layout.LISTED_MAX)
    parsed = (layout.parse(entry.name) for entry in listed)
    places = [place for place in parsed if isinstance(place, layout.PrekeyBatch)]
    _forget_withdrawn(node, owner, {place.batch_id for place in places})
    fresh = (place for place in places if place.batch_id not in known)
    for place in islice(fresh, BATCHES_AT_ONCE):
        try:
            _accept(node, peers, owner, node.store.get(place.name, BATCH_BYTES_MAX))
        except SekishoError as trouble:
            # One that has expired is no trouble: its owner has not taken it away yet.
            if trouble.code != EXPIRED:
                troubles.append(trouble)
    return troubles


def _forget_withdrawn(node: Node, owner: str, listed: set[str]) -> None:
    """A node that lost its private keys takes the batches away before their time. Should a listing
    only have left one out, it is taken in anew, and what was used stays used."""
    for batch_id, envelope in post.living_batches(node.desk, owner).items():
        if batch_id not in listed:
            batch = prekeybatch.read(dsse.decode(envelope, prekeys.BATCH_TYPE).payload)
            post.withdraw_batch(batch_id, [key.key_id for key in batch.keys])


def _accept(node: Node, peers: Peers, owner: str, untrusted: bytes) -> None:
    now = node.desk.now()
    keys = peers.keys_for(owner, dsse.decode(untrusted, prekeys.BATCH_TYPE), now)
    batch = prekeys.accept_batch(untrusted, keys, owner=owner, for_node=node.name, now=now)
    post.accept_peer_batch(node.desk, owner=owner, batch=batch, envelope=untrusted)
