"""FLOE: one long message as segments that can be sealed and opened in parallel and at random.

Source: c2sp.org/FLOE, parameter set GCM256 with HKDF-Expand-SHA-384; all integers big-endian.
The header commits to the key and to the associated data, every segment to its place in the
message and the last one to the end of it.

One rule is left to the caller: never seal two different plaintexts at one position under one key
and one message iv.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.utils import Buffer

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.limits import MIB

KEY_BYTES = 32
IV_BYTES = 32
SEGMENT_IV_BYTES = 12
TAG_BYTES = 16
LENGTH_BYTES = 4
OVERHEAD_BYTES = LENGTH_BYTES + SEGMENT_IV_BYTES + TAG_BYTES
PREFIX_BYTES = 10
HEADER_TAG_BYTES = 32
HEADER_BYTES = PREFIX_BYTES + IV_BYTES + HEADER_TAG_BYTES
MESSAGE_KEY_BYTES = 48
SEGMENTS_MAX = 2**40
SEGMENT_BYTES_MAX = 2**31 - 1
"""The limit of AES-GCM in `cryptography`; FLOE itself would allow a little under 2^32."""

_INNER = b"\xff\xff\xff\xff"


@dataclass(frozen=True)
class Params:
    """Bytes of a whole sealed segment, and how many low bits of its number leave its key alone.

    Raises InvalidInput SKS-P030 when the segment length is impossible.
    """

    segment_bytes: int = MIB
    rotation_bits: int = 20

    def __post_init__(self) -> None:
        if not OVERHEAD_BYTES < self.segment_bytes <= SEGMENT_BYTES_MAX:
            raise InvalidInput("SKS-P030", reason=f"segment length {self.segment_bytes}")
        if not 0 <= self.rotation_bits <= 40:
            raise InvalidInput("SKS-P030", reason=f"rotation {self.rotation_bits}")

    @property
    def plain_bytes(self) -> int:
        """Plaintext bytes in every segment but the last, which has at most as many."""
        return self.segment_bytes - OVERHEAD_BYTES

    @property
    def prefix(self) -> bytes:
        """The ten bytes at the beginning of the header."""
        return b"\x00\x00" + self.segment_bytes.to_bytes(4) + IV_BYTES.to_bytes(4)

    def segments(self, plaintext_bytes: int) -> int:
        """How many segments we make for so many bytes: no empty last one, except for nothing."""
        return max(1, -(-plaintext_bytes // self.plain_bytes))

    def sealed_bytes(self, plaintext_bytes: int) -> int:
        """The bytes of all segments together, without the header."""
        return plaintext_bytes + self.segments(plaintext_bytes) * OVERHEAD_BYTES


def read_params(untrusted_header: bytes, rotation_bits: int = 20) -> Params:
    """The parameters that a header states. Raises InvalidInput SKS-P030."""
    if len(untrusted_header) != HEADER_BYTES:
        raise InvalidInput("SKS-P030", reason=f"header of {len(untrusted_header)} bytes")
    params = Params(int.from_bytes(untrusted_header[2:6]), rotation_bits)
    if not untrusted_header.startswith(params.prefix):
        raise InvalidInput("SKS-P030", reason="parameters")
    return params


class _Message:
    """The keys of one message; safe to use from several threads."""

    def __init__(self, params: Params, key: bytes, aad: bytes, iv: bytes) -> None:
        if len(key) != KEY_BYTES or len(iv) != IV_BYTES:
            raise ValueError("a FLOE key and iv have 32 bytes each")
        self.params = params
        self._context = (params.prefix + iv, aad)
        self._message_key = self._derive(key, b"MESSAGE_KEY:", MESSAGE_KEY_BYTES)
        tag = self._derive(key, b"HEADER_TAG:", HEADER_TAG_BYTES)
        self.header = params.prefix + iv + tag
        self._latest = _GroupKey(-1, bytes(KEY_BYTES))

    def _derive(self, key: bytes, purpose: bytes, length: int) -> bytes:
        before, aad = self._context
        return HKDFExpand(hashes.SHA384(), length, before + purpose + aad).derive(key)

    def _key_of(self, index: int) -> _GroupKey:
        """The key of the segment's group; the latest is kept, so going in order is cheap."""
        if not 0 <= index < SEGMENTS_MAX:
            raise InvalidInput("SKS-P030", reason=f"segment number {index}")
        group = index >> self.params.rotation_bits << self.params.rotation_bits
        latest = self._latest
        if latest.group != group:
            purpose = b"DEK:" + group.to_bytes(8)
            latest = _GroupKey(group, self._derive(self._message_key, purpose, KEY_BYTES))
            self._latest = latest
        return latest


class _GroupKey:
    """The key of all segments whose numbers differ only in the rotation's low bits."""

    def __init__(self, group: int, raw: bytes) -> None:
        self.group = group
        self.raw = raw
        self.aead = AESGCM(raw)


class SealingKey(_Message):
    """Seals the segments of one message; `header` belongs in front of them.

    `iv` are 32 bytes never used before with this key, `aad` what opening must be given again.
    """

    def __init__(self, key: bytes, iv: bytes, aad: bytes, params: Params) -> None:
        super().__init__(params, key, aad, iv)

    def seal_segment_into(
        self, index: int, plaintext: Buffer, out: memoryview, *, last: bool, iv: bytes | None = None
    ) -> int:
        """Seal segment `index` to the beginning of `out`; returns how many bytes it has.

        Without `iv` (12 bytes) a random one is taken. Raises InvalidInput SKS-P030 when a
        segment before the last is not full or any is too full.
        """
        return self.seal_pieces_into(index, (plaintext,), out, last=last, iv=iv)

    def seal_pieces_into(
        self,
        index: int,
        pieces: Sequence[Buffer],
        out: memoryview,
        *,
        last: bool,
        iv: bytes | None = None,
    ) -> int:
        """As `seal_segment_into`, for a plaintext that lies in several places."""
        size = sum(map(len, pieces))
        if size > self.params.plain_bytes or (size < self.params.plain_bytes and not last):
            raise InvalidInput("SKS-P030", reason=f"segment of {size} plaintext bytes")
        total = size + OVERHEAD_BYTES
        iv = os.urandom(SEGMENT_IV_BYTES) if iv is None else iv
        key = self._key_of(index)
        out[:LENGTH_BYTES] = total.to_bytes(4) if last else _INNER
        out[LENGTH_BYTES : LENGTH_BYTES + SEGMENT_IV_BYTES] = iv
        body = out[LENGTH_BYTES + SEGMENT_IV_BYTES : total]
        if len(pieces) == 1:
            key.aead.encrypt_into(iv, pieces[0], _place(index, last), body)
        else:
            _encrypt_pieces(key.raw, iv, pieces, _place(index, last), body)
        return total


def _encrypt_pieces(
    key: bytes, iv: bytes, pieces: Sequence[Buffer], aad: bytes, out: memoryview
) -> None:
    """AES-256-GCM of pieces that follow one another; the tag comes last."""
    encryptor = Cipher(algorithms.AES(key), modes.GCM(iv)).encryptor()
    encryptor.authenticate_additional_data(aad)
    end = 0
    for piece in pieces:
        end += encryptor.update_into(piece, out[end:])
    encryptor.finalize()
    out[end:] = encryptor.tag


class OpeningKey(_Message):
    """Opens the segments of one message, in any order.

    Raises Refused SKS-P031 when key, header and `aad` do not belong together, InvalidInput
    SKS-P030 when the header is not one or states other parameters than `params`.
    """

    def __init__(self, key: bytes, untrusted_header: bytes, aad: bytes, params: Params) -> None:
        if read_params(untrusted_header, params.rotation_bits) != params:
            raise InvalidInput("SKS-P030", reason="segment length")
        super().__init__(params, key, aad, untrusted_header[PREFIX_BYTES:][:IV_BYTES])
        if not hmac.compare_digest(self.header, untrusted_header):
            raise Refused("SKS-P031")

    def open_segment_into(
        self, index: int, untrusted_segment: Buffer, out: memoryview, *, last: bool
    ) -> int:
        """Open a whole segment to the beginning of `out`; returns the plaintext bytes.

        Raises InvalidInput SKS-P030 (its length is impossible) or Refused SKS-P032 (changed,
        of another place, or not the end where the end should be); `out` is then worthless.
        """
        iv, body = self._taken_apart(index, untrusted_segment, last)
        plain = out[: len(body) - TAG_BYTES]
        try:
            return self._key_of(index).aead.decrypt_into(iv, body, _place(index, last), plain)
        except InvalidTag:
            raise Refused("SKS-P032", segment=index) from None

    def open_segment(self, index: int, untrusted_segment: Buffer, *, last: bool) -> bytes:
        """As `open_segment_into`, in new memory: `bytes` can be sealed again without a copy."""
        iv, body = self._taken_apart(index, untrusted_segment, last)
        try:
            return self._key_of(index).aead.decrypt(iv, body, _place(index, last))
        except InvalidTag:
            raise Refused("SKS-P032", segment=index) from None

    def _taken_apart(
        self, index: int, untrusted_segment: Buffer, last: bool
    ) -> tuple[bytes, memoryview]:
        """(iv, ciphertext with its tag) of a segment whose length is right."""
        segment = memoryview(untrusted_segment)
        total = len(segment)
        inner_length_wrong = not last and total != self.params.segment_bytes
        if inner_length_wrong or not OVERHEAD_BYTES <= total <= self.params.segment_bytes:
            raise InvalidInput("SKS-P030", reason=f"segment of {total} bytes")
        if segment[:LENGTH_BYTES] != (total.to_bytes(4) if last else _INNER):
            raise Refused("SKS-P032", segment=index)
        begin = LENGTH_BYTES + SEGMENT_IV_BYTES
        return bytes(segment[LENGTH_BYTES:begin]), segment[begin:]


def _place(index: int, last: bool) -> bytes:
    return index.to_bytes(8) + (b"\x01" if last else b"\x00")


def seal_message(key: bytes, iv: bytes, aad: bytes, plaintext: Buffer, params: Params) -> bytes:
    """A whole small message at once: header and segments, with random segment ivs."""
    sealing = SealingKey(key, iv, aad, params)
    source = memoryview(plaintext)
    out = bytearray(HEADER_BYTES + params.sealed_bytes(len(source)))
    out[:HEADER_BYTES] = sealing.header
    rest = memoryview(out)[HEADER_BYTES:]
    count = params.segments(len(source))
    for index in range(count):
        part = source[index * params.plain_bytes :][: params.plain_bytes]
        rest = rest[sealing.seal_segment_into(index, part, rest, last=index == count - 1) :]
    return bytes(out)


def open_message(
    key: bytes, aad: bytes, untrusted_message: Buffer, rotation_bits: int = 20
) -> bytes:
    """The plaintext of a whole message of any segment length, all of it verified.

    Raises as `OpeningKey` and `open_segment_into` do.
    """
    message = memoryview(untrusted_message)
    header = bytes(message[:HEADER_BYTES])
    opening = OpeningKey(key, header, aad, read_params(header, rotation_bits))
    body, size = message[HEADER_BYTES:], opening.params.segment_bytes
    count = max(1, -(-len(body) // size))
    out = bytearray(len(body))
    end = 0
    for index in range(count):
        segment = body[index * size :][:size]
        end += opening.open_segment_into(
            index, segment, memoryview(out)[end:], last=index == count - 1
        )
    return bytes(memoryview(out)[:end])
