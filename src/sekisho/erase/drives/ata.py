"""What an ATA drive says of itself: IDENTIFY DEVICE and DEVICE CONFIGURATION IDENTIFY.

Source: ATA/ATAPI Command Set (ACS-3), IDENTIFY DEVICE data, by word; DCO and HPA from ACS-2, the
last edition that has them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.erase.drives.bits import demand_length, has, printable, word, words
from sekisho.erase.media import Ability, Lock
from sekisho.kernel.errors import InvalidInput

IDENTIFY_BYTES = 512
_SIGNATURE = 0xA5
_NOT_ROTATING = 1
_SLOWEST_RPM, _FASTEST_RPM = 0x0401, 0xFFFE


@dataclass(frozen=True)
class Identify:
    """The fields that erasing needs. Sizes in sectors of `sector_bytes`."""

    model: str
    serial: str
    firmware: str
    sectors: int
    sector_bytes: int
    physical_bytes: int
    rotates: bool | None
    abilities: frozenset[Ability]
    locks: frozenset[Lock]
    hpa: bool
    dco: bool
    ama: bool
    trusted: bool
    erase_minutes: int
    erase_enhanced_minutes: int


def identify(untrusted: bytes) -> Identify:
    """The structure read. Raises InvalidInput SKS-R001 (short) or SKS-R003 (checksum)."""
    data = _whole(untrusted, "IDENTIFY DEVICE")
    sector, physical = _sector_bytes(data)
    return Identify(
        model=printable(_swapped(data, 27, 20)),
        serial=printable(_swapped(data, 10, 10)),
        firmware=printable(_swapped(data, 23, 4)),
        sectors=_sectors(data),
        sector_bytes=sector,
        physical_bytes=physical,
        rotates=_rotates(word(data, 217)),
        abilities=_abilities(data),
        locks=_locks(word(data, 128)),
        hpa=has(word(data, 82), 10),
        dco=_is_valid(word(data, 83)) and has(word(data, 83), 11),
        ama=_is_valid(word(data, 119)) and has(word(data, 119), 8),
        trusted=_is_valid(word(data, 48)) and has(word(data, 48), 0),
        erase_minutes=_minutes(word(data, 89)),
        erase_enhanced_minutes=_minutes(word(data, 90)),
    )


def configured_sectors(untrusted: bytes) -> int:
    """DEVICE CONFIGURATION IDENTIFY: how many sectors the drive was made with.

    Raises InvalidInput SKS-R001 or SKS-R003.
    """
    return words(_whole(untrusted, "DEVICE CONFIGURATION IDENTIFY"), 3, 4) + 1


def _whole(untrusted: bytes, what: str) -> bytes:
    """Word 255: where its low byte is A5h, all bytes add up to 0 (mod 256)."""
    demand_length(untrusted, IDENTIFY_BYTES, what)
    data = untrusted[:IDENTIFY_BYTES]
    if data[510] == _SIGNATURE and sum(data) % 256:
        raise InvalidInput("SKS-R003", what=what)
    return data


def _swapped(data: bytes, first: int, count: int) -> bytes:
    """Text whose two characters stand exchanged in each word."""
    part = bytearray(data[2 * first : 2 * (first + count)])
    part[0::2], part[1::2] = part[1::2], part[0::2]
    return bytes(part)


def _is_valid(value: int) -> bool:
    """Bits 15:14 of some words are 01 where the word means something."""
    return value >> 14 == 0b01


def _sectors(data: bytes) -> int:
    has_48_bits = _is_valid(word(data, 83)) and has(word(data, 83), 10)
    return words(data, 100, 4) if has_48_bits else words(data, 60, 2)


def _sector_bytes(data: bytes) -> tuple[int, int]:
    """Bytes of a logical and of a physical sector (words 106, 117 and 118)."""
    found = word(data, 106)
    if not _is_valid(found):
        return 512, 512
    logical = 2 * words(data, 117, 2) if has(found, 12) else 512
    logical = logical if logical >= 512 and logical & (logical - 1) == 0 else 512
    return logical, logical << (found & 0xF) if has(found, 13) else logical


def _rotates(rate: int) -> bool | None:
    if rate == _NOT_ROTATING:
        return False
    return True if _SLOWEST_RPM <= rate <= _FASTEST_RPM else None


def _abilities(data: bytes) -> frozenset[Ability]:
    security, sanitize = word(data, 128), word(data, 59)
    found = set()
    if has(security, 0):
        found.add(Ability.ATA_ERASE)
        if has(security, 5):
            found.add(Ability.ATA_ERASE_ENHANCED)
    if has(sanitize, 12):
        bits = {
            13: Ability.ATA_SANITIZE_CRYPTO,
            14: Ability.ATA_SANITIZE_OVERWRITE,
            15: Ability.ATA_SANITIZE_BLOCK,
        }
        found |= {ability for bit, ability in bits.items() if has(sanitize, bit)}
    return frozenset(found)


def _locks(security: int) -> frozenset[Lock]:
    bits = {1: Lock.ENABLED, 2: Lock.LOCKED, 3: Lock.FROZEN, 4: Lock.EXPIRED}
    return frozenset(lock for bit, lock in bits.items() if has(security, bit))


def _minutes(value: int) -> int:
    """Words 89 and 90: steps of two minutes, in 15 bits where bit 15 says so, else in 8."""
    return 2 * (value & 0x7FFF if has(value, 15) else value & 0xFF)
