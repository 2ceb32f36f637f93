"""SCSI commands through the kernel: ioctl SG_IO. Linux only; needs the right to raw I/O (root).

Source: Linux include/scsi/sg.h, struct sg_io_hdr (interface 'S').
"""

from __future__ import annotations

import ctypes
import fcntl
import os
from pathlib import Path

from sekisho.erase.drives.channel import SECONDS, ScsiAnswer

_SG_IO = 0x2285
_NOTHING, _TO_DEVICE, _FROM_DEVICE = -1, -2, -3
_SENSE_BYTES = 64


class _Header(ctypes.Structure):
    _fields_ = (
        ("interface_id", ctypes.c_int),
        ("dxfer_direction", ctypes.c_int),
        ("cmd_len", ctypes.c_ubyte),
        ("mx_sb_len", ctypes.c_ubyte),
        ("iovec_count", ctypes.c_ushort),
        ("dxfer_len", ctypes.c_uint),
        ("dxferp", ctypes.c_void_p),
        ("cmdp", ctypes.c_void_p),
        ("sbp", ctypes.c_void_p),
        ("timeout", ctypes.c_uint),
        ("flags", ctypes.c_uint),
        ("pack_id", ctypes.c_int),
        ("usr_ptr", ctypes.c_void_p),
        ("status", ctypes.c_ubyte),
        ("masked_status", ctypes.c_ubyte),
        ("msg_status", ctypes.c_ubyte),
        ("sb_len_wr", ctypes.c_ubyte),
        ("host_status", ctypes.c_ushort),
        ("driver_status", ctypes.c_ushort),
        ("resid", ctypes.c_int),
        ("duration", ctypes.c_uint),
        ("info", ctypes.c_uint),
    )


class SgChannel:
    """A block device of the SCSI layer (`sda`, also SATA and USB). Raises OSError."""

    def __init__(self, path: Path, *, for_erasing: bool = False) -> None:
        """Without `for_erasing` the device is opened for reading and shared with whoever uses it;
        with it, exclusively: the kernel refuses when anything on it is in use."""
        mode = os.O_RDWR | os.O_EXCL if for_erasing else os.O_RDONLY | os.O_NONBLOCK
        self._descriptor = os.open(path, mode | os.O_CLOEXEC)

    def command(
        self, block: bytes, *, reads: int = 0, writes: bytes = b"", seconds: int = SECONDS
    ) -> ScsiAnswer:
        """One command by SG_IO. Raises OSError."""
        command = ctypes.create_string_buffer(block, len(block))
        sense = ctypes.create_string_buffer(_SENSE_BYTES)
        data = ctypes.create_string_buffer(writes or bytes(reads), len(writes) or reads or 1)
        header = _Header(
            interface_id=ord("S"),
            dxfer_direction=_TO_DEVICE if writes else _FROM_DEVICE if reads else _NOTHING,
            cmd_len=len(block),
            mx_sb_len=_SENSE_BYTES,
            dxfer_len=len(writes) or reads,
            dxferp=ctypes.addressof(data) if writes or reads else None,
            cmdp=ctypes.addressof(command),
            sbp=ctypes.addressof(sense),
            timeout=1000 * seconds,
        )
        fcntl.ioctl(self._descriptor, _SG_IO, header)
        got = max(0, reads - max(0, header.resid)) if reads else 0
        return ScsiAnswer(
            header.status, sense.raw[: header.sb_len_wr], data.raw[:got], header.host_status
        )

    def close(self) -> None:
        """Let go of the device."""
        os.close(self._descriptor)
