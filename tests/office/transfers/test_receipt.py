"""The receipt: what is written reads back, what comes from outside is bounded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import hostile

from sekisho.kernel import documents
from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.kernel.ids import new_id
from sekisho.office.transfers.receipt import RECEIVED, REFUSED, Receipt, read_receipt

RECEIPT = Receipt(
    parcel_id="pc_" + "b3" * 13,
    transfer_id="tr_" + "a2" * 13,
    sender="internet",
    receiver="lgwan",
    outcome=RECEIVED,
    code="",
    root="ab" * 32,
    letter_sha256="cd" * 32,
    made=datetime(2026, 4, 1, tzinfo=UTC),
)
DOCUMENT: dict[str, Any] = json.loads(RECEIPT.encode())


def test_the_bytes_are_these() -> None:
    assert (
        RECEIPT.encode()
        == (
            '{"code":"","letter_sha256":"' + "cd" * 32 + '","made":"2026-04-01T00:00:00Z",'
            '"outcome":"received","parcel":"pc_b3b3b3b3b3b3b3b3b3b3b3b3b3","receiver":"lgwan",'
            '"root":"' + "ab" * 32 + '","sender":"internet",'
            '"transfer":"tr_a2a2a2a2a2a2a2a2a2a2a2a2a2","v":1}'
        ).encode()
    )


SECOND = replace(RECEIPT, redisarmed=2, results="ef" * 32)


def test_a_receipt_of_what_was_kept_instead_is_of_version_2() -> None:
    document = json.loads(SECOND.encode())
    assert read_receipt(SECOND.encode()) == SECOND
    assert document == {**DOCUMENT, "v": 2, "redisarmed": 2, "results": "ef" * 32}


@pytest.mark.parametrize(
    "changes",
    [{"v": 1}, {"v": 3}, {"redisarmed": 0}, {"redisarmed": 10_001}, {"results": ""}],
)
def test_a_receipt_of_version_2_is_bounded(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as reason:
        read_receipt(documents.write({**json.loads(SECOND.encode()), **changes}))
    assert reason.value.code == "SKS-K002"


RECEIPTS = st.builds(
    replace,
    st.just(RECEIPT),
    parcel_id=st.builds(new_id, st.just("pc")),
    transfer_id=st.builds(new_id, st.just("tr")),
    sender=st.from_regex("[a-z][a-z0-9-]{0,31}", fullmatch=True),
    outcome=st.sampled_from([RECEIVED, REFUSED]),
    code=st.sampled_from(["", "SKS-T043", "SKS-K001"]),
    root=st.binary(min_size=32, max_size=32).map(bytes.hex),
    letter_sha256=st.sampled_from(["", "ef" * 32]),
)


@given(RECEIPTS)
def test_every_receipt_reads_back(receipt: Receipt) -> None:
    assert read_receipt(receipt.encode()) == receipt
    assert read_receipt(receipt.encode()).encode() == receipt.encode()


@given(hostile.changed(DOCUMENT))
def test_a_changed_receipt_is_read_or_refused_by_code(document: dict[str, Any]) -> None:
    try:
        receipt = read_receipt(documents.write(document))
    except SekishoError as reason:
        assert isinstance(reason, InvalidInput)
    else:
        assert read_receipt(receipt.encode()) == receipt


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_by_code(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_receipt(data)


@pytest.mark.parametrize("field", DOCUMENT)
def test_no_field_may_be_missing(field: str) -> None:
    document = {key: value for key, value in DOCUMENT.items() if key != field}
    with pytest.raises(InvalidInput) as reason:
        read_receipt(documents.write(document))
    assert reason.value.code == "SKS-K002"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"v": 2}, "SKS-K002"),
        ({"extra": 1}, "SKS-K002"),
        ({"parcel": "tr_" + "a2" * 13}, "SKS-K003"),
        ({"transfer": "pc_" + "b3" * 13}, "SKS-K003"),
        ({"sender": "Internet"}, "SKS-K004"),
        ({"receiver": ""}, "SKS-K004"),
        ({"outcome": "lost"}, "SKS-K002"),
        ({"code": "SKS-T0431"}, "SKS-K002"),
        ({"code": "何でも"}, "SKS-K002"),
        ({"root": ""}, "SKS-K002"),
        ({"root": "AB" * 32}, "SKS-K002"),
        ({"letter_sha256": "cd"}, "SKS-K002"),
        ({"made": "yesterday"}, "SKS-K005"),
    ],
)
def test_what_is_out_of_bounds_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as reason:
        read_receipt(documents.write({**DOCUMENT, **changes}))
    assert reason.value.code == code


def test_a_receipt_is_at_most_64_kib() -> None:
    with pytest.raises(InvalidInput) as reason:
        read_receipt(RECEIPT.encode() + b" " * 64 * 1024)
    assert reason.value.code == "SKS-K001"


def test_there_is_one_form_only() -> None:
    """The digest of a document would otherwise not name one content."""
    data = RECEIPT.encode()
    reordered = json.dumps(DOCUMENT, ensure_ascii=False, separators=(",", ":"))
    spaced = json.dumps(DOCUMENT, ensure_ascii=False, sort_keys=True)
    escaped = json.dumps(DOCUMENT, sort_keys=True, separators=(",", ":"))
    backwards = dict(reversed(DOCUMENT.items()))
    others = [reordered, spaced, escaped, json.dumps(backwards, ensure_ascii=False)]
    for other in {one.encode() for one in others} | {data + b"\n", b" " + data}:
        if other == data:
            continue
        with pytest.raises(InvalidInput) as reason:
            read_receipt(other)
        assert reason.value.code == "SKS-K001"
