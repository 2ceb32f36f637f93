"""What a SCSI drive says of itself: INQUIRY and its vital product data, READ CAPACITY (16).

Source: SCSI Primary Commands (SPC-4) for INQUIRY, VPD 80h and REPORT SUPPORTED OPERATION CODES;
SCSI Block Commands (SBC-3) for VPD B1h, B2h and READ CAPACITY (16); SAT-3 for VPD 89h.
"""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.erase.drives.bits import demand_length, has, printable

TYPE_DISK, TYPE_OPTICAL = 0x00, 0x05
_ATA_INFORMATION_OFFSET = 60
_SUPPORTED_BY_STANDARD, _SUPPORTED_BY_VENDOR = 0b011, 0b101


@dataclass(frozen=True)
class Inquiry:
    """Standard INQUIRY data."""

    device_type: int
    removable: bool
    vendor: str
    product: str
    revision: str

    @property
    def is_ata(self) -> bool:
        """Whether a translation layer (SAT) answers for an ATA drive."""
        return self.vendor == "ATA"


def inquiry(untrusted: bytes) -> Inquiry:
    """Raises InvalidInput SKS-R001."""
    demand_length(untrusted, 36, "INQUIRY")
    return Inquiry(
        device_type=untrusted[0] & 0x1F,
        removable=has(untrusted[1], 7),
        vendor=printable(untrusted[8:16]),
        product=printable(untrusted[16:32]),
        revision=printable(untrusted[32:36]),
    )


def page(untrusted: bytes, code: int) -> bytes:
    """The body of one VPD page; empty where the drive answered with another page.

    Raises InvalidInput SKS-R001.
    """
    demand_length(untrusted, 4, f"VPD {code:02X}h")
    length = int.from_bytes(untrusted[2:4])
    return untrusted[4 : 4 + length] if untrusted[1] == code else b""


def serial(untrusted: bytes) -> str:
    """Unit serial number (VPD 80h). Raises InvalidInput SKS-R001."""
    return printable(page(untrusted, 0x80))


def rotates(untrusted: bytes) -> bool | None:
    """Block device characteristics (VPD B1h): None where it is not said.

    Raises InvalidInput SKS-R001.
    """
    body = page(untrusted, 0xB1)
    rate = int.from_bytes(body[0:2]) if len(body) >= 2 else 0
    return {0: None, 1: False}.get(rate, True if 0x0401 <= rate <= 0xFFFE else None)


def identify_data(untrusted: bytes) -> bytes:
    """The IDENTIFY DEVICE data in VPD 89h; empty where there is none. Raises InvalidInput SKS-R001.

    The translation layer may have kept it: states that change are read by a command of their own.
    """
    body = page(untrusted, 0x89)
    at = _ATA_INFORMATION_OFFSET - 4
    return body[at : at + 512] if len(body) >= at + 512 else b""


@dataclass(frozen=True)
class Capacity:
    """READ CAPACITY (16)."""

    blocks: int
    block_bytes: int

    @property
    def total(self) -> int:
        """Bytes."""
        return self.blocks * self.block_bytes


def capacity(untrusted: bytes) -> Capacity:
    """Raises InvalidInput SKS-R001."""
    demand_length(untrusted, 12, "READ CAPACITY (16)")
    return Capacity(int.from_bytes(untrusted[0:8]) + 1, int.from_bytes(untrusted[8:12]))


def is_supported(untrusted: bytes) -> bool:
    """REPORT SUPPORTED OPERATION CODES, one command: whether the drive has it.

    Raises InvalidInput SKS-R001.
    """
    demand_length(untrusted, 4, "REPORT SUPPORTED OPERATION CODES")
    return untrusted[1] & 0b111 in (_SUPPORTED_BY_STANDARD, _SUPPORTED_BY_VENDOR)
