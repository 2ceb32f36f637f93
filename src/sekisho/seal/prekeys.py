"""Receiver keys made ahead: a signed batch per sending node, each key for one parcel or one day.

A content key wrapped to a long-lived key in an untrusted store could be unwrapped for as long as
that key lives. Keys that serve once, and whose private half the receiver destroys, let a parcel
end. Format: docs/formats/prekeys-v1.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from sekisho.kernel import dsse
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput, Refused, Unavailable
from sekisho.kernel.ids import check_node_name, new_id
from sekisho.kernel.signing import VerifyingKeys
from sekisho.seal import hpke, prekeybatch
from sekisho.seal.identity import Identity
from sekisho.seal.moments import refuse_future
from sekisho.seal.prekeybatch import (
    BATCH_TYPE,
    COLLECT_WITHIN,
    DAILY,
    DAY,
    DAYS_MAX,
    KEY_LIFE_MAX,
    ONE_TIME,
    ONE_TIME_MAX,
    Batch,
    PrivateReceiverKey,
    PublicReceiverKey,
    key_id,
    midnight,
)

__all__ = [
    "BATCH_TYPE",
    "COLLECT_WITHIN",
    "DAILY",
    "DAYS_MAX",
    "KEY_LIFE_MAX",
    "ONE_TIME",
    "ONE_TIME_MAX",
    "Batch",
    "PrivateReceiverKey",
    "PublicReceiverKey",
    "accept_batch",
    "choose",
    "key_id",
    "make_batch",
    "needs_refill",
    "needs_renewal",
]

ONE_TIME_DEFAULT = 200
DAYS_DEFAULT = 14
LOW_WATER_DEFAULT = 50
RENEW_BEFORE = timedelta(days=3)


def make_batch(
    owner: Identity, for_node: str, suite: str, one_time: int, days: int, now: datetime
) -> tuple[bytes, list[PrivateReceiverKey]]:
    """A signed batch for one sending node, with the private halves to keep before it is published.

    The first daily key is for the day of `now` (UTC). Raises InvalidInput SKS-K004, SKS-N065
    (the suite must be that of the owner's signatures), SKS-N068 (more keys or days than allowed).
    """
    check_node_name(for_node)
    if suite != owner.signing.suite.name:
        raise InvalidInput("SKS-N065", expected=owner.signing.suite.name, found=suite[:20])
    if not 0 <= one_time <= ONE_TIME_MAX or not 1 <= days <= DAYS_MAX:
        raise InvalidInput("SKS-N068", one_time_max=ONE_TIME_MAX, days_max=DAYS_MAX)
    today = now.astimezone(UTC).date()
    use_until = midnight(today) + days * DAY
    batch_id = new_id("kb")
    pairs = [_fresh(suite, batch_id, None, use_until) for _ in range(one_time)]
    for day in (today + i * DAY for i in range(days)):
        pairs.append(_fresh(suite, batch_id, day, midnight(day) + DAY))
    public = tuple(half for half, _ in pairs)
    batch = Batch(batch_id, owner.node, for_node, suite, now, use_until, public)
    signed = owner.signing.sign(BATCH_TYPE, prekeybatch.write(batch)).encode()
    return signed, [half for _, half in pairs]


def accept_batch(
    untrusted: bytes, keys: VerifyingKeys, *, owner: str, for_node: str, now: datetime
) -> Batch:
    """A batch by `owner` for `for_node` that may be used now; `keys` are the owner's.

    Raises InvalidInput SKS-K001, K002, K003, K004, K005, K006 (shape), SKS-N063 (a key or day
    twice), SKS-N064 (not a key), SKS-N066 (too many), SKS-N069 (dates); Refused SKS-K007, K008
    (signature), SKS-N060 (another owner), SKS-N061 (for another node), SKS-N062 (expired),
    SKS-N065 (not the suite of the owner), SKS-N033 (from the future).
    """
    envelope = dsse.decode(untrusted, BATCH_TYPE)
    keys.verify(envelope)
    found = prekeybatch.read(envelope.payload)
    if found.owner != owner:
        raise Refused("SKS-N060", expected=owner, found=found.owner)
    if found.for_node != for_node:
        raise Refused("SKS-N061", expected=for_node, found=found.for_node)
    if found.suite != keys.suite.name:
        raise Refused("SKS-N065", expected=keys.suite.name, found=found.suite)
    refuse_future("receiver keys", found.issued, now)
    if now >= found.use_until:
        raise Refused("SKS-N062", owner=owner, use_until=stamp(found.use_until))
    _check_dates(found)
    _refuse_repeated("key", [one.key_id for one in found.keys])
    _refuse_repeated("day", [str(one.day) for one in found.keys if one.day])
    return found


def choose(
    available_one_time: Iterable[PublicReceiverKey],
    daily: Iterable[PublicReceiverKey],
    now: datetime,
) -> PublicReceiverKey:
    """The key for the next parcel: a one-time key (the one that ends first) or today's daily key.

    Today is the day of `now` in UTC. Raises Unavailable SKS-N067 when neither is left: the
    receiving node has to publish a new batch first.
    """
    once = [one for one in available_one_time if one.kind == ONE_TIME and now < one.use_until]
    if once:
        return min(once, key=lambda one: (one.use_until, one.key_id))
    today = now.astimezone(UTC).date()
    for one in daily:
        if one.kind == DAILY and one.day == today:
            return one
    raise Unavailable("SKS-N067", day=today.isoformat())


def needs_refill(remaining: int, low_water: int = LOW_WATER_DEFAULT) -> bool:
    """Whether the receiver should publish a new batch: fewer one-time keys than `low_water`."""
    return remaining < low_water


def needs_renewal(use_until: datetime, now: datetime) -> bool:
    """Whether the newest batch ends so soon that the next must be published now."""
    return use_until - now < RENEW_BEFORE


def _fresh(
    suite: str, batch_id: str, day: date | None, use_until: datetime
) -> tuple[PublicReceiverKey, PrivateReceiverKey]:
    private, public = hpke.generate(suite)
    name = key_id(suite, public)
    kind = DAILY if day else ONE_TIME
    expires = use_until + COLLECT_WITHIN
    return (
        PublicReceiverKey(name, kind, day, public, suite, use_until, expires),
        PrivateReceiverKey(name, kind, day, private, suite, batch_id, expires),
    )


def _check_dates(batch: Batch) -> None:
    """No key ends before its last use, or lives on longer than anybody needs it."""
    latest = batch.use_until - batch.issued
    if not timedelta() < latest <= KEY_LIFE_MAX:
        raise InvalidInput("SKS-N069", owner=batch.owner)
    for one in batch.keys:
        if not one.use_until < one.expires or one.expires - batch.issued > KEY_LIFE_MAX:
            raise InvalidInput("SKS-N069", owner=batch.owner)


def _refuse_repeated(what: str, names: Sequence[str]) -> None:
    if len(set(names)) != len(names):
        raise InvalidInput("SKS-N063", what=what)
