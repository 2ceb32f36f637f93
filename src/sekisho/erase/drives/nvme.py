"""What an NVMe drive says of itself: Identify, and the log of its last sanitize.

Source: NVM Express Base Specification 1.4, Identify Controller, Identify Namespace and Sanitize
Status (Log Identifier 81h), by byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sekisho.erase.drives.bits import demand_length, has, printable
from sekisho.erase.media import Ability

IDENTIFY_BYTES = 4096
SANITIZE_LOG_BYTES = 512
_BLOCK_BITS_MIN, _BLOCK_BITS_MAX = 9, 16
_PROGRESS_WHOLE = 65_536


@dataclass(frozen=True)
class Controller:
    """Identify Controller. Capacities in bytes; 0 where the drive does not say."""

    model: str
    serial: str
    firmware: str
    total_bytes: int
    unallocated_bytes: int
    namespaces_max: int
    abilities: frozenset[Ability]
    security: bool
    """Security Send and Receive: the way to Opal."""
    manages_namespaces: bool
    formats_all: bool
    """A secure format reaches every namespace, whichever is named."""


def controller(untrusted: bytes) -> Controller:
    """Raises InvalidInput SKS-R001."""
    demand_length(untrusted, IDENTIFY_BYTES, "Identify Controller")
    commands = _number(untrusted, 256, 2)
    fna = untrusted[524]
    return Controller(
        model=printable(untrusted[24:64]),
        serial=printable(untrusted[4:24]),
        firmware=printable(untrusted[64:72]),
        total_bytes=_number(untrusted, 280, 16),
        unallocated_bytes=_number(untrusted, 296, 16),
        namespaces_max=_number(untrusted, 516, 4),
        abilities=_abilities(has(commands, 1), has(fna, 2), _number(untrusted, 328, 4)),
        security=has(commands, 0),
        manages_namespaces=has(commands, 3),
        formats_all=has(fna, 1),
    )


def _abilities(formats: bool, format_crypto: bool, sanitizes: int) -> frozenset[Ability]:
    found = {Ability.NVME_FORMAT} if formats else set()
    if formats and format_crypto:
        found.add(Ability.NVME_FORMAT_CRYPTO)
    bits = {
        0: Ability.NVME_SANITIZE_CRYPTO,
        1: Ability.NVME_SANITIZE_BLOCK,
        2: Ability.NVME_SANITIZE_OVERWRITE,
    }
    return frozenset(found | {ability for bit, ability in bits.items() if has(sanitizes, bit)})


@dataclass(frozen=True)
class Namespace:
    """Identify Namespace. `format` is the number of the LBA format in use."""

    blocks: int
    block_bytes: int
    metadata_bytes: int
    format: int


def namespace(untrusted: bytes) -> Namespace:
    """Raises InvalidInput SKS-R001."""
    demand_length(untrusted, IDENTIFY_BYTES, "Identify Namespace")
    used = untrusted[26] & 0xF
    found = _number(untrusted, 128 + 4 * used, 4)
    bits = found >> 16 & 0xFF
    return Namespace(
        blocks=_number(untrusted, 0, 8),
        block_bytes=1 << bits if _BLOCK_BITS_MIN <= bits <= _BLOCK_BITS_MAX else 512,
        metadata_bytes=found & 0xFFFF,
        format=used,
    )


def namespace_ids(untrusted: bytes) -> tuple[int, ...]:
    """The list of active namespaces, which ends with 0. Raises InvalidInput SKS-R001."""
    demand_length(untrusted, IDENTIFY_BYTES, "Active Namespace ID list")
    found = []
    for at in range(0, IDENTIFY_BYTES, 4):
        number = _number(untrusted, at, 4)
        if not number:
            break
        found.append(number)
    return tuple(found)


class Sanitized(Enum):
    """Bits 2:0 of the sanitize status."""

    NEVER = 0
    DONE = 1
    GOING_ON = 2
    FAILED = 3
    DONE_DEALLOCATED = 4
    """Completed, and deallocated although that was not asked for."""


@dataclass(frozen=True)
class SanitizeStatus:
    """Log 81h. `progress` counts to 65,536; `state` None where the drive says something else."""

    progress: int
    state: Sanitized | None
    all_erased: bool
    """Global Data Erased: nothing was written since the last sanitize that succeeded."""

    @property
    def share(self) -> float:
        """How far it is, 0 to 1."""
        return min(1.0, self.progress / _PROGRESS_WHOLE)


def sanitize_status(untrusted: bytes) -> SanitizeStatus:
    """Raises InvalidInput SKS-R001."""
    demand_length(untrusted, 4, "Sanitize Status")
    status = _number(untrusted, 2, 2)
    known = {one.value: one for one in Sanitized}
    return SanitizeStatus(_number(untrusted, 0, 2), known.get(status & 0b111), has(status, 8))


def _number(data: bytes, at: int, count: int) -> int:
    return int.from_bytes(data[at : at + count], "little")
