"""Terms and manifests: one way to write them, bounded ways to read them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import parcels

from sekisho.kernel import documents
from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.seal import head, parcel
from sekisho.seal.parcel import BLOCK_BYTES, INLINE_BYTES_MAX, PARAMS, Layout

MIB = 1024 * 1024
MANIFEST = parcels.seal().manifest
NAMES = st.from_regex(r"[a-z][a-z0-9_.-]{0,20}", fullmatch=True)
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200).filter(
    lambda text: len(text.encode()) <= 1000
)


@pytest.mark.parametrize(
    ("payload", "segments", "inline", "blocks", "last_block"),
    [
        (4, 1, 36, 0, 0),
        (INLINE_BYTES_MAX - 32, 1, INLINE_BYTES_MAX, 0, 0),
        (INLINE_BYTES_MAX - 31, 1, 0, 1, INLINE_BYTES_MAX + 1),
        (MIB - 32, 1, 0, 1, MIB),
        (MIB - 31, 2, 0, 1, MIB + 33),
        (16 * (MIB - 32), 16, 0, 1, BLOCK_BYTES),
        (16 * (MIB - 32) + 1, 17, 0, 2, 33),
    ],
)
def test_the_layout_follows_from_the_size(
    payload: int, segments: int, inline: int, blocks: int, last_block: int
) -> None:
    layout = Layout(payload)
    assert (layout.segments, layout.inline_bytes, layout.blocks) == (segments, inline, blocks)
    assert sum(layout.block_bytes(n) for n in range(blocks)) == (layout.sealed_bytes - inline)
    if blocks:
        assert layout.block_bytes(blocks - 1) == last_block


def test_the_largest_payload_fills_the_last_block_name() -> None:
    layout = Layout(parcel.PAYLOAD_BYTES_MAX)
    assert parcel.block_suffix(layout.blocks - 1) == "b99999"
    assert layout.block_bytes(layout.blocks - 1) == BLOCK_BYTES


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"parcel_id": "tr_" + "a" * 26}, "SKS-K003"),
        ({"parcel_id": "pc_../../etc/passwd"}, "SKS-K003"),
        ({"suite": "S9"}, "SKS-P020"),
        ({"kind": "letter"}, "SKS-P003"),
        ({"sender": "LGWAN"}, "SKS-K004"),
        ({"receiver": "a/b"}, "SKS-K004"),
        ({"receiver_key_id": ""}, "SKS-P003"),
        ({"receiver_key_id": "../key"}, "SKS-P003"),
        ({"receiver_key_kind": "weekly"}, "SKS-P003"),
        ({"expires": parcels.NOW}, "SKS-P003"),
        ({"context": {f"n{i}": "" for i in range(33)}}, "SKS-P003"),
        ({"context": {"Name": ""}}, "SKS-P003"),
        ({"context": {"name": "あ" * 334}}, "SKS-P003"),
        ({"context": {"name": "two\nlines"}}, "SKS-P003"),
        ({"context": {"name": "\ud800"}}, "SKS-P003"),
        ({"context": {"name": 5}}, "SKS-P003"),
        ({"approvals": ("0" * 63,)}, "SKS-P003"),
        ({"approvals": ("A" * 64,)}, "SKS-P003"),
        ({"approvals": ("0" * 64,) * 101}, "SKS-P003"),
    ],
)
def test_impossible_terms_cannot_be_made(change: dict[str, Any], code: str) -> None:
    with pytest.raises(SekishoError) as caught:
        parcels.terms(**change)
    assert caught.value.code == code


def test_every_field_of_the_terms_changes_the_binding() -> None:
    plain = parcels.terms()
    changes: list[dict[str, Any]] = [
        {"parcel_id": parcels.OTHER_ID},
        {"suite": "S0"},
        {"kind": "notice"},
        {"sender": "other"},
        {"receiver": "other"},
        {"receiver_key_id": "other"},
        {"receiver_key_kind": "daily"},
        {"created": parcels.NOW + timedelta(seconds=1)},
        {"expires": parcels.NOW + timedelta(days=8)},
        {"context": {"route": "lgwan-mynumber"}},
        {"context": {"class": "3B", "route": "lgwan-mynumbe", "x": ""}},
        {"context": {"class": "lgwan-mynumber", "route": "3B"}},
        {"approvals": ()},
        {"approvals": ("f" * 64, "0" * 64)},
    ]
    assert len(changes) > len(plain.__dataclass_fields__)
    found = {replace(plain, **change).binding() for change in changes}
    assert len(found | {plain.binding()}) == len(changes) + 1


def test_the_order_of_the_context_changes_nothing() -> None:
    one = parcels.terms(context={"a": "1", "b": "2"})
    other = parcels.terms(context={"b": "2", "a": "1"})
    assert one.binding() == other.binding()


@given(context=st.dictionaries(NAMES, VALUES, max_size=32), size=st.integers(4, 2**40))
def test_what_is_written_is_read_back_as_the_same_bytes(context: dict[str, str], size: int) -> None:
    manifest = replace(MANIFEST, terms=parcels.terms(context=context), payload_bytes=size)
    written = manifest.encode()
    assert len(written) <= parcel.MANIFEST_BYTES_MAX
    assert parcel.read_manifest(written) == manifest
    assert parcel.read_manifest(written).encode() == written


def test_the_largest_manifest_is_within_its_limit() -> None:
    context = {f"n{i:02}" + "x" * 61: '"' * 1000 for i in range(32)}
    terms = parcels.terms(context=context, approvals=("0" * 64,) * 100)
    written = replace(MANIFEST, terms=terms).encode()
    assert parcel.read_manifest(written).terms == terms


def _changed(path: str, value: Any) -> bytes:
    found = json.loads(MANIFEST.encode())
    *parents, name = path.split(".")
    at = found
    for parent in parents:
        at = at[parent]
    if value is None:
        del at[name]
    else:
        at[name] = value
    return documents.write(found)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("extra", 1),
        ("terms.extra", 1),
        ("terms.receiver_key.extra", 1),
        ("payload.extra", 1),
        ("wrapped_key", documents.b64(bytes(1712))),
        ("wrapped_key", None),
        ("terms.context", []),
        ("terms.approvals", {}),
        ("terms.created", "2026-04-01 09:00:00"),
        ("payload.bytes", 3),
        ("payload.bytes", parcel.PAYLOAD_BYTES_MAX + 1),
        ("payload.bytes", 400_000),
        ("payload.segments", 2),
        ("payload.blocks", 1),
        ("payload.block_bytes", BLOCK_BYTES * 2),
        ("payload.inline_bytes", 0),
        ("payload.floe_header", documents.b64(bytes(74))),
        ("payload.floe_header", documents.b64(PARAMS.prefix + bytes(63))),
        ("payload.root", "0" * 63),
        ("payload.root", "F" * 64),
    ],
)
def test_a_manifest_with_a_wrong_field_is_refused(path: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        parcel.read_manifest(_changed(path, value))
    assert caught.value.code in {"SKS-K002", "SKS-K005", "SKS-P003", "SKS-P030"}


def test_a_manifest_in_another_form_is_refused() -> None:
    written = MANIFEST.encode()
    for other in (b" " + written, json.dumps(json.loads(written)).encode()):
        with pytest.raises(InvalidInput, match="SKS-P003"):
            parcel.read_manifest(other)


@given(st.binary(max_size=300))
def test_no_manifest_from_outside_does_more_than_be_refused(untrusted: bytes) -> None:
    with pytest.raises(SekishoError):
        parcel.read_manifest(untrusted)


@pytest.mark.parametrize(
    "number",
    [
        head.HEAD_BYTES_MAX,
        head.ENVELOPE_BYTES_MAX,
        INLINE_BYTES_MAX,
        parcel.MANIFEST_BYTES_MAX,
        parcel.PAYLOAD_BYTES_MAX,
        parcel.BLOCKS_MAX,
        BLOCK_BYTES,
        PARAMS.segment_bytes,
        PARAMS.plain_bytes,
        parcel.CONTEXT_ITEMS_MAX,
        parcel.CONTEXT_VALUE_BYTES_MAX,
        parcel.APPROVALS_MAX,
    ],
)
def test_the_document_states_the_limits(number: int) -> None:
    document = (Path(__file__).parents[3] / "docs/formats/parcel-v1.md").read_text("utf-8")
    assert re.search(rf"(?<![\d,]){number:,}(?![\d,])", document)
