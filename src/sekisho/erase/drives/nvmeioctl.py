"""NVMe admin commands through the kernel: ioctl NVME_IOCTL_ADMIN_CMD. Linux only; needs root.

Source: Linux include/uapi/linux/nvme_ioctl.h, struct nvme_passthru_cmd.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
from collections.abc import Mapping
from pathlib import Path

from sekisho.erase.drives.channel import SECONDS, NvmeAnswer


class _Command(ctypes.Structure):
    _fields_ = (
        ("opcode", ctypes.c_uint8),
        ("flags", ctypes.c_uint8),
        ("rsvd1", ctypes.c_uint16),
        ("nsid", ctypes.c_uint32),
        ("cdw2", ctypes.c_uint32),
        ("cdw3", ctypes.c_uint32),
        ("metadata", ctypes.c_uint64),
        ("addr", ctypes.c_uint64),
        ("metadata_len", ctypes.c_uint32),
        ("data_len", ctypes.c_uint32),
        ("cdw", ctypes.c_uint32 * 6),
        ("timeout_ms", ctypes.c_uint32),
        ("result", ctypes.c_uint32),
    )


_ADMIN = 0xC0000000 | ctypes.sizeof(_Command) << 16 | ord("N") << 8 | 0x41
_NAMESPACE = ord("N") << 8 | 0x40


class IoctlNvmeChannel:
    """A namespace as a block device (`nvme0n1`). Raises OSError."""

    def __init__(self, path: Path, *, for_erasing: bool = False) -> None:
        """As `SgChannel`: exclusively with `for_erasing`."""
        mode = os.O_RDWR | os.O_EXCL if for_erasing else os.O_RDONLY
        self._descriptor = os.open(path, mode | os.O_CLOEXEC)
        self._namespace = fcntl.ioctl(self._descriptor, _NAMESPACE)

    @property
    def namespace(self) -> int:
        """The namespace that this block device is."""
        return self._namespace

    def admin(
        self,
        opcode: int,
        *,
        namespace: int = 0,
        dwords: Mapping[int, int] | None = None,
        reads: int = 0,
        seconds: int = SECONDS,
    ) -> NvmeAnswer:
        """One command. Raises OSError."""
        data = ctypes.create_string_buffer(reads or 1)
        given = dwords or {}
        command = _Command(
            opcode=opcode,
            nsid=namespace,
            addr=ctypes.addressof(data) if reads else 0,
            data_len=reads,
            cdw=(ctypes.c_uint32 * 6)(*(given.get(number, 0) for number in range(10, 16))),
            timeout_ms=1000 * seconds,
        )
        status = fcntl.ioctl(self._descriptor, _ADMIN, command)
        return NvmeAnswer(status, command.result, data.raw[:reads])

    def close(self) -> None:
        """Let go of the device."""
        os.close(self._descriptor)
