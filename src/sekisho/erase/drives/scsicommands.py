"""Commands to a SCSI drive that only ask. Source: SPC-4 and SBC-3."""

from __future__ import annotations

from sekisho.erase.drives.channel import ScsiChannel
from sekisho.erase.drives.sense import sense
from sekisho.kernel.errors import Unavailable

INQUIRY, READ_CAPACITY_16, REPORT_CODES, SECURITY_IN = 0x12, 0x9E, 0xA3, 0xA2
SANITIZE, FORMAT_UNIT, REQUEST_SENSE = 0x48, 0x04, 0x03
SANITIZE_OVERWRITE, SANITIZE_BLOCK, SANITIZE_CRYPTO = 0x01, 0x02, 0x03
_PAGE_BYTES, _ATA_PAGE_BYTES = 255, 572


def ask(channel: ScsiChannel, name: str, block: bytes, reads: int) -> bytes:
    """The data of a command that reads. Raises Unavailable SKS-R002."""
    answer = channel.command(block, reads=reads)
    if answer.status or answer.host or not answer.data:
        reason = f"sense {sense(answer.sense).text}, host {answer.host}"
        raise Unavailable("SKS-R002", command=name, reason=reason)
    return answer.data


def inquiry(channel: ScsiChannel) -> bytes:
    """Standard INQUIRY. Raises Unavailable SKS-R002."""
    return ask(channel, "INQUIRY", bytes([INQUIRY, 0, 0, 0, 96, 0]), 96)


def page(channel: ScsiChannel, code: int) -> bytes:
    """One VPD page. Raises Unavailable SKS-R002."""
    length = _ATA_PAGE_BYTES if code == 0x89 else _PAGE_BYTES
    block = bytes([INQUIRY, 1, code, length >> 8, length & 0xFF, 0])
    return ask(channel, f"VPD {code:02X}h", block, length)


def capacity(channel: ScsiChannel) -> bytes:
    """READ CAPACITY (16). Raises Unavailable SKS-R002."""
    block = bytes([READ_CAPACITY_16, 0x10, *bytes(8), 0, 0, 0, 32, 0, 0])
    return ask(channel, "READ CAPACITY (16)", block, 32)


def supported(channel: ScsiChannel, opcode: int, action: int | None = None) -> bytes:
    """REPORT SUPPORTED OPERATION CODES for one command. Raises Unavailable SKS-R002."""
    option = 0b001 if action is None else 0b010
    block = bytes([REPORT_CODES, 0x0C, option, opcode, 0, action or 0, 0, 0, 0, 64, 0, 0])
    return ask(channel, "REPORT SUPPORTED OPERATION CODES", block, 64)


def discovery(channel: ScsiChannel, protocol: int, com_id: int, length: int) -> bytes:
    """SECURITY PROTOCOL IN: Level 0 Discovery. Raises Unavailable SKS-R002."""
    specific, allocation = com_id.to_bytes(2), length.to_bytes(4)
    block = bytes([SECURITY_IN, protocol, *specific, 0, 0, *allocation, 0, 0])
    return ask(channel, "SECURITY PROTOCOL IN", block, length)
