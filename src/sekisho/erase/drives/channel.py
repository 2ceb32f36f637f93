"""The two ways to a drive: SCSI command blocks and NVMe admin commands. Ports, so that a drive that
does not exist can stand at the other end in tests, down to the bytes of each command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

SECONDS = 20
"""How long a command may take that only asks something."""


@dataclass(frozen=True)
class ScsiAnswer:
    """What came back: SCSI status, sense data, the data read, and what the host adapter says."""

    status: int
    sense: bytes = b""
    data: bytes = b""
    host: int = 0


@dataclass(frozen=True)
class NvmeAnswer:
    """Status field of the completion without its phase bit (0: success), dword 0, data read."""

    status: int
    result: int = 0
    data: bytes = b""


class ScsiChannel(Protocol):
    """Where command blocks go. An OSError of the system goes up as it is."""

    def command(
        self, block: bytes, *, reads: int = 0, writes: bytes = b"", seconds: int = SECONDS
    ) -> ScsiAnswer:
        """One command, answered; it reads at most `reads` bytes or sends `writes`."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...


class NvmeChannel(Protocol):
    """Where admin commands go. An OSError of the system goes up as it is."""

    @property
    def namespace(self) -> int:
        """The namespace that this block device is."""
        ...

    def admin(
        self,
        opcode: int,
        *,
        namespace: int = 0,
        dwords: Mapping[int, int] | None = None,
        reads: int = 0,
        seconds: int = SECONDS,
    ) -> NvmeAnswer:
        """One command with command dwords 10 to 15 by number; it reads at most `reads` bytes."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...
