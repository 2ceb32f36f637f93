"""A ZIP with a password: ZipCrypto (PKWARE APPNOTE 6.1) and AES (WinZip AE-1, AE-2).

Members are decrypted and handed on as if they had lain open. The password is used here and kept
nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import deflate
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sekisho.disarm import limits
from sekisho.disarm.formats.archives.entry import Content, Entry, decoded_name
from sekisho.disarm.formats.archives.zipcrypto import HEADER_BYTES, decrypt_zipcrypto
from sekisho.disarm.work import Stopped, Work
from sekisho.kernel.limits import MIB

ZIPCRYPTO_BYTES_MAX = 48 * MIB
"""Its cipher runs byte by byte in Python: about 2 MB a second."""

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_ENCRYPTED, _STRONG, _SIZES_FOLLOW, _UTF8 = 0x0001, 0x2040, 0x0008, 0x0800
_STORED, _DEFLATED, _AES = 0, 8, 99
_AES_EXTRA = 0x9901
_AES_ROUNDS = 1_000
_MAC_BYTES = 10
_LINK, _TYPE = 0o120000, 0o170000


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the directory, with the packed bytes that it points to."""

    name: str
    flags: int
    method: int
    time: int
    crc: int
    extra: bytes
    bytes: int
    packed: memoryview
    is_link: bool


def locked_zip_entries(content: memoryview, work: Work) -> list[Entry]:
    """Every member, those with a password decrypted when they are read.

    Raises Stopped SKS-D520 (no password given), SKS-D521 (a wrong one), SKS-D522 (another kind
    of protection), SKS-D501 (damaged).
    """
    if not work.password:
        raise Stopped("SKS-D520")
    rows = _rows(content, work)
    links = sum(row.is_link for row in rows)
    if links:
        work.removed("archive-link", count=links)
    return [
        Entry(row.name, row.name.endswith("/"), _reader(row, work))
        for row in rows
        if not row.is_link
    ]


def _reader(row: _Row, work: Work) -> Callable[[], Content]:
    return lambda: _read(row, work)


def _rows(content: memoryview, work: Work) -> list[_Row]:
    at = bytes(content[-65_557:]).rfind(b"PK\x05\x06") + max(len(content) - 65_557, 0)
    if len(content) - at < _END.size or bytes(content[at : at + 4]) != b"PK\x05\x06":
        raise Stopped("SKS-D501")
    _, disk, _, _, count, size, start, _ = _END.unpack_from(content, at)
    if disk or count == 0xFFFF or start + size != at:
        raise Stopped("SKS-D522")
    work.budget.member(count)
    rows: list[_Row] = []
    spans: list[tuple[int, int]] = []
    position = start
    for _ in range(count):
        if position + _CENTRAL.size > at:
            raise Stopped("SKS-D501")
        fields = _CENTRAL.unpack_from(content, position)
        end = position + _CENTRAL.size + fields[10] + fields[11] + fields[12]
        if fields[0] != b"PK\x01\x02" or end > at:
            raise Stopped("SKS-D501")
        row, span = _row(content, fields, position + _CENTRAL.size, start)
        rows.append(row)
        spans.append(span)
        position = end
    spans.sort()
    if any(one[1] > other[0] for one, other in pairwise(spans)):
        raise Stopped("SKS-D103")
    return rows


def _row(
    content: memoryview, fields: tuple[int, ...], name_at: int, directory: int
) -> tuple[_Row, tuple[int, int]]:
    """A member by its row; the header in front of it must have the same name, flags and method."""
    flags, method, offset = fields[3], fields[4], fields[16]
    name = bytes(content[name_at : name_at + fields[10]])
    extra = bytes(content[name_at + fields[10] : name_at + fields[10] + fields[11]])
    if offset + _LOCAL.size > directory:
        raise Stopped("SKS-D501")
    local = _LOCAL.unpack_from(content, offset)
    local_name_at = offset + _LOCAL.size
    data_at = local_name_at + local[9] + local[10]
    stop = data_at + fields[8]
    same_name = bytes(content[local_name_at : local_name_at + local[9]]) == name
    if local[0] != b"PK\x03\x04" or stop > directory:
        raise Stopped("SKS-D501")
    if not same_name or local[2:4] != (flags, method) or flags & _STRONG:
        raise Stopped("SKS-D522")
    row = _Row(
        name.decode("utf-8", "replace") if flags & _UTF8 else decoded_name(name),
        flags,
        method,
        fields[5],
        fields[7],
        extra,
        fields[9],
        content[data_at:stop],
        fields[1] >> 8 in (3, 19) and fields[15] >> 16 & _TYPE == _LINK,
    )
    return row, (offset, stop)


def _read(row: _Row, work: Work) -> Content:
    if row.bytes > limits.MEMBER_BYTES_MAX:
        raise Stopped("SKS-D505", bytes=row.bytes, allowed=limits.MEMBER_BYTES_MAX)
    work.budget.expand(row.bytes)
    method, packed, has_crc = row.method, bytes(row.packed), True
    if row.flags & _ENCRYPTED:
        passwords = _forms(work.password or "")
        if row.method == _AES:
            method, has_crc, packed = _open_aes(row, packed, passwords)
        else:
            packed = _open_zipcrypto(row, packed, passwords)
    data = _unpacked(method, packed, row.bytes)
    if data is None or (has_crc and deflate.crc32(data) != row.crc):
        # ZipCrypto checks one byte of a password: one in 256 wrong ones comes as far as this.
        raise Stopped("SKS-D521" if row.flags & _ENCRYPTED and method != _AES else "SKS-D501")
    return data


def _forms(password: str) -> list[bytes]:
    """The password in the encodings in which programs of Japanese Windows take it."""
    forms = [password.encode("utf-8")]
    try:
        other = password.encode("cp932")
    except UnicodeEncodeError:
        return forms
    return forms if other in forms else [*forms, other]


def _unpacked(method: int, packed: bytes, size: int) -> Content | None:
    if method == _STORED:
        return packed if len(packed) == size else None
    if method != _DEFLATED:
        raise Stopped("SKS-D522")
    if size == 0:
        return b""
    try:
        data: bytearray = deflate.deflate_decompress(packed, size)
    except deflate.DeflateError:
        return None
    return data if len(data) == size else None


def _open_zipcrypto(row: _Row, packed: bytes, passwords: list[bytes]) -> bytes:
    if len(packed) > ZIPCRYPTO_BYTES_MAX:
        raise Stopped("SKS-D505", bytes=len(packed), allowed=ZIPCRYPTO_BYTES_MAX)
    check = row.time >> 8 if row.flags & _SIZES_FOLLOW else row.crc >> 24
    for password in passwords:
        header = decrypt_zipcrypto(packed[:HEADER_BYTES], password)
        if len(header) == HEADER_BYTES and header[-1] == check:
            return decrypt_zipcrypto(packed, password)[HEADER_BYTES:]
    raise Stopped("SKS-D521")


def _open_aes(row: _Row, packed: bytes, passwords: list[bytes]) -> tuple[int, bool, bytes]:
    """(method, whether the CRC counts, packed bytes), checked by their code."""
    version, strength, method = _aes_facts(row.extra)
    salt_bytes, key_bytes = 4 + 4 * strength, 8 + 8 * strength
    salt, proof = packed[:salt_bytes], packed[salt_bytes : salt_bytes + 2]
    body, mac = packed[salt_bytes + 2 : -_MAC_BYTES], packed[-_MAC_BYTES:]
    if len(packed) < salt_bytes + 2 + _MAC_BYTES:
        raise Stopped("SKS-D501")
    for password in passwords:
        # The format prescribes PBKDF2 and HMAC with SHA-1; nothing of ours is protected by it.
        keys = hashlib.pbkdf2_hmac("sha1", password, salt, _AES_ROUNDS, 2 * key_bytes + 2)
        if not hmac.compare_digest(keys[-2:], proof):
            continue
        found = hmac.new(keys[key_bytes:-2], body, "sha1").digest()[:_MAC_BYTES]
        if not hmac.compare_digest(found, mac):
            raise Stopped("SKS-D501")
        return method, version == 1, _counter_mode(keys[:key_bytes], body)
    raise Stopped("SKS-D521")


def _aes_facts(extra: bytes) -> tuple[int, int, int]:
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == _AES_EXTRA and length == 7 and len(extra) >= 11:
            version, vendor, strength, method = struct.unpack_from("<H2sBH", extra, 4)
            if version in (1, 2) and vendor == b"AE" and strength in (1, 2, 3):
                return version, strength, method
        extra = extra[4 + length :]
    raise Stopped("SKS-D522")


def _counter_mode(key: bytes, body: bytes) -> bytes:
    """AES in counter mode with a counter that is little-endian and begins at 1, unlike others."""
    step = MIB
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - makes the key stream
    out = bytearray()
    for at in range(0, len(body), step):
        piece = body[at : at + step]
        first = at // 16 + 1
        blocks = range(first, first + -(-len(piece) // 16))
        stream = cipher.update(b"".join(n.to_bytes(16, "little") for n in blocks))[: len(piece)]
        mixed = int.from_bytes(piece, "little") ^ int.from_bytes(stream, "little")
        out += mixed.to_bytes(len(piece), "little")
    return bytes(out)
