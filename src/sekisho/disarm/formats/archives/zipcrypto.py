"""The traditional cipher of ZIP (PKWARE APPNOTE 6.3.10, section 6.1). It protects nothing."""

from __future__ import annotations

HEADER_BYTES = 12
_MASK = 0xFFFFFFFF


def _table() -> list[int]:
    rows = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ 0xEDB88320 if value & 1 else value >> 1
        rows.append(value)
    return rows


_CRC = _table()


def decrypt_zipcrypto(data: bytes, password: bytes) -> bytes:
    """The bytes under the password, the 12 of the header included."""
    one, two, three = 0x12345678, 0x23456789, 0x34567890
    table = _CRC
    for byte in password:
        one = table[(one ^ byte) & 0xFF] ^ one >> 8
        two = ((two + (one & 0xFF)) * 134775813 + 1) & _MASK
        three = table[(three ^ two >> 24) & 0xFF] ^ three >> 8
    out = bytearray(len(data))
    for at, byte in enumerate(data):
        mixed = three & 0xFFFF | 2
        plain = byte ^ (mixed * (mixed ^ 1) >> 8 & 0xFF)
        out[at] = plain
        one = table[(one ^ plain) & 0xFF] ^ one >> 8
        two = ((two + (one & 0xFF)) * 134775813 + 1) & _MASK
        three = table[(three ^ two >> 24) & 0xFF] ^ three >> 8
    return bytes(out)
