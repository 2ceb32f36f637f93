"""Commands to an ATA drive behind a SCSI translation layer: ATA PASS-THROUGH (16).

The registers that the drive leaves behind are asked for (CK_COND), because the layer's own status
is not the drive's. Source: SAT-3, section 12.2; commands from ACS-3, HPA and DCO from ACS-2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from sekisho.erase.drives.channel import SECONDS, ScsiChannel
from sekisho.erase.drives.sense import Registers, sense
from sekisho.kernel.errors import Unavailable

PASS_THROUGH_16 = 0x85
SECTOR = 512
_NON_DATA, _PIO_IN, _PIO_OUT = 3, 4, 5
_CHECK_CONDITION = 0x02
_LBA_MODE = 0x40


class Code(IntEnum):
    """Commands by their code."""

    READ_NATIVE_MAX_EXT = 0x27
    AMAX = 0x78
    CONFIGURATION = 0xB1
    SANITIZE = 0xB4
    IDENTIFY = 0xEC
    SECURITY_SET_PASSWORD = 0xF1
    SECURITY_UNLOCK = 0xF2
    SECURITY_ERASE_PREPARE = 0xF3
    SECURITY_ERASE_UNIT = 0xF4
    SECURITY_DISABLE_PASSWORD = 0xF6


@dataclass(frozen=True)
class Command:
    """One command by its registers."""

    code: Code
    feature: int = 0
    count: int = 0
    lba: int = 0
    extended: bool = False
    """With 48-bit registers."""


@dataclass(frozen=True)
class Outcome:
    """Registers afterwards, and data."""

    registers: Registers
    data: bytes = b""


def block(command: Command, *, reads: bool = False, writes: bool = False) -> bytes:
    """The command block."""
    protocol = _PIO_IN if reads else _PIO_OUT if writes else _NON_DATA
    transfer = 0x2E if reads else 0x26 if writes else 0x20  # CK_COND, direction, blocks, by count
    low, high = command.lba & 0xFFFFFF, command.lba >> 24
    return bytes(
        [
            PASS_THROUGH_16,
            protocol << 1 | command.extended,
            transfer,
            command.feature >> 8,
            command.feature & 0xFF,
            command.count >> 8,
            command.count & 0xFF,
            high & 0xFF,
            low & 0xFF,
            high >> 8 & 0xFF,
            low >> 8 & 0xFF,
            high >> 16 & 0xFF,
            low >> 16 & 0xFF,
            _LBA_MODE,
            command.code,
            0,
        ]
    )


def send(
    channel: ScsiChannel,
    command: Command,
    *,
    reads: int = 0,
    writes: bytes = b"",
    seconds: int = SECONDS,
) -> Outcome:
    """The drive's own answer. Raises Unavailable SKS-R002 when the drive or the way to it refuses,
    also where no registers came back: what was not answered did not happen."""
    made = block(command, reads=bool(reads), writes=bool(writes))
    answer = channel.command(made, reads=reads, writes=writes, seconds=seconds)
    told = sense(answer.sense)
    registers = told.registers
    if registers is None and reads and answer.status == 0 and answer.data:
        return Outcome(Registers(0x50, 0, 0, 0), answer.data)
    if answer.host or registers is None or registers.failed:
        reason = f"sense {told.text}, host {answer.host}"
        if registers is not None:
            reason += f", status {registers.status:02X}, error {registers.error:02X}"
        raise Unavailable("SKS-R002", command=command.code.name, reason=reason)
    return Outcome(registers, answer.data)


def identify(channel: ScsiChannel) -> bytes:
    """IDENTIFY DEVICE, fresh from the drive. Raises Unavailable SKS-R002."""
    return send(channel, Command(Code.IDENTIFY, count=1), reads=SECTOR).data


def native_sectors(channel: ScsiChannel) -> int:
    """READ NATIVE MAX ADDRESS EXT. Raises Unavailable SKS-R002."""
    return send(channel, Command(Code.READ_NATIVE_MAX_EXT, extended=True)).registers.lba + 1


def accessible_sectors(channel: ScsiChannel) -> int:
    """GET NATIVE MAX ADDRESS EXT of the Accessible Max Address set. Raises Unavailable SKS-R002."""
    return send(channel, Command(Code.AMAX, extended=True)).registers.lba + 1


def configuration(channel: ScsiChannel) -> bytes:
    """DEVICE CONFIGURATION IDENTIFY. Raises Unavailable SKS-R002."""
    return send(channel, Command(Code.CONFIGURATION, feature=0xC2, count=1), reads=SECTOR).data
