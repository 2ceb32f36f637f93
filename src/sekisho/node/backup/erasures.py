"""What a node has erased, as a signed list that travels beside its backups.

Ids of objects, and of acts whose disclosures were erased: they say nothing about what they held.
The first line is the signed head, each further line one id. Format: docs/formats/backup-v1.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sekisho.kernel import documents, dsse
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.ids import check_node_name
from sekisho.kernel.limits import KIB
from sekisho.kernel.signing import VerifyingKeys
from sekisho.ledger.events import EVENT_TYPE
from sekisho.node.opening import Node
from sekisho.office.evidence.actions import open_log
from sekisho.office.evidence.queries import recorded_since

LIST_TYPE = "application/vnd.sekisho.erased+json; v=1"
HEAD_BYTES_MAX = 64 * KIB
OBJECT = "ob_"
REACHES = timedelta(days=400)
"""Nobody restores an older backup than this."""


@dataclass(frozen=True)
class Erased:
    """`complete_from` is the first moment that the list covers, `made` the last."""

    node: str
    complete_from: datetime
    made: datetime
    ledger_size: int
    object_ids: frozenset[str]
    forgotten: frozenset[str]


def sign_list(node: Node) -> bytes:
    """Everything erased here within `REACHES`."""
    now = node.desk.now()
    since = now - REACHES
    ids = sorted({*_objects_since(since), *_forgotten_since(since)})
    body = "".join(f"{one}\n" for one in ids).encode()
    words = {
        "node": node.name,
        "from": stamp(since),
        "made": stamp(now),
        "ledger": open_log().size(),
        "count": len(ids),
        "sha256": sha256(body).hexdigest(),
    }
    envelope = node.desk.signing.sign(LIST_TYPE, documents.write(words)).encode()
    return envelope + b"\n" + body


def _objects_since(since: datetime) -> Iterator[str]:
    for envelope in recorded_since("vault.erased", since):
        payload = dsse.decode(envelope, EVENT_TYPE).payload
        yield str(documents.read(payload, "event").raw("data")["object"])


def _forgotten_since(since: datetime) -> Iterator[str]:
    for envelope in recorded_since("evidence.forgotten", since):
        payload = dsse.decode(envelope, EVENT_TYPE).payload
        yield documents.read(payload, "event").text("subject")


def read_list(untrusted: bytes, keys: VerifyingKeys) -> Erased:
    """A list that these keys have signed.

    Raises InvalidInput SKS-K001 and others of its shape, Refused SKS-K007 or SKS-K008.
    """
    head, _, body = untrusted.partition(b"\n")
    if len(head) > HEAD_BYTES_MAX:
        raise InvalidInput("SKS-K001", what="list of erasures", reason="head")
    envelope = dsse.decode(head, LIST_TYPE)
    keys.verify(envelope)
    fields = documents.read(envelope.payload, "list of erasures")
    name = fields.checked("node", check_node_name)
    since, made = fields.moment("from"), fields.moment("made")
    size, count = fields.integer("ledger"), fields.integer("count")
    digest = fields.digest("sha256")
    fields.done()
    ids = frozenset(body.decode("utf-8", "replace").splitlines())
    if sha256(body).hexdigest() != digest or len(ids) != count:
        raise InvalidInput("SKS-K001", what="list of erasures", reason="sha256")
    objects = frozenset(one for one in ids if one.startswith(OBJECT))
    return Erased(name, since, made, size, objects, ids - objects)
