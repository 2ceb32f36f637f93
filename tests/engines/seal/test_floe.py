"""FLOE against the published known answers, and against what an adversary may change."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.seal import floe

VECTORS = Path(__file__).parents[2] / "vectors" / "floe"
NAMES = sorted(path.name.removesuffix("_ct.txt") for path in VECTORS.glob("*_ct.txt"))
KEY = bytes(32)
AAD = b"This is AAD"
IV = bytes(range(32))
SMALL = floe.Params(segment_bytes=64, rotation_bits=2)


def known_answer(name: str) -> tuple[bytes, bytes, int]:
    sealed = bytes.fromhex((VECTORS / f"{name}_ct.txt").read_text())
    plaintext = bytes.fromhex((VECTORS / f"{name}_pt.txt").read_text())
    return sealed, plaintext, 2 if "rotation" in name else 20


def segments_of(message: bytes) -> list[bytes]:
    size = floe.read_params(message[: floe.HEADER_BYTES]).segment_bytes
    body = message[floe.HEADER_BYTES :]
    return [body[at : at + size] for at in range(0, len(body), size)]


def test_all_known_answers_are_here() -> None:
    assert len(NAMES) == 9


@pytest.mark.parametrize("name", NAMES)
def test_known_answer_opens(name: str) -> None:
    sealed, plaintext, rotation = known_answer(name)
    assert floe.open_message(KEY, AAD, sealed, rotation) == plaintext


@pytest.mark.parametrize("name", NAMES)
def test_known_answer_is_what_we_write_with_its_ivs(name: str) -> None:
    sealed, plaintext, rotation = known_answer(name)
    params = floe.read_params(sealed[: floe.HEADER_BYTES], rotation)
    sealing = floe.SealingKey(KEY, sealed[10:42], AAD, params)
    written = sealing.header
    segments = segments_of(sealed)
    for index, segment in enumerate(segments):
        part = plaintext[index * params.plain_bytes :][: params.plain_bytes]
        out = bytearray(params.segment_bytes)
        last = index == len(segments) - 1
        size = sealing.seal_segment_into(index, part, memoryview(out), last=last, iv=segment[4:16])
        written += out[:size]
    assert written == sealed


@pytest.mark.parametrize("name", NAMES)
def test_known_answer_opens_backwards_segment_by_segment(name: str) -> None:
    sealed, plaintext, rotation = known_answer(name)
    header = sealed[: floe.HEADER_BYTES]
    opening = floe.OpeningKey(KEY, header, AAD, floe.read_params(header, rotation))
    segments = segments_of(sealed)
    found = [b""] * len(segments)
    for index in reversed(range(len(segments))):
        out = bytearray(opening.params.segment_bytes)
        size = opening.open_segment_into(
            index, segments[index], memoryview(out), last=index == len(segments) - 1
        )
        found[index] = bytes(out[:size])
        assert found[index] == opening.open_segment(
            index, segments[index], last=index == len(segments) - 1
        )
    assert b"".join(found) == plaintext


def test_every_changed_byte_is_refused() -> None:
    sealed, _, rotation = known_answer("go_rotation")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(SekishoError) as caught:
            floe.open_message(KEY, AAD, changed, rotation)
        other_segment_length = 2 <= at < 6
        expected = "SKS-P030" if at < 10 and not other_segment_length else "SKS-P031"
        expected = expected if at < 74 else "SKS-P032"
        assert caught.value.code == expected, at


def test_changed_segments_are_refused_by_both_ways_of_opening() -> None:
    message = floe.seal_message(KEY, IV, AAD, bytes(100), SMALL)
    opening = floe.OpeningKey(KEY, message[:74], AAD, SMALL)
    segment = segments_of(message)[1]
    for at in range(len(segment)):
        changed = bytearray(segment)
        changed[at] ^= 1
        with pytest.raises(Refused, match="SKS-P032"):
            opening.open_segment(1, changed, last=False)
        with pytest.raises(Refused, match="SKS-P032"):
            opening.open_segment_into(1, changed, memoryview(bytearray(64)), last=False)


def test_every_shorter_and_longer_message_is_refused() -> None:
    sealed, _, rotation = known_answer("go_rotation")
    for length in range(len(sealed)):
        with pytest.raises(SekishoError):
            floe.open_message(KEY, AAD, sealed[:length], rotation)
    for more in (b"\0", bytes(32), sealed[74:]):
        with pytest.raises(SekishoError):
            floe.open_message(KEY, AAD, sealed + more, rotation)


def test_swapped_dropped_and_doubled_segments_are_refused() -> None:
    message = floe.seal_message(KEY, IV, AAD, bytes(200), SMALL)
    header, parts = message[:74], segments_of(message)
    for order in ([1, 0, 2, 3, 4, 5, 6], [0, 2, 3, 4, 5, 6], [0, 0, 2, 3, 4, 5, 6], [0, 1, 2]):
        with pytest.raises(Refused, match="SKS-P032"):
            floe.open_message(KEY, AAD, header + b"".join(parts[i] for i in order), 2)


@pytest.mark.parametrize(("key", "aad"), [(b"\1" * 32, AAD), (KEY, b"other"), (KEY, b"")])
def test_the_header_commits_to_key_and_aad(key: bytes, aad: bytes) -> None:
    message = floe.seal_message(KEY, IV, AAD, b"text", SMALL)
    with pytest.raises(Refused, match="SKS-P031"):
        floe.open_message(key, aad, message, 2)


@pytest.mark.parametrize("segment_bytes", [-1, 0, 31, 32, 2**31, 2**32 - 1])
def test_impossible_segment_lengths_are_refused(segment_bytes: int) -> None:
    with pytest.raises(InvalidInput, match="SKS-P030"):
        floe.Params(segment_bytes)


def test_other_parameters_than_expected_are_refused() -> None:
    message = floe.seal_message(KEY, IV, AAD, b"text", SMALL)
    with pytest.raises(InvalidInput, match="SKS-P030"):
        floe.OpeningKey(KEY, message[:74], AAD, floe.Params(128, 2))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_an_inner_segment_must_be_full(size: int) -> None:
    sealing = floe.SealingKey(KEY, IV, AAD, SMALL)
    with pytest.raises(InvalidInput, match="SKS-P030"):
        sealing.seal_segment_into(0, bytes(size), memoryview(bytearray(128)), last=False)


def test_segment_numbers_end_at_two_to_the_forty() -> None:
    sealing = floe.SealingKey(KEY, IV, AAD, SMALL)
    out = memoryview(bytearray(64))
    sealing.seal_segment_into(2**40 - 1, bytes(32), out, last=True)
    for index in (-1, 2**40):
        with pytest.raises(InvalidInput, match="SKS-P030"):
            sealing.seal_segment_into(index, bytes(32), out, last=True)


@given(
    plaintext=st.binary(max_size=300),
    segment_bytes=st.integers(33, 200),
    rotation=st.integers(0, 40),
)
def test_what_is_sealed_opens(plaintext: bytes, segment_bytes: int, rotation: int) -> None:
    params = floe.Params(segment_bytes, rotation)
    message = floe.seal_message(KEY, IV, AAD, plaintext, params)
    assert len(message) == 74 + params.sealed_bytes(len(plaintext))
    assert floe.open_message(KEY, AAD, message, rotation) == plaintext


@given(pieces=st.lists(st.binary(max_size=40), max_size=6), index=st.integers(0, 2**40 - 1))
def test_pieces_are_sealed_as_their_whole(pieces: list[bytes], index: int) -> None:
    sealing = floe.SealingKey(KEY, IV, AAD, floe.Params(512, 2))
    found = [bytearray(512), bytearray(512)]
    whole = b"".join(pieces)
    iv = bytes(12)
    size = sealing.seal_pieces_into(index, pieces, memoryview(found[0]), last=True, iv=iv)
    assert size == len(whole) + 32
    assert size == sealing.seal_segment_into(index, whole, memoryview(found[1]), last=True, iv=iv)
    assert found[0] == found[1]


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_no_bytes_from_outside_do_more_than_be_refused(untrusted: bytes) -> None:
    with pytest.raises(SekishoError):
        floe.open_message(KEY, AAD, untrusted)
