"""What the system says of its disks: sysfs, mounts, swap. `root` can be a tree made by a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sekisho.erase.media import Kind

SECTOR = 512
"""The unit of sizes and starts in sysfs, whatever the sectors of the disk are."""
VIRTUAL = ("loop", "ram", "zram", "dm-", "md", "nbd", "zd")
SYSTEM_PLACES = ("/", "/boot", "/boot/efi", "/efi", "/usr", "/var", "/run/live/medium")
_TEXT_BYTES_MAX = 4096
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


@dataclass(frozen=True)
class Disk:
    """A whole disk as the kernel knows it."""

    name: str
    number: str
    """Major and minor: `8:0`."""
    bytes: int
    block_bytes: int
    bus: str
    model: str
    serial: str
    rotates: bool | None
    removable: bool
    read_only: bool
    discards: bool
    zeroes: bool
    starts: tuple[int, ...]
    """Where partitions begin, in bytes."""
    uses: tuple[str, ...]
    is_system: bool
    is_optical: bool

    @property
    def is_virtual(self) -> bool:
        """Made of something else: a file, memory, other disks."""
        return self.name.startswith(VIRTUAL)

    @property
    def kind(self) -> Kind:
        """By what the kernel knows; a drive's own word counts more."""
        if self.is_optical:
            return Kind.OPTICAL
        if self.bus in ("usb", "mmc") and not self.rotates:
            return Kind.USB
        if self.rotates is None:
            return Kind.UNKNOWN
        return Kind.HDD if self.rotates else Kind.SSD


class Sys:
    """The system's own tables below `root`: `sys`, `proc`, `dev`."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root

    def disks(self) -> list[Disk]:
        """Every whole disk, also virtual ones, by name."""
        folder = self.root / "sys/block"
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        mounts = self._mounts()
        return [self._disk(name, mounts) for name in names]

    def device(self, name: str) -> Path:
        """The device file."""
        return self.root / "dev" / name.replace("!", "/")

    def _disk(self, name: str, mounts: dict[str, list[str]]) -> Disk:
        folder = self.root / "sys/block" / name
        family = list(self._family(name))
        places = [place for one in family for place in mounts.get(one, ())]
        own = {name, *(part.name for part in _partitions(folder))}
        built = [f"→ {one}" for one in family if one not in own]
        return Disk(
            name=name,
            number=_text(folder / "dev"),
            bytes=_number(folder / "size") * SECTOR,
            block_bytes=_number(folder / "queue/logical_block_size") or SECTOR,
            bus=self._bus(folder),
            model=_model(folder),
            serial=_text(folder / "device/serial") or _text(folder / "serial"),
            rotates=_flag(folder / "queue/rotational"),
            removable=_flag(folder / "removable") is True,
            read_only=_flag(folder / "ro") is True,
            discards=_number(folder / "queue/discard_max_bytes") > 0,
            zeroes=_number(folder / "queue/write_zeroes_max_bytes") > 0,
            starts=tuple(_number(part / "start") * SECTOR for part in _partitions(folder)),
            uses=tuple(dict.fromkeys((*places, *built))),
            is_system=any(place in (*SYSTEM_PLACES, "swap") for place in places),
            is_optical=name.startswith("sr"),
        )

    def _family(self, name: str) -> Iterator[str]:
        """The disk, its partitions, and everything that is built on any of them."""
        waiting, seen = [name], set()
        while waiting:
            one = waiting.pop(0)
            if one in seen:
                continue
            seen.add(one)
            yield one
            folder = self._folder(one)
            if folder is not None:
                waiting += [part.name for part in _partitions(folder)]
                holders = folder / "holders"
                waiting += sorted(p.name for p in holders.iterdir()) if holders.is_dir() else []

    def _folder(self, name: str) -> Path | None:
        """The folder of a disk or a partition in sysfs."""
        whole = self.root / "sys/block" / name
        if whole.is_dir():
            return whole
        found = sorted((self.root / "sys/block").glob(f"*/{name}"))
        return found[0] if found else None

    def _mounts(self) -> dict[str, list[str]]:
        """Name of a device → where it is mounted, or `swap`."""
        by_number = self._numbers()
        found: dict[str, list[str]] = {}
        for line in _lines(self.root / "proc/self/mountinfo"):
            fields, _, source = line.partition(" - ")
            parts, sources = fields.split(" "), source.split(" ")
            if len(parts) < 5 or len(sources) < 2:
                continue
            # Some file systems (btrfs) show a number of their own: then the source names the disk.
            name = by_number.get(parts[2]) or self._name_of(sources[1])
            if name:
                found.setdefault(name, []).append(_unescaped(parts[4]))
        for line in _lines(self.root / "proc/swaps")[1:]:
            name = self._name_of(line.split()[0]) if line.split() else ""
            if name:
                found.setdefault(name, []).append("swap")
        return found

    def _numbers(self) -> dict[str, str]:
        folders = list((self.root / "sys/block").glob("*"))
        folders += [part for folder in folders for part in _partitions(folder)]
        return {_text(folder / "dev"): folder.name for folder in folders}

    def _name_of(self, source: str) -> str:
        """The kernel's name of `/dev/disk/by-…` or `/dev/mapper/…`; empty for no device file."""
        if not source.startswith("/dev/"):
            return ""
        path = self.root / source.lstrip("/")
        return path.resolve().name if path.exists() else Path(source).name

    def _bus(self, folder: Path) -> str:
        where = str(folder.resolve().relative_to(self.root.resolve()))
        if folder.name.startswith("nvme"):
            return "nvme"
        for mark, bus in (("/usb", "usb"), ("/mmc", "mmc"), ("/virtio", "virtio"), ("/ata", "ata")):
            if mark in where:
                return bus
        return "virtual" if folder.name.startswith(VIRTUAL) else "scsi"


def _partitions(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(part for part in folder.iterdir() if (part / "partition").is_file())


def _model(folder: Path) -> str:
    vendor, model = _text(folder / "device/vendor"), _text(folder / "device/model")
    is_name = vendor and not vendor.startswith("0x") and vendor != "ATA"
    return f"{vendor} {model}".strip() if is_name else model


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_TEXT_BYTES_MAX).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def _number(path: Path) -> int:
    text = _text(path)
    return int(text) if text.isascii() and text.isdigit() else 0


def _flag(path: Path) -> bool | None:
    return {"0": False, "1": True}.get(_text(path))


def _unescaped(text: str) -> str:
    for escape, char in _ESCAPES.items():
        text = text.replace(escape, char)
    return text
