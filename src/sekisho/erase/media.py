"""What is known of a medium: frozen values that every later step carries on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sekisho.kernel.speech import Pair


class Kind(StrEnum):
    """What a medium is made of, as far as the rules tell media apart."""

    HDD = "hdd"
    SSD = "ssd"
    USB = "usb"
    """Flash behind a USB or card reader: a USB memory, a memory card."""
    OPTICAL = "optical"
    UNKNOWN = "unknown"


KIND_WORDS: dict[Kind, Pair] = {
    Kind.HDD: ("HDD", "hard disk"),
    Kind.SSD: ("SSD", "SSD"),
    Kind.USB: ("USBメモリ", "USB memory"),
    Kind.OPTICAL: ("光学媒体", "optical disc"),
    Kind.UNKNOWN: ("不明な媒体", "unknown medium"),
}


class Ability(StrEnum):
    """One way to erase that a drive itself says it has."""

    ATA_ERASE = "ata-security-erase"
    ATA_ERASE_ENHANCED = "ata-security-erase-enhanced"
    ATA_SANITIZE_BLOCK = "ata-sanitize-block"
    ATA_SANITIZE_CRYPTO = "ata-sanitize-crypto"
    ATA_SANITIZE_OVERWRITE = "ata-sanitize-overwrite"
    SCSI_SANITIZE_BLOCK = "scsi-sanitize-block"
    SCSI_SANITIZE_CRYPTO = "scsi-sanitize-crypto"
    SCSI_SANITIZE_OVERWRITE = "scsi-sanitize-overwrite"
    SCSI_FORMAT = "scsi-format"
    NVME_FORMAT = "nvme-format"
    NVME_FORMAT_CRYPTO = "nvme-format-crypto"
    NVME_SANITIZE_BLOCK = "nvme-sanitize-block"
    NVME_SANITIZE_CRYPTO = "nvme-sanitize-crypto"
    NVME_SANITIZE_OVERWRITE = "nvme-sanitize-overwrite"


class Lock(StrEnum):
    """A state of a drive's own security that decides whether it will erase."""

    ENABLED = "enabled"
    """A password is set."""
    LOCKED = "locked"
    FROZEN = "frozen"
    """No security command is taken until the drive loses power."""
    EXPIRED = "expired"
    """Too many wrong passwords."""


@dataclass(frozen=True)
class Extent:
    """Sizes in bytes. `native` is what the drive has behind HPA, DCO or AMA; None where unasked."""

    visible: int
    native: int | None = None
    unallocated: int | None = None
    """NVMe: capacity that belongs to no namespace."""
    namespaces: int | None = None

    @property
    def hidden(self) -> int | None:
        """Bytes that no overwriting reaches through this device, or None where it is not known."""
        known = [size for size in (self.native, self.unallocated) if size is not None]
        if not known:
            return None
        behind = max(0, self.native - self.visible) if self.native is not None else 0
        return behind + (self.unallocated or 0)


@dataclass(frozen=True)
class Answers:
    """What a drive said of itself when it was asked in its own commands."""

    model: str = ""
    serial: str = ""
    firmware: str = ""
    native_bytes: int | None = None
    unallocated_bytes: int | None = None
    namespaces: int | None = None
    rotates: bool | None = None
    abilities: frozenset[Ability] = frozenset()
    locks: frozenset[Lock] = frozenset()
    opal: str = ""
    """`on`, `off`, `locked`, or empty where the drive has none of it."""
    unanswered: tuple[str, ...] = ()
    """Questions that got no answer, and why."""


@dataclass(frozen=True)
class Medium:
    """One medium that is attached now."""

    name: str
    """As the kernel calls it: `sda`."""
    path: str
    bus: str
    kind: Kind
    model: str
    serial: str
    firmware: str
    extent: Extent
    block_bytes: int
    read_only: bool = False
    removable: bool = False
    discards: bool = False
    zeroes: bool = False
    abilities: frozenset[Ability] = frozenset()
    locks: frozenset[Lock] = frozenset()
    encryption: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    """Why it is in use: mount points, swap, what is built on it."""
    is_system: bool = False
    unanswered: tuple[str, ...] = field(default=())

    @property
    def token(self) -> str:
        """What a person types to name exactly this medium: its serial number, or, where it has
        none, name and size (`loop3:67108864`)."""
        return self.serial or f"{self.name}:{self.extent.visible}"
