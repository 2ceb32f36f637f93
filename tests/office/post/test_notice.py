"""The letter of a notice: what is written reads back, what comes from outside is bounded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import hostile

from sekisho.kernel import documents
from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.office.post.notice import Answer, Notice, Offer, read_notice, write_notice

OFFER = Offer(b"lgwan log\n3\nroot\n\nsignatures\n", 2, (b"h" * 32, b"g" * 32))
ANSWER = Answer(3, "— lgwan c2lnbmF0dXJl\n", "", 3)
NOTICE = Notice((b"receipt one", b"receipt two"), OFFER, ANSWER)
DOCUMENT: dict[str, Any] = json.loads(write_notice(NOTICE))


def test_the_bytes_are_these() -> None:
    assert (
        write_notice(Notice((b"r",), Offer(b"n", 0, (b"h" * 32,)), None))
        == (
            '{"offer":{"note":"bg==","old_size":0,"proof":["' + "68" * 32 + '"]},'
            '"receipts":["cg=="],"v":1}'
        ).encode()
    )
    assert write_notice(Notice((), None, Answer(7, "", "SKS-L043", 5))) == (
        b'{"answer":{"code":"SKS-L043","known_size":5,"lines":"","size":7},"receipts":[],"v":1}'
    )


SIZES = st.integers(0, 2**53 - 1)
NOTICES = st.builds(
    Notice,
    st.lists(st.binary(max_size=40), max_size=3).map(tuple),
    st.none()
    | st.builds(
        Offer,
        st.binary(max_size=60),
        SIZES,
        st.lists(st.binary(min_size=32, max_size=32), max_size=3).map(tuple),
    ),
    st.none()
    | st.builds(
        Answer,
        SIZES,
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        st.sampled_from(["", "SKS-L040"]),
        SIZES,
    ),
)


@given(NOTICES)
def test_every_notice_reads_back(notice: Notice) -> None:
    assert read_notice(write_notice(notice)) == notice
    assert write_notice(read_notice(write_notice(notice))) == write_notice(notice)


@given(hostile.changed(DOCUMENT))
def test_a_changed_notice_is_read_or_refused_by_code(document: dict[str, Any]) -> None:
    try:
        notice = read_notice(documents.write(document))
    except SekishoError as reason:
        assert isinstance(reason, InvalidInput)
    else:
        assert read_notice(write_notice(notice)) == notice


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_by_code(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_notice(data)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"extra": 1},
        {"receipts": ["not base64!"]},
        {"receipts": ["eA="]},
        {"receipts": ["eA=="] * 401},
        {"receipts": ["A" * 40_004]},
        {"receipts": [1]},
        {"offer": None},
        {"offer": {**DOCUMENT["offer"], "old_size": -1}},
        {"offer": {**DOCUMENT["offer"], "proof": ["ab" * 31]}},
        {"offer": {**DOCUMENT["offer"], "proof": ["AB" * 32]}},
        {"offer": {**DOCUMENT["offer"], "proof": ["ab" * 32] * 129}},
        {"offer": {**DOCUMENT["offer"], "note": "A" * 4 * 22_000}},
        {"offer": {**DOCUMENT["offer"], "extra": 1}},
        {"answer": {**DOCUMENT["answer"], "code": "no"}},
        {"answer": {**DOCUMENT["answer"], "lines": "x" * 20_001}},
        {"answer": {**DOCUMENT["answer"], "size": True}},
        {"answer": {**DOCUMENT["answer"], "extra": 1}},
    ],
    ids=str,
)
def test_what_is_out_of_bounds_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as reason:
        read_notice(documents.write({**DOCUMENT, **changes}))
    assert reason.value.code == "SKS-K002"


def test_a_notice_with_nothing_to_say_is_empty() -> None:
    assert Notice().empty
    assert not Notice(receipts=(b"x",)).empty
    assert not Notice(offer=OFFER).empty
    assert not Notice(answer=ANSWER).empty


def test_there_is_one_form_only() -> None:
    """The digest of a document would otherwise not name one content."""
    data = write_notice(NOTICE)
    reordered = json.dumps(DOCUMENT, ensure_ascii=False, separators=(",", ":"))
    spaced = json.dumps(DOCUMENT, ensure_ascii=False, sort_keys=True)
    escaped = json.dumps(DOCUMENT, sort_keys=True, separators=(",", ":"))
    backwards = dict(reversed(DOCUMENT.items()))
    others = [reordered, spaced, escaped, json.dumps(backwards, ensure_ascii=False)]
    for other in {one.encode() for one in others} | {data + b"\n", b" " + data}:
        if other == data:
            continue
        with pytest.raises(InvalidInput) as reason:
            read_notice(other)
        assert reason.value.code == "SKS-K001"
