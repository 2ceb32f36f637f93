"""Encryption that lies on a medium, told by its first bytes.

Sources: LUKS1 On-Disk Format Specification 1.2.3 and LUKS2 On-Disk Format Specification 1.1.3
(magic and version); BitLocker by the boot sector's OEM name and, for BitLocker To Go, its GUID, as
the libbde project documents them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

LUKS_MAGIC = b"LUKS\xba\xbe"
HEAD_BYTES = 4096
_BITLOCKER, _TO_GO_OEM = b"-FVE-FS-", b"MSWIN4.1"
_TO_GO = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")
"""4967d63b-2e29-4ad8-8399-f6a339e3d001, as Windows writes a GUID."""
_TO_GO_OFFSET = 424


class Reader(Protocol):
    """Bytes at a place; fewer at the end."""

    def __call__(self, offset: int, count: int) -> bytes: ...


def encryption(untrusted: bytes) -> str:
    """`LUKS1`, `LUKS2`, `BitLocker` or empty, by the first bytes of a disk or a partition."""
    if untrusted.startswith(LUKS_MAGIC) and len(untrusted) >= 8:
        version = int.from_bytes(untrusted[6:8])
        return f"LUKS{version}" if version in (1, 2) else ""
    oem = untrusted[3:11]
    is_to_go = untrusted[_TO_GO_OFFSET : _TO_GO_OFFSET + 16] == _TO_GO and oem == _TO_GO_OEM
    return "BitLocker" if oem == _BITLOCKER or is_to_go else ""


def encryptions(read: Reader, starts: Iterable[int]) -> tuple[str, ...]:
    """Each kind found at the start of the disk or of a partition (offsets in bytes), once."""
    found = (encryption(read(start, HEAD_BYTES)) for start in (0, *starts))
    return tuple(dict.fromkeys(one for one in found if one))
