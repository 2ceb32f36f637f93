"""Events and disclosures: no names in the log, and what a hash stands for can be shown."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.ledger.support import NODE, START, TRANSFER_ID, SaltShaker, keys_of

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.signing import EVENT_KINDS
from sekisho.ledger.events import (
    EVENT_TYPE,
    LIST_ITEMS_MAX,
    VALUE_BYTES_MAX,
    Disclosure,
    Event,
    check_disclosure,
    hidden_hash,
    make_event,
    read_entry,
    read_event,
    sign_event,
)

FIELDS = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)
WORDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,60}", fullmatch=True) | st.just("")
SCALARS = st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORDS
DATA = st.dictionaries(FIELDS, SCALARS | st.lists(SCALARS, max_size=5), max_size=6)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
HIDDEN = st.dictionaries(FIELDS, TEXTS, max_size=4)


def made(**changes: Any) -> tuple[bytes, tuple[Disclosure, ...]]:
    settings: dict[str, Any] = {
        "kind": "transfer.submitted",
        "node": NODE,
        "time": START,
        "subject": TRANSFER_ID,
        "salt": SaltShaker(),
        **changes,
    }
    return make_event(**settings)


@given(DATA, HIDDEN)
def test_an_event_is_read_as_it_was_made(data: dict[str, Any], hidden: dict[str, str]) -> None:
    payload, disclosures = made(data=data, hidden=hidden)
    event = read_event(payload)
    assert (event.kind, event.node, event.time, event.subject) == (
        "transfer.submitted",
        NODE,
        START,
        TRANSFER_ID,
    )
    assert dict(event.data) == data
    assert {one.field: one.value for one in disclosures} == hidden
    for one in disclosures:
        assert check_disclosure(event, one) is one


def test_no_hidden_value_stands_in_the_payload() -> None:
    payload, disclosures = made(hidden={"sender": "佐藤花子", "purpose": "secret purpose"})
    text = payload.decode()
    for one in disclosures:
        assert one.value not in text
        assert json.dumps(one.value)[1:-1] not in text
        assert one.salt.hex() not in text
    assert sorted(json.loads(payload)) == [
        "data",
        "hidden",
        "node",
        "subject",
        "time",
        "type",
        "v",
    ]


def test_fresh_salts_differ() -> None:
    one, two = (
        make_event(kind="a.b", node=NODE, time=START, subject="x", hidden={"actor": "sato"})[1][0]
        for _ in range(2)
    )
    assert one.salt != two.salt
    assert hidden_hash(one) != hidden_hash(two)


def test_the_hash_of_a_disclosure_is_the_documented_one() -> None:
    one = Disclosure("actor", bytes(range(16)), "佐藤")
    value = "佐藤".encode()
    assert (
        hidden_hash(one)
        == sha256(
            b"sekisho disclosure v1\0"
            + bytes(range(16))
            + b"\0\0\0\x05actor"
            + len(value).to_bytes(4, "big")
            + value
        ).hexdigest()
    )


@given(TEXTS, TEXTS)
def test_field_and_value_cannot_be_shifted_against_each_other(field: str, value: str) -> None:
    salt = bytes(16)
    whole = field + value
    others = {hidden_hash(Disclosure(whole[:i], salt, whole[i:])) for i in range(len(whole) + 1)}
    assert len(others) == len(whole) + 1


@pytest.mark.parametrize(
    "change", [{"value": "other"}, {"salt": bytes(16)}, {"field": "reason"}, {"field": "missing"}]
)
def test_an_altered_disclosure_is_refused(change: dict[str, Any]) -> None:
    payload, disclosures = made(hidden={"actor": "sato", "reason": "sato"})
    with pytest.raises(Refused) as caught:
        check_disclosure(read_event(payload), replace(disclosures[0], **change))
    assert caught.value.code == "SKS-L052"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"data": {"name": "佐藤"}}, "SKS-L050"),
        ({"data": {"name": "Sato Hanako"}}, "SKS-L050"),
        ({"data": {"name": "a\nb"}}, "SKS-L050"),
        ({"data": {"name": "x" * 201}}, "SKS-L050"),
        ({"data": {"number": 2**53}}, "SKS-L050"),
        ({"data": {"number": 0.5}}, "SKS-L050"),
        ({"data": {"nothing": None}}, "SKS-L050"),
        ({"data": {"nested": {"a": 1}}}, "SKS-L050"),
        ({"data": {"nested": [["a"]]}}, "SKS-L050"),
        ({"data": {"many": list(range(LIST_ITEMS_MAX + 1))}}, "SKS-L050"),
        ({"data": {"Field": 1}}, "SKS-L050"),
        ({"data": {f"f{i}": 1 for i in range(101)}}, "SKS-L050"),
        ({"data": {"long": ["x" * 200] * 500}}, "SKS-L051"),
        ({"hidden": {"Field": "x"}}, "SKS-L050"),
        ({"hidden": {"long": "x" * (VALUE_BYTES_MAX + 1)}}, "SKS-L051"),
        ({"hidden": {"actor": "x"}, "salt": lambda: b"short"}, "SKS-L050"),
        ({"kind": "transfer"}, "SKS-L050"),
        ({"kind": "Transfer.sent"}, "SKS-L050"),
        ({"subject": ""}, "SKS-L050"),
        ({"subject": "with space"}, "SKS-L050"),
        ({"node": "No Node"}, "SKS-K004"),
    ],
)
def test_what_may_not_stand_in_the_log_is_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        made(**change)
    assert caught.value.code == code


def test_an_entry_is_signed_by_ed25519_alone() -> None:
    keys = keys_of(NODE, "S1")
    envelope, event = read_entry(sign_event(made()[0], keys))
    assert envelope.payload_type == EVENT_TYPE
    assert [one.keyid for one in envelope.signatures] == [keys.public.key_id("ed25519")]
    keys.public.verify(envelope, EVENT_KINDS)
    assert isinstance(event, Event)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"extra": 1},
        {"hidden": {"a": "short"}},
        {"hidden": {"a": 1}},
        {"data": []},
        {"data": {"name": "佐藤 花子"}},
        {"time": "2026-04-01"},
        {"type": "x"},
        {"subject": 5},
    ],
)
def test_a_payload_of_another_form_is_refused(change: dict[str, Any]) -> None:
    document = {**json.loads(made()[0]), **change}
    with pytest.raises(InvalidInput):
        read_event(json.dumps(document, ensure_ascii=False).encode())


@given(st.binary(max_size=300))
def test_hostile_entries_are_refused(data: bytes) -> None:
    for read in (read_entry, read_event):
        with pytest.raises(SekishoError):
            read(data)
