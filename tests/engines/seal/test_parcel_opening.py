"""What an adversary between two nodes can do to a parcel, and the code each try is refused with."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support import parcels
from tests.support.parcels import NOW, Parcel

from sekisho.kernel import documents, dsse
from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.seal import blocks, opening, sealing
from sekisho.seal.head import CLOCK_AHEAD_MAX, VerifiedHead
from sekisho.seal.parcel import BLOCK_BYTES, PARAMS, read_manifest

MIB = 1024 * 1024
FILE = hashlib.shake_128(b"file").digest(18 * MIB)


@pytest.fixture(scope="module")
def large() -> Parcel:
    """Two blocks: 16 full segments, then two and a part."""
    return parcels.seal(files=[FILE])


@pytest.fixture(scope="module")
def small() -> Parcel:
    return parcels.seal(files=[b"content"], context={"n": "v"}, approvals=())


def opened_code(head: bytes, found: dict[str, bytes], size: int) -> str:
    with pytest.raises(SekishoError) as caught:
        parcels.open_parcel(head, found, [size])
    return caught.value.code


def root_code(parcel: Parcel, found: dict[str, bytes]) -> str:
    with pytest.raises(SekishoError) as caught:
        blocks.check_root(parcel.manifest, lambda name, size: found[name])
    return caught.value.code


# --- the place, the time, the sender ---


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"parcel_id": parcels.OTHER_ID}, "SKS-P004"),
        ({"sender": "internet"}, "SKS-P005"),
        ({"receiver": "internet"}, "SKS-P006"),
        ({"now": NOW + timedelta(days=7)}, "SKS-P007"),
        ({"now": NOW - CLOCK_AHEAD_MAX - timedelta(seconds=1)}, "SKS-P008"),
    ],
)
def test_a_head_out_of_place_or_time_is_refused(
    small: Parcel, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        parcels.verify(small.sealed.head, **change)
    assert caught.value.code == code


def test_the_bounds_of_time_are_as_stated(small: Parcel) -> None:
    parcels.verify(small.sealed.head, now=NOW - CLOCK_AHEAD_MAX)
    parcels.verify(small.sealed.head, now=NOW + timedelta(days=7) - timedelta(seconds=1))


def test_a_head_of_another_sender_is_refused(small: Parcel) -> None:
    with pytest.raises(Refused, match="SKS-K007"):
        opening.verify_head(
            opening.read_head(small.sealed.head),
            parcels.signer("S1", "stranger").public,
            receiver="mynumber",
            sender="lgwan",
            parcel_id=parcels.PARCEL_ID,
            now=NOW,
        )


def test_a_suite_weaker_than_the_senders_keys_is_refused() -> None:
    weak = parcels.seal(suite="S0")
    found = opening.read_head(weak.sealed.head)
    head = parcels.signed_anew(found.envelope.payload, found.inline, parcels.signer("S1"))
    with pytest.raises(Refused, match="SKS-P009"):
        parcels.verify(head)


def test_a_suite_stronger_than_the_senders_keys_is_accepted() -> None:
    sealed = sealing.seal(
        parcels.terms(),
        sealing.SealingSecret.new(),
        b"letter",
        [],
        [],
        parcels.receiver_pair("S1")[1],
        parcels.signer("S0"),
        lambda name, data: None,
    )
    assert parcels.verify(sealed.head, "S0").terms.suite == "S1"


@pytest.mark.parametrize("kept", [[0], [1]])
def test_one_signature_of_two_is_not_enough(small: Parcel, kept: list[int]) -> None:
    signatures = opening.read_head(small.sealed.head).envelope.signatures
    head = parcels.with_envelope(small.sealed.head, signatures=tuple(signatures[i] for i in kept))
    with pytest.raises(Refused, match="SKS-K007"):
        parcels.verify(head)


def test_more_signatures_than_needed_are_refused(small: Parcel) -> None:
    signatures = opening.read_head(small.sealed.head).envelope.signatures
    for more in (dsse.Signature("0" * 16, b"anything"), signatures[0]):
        head = parcels.with_envelope(small.sealed.head, signatures=(*signatures, more))
        with pytest.raises(Refused, match="SKS-P010"):
            parcels.verify(head)


def test_a_parcel_signed_anew_by_another_node_does_not_open(small: Parcel) -> None:
    """Taking a stranger's ciphertext for one's own: the key is bound to the sender's name."""
    manifest = replace(small.manifest, terms=replace(small.manifest.terms, sender="internet"))
    found = opening.read_head(small.sealed.head)
    keys = parcels.signer("S1", "internet")
    head = opening.read_head(parcels.signed_anew(manifest.encode(), found.inline, keys))
    verified = opening.verify_head(
        head,
        keys.public,
        receiver="mynumber",
        sender="internet",
        parcel_id=parcels.PARCEL_ID,
        now=NOW,
    )
    with pytest.raises(Refused, match="SKS-P022"):
        opening.content_key(verified, parcels.receiver_pair()[0])


# --- the bytes of the head ---


def test_every_changed_byte_of_a_head_is_refused(small: Parcel) -> None:
    head = small.sealed.head
    signed_end = 17 + 4 + int.from_bytes(head[17:21])
    codes: dict[str, set[str]] = {}
    for at in range(len(head)):
        # The long base64 of keys and signatures is sampled, everything else taken byte by byte.
        if 200 < at < signed_end - 200 and at % 23:
            continue
        changed = bytearray(head)
        changed[at] ^= 1
        region = _region(at, signed_end)
        codes.setdefault(region, set()).add(opened_code(bytes(changed), {}, 7))
    assert codes["magic"] == {"SKS-P001"}
    assert codes["length"] == {"SKS-P002"}
    assert codes["inline length"] <= {"SKS-P002"}
    assert codes["inline"] == {"SKS-P032"}
    assert codes["envelope"] <= {
        *("SKS-K001", "SKS-K002", "SKS-K006", "SKS-K007", "SKS-K008", "SKS-P002")
    }


def _region(at: int, signed_end: int) -> str:
    for end, name in (
        (17, "magic"),
        (21, "length"),
        (signed_end, "envelope"),
        (signed_end + 4, "inline length"),
    ):
        if at < end:
            return name
    return "inline"


def test_every_shortened_head_is_refused(small: Parcel) -> None:
    head = small.sealed.head
    for length in (*range(60), *range(60, len(head), 101), len(head) - 1):
        assert opened_code(head[:length], {}, 7) in {"SKS-P001", "SKS-P002"}


@pytest.mark.parametrize("more", [b"\0", b"x" * 100, bytes(5_000_000)])
def test_appended_bytes_are_refused(small: Parcel, more: bytes) -> None:
    assert opened_code(small.sealed.head + more, {}, 7) == "SKS-P002"


def test_an_envelope_in_another_form_is_refused(small: Parcel) -> None:
    head = small.sealed.head
    length = int.from_bytes(head[17:21])
    spaced = head[21 : 21 + length].replace(b'","', b'" ,"', 1)
    other = head[:17] + len(spaced).to_bytes(4) + spaced + head[21 + length :]
    with pytest.raises(InvalidInput, match="SKS-P002"):
        opening.read_head(other)


@pytest.mark.parametrize("inline", [b"", b"x", bytes(300), bytes(256 * 1024)])
def test_an_inline_payload_of_another_size_is_refused(small: Parcel, inline: bytes) -> None:
    found = opening.read_head(small.sealed.head)
    head = parcels.signed_anew(found.envelope.payload, inline, parcels.signer())
    with pytest.raises(InvalidInput, match="SKS-P011"):
        parcels.verify(head)


# --- every field of the manifest, without the sender's keys and with them ---

FIELDS = [
    ("terms.id", parcels.OTHER_ID, "SKS-P004"),
    ("terms.suite", "S0", "SKS-K002"),
    ("terms.kind", "notice", "SKS-P022"),
    ("terms.sender", "internet", "SKS-P005"),
    ("terms.receiver", "internet", "SKS-P006"),
    ("terms.receiver_key.id", "other", "SKS-P022"),
    ("terms.receiver_key.kind", "daily", "SKS-P022"),
    ("terms.created", "2026-04-01T08:59:59Z", "SKS-P022"),
    ("terms.expires", "2027-04-01T09:00:00Z", "SKS-P022"),
    ("terms.context", {"n": "w"}, "SKS-P022"),
    ("terms.approvals", ["a" * 64], "SKS-P022"),
    ("wrapped_key", documents.b64(bytes(1713)), "SKS-P022"),
    ("payload.bytes", 400_000, "SKS-P003"),
    ("payload.segments", 2, "SKS-P003"),
    ("payload.blocks", 1, "SKS-P003"),
    ("payload.block_bytes", 1, "SKS-P003"),
    ("payload.inline_bytes", 1, "SKS-P003"),
    ("payload.floe_header", documents.b64(PARAMS.prefix + bytes(64)), "SKS-P031"),
    ("payload.root", "0" * 64, "SKS-P012"),
]


@pytest.mark.parametrize(("path", "value", "code"), FIELDS)
def test_a_changed_manifest_is_refused(small: Parcel, path: str, value: Any, code: str) -> None:
    manifest = _with_field(small, path, value)
    unsigned = parcels.with_envelope(small.sealed.head, payload=manifest)
    assert opened_code(unsigned, {}, 7) == "SKS-K008"
    inline = opening.read_head(small.sealed.head).inline
    resigned = parcels.signed_anew(manifest, inline, parcels.signer())
    assert opened_code(resigned, {}, 7) == code


def test_every_field_of_the_manifest_was_tried(small: Parcel) -> None:
    found = documents.read(small.manifest.encode(), "manifest").raw("payload")
    tried = {path for path, _, _ in FIELDS}
    assert {f"payload.{name}" for name in found} <= tried


def _with_field(parcel: Parcel, path: str, value: Any) -> bytes:
    found = json.loads(parcel.manifest.encode())
    *parents, name = path.split(".")
    at = found
    for parent in parents:
        at = at[parent]
    at[name] = value
    return documents.write(found)


def test_a_manifest_replayed_under_another_id_is_refused(small: Parcel) -> None:
    with pytest.raises(Refused, match="SKS-P004"):
        parcels.verify(small.sealed.head, parcel_id=parcels.OTHER_ID)


def test_the_payload_of_another_parcel_does_not_open(small: Parcel) -> None:
    other = parcels.seal(files=[b"content"], context={"n": "v"}, approvals=())
    inline = opening.read_head(other.sealed.head).inline
    head = parcels.with_envelope(small.sealed.head)
    swapped = head[: len(head) - len(inline)] + inline
    assert opened_code(swapped, {}, 7) == "SKS-P032"


# --- the blocks ---


@pytest.mark.parametrize(
    ("block", "at"),
    [
        ("b00000", 0),  # length field
        ("b00000", 4),  # iv
        ("b00000", 16),  # ciphertext
        ("b00000", MIB - 1),  # tag
        ("b00000", 9 * MIB + 5000),
        ("b00000", BLOCK_BYTES - 1),
        ("b00001", 0),
        ("b00001", 2 * MIB + 3),  # own length of the last segment
        ("b00001", 2 * MIB + 4),
        ("b00001", -17),
        ("b00001", -1),
    ],
)
def test_a_changed_block_is_refused(large: Parcel, block: str, at: int) -> None:
    found = dict(large.blocks)
    changed = bytearray(found[block])
    changed[at] ^= 0x80
    found[block] = bytes(changed)
    assert opened_code(large.sealed.head, found, len(FILE)) == "SKS-P032"
    assert root_code(large, found) == "SKS-P012"


@pytest.mark.parametrize("block", ["b00000", "b00001"])
@pytest.mark.parametrize("change", [-MIB, -1, 1, MIB])
def test_a_block_of_the_wrong_size_is_refused(large: Parcel, block: str, change: int) -> None:
    found = dict(large.blocks)
    size = len(found[block]) + change
    found[block] = (found[block] + bytes(MIB))[:size]
    assert opened_code(large.sealed.head, found, len(FILE)) == "SKS-P011"
    assert root_code(large, found) == "SKS-P011"


def test_swapped_segments_are_refused(large: Parcel) -> None:
    found = dict(large.blocks)
    one = found["b00000"]
    found["b00000"] = one[MIB : 2 * MIB] + one[:MIB] + one[2 * MIB :]
    assert opened_code(large.sealed.head, found, len(FILE)) == "SKS-P032"
    assert root_code(large, found) == "SKS-P012"


def test_swapped_blocks_are_refused() -> None:
    whole = parcels.seal(b"", [bytes(32 * PARAMS.plain_bytes - 4)])
    found = {"b00000": whole.blocks["b00001"], "b00001": whole.blocks["b00000"]}
    assert opened_code(whole.sealed.head, found, 1) == "SKS-P032"
    assert root_code(whole, found) == "SKS-P012"


def test_a_missing_last_segment_is_refused(large: Parcel) -> None:
    found = dict(large.blocks)
    found["b00001"] = found["b00001"][: 2 * MIB]
    assert opened_code(large.sealed.head, found, len(FILE)) == "SKS-P011"


def test_a_missing_block_is_the_stores_error(large: Parcel) -> None:
    with pytest.raises(KeyError):
        parcels.open_parcel(large.sealed.head, {"b00000": large.blocks["b00000"]}, [len(FILE)])


@pytest.mark.parametrize("missing", ["b00000", "b00001"])
def test_no_thread_is_left_while_the_error_is_looked_at(large: Parcel, missing: str) -> None:
    before = threading.active_count()
    found = {name: data for name, data in large.blocks.items() if name != missing}
    with pytest.raises(KeyError) as caught:
        parcels.open_parcel(large.sealed.head, found, [len(FILE)])
    assert caught.tb
    with pytest.raises(KeyError) as caught:
        blocks.check_root(large.manifest, lambda name, size: found[name])
    assert caught.tb
    assert threading.active_count() == before


def test_a_writer_that_fails_stops_everything(large: Parcel) -> None:
    before = threading.active_count()

    def write(piece: memoryview) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full") as caught, _open(large) as parcel:
        parcel.copy(len(FILE), write)
    assert caught.tb
    assert threading.active_count() == before


def test_pieces_can_be_drawn_instead_of_pushed(large: Parcel) -> None:
    with _open(large) as parcel:
        assert b"".join(map(bytes, parcel.pieces(len(FILE) - 5))) == FILE[:-5]
        assert b"".join(map(bytes, parcel.pieces(5))) == FILE[-5:]
        parcel.finish()


def test_blocks_are_asked_for_in_order_once_with_their_exact_size(large: Parcel) -> None:
    asked: list[tuple[str, int]] = []

    def get(name: str, size: int) -> bytes:
        asked.append((name, size))
        return large.blocks[name]

    key = opening.content_key(_verified(large), parcels.receiver_pair()[0])
    with opening.Opening(_verified(large), key, get) as parcel:
        assert asked == []
        parcel.copy(len(FILE), lambda piece: None)
        parcel.finish()
    assert asked == [(name, len(data)) for name, data in large.blocks.items()]


def test_segments_the_sender_did_not_sign_fail_at_the_end(small: Parcel) -> None:
    """Only sender and receiver know the content key; even they cannot exchange the content."""
    other = parcels.seal(files=[b"CONTENT"], context={"n": "v"}, approvals=(), secret=small.secret)
    manifest = replace(other.manifest, root=small.manifest.root)
    inline = opening.read_head(other.sealed.head).inline
    head = parcels.signed_anew(manifest.encode(), inline, parcels.signer())
    assert opened_code(head, {}, 7) == "SKS-P012"


def _verified(parcel: Parcel) -> VerifiedHead:
    return parcels.verify(parcel.sealed.head, parcel.suite)


# --- the key ---


def test_another_receivers_key_does_not_open(small: Parcel) -> None:
    with pytest.raises(Refused, match="SKS-P022"):
        opening.content_key(_verified(small), parcels.receiver_pair("S1", "other")[0])


def test_another_content_key_is_refused_before_anything_is_fetched(large: Parcel) -> None:
    with pytest.raises(Refused, match="SKS-P031"):
        opening.Opening(_verified(large), bytes(32), lambda name, size: b"")


# --- reading ---


def test_reading_beyond_the_payload_is_refused_before_anything_is_written(small: Parcel) -> None:
    with _open(small) as parcel:
        with pytest.raises(InvalidInput, match="SKS-P013"):
            parcel.copy(8, lambda piece: pytest.fail("nothing may be written"))
        parcel.copy(7, lambda piece: None)
        with pytest.raises(InvalidInput, match="SKS-P013"):
            parcel.copy(1, lambda piece: None)
        parcel.finish()


@pytest.mark.parametrize("taken", [0, 6])
def test_bytes_left_over_are_refused(small: Parcel, taken: int) -> None:
    with _open(small) as parcel:
        parcel.copy(taken, lambda piece: None)
        with pytest.raises(InvalidInput, match="SKS-P014") as caught:
            parcel.finish()
    assert caught.value.params["left"] == 7 - taken


@pytest.mark.parametrize(("length", "code"), [(2**32 - 1, "SKS-P016"), (12, "SKS-P013")])
def test_a_letter_longer_than_it_may_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, length: int, code: str
) -> None:
    def lying(*_: Any) -> Iterator[bytes]:
        yield length.to_bytes(4)
        yield b"0123456789"

    monkeypatch.setattr(sealing, "_payload", lying)
    sealed = parcels.seal(b"0123456789")
    assert opened_code(sealed.sealed.head, {}, 0) == code


def test_the_letter_is_the_same_however_often_it_is_asked_for(small: Parcel) -> None:
    with _open(small) as parcel:
        assert parcel.letter() == parcel.letter() == parcels.LETTER
        assert parcel.left_bytes == 7


def test_after_a_failure_nothing_more_is_read(large: Parcel) -> None:
    found = dict(large.blocks)
    found["b00000"] = bytes(BLOCK_BYTES)
    with _open(large, found) as parcel:
        with pytest.raises(Refused, match="SKS-P032"):
            parcel.letter()
        with pytest.raises(ValueError, match="failed before"):
            parcel.letter()


def test_a_closed_parcel_is_not_read(small: Parcel) -> None:
    with _open(small) as parcel:
        parcel.close()
        with pytest.raises(ValueError, match="closed"):
            parcel.letter()


def _open(parcel: Parcel, found: dict[str, bytes] | None = None) -> opening.Opening:
    where = parcel.blocks if found is None else found
    verified = _verified(parcel)
    key = opening.content_key(verified, parcels.receiver_pair()[0])
    return opening.Opening(verified, key, lambda name, size: where[name])


# --- without any key ---


def test_anyone_can_check_the_ciphertext_against_the_manifest(large: Parcel, small: Parcel) -> None:
    for parcel in (large, small):
        head = opening.read_head(parcel.sealed.head)
        manifest = read_manifest(head.envelope.payload)
        opening.check_root(manifest, lambda name, size, p=parcel: p.blocks[name], head.inline)


def test_a_changed_inline_payload_does_not_match_the_manifest(small: Parcel) -> None:
    inline = opening.read_head(small.sealed.head).inline
    with pytest.raises(Refused, match="SKS-P012"):
        opening.check_root(small.manifest, _no_block, inline[:-1] + bytes([inline[-1] ^ 1]))
    with pytest.raises(InvalidInput, match="SKS-P011"):
        opening.check_root(small.manifest, _no_block, inline + b"x")


def _no_block(name: str, size: int) -> bytes:
    raise AssertionError("a small parcel has no blocks")
