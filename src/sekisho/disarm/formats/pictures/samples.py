"""Rows of samples smaller than a byte: what stands behind them, and the largest of them."""

from __future__ import annotations


def clear_behind(rows: bytes, row_bytes: int, bits_used: int) -> bytes:
    """The rows, each of `row_bytes`, with zeros behind the bits that pixels use."""
    full, rest = divmod(bits_used, 8)
    if rest == 0 and full == row_bytes:
        return rows
    plain = bytearray(rows)
    if rest:
        mask = 0xFF << (8 - rest) & 0xFF
        table = bytes(one & mask for one in range(256))
        plain[full::row_bytes] = plain[full::row_bytes].translate(table)
        full += 1
    for column in range(full, row_bytes):
        plain[column::row_bytes] = bytes(len(rows) // row_bytes)
    return bytes(plain)


def largest(rows: bytes, depth: int) -> int:
    """The largest sample in bytes that hold one or more samples of `depth` bits."""
    most = (1 << depth) - 1
    return max((one >> shift) & most for one in set(rows) for shift in range(0, 8, depth))
