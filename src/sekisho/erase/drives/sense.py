"""Sense data: why a SCSI command failed, how far a long one is, what an ATA drive answered.

Source: SPC-4, section 4.5 (fixed 70h/71h and descriptor 72h/73h formats); SAT-3, ATA Status Return
descriptor (09h).
"""

from __future__ import annotations

from dataclasses import dataclass

_FIXED, _DESCRIPTOR = (0x70, 0x71), (0x72, 0x73)
_PROGRESS, _ATA_RETURN = 0x02, 0x09
NOT_READY, ILLEGAL_REQUEST = 0x02, 0x05


@dataclass(frozen=True)
class Registers:
    """The registers of an ATA drive after a command."""

    status: int
    error: int
    count: int
    lba: int

    @property
    def failed(self) -> bool:
        """ERR or DF in the status register."""
        return bool(self.status & 0b10_0001)


@dataclass(frozen=True)
class Sense:
    """Key, additional code and qualifier; progress of 65,536 where it is told."""

    key: int = 0
    code: int = 0
    qualifier: int = 0
    progress: int | None = None
    registers: Registers | None = None

    @property
    def text(self) -> str:
        """`2/04/1B`, for a record and an error."""
        return f"{self.key:X}/{self.code:02X}/{self.qualifier:02X}"


def sense(untrusted: bytes) -> Sense:
    """The sense data read as far as they go; nothing in them is an error."""
    if not untrusted:
        return Sense()
    form = untrusted[0] & 0x7F
    if form in _DESCRIPTOR and len(untrusted) >= 8:
        key, code, qualifier = untrusted[1] & 0xF, untrusted[2], untrusted[3]
        progress, registers = _descriptors(untrusted[8 : 8 + untrusted[7]])
        return Sense(key, code, qualifier, progress, registers)
    if form in _FIXED and len(untrusted) >= 14:
        key, code, qualifier = untrusted[2] & 0xF, untrusted[12], untrusted[13]
        is_told = len(untrusted) >= 18 and untrusted[15] & 0x80
        return Sense(key, code, qualifier, int.from_bytes(untrusted[16:18]) if is_told else None)
    return Sense()


def _descriptors(data: bytes) -> tuple[int | None, Registers | None]:
    progress, registers, at = None, None, 0
    while at + 2 <= len(data):
        kind, length = data[at], data[at + 1]
        body = data[at : at + 2 + length]
        if kind == _PROGRESS and len(body) >= 7 and body[4] & 0x80:
            progress = int.from_bytes(body[5:7])
        if kind == _ATA_RETURN and len(body) >= 14:
            registers = _registers(body)
        at += 2 + length
    return progress, registers


def _registers(body: bytes) -> Registers:
    low = body[7] | body[9] << 8 | body[11] << 16
    high = body[6] | body[8] << 8 | body[10] << 16
    return Registers(
        status=body[13], error=body[3], count=body[4] << 8 | body[5], lba=high << 24 | low
    )
