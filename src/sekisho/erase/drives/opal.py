"""TCG Level 0 Discovery: whether a drive encrypts by itself and is locked (Opal and its kin).

Source: TCG Storage Architecture Core Specification 2.01, section 3.3.6; feature 0002h (Locking).
"""

from __future__ import annotations

from sekisho.erase.drives.bits import demand_length, has

PROTOCOL, COM_ID = 0x01, 0x0001
DISCOVERY_BYTES = 512
_HEADER_BYTES, _LOCKING = 48, 0x0002


def locking(untrusted: bytes) -> str:
    """`locked`, `on` (locking is set up), `off`, or empty where the drive has no such feature.

    Raises InvalidInput SKS-R001.
    """
    demand_length(untrusted, _HEADER_BYTES, "Level 0 Discovery")
    end = min(len(untrusted), 4 + int.from_bytes(untrusted[0:4]))
    at = _HEADER_BYTES
    while at + 5 <= end:
        code, length = int.from_bytes(untrusted[at : at + 2]), untrusted[at + 3]
        if code == _LOCKING and length:
            return _said(untrusted[at + 4])
        at += 4 + length
    return ""


def _said(flags: int) -> str:
    if not has(flags, 0):
        return ""
    if has(flags, 2):
        return "locked"
    return "on" if has(flags, 1) else "off"
