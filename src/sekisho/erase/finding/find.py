"""Every attached medium: what the system and the drive say, joined."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sekisho.erase.drives.nvmeioctl import IoctlNvmeChannel
from sekisho.erase.drives.sgio import SgChannel
from sekisho.erase.finding import signatures
from sekisho.erase.finding.asking import ask_nvme, ask_scsi
from sekisho.erase.finding.sysfs import Disk, Sys
from sekisho.erase.media import Answers, Extent, Kind, Medium
from sekisho.kernel.errors import Refused

Asker = Callable[[Disk, Path], Answers]
ASKED_BUSES = ("ata", "scsi", "usb", "nvme")


def ask(disk: Disk, path: Path) -> Answers:
    """What the drive itself says; where it cannot be asked, why."""
    if disk.bus not in ASKED_BUSES or disk.is_virtual or disk.is_optical:
        return Answers()
    try:
        if disk.bus == "nvme":
            with closing(IoctlNvmeChannel(path)) as drive:
                return ask_nvme(drive)
        with closing(SgChannel(path)) as channel:
            return ask_scsi(channel)
    except OSError as error:
        return Answers(unanswered=(f"{path}: {error.strerror}",))


def media(sys: Sys, asker: Asker = ask, *, virtual: bool = False) -> list[Medium]:
    """All media, those made of files or memory only when `virtual`. Nothing is written to any."""
    found = [disk for disk in sys.disks() if disk.bytes and (virtual or not disk.is_virtual)]
    return [medium(disk, sys, asker) for disk in found]


def medium(disk: Disk, sys: Sys, asker: Asker = ask) -> Medium:
    """One medium. Where system and drive differ, the drive's own word counts."""
    path = sys.device(disk.name)
    said = asker(disk, path)
    encryption, unread = _encryption(path, disk)
    opal = (f"Opal ({said.opal})",) if said.opal else ()
    return Medium(
        name=disk.name,
        path=str(path),
        bus=disk.bus,
        kind=_kind(disk, said),
        model=said.model or disk.model,
        serial=said.serial or disk.serial,
        firmware=said.firmware,
        extent=Extent(disk.bytes, said.native_bytes, said.unallocated_bytes, said.namespaces),
        block_bytes=disk.block_bytes,
        read_only=disk.read_only,
        removable=disk.removable,
        discards=disk.discards,
        zeroes=disk.zeroes,
        abilities=said.abilities,
        locks=said.locks,
        encryption=(*encryption, *opal),
        uses=disk.uses,
        is_system=disk.is_system,
        unanswered=(*said.unanswered, *unread),
    )


def by_token(found: list[Medium], typed: str) -> Medium:
    """The one medium whose serial number (or name and size) was typed.

    Raises Refused SKS-R010 (none has it) or SKS-R011 (several have it).
    """
    same = [one for one in found if one.token == typed.strip()]
    if not same:
        raise Refused("SKS-R010", typed=typed.strip()[:80])
    # Another namespace of one NVMe drive has the same serial number, as has a cloned USB bridge.
    if len(same) > 1:
        raise Refused("SKS-R011", typed=typed, names=", ".join(one.name for one in same))
    return same[0]


def _kind(disk: Disk, said: Answers) -> Kind:
    if said.rotates is None or disk.is_optical:
        return disk.kind
    if said.rotates:
        return Kind.HDD
    return Kind.USB if disk.bus in ("usb", "mmc") and not said.abilities else Kind.SSD


def _encryption(path: Path, disk: Disk) -> tuple[tuple[str, ...], tuple[str, ...]]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        return (), (f"{path}: {error.strerror}",)
    try:
        read = _reader(descriptor)
        return signatures.encryptions(read, disk.starts), ()
    except OSError as error:
        return (), (f"{path}: {error.strerror}",)
    finally:
        os.close(descriptor)


def _reader(descriptor: int) -> signatures.Reader:
    def read(offset: int, count: int) -> bytes:
        return os.pread(descriptor, count, offset)

    return read
