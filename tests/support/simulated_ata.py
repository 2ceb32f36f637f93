"""An ATA drive that exists in memory, behind a SCSI translation layer: it takes command blocks.

It answers as ACS-3 and SAT-3 say; `mode` is how it behaves when it is told to erase.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field

from tests.support import drive_pages as pages

from sekisho.erase.drives.channel import ScsiAnswer

SECTOR = 512
CHECK_CONDITION = 2
ABORTED, INVALID = 0x51, 0x04
SANITIZE_KEYS = {0x11: 0x43727970, 0x12: 0x426B4572}


@dataclass
class AtaDisk:
    """`mode`: ok, frozen, locked, lying (success, nothing erased), dies (half way), stuck."""

    sectors: int = 64
    mode: str = "ok"
    native: int = 0
    configured: int = 0
    abilities: int = 0xF000
    security: int = 0x21
    rotation: int = 1
    content: bytearray = field(default_factory=bytearray)
    seen: list[int] = field(default_factory=list)
    password: bytes = b""
    prepared: bool = False
    status: int = 0
    is_gone: bool = False
    polls: int = 0

    def __post_init__(self) -> None:
        self.native = self.native or self.sectors
        self.configured = self.configured or self.native
        self.content = self.content or bytearray(os.urandom(self.configured * SECTOR))

    def command(
        self, block: bytes, *, reads: int = 0, writes: bytes = b"", seconds: int = 20
    ) -> ScsiAnswer:
        """One command block."""
        if self.is_gone:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        if block[0] == 0x12:
            return self._inquiry(block)
        if block[0] != 0x85:
            return self._illegal()
        feature, count = block[3] << 8 | block[4], block[5] << 8 | block[6]
        lba = int.from_bytes(bytes([block[i] for i in (8, 10, 12, 7, 9, 11)]), "little")
        self.seen.append(block[14])
        handler = getattr(self, f"_command_{block[14]:02x}", None)
        return handler(feature, count, lba, writes) if handler else self._abort()

    def close(self) -> None:
        """Nothing to let go of."""

    def _inquiry(self, block: bytes) -> ScsiAnswer:
        return ScsiAnswer(0, data=pages.inquiry()) if not block[1] else self._illegal()

    def _illegal(self) -> ScsiAnswer:
        return ScsiAnswer(CHECK_CONDITION, pages.fixed_sense(5, 0x20, 0))

    def _abort(self) -> ScsiAnswer:
        return ScsiAnswer(CHECK_CONDITION, pages.ata_return(status=ABORTED, error=INVALID))

    def _good(self, data: bytes = b"", *, count: int = 0, lba: int = 0) -> ScsiAnswer:
        return ScsiAnswer(CHECK_CONDITION, pages.ata_return(count=count, lba=lba), data)

    @property
    def _security_word(self) -> int:
        extra = {"frozen": 0x08, "locked": 0x06}.get(self.mode, 0x02 if self.password else 0)
        return self.security | extra if self.security else 0

    def _command_ec(self, feature: int, count: int, lba: int, data: bytes) -> ScsiAnswer:
        hidden = {"hpa": True, "dco": True}
        return self._good(
            pages.identify(
                sectors=self.sectors,
                security=self._security_word,
                sanitize=self.abilities,
                hidden=hidden,
                rotation=self.rotation,
            )
        )

    def _command_27(self, feature: int, count: int, lba: int, data: bytes) -> ScsiAnswer:
        return self._good(lba=self.native - 1)

    def _command_b1(self, feature: int, count: int, lba: int, data: bytes) -> ScsiAnswer:
        return (
            self._good(pages.configuration(self.configured)) if feature == 0xC2 else self._abort()
        )

    def _command_f1(self, feature: int, count: int, lba: int, data: bytes) -> ScsiAnswer:
        if self._security_word & 0x0C or not self.security:
            return self._abort()
        self.password = data[2:34]
        return self._good()

    def _command_f3(self, feature: int, count: int, lba: int, data: bytes) -> ScsiAnswer:
        if self._security_word & 0x08:
            return self._abort()
        self.prepared = True
        return self._good()

    def _command_f4(self, feature: int, count: int, lba: int, data: bytes) -> ScsiAnswer:
        is_ready = self.prepared and self.password and data[2:34] == self.password
        if not is_ready or (data[0] & 2 and not self.security & 0x20):
            return self._abort()
        self.prepared = False
        if self._erase(b"\x00" if not data[0] & 2 else b"\xff"):
            self.password = b""
        return self._good()

    def _command_f6(self, feature: int, count: int, lba: int, data: bytes) -> ScsiAnswer:
        if data[2:34] != self.password:
            return self._abort()
        self.password = b""
        return self._good()

    def _command_b4(self, feature: int, count: int, lba: int, data: bytes) -> ScsiAnswer:
        if feature == 0:
            return self._sanitize_status()
        bit = {0x11: 13, 0x12: 15, 0x14: 14}.get(feature)
        has = bit is not None and self.abilities & 1 << 12 and self.abilities & 1 << bit
        is_key = lba == SANITIZE_KEYS.get(feature) or (feature == 0x14 and lba >> 32 == 0x4F57)
        if not has or not is_key or self.mode == "frozen":
            return self._abort()
        fill = os.urandom(1) if feature == 0x11 else b"\x00"
        self.status = 0x8000 if self._erase(fill) else 0x0000
        self.polls = 2
        return self._good(count=0x4000)

    def _sanitize_status(self) -> ScsiAnswer:
        if self.polls:
            self.polls -= 1
            return self._good(count=0x4000, lba=0x8000)
        frozen = 0x2000 if self.mode == "frozen" else 0
        return self._good(count=self.status | frozen)

    def _erase(self, fill: bytes) -> bool:
        """Whether it ended well, as far as the drive says."""
        if self.mode == "lying":
            return True
        if self.mode == "dies":
            half = len(self.content) // 2
            self.content[:half] = fill * half
            self.is_gone = True
            return False
        if self.mode == "fails":
            return False
        self.content[:] = fill * len(self.content)
        return True
