"""Events: what stands in the log. Ids, digests, numbers and closed words; never a name.

An event is a strict JSON document in a DSSE envelope, signed by the node with Ed25519 (the
checkpoint over it is signed with ML-DSA too). What would name a person or reveal a content
stands in it as the hash of a salted value. The salt and the value, a `Disclosure`, are kept
apart: whoever holds them can show what the hash stands for, and once they are erased nobody can.
"""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sekisho.kernel import documents, dsse
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.ids import check_node_name
from sekisho.kernel.limits import KIB, MIB
from sekisho.kernel.signing import EVENT_KINDS, SigningKeys

EVENT_TYPE = "application/vnd.sekisho.event+json"
EVENT_BYTES_MAX = 64 * KIB
ENTRY_BYTES_MAX = 96 * KIB
"""A signed event: its envelope in base64 and JSON."""

SALT_BYTES = 16
VALUE_BYTES_MAX = 16 * MIB
"""A hidden value in UTF-8; the longest is the list of a transfer's files."""

FIELDS_MAX = 100
LIST_ITEMS_MAX = 1_000
HASH_LABEL = b"sekisho disclosure v1\x00"
KIND_PATTERN = r"[a-z][a-z0-9_]{0,30}(?:\.[a-z][a-z0-9_]{0,30}){1,3}"
FIELD_PATTERN = r"[a-z][a-z0-9_]{0,39}"
WORD_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,199}"
"""What text in the log may look like: an id, a digest, a moment, a closed word (in data also
nothing). No space and nothing outside ASCII, so that a name of a person or a file does not slip
in unnoticed."""

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Disclosure:
    """What one hidden field of one event stands for. To erase it is to forget salt and value."""

    field: str
    salt: bytes
    value: str


@dataclass(frozen=True)
class Event:
    """One act: its kind (`type` in the document), on which node, when, about what."""

    kind: str
    node: str
    time: datetime
    subject: str
    data: Data
    hidden: Mapping[str, str]


def fresh_salt() -> bytes:
    """16 bytes from the operating system."""
    return os.urandom(SALT_BYTES)


def make_event(
    *,
    kind: str,
    node: str,
    time: datetime,
    subject: str,
    data: Data | None = None,
    hidden: Mapping[str, str] | None = None,
    salt: Callable[[], bytes] = fresh_salt,
) -> tuple[bytes, tuple[Disclosure, ...]]:
    """The bytes to sign as `EVENT_TYPE`, and what its hidden fields stand for.

    Raises InvalidInput SKS-L050 for a value that may not stand in the log (`hidden` is the place
    for it), SKS-L051 for a document or a hidden value that is too large.
    """
    disclosures = tuple(
        Disclosure(field, salt(), value) for field, value in sorted((hidden or {}).items())
    )
    event = Event(
        kind, node, time, subject, data or {}, {one.field: hidden_hash(one) for one in disclosures}
    )
    _check_event(event)
    payload = documents.write(
        {
            "v": 1,
            "type": event.kind,
            "node": event.node,
            "time": stamp(event.time),
            "subject": event.subject,
            "data": dict(event.data),
            "hidden": event.hidden,
        }
    )
    if len(payload) > EVENT_BYTES_MAX:
        raise InvalidInput("SKS-L051", bytes=len(payload), bytes_max=EVENT_BYTES_MAX)
    return payload, disclosures


def sign_event(payload: bytes, keys: SigningKeys) -> bytes:
    """The entry of the log: the envelope's bytes, signed by the kinds that sign events."""
    return keys.sign(EVENT_TYPE, payload, EVENT_KINDS).encode()


def read_entry(untrusted: bytes) -> tuple[dsse.Envelope, Event]:
    """An entry of the log as envelope and event; no signature is checked yet.

    Raises InvalidInput SKS-K001, SKS-K002, SKS-K004, SKS-K005, SKS-K006 or SKS-L050.
    """
    envelope = dsse.decode(untrusted, EVENT_TYPE, ENTRY_BYTES_MAX)
    return envelope, read_event(envelope.payload)


def read_event(untrusted: bytes) -> Event:
    """The event that a payload holds. Raises like `read_entry`."""
    fields = documents.read(untrusted, "event", EVENT_BYTES_MAX)
    fields.integer("v", minimum=1, maximum=1)
    event = Event(
        fields.text("type"),
        fields.text("node"),
        fields.moment("time"),
        fields.text("subject"),
        fields.raw("data"),
        fields.raw("hidden"),
    )
    fields.done()
    _check_event(event)
    return event


def hidden_hash(disclosure: Disclosure) -> str:
    """SHA-256 in hexadecimal over label ‖ salt ‖ u32be(field) ‖ field ‖ u32be(value) ‖ value.

    u32be(x) is the length of x in UTF-8 as four bytes; lengths make the encoding unambiguous.
    Raises InvalidInput SKS-L051 for a value over `VALUE_BYTES_MAX`, SKS-L050 for a salt of
    another length.
    """
    field, value = disclosure.field.encode(), disclosure.value.encode()
    if len(value) > VALUE_BYTES_MAX:
        raise InvalidInput("SKS-L051", bytes=len(value), bytes_max=VALUE_BYTES_MAX)
    if len(disclosure.salt) != SALT_BYTES:
        raise InvalidInput("SKS-L050", field=disclosure.field, reason=f"salt of {SALT_BYTES} bytes")
    return sha256(
        b"".join(
            (
                HASH_LABEL,
                disclosure.salt,
                len(field).to_bytes(4, "big"),
                field,
                len(value).to_bytes(4, "big"),
                value,
            )
        )
    ).hexdigest()


def check_disclosure(event: Event, untrusted: Disclosure) -> Disclosure:
    """The disclosure, if it is what this event's field stands for. Raises Refused SKS-L052."""
    wanted = event.hidden.get(untrusted.field)
    if wanted is None or not hmac.compare_digest(wanted, hidden_hash(untrusted)):
        raise Refused("SKS-L052", field=untrusted.field)
    return untrusted


def _check_event(event: Event) -> None:
    _match("type", event.kind, KIND_PATTERN)
    check_node_name(event.node)
    _match("subject", event.subject, WORD_PATTERN)
    for part in (event.data, event.hidden):
        if len(part) > FIELDS_MAX:
            raise InvalidInput("SKS-L050", field="data", reason=f"over {FIELDS_MAX} fields")
        for field in part:
            _match(field[:40], field, FIELD_PATTERN)
    for field, value in event.data.items():
        _check_value(field, value)
    for field, value in event.hidden.items():
        _match(field, value, "[0-9a-f]{64}")


def _check_value(field: str, value: Any) -> None:
    if isinstance(value, list | tuple):
        if len(value) > LIST_ITEMS_MAX:
            raise InvalidInput("SKS-L050", field=field, reason=f"over {LIST_ITEMS_MAX} items")
        for item in value:
            _check_scalar(field, item)
    else:
        _check_scalar(field, value)


def _check_scalar(field: str, value: Any) -> None:
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > documents.INTEGER_MAX:
            raise InvalidInput("SKS-L050", field=field, reason="number")
        return
    if value != "":
        _match(field, value, WORD_PATTERN)


def _match(field: str, value: Any, pattern: str) -> None:
    if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
        raise InvalidInput("SKS-L050", field=field, reason="form")
