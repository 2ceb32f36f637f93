"""What a batch of receiver keys is, and how it is written and read.

Format: docs/formats/prekeys-v1.md. Making, accepting and choosing: `prekeys`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from sekisho.kernel import documents, limits
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.ids import check_id, check_node_name
from sekisho.seal import hpke

BATCH_TYPE = "application/vnd.sekisho.receiver-keys+json; v=1"
ONE_TIME, DAILY = "one-time", "daily"
ONE_TIME_MAX = 1_000
DAYS_MAX = 30
COLLECT_WITHIN = timedelta(days=14)
"""How long after the last use of a key its private half is kept, for parcels not yet collected."""

KEY_LIFE_MAX = timedelta(days=DAYS_MAX) + COLLECT_WITHIN
"""From the signing of a batch to the end of its last private half."""

DAY = timedelta(days=1)


@dataclass(frozen=True)
class PublicReceiverKey:
    """What a sender wraps a content key to.

    A sender may choose it before `use_until`; at `expires` the receiver destroys the private
    half, so a parcel for it must end by then. `day` (UTC) is set for daily keys only.
    """

    key_id: str
    kind: str
    day: date | None
    public: bytes = field(repr=False)
    suite: str
    use_until: datetime
    expires: datetime


@dataclass(frozen=True)
class PrivateReceiverKey:
    """The receiver's half, for a database row wrapped under the vault key.

    A one-time key is destroyed when its parcel ends, every key at `expires` at the latest.
    """

    key_id: str
    kind: str
    day: date | None
    private: bytes = field(repr=False)
    suite: str
    batch_id: str
    expires: datetime


@dataclass(frozen=True)
class Batch:
    """A batch that the owner signed for one sending node."""

    batch_id: str
    owner: str
    for_node: str
    suite: str
    issued: datetime
    use_until: datetime
    keys: tuple[PublicReceiverKey, ...]


def key_id(suite: str, public: bytes) -> str:
    """32 hexadecimal digits of SHA-256("sekisho receiver key" ‖ 00 ‖ suite ‖ 00 ‖ public key)."""
    return sha256(b"sekisho receiver key\x00" + suite.encode() + b"\x00" + public).hexdigest()[:32]


def midnight(day: date) -> datetime:
    """The beginning of a day in UTC."""
    return datetime.combine(day, time(), UTC)


def write(batch: Batch) -> bytes:
    """The bytes that the owner signs."""
    return documents.write(_document(batch))


def read(untrusted: bytes) -> Batch:
    """The reverse of `write`, each key checked to be one; dates and owner are not judged here.

    Raises InvalidInput SKS-K001, K002, K003, K004, K005, SKS-N064 (not a key), SKS-N066 (too many).
    """
    return _read_batch(documents.read(untrusted, "receiver keys"))


def _document(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch.batch_id,
        "owner": batch.owner,
        "for_node": batch.for_node,
        "suite": batch.suite,
        "issued": stamp(batch.issued),
        "use_until": stamp(batch.use_until),
        "one_time": {
            "expires": stamp(batch.use_until + COLLECT_WITHIN),
            "keys": [documents.b64(one.public) for one in batch.keys if one.kind == ONE_TIME],
        },
        "daily": [
            {"day": str(one.day), "expires": stamp(one.expires), "key": documents.b64(one.public)}
            for one in batch.keys
            if one.kind == DAILY
        ],
    }


def _read_batch(fields: documents.Fields) -> Batch:
    suite = fields.choice("suite", set(hpke.SUITES))
    use_until = fields.moment("use_until")
    found = Batch(
        batch_id=fields.checked("batch", check_id, "kb"),
        owner=fields.checked("owner", check_node_name),
        for_node=fields.checked("for_node", check_node_name),
        suite=suite,
        issued=fields.moment("issued"),
        use_until=use_until,
        keys=(
            *_read_one_time(fields.object("one_time"), suite, use_until),
            *_read_daily(fields, suite),
        ),
    )
    fields.done()
    return found


def _read_one_time(
    fields: documents.Fields, suite: str, use_until: datetime
) -> list[PublicReceiverKey]:
    expires = fields.moment("expires")
    texts = fields.texts("keys", items_max=limits.DOCUMENT_ITEMS_MAX, chars_max=4_000)
    fields.done()
    _refuse_too_many(len(texts), ONE_TIME_MAX)
    public = [documents.unb64(text, f"{fields.where}.keys") for text in texts]
    return [_public(suite, ONE_TIME, None, raw, (use_until, expires)) for raw in public]


def _read_daily(fields: documents.Fields, suite: str) -> list[PublicReceiverKey]:
    items = fields.objects("daily")
    _refuse_too_many(len(items), DAYS_MAX)
    return [_read_day(one, suite) for one in items]


def _read_day(fields: documents.Fields, suite: str) -> PublicReceiverKey:
    day = fields.checked("day", _read_date)
    expires = fields.moment("expires")
    public = fields.data("key")
    fields.done()
    return _public(suite, DAILY, day, public, (midnight(day) + DAY, expires))


def _public(
    suite: str,
    kind: str,
    day: date | None,
    untrusted_public: bytes,
    ends: tuple[datetime, datetime],
) -> PublicReceiverKey:
    try:
        public = hpke.check_public(suite, untrusted_public)
    except InvalidInput:
        raise InvalidInput("SKS-N064", suite=suite) from None
    return PublicReceiverKey(key_id(suite, public), kind, day, public, suite, *ends)


def _refuse_too_many(count: int, allowed: int) -> None:
    if count > allowed:
        raise InvalidInput("SKS-N066", count=count, allowed=allowed)


def _read_date(untrusted: str) -> date:
    """`2026-04-01`, a day that has a day after it."""
    try:
        found = date.fromisoformat(untrusted)
    except ValueError:
        found = date.max
    if found == date.max or str(found) != untrusted:
        raise InvalidInput("SKS-K005", value=untrusted[:40])
    return found
