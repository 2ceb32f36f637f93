"""Whatever lies in a store where a head should be: read within bounds, or refused with a code."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import parcels

from sekisho.kernel import dsse
from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.seal.head import (
    ENVELOPE_BYTES_MAX,
    HEAD_BYTES_MAX,
    MAGIC,
    read_head,
    write_head,
)
from sekisho.seal.parcel import INLINE_BYTES_MAX, PAYLOAD_TYPE

HEAD = parcels.seal(files=[b"content"]).sealed.head


def test_a_head_is_written_back_as_it_was_read() -> None:
    found = read_head(HEAD)
    assert write_head(found.envelope, found.inline) == HEAD
    assert read_head(memoryview(bytearray(HEAD))) == found


def test_the_largest_head_is_within_its_limit() -> None:
    payload = bytes(130 * 1024)
    signatures = tuple(dsse.Signature(f"{n:016x}", bytes(3400)) for n in range(2))
    envelope = dsse.Envelope(PAYLOAD_TYPE, payload, signatures)
    head = write_head(envelope, bytes(INLINE_BYTES_MAX))
    assert len(head) <= HEAD_BYTES_MAX
    assert read_head(head).inline == bytes(INLINE_BYTES_MAX)


@pytest.mark.parametrize(
    ("untrusted", "code"),
    [
        (b"", "SKS-P001"),
        (MAGIC[:-1], "SKS-P001"),
        (b"sekisho parcel 2\n" + HEAD[17:], "SKS-P001"),
        (b"PK\x03\x04" + HEAD, "SKS-P001"),
        (MAGIC, "SKS-P002"),
        (MAGIC + b"\0\0\0", "SKS-P002"),
        (MAGIC + b"\xff" * 4 + HEAD, "SKS-P002"),
        (MAGIC + (ENVELOPE_BYTES_MAX + 1).to_bytes(4) + bytes(ENVELOPE_BYTES_MAX), "SKS-P002"),
        (HEAD + b"\n", "SKS-P002"),
        (HEAD * 200, "SKS-P002"),
        (MAGIC + bytes(8), "SKS-K001"),
        (write_head(dsse.Envelope("application/json", b"{}", ()), b""), "SKS-K006"),
    ],
)
def test_what_is_no_head_is_refused(untrusted: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_head(untrusted)
    assert caught.value.code == code


def judge(untrusted: bytes) -> None:
    """Whatever the bytes are, only the head itself is accepted."""
    try:
        parcels.open_parcel(untrusted, {}, [7])
    except SekishoError as error:
        assert error.explain("ja").what
    else:
        assert untrusted == HEAD


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes(untrusted: bytes) -> None:
    judge(untrusted)
    judge(MAGIC + untrusted)
    judge(MAGIC + len(untrusted).to_bytes(4) + untrusted + bytes(4))


@settings(max_examples=200, deadline=None)
@given(
    at=st.integers(0, len(HEAD)),
    cut=st.integers(0, 200),
    more=st.binary(max_size=50),
)
def test_any_piece_replaced(at: int, cut: int, more: bytes) -> None:
    judge(HEAD[:at] + more + HEAD[at + cut :])


@settings(max_examples=100, deadline=None)
@given(payload=st.binary(max_size=500) | st.text(max_size=300).map(str.encode))
def test_any_manifest_signed_by_the_sender(payload: bytes) -> None:
    """A sender that is taken over can sign anything; it is still only refused."""
    with pytest.raises(SekishoError):
        parcels.verify(parcels.signed_anew(payload, b"", parcels.signer()))
