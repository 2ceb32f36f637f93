"""Media as the system and the drives describe them, on a tree that a test makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import drive_pages as pages
from tests.support.simulated_ata import AtaDisk

from sekisho.erase.drives.channel import NvmeAnswer, ScsiAnswer
from sekisho.erase.finding.asking import ask_nvme, ask_scsi
from sekisho.erase.finding.find import by_token, media
from sekisho.erase.finding.sysfs import Disk, Sys
from sekisho.erase.media import Ability, Answers, Kind, Lock, Medium
from sekisho.kernel.errors import Refused

MOUNTS = """\
22 1 8:2 / / rw - ext4 /dev/sda2 rw
30 22 0:45 / /srv/my\\040data rw - btrfs /dev/sdc rw
31 22 0:46 / /tmp rw - tmpfs tmpfs rw
"""


def file(path: Path, text: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n")


class Tree:
    """A system made of files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        file(root / "proc/self/mountinfo", MOUNTS.rstrip())
        file(root / "proc/swaps", "Filename Type Size\n/dev/sdb1 partition 4")

    def disk(self, name: str, number: str, bus: str, *, rotates: int = 1, size: int = 2048) -> Path:
        real = self.root / "sys/devices/pci0000:00" / bus / "block" / name
        for key, value in {
            "dev": number,
            "size": size,
            "queue/rotational": rotates,
            "queue/logical_block_size": 512,
            "removable": 0,
            "ro": 0,
            "device/model": "DISK",
            "device/vendor": "ATA",
        }.items():
            file(real / key, value)
        link = self.root / "sys/block" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(real)
        file(self.root / "dev" / name, "")
        return real

    def partition(self, disk: Path, number: int, device: str) -> Path:
        part = disk / f"{disk.name}{number}"
        for key, value in {"partition": number, "dev": device, "start": 8}.items():
            file(part / key, value)
        file(self.root / "dev" / part.name, "")
        return part


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    made = Tree(tmp_path)
    made.partition(made.disk("sda", "8:0", "ata1"), 2, "8:2")
    made.partition(made.disk("sdb", "8:16", "ata2"), 1, "8:17")
    made.disk("sdc", "8:32", "usb1", rotates=0)
    made.disk("sdd", "8:48", "ata3", rotates=0)
    made.disk("loop0", "7:0", "virtual", rotates=0)
    return made


def silent(disk: Disk, path: Path) -> Answers:
    return Answers()


def named(tree: Tree, name: str) -> Medium:
    return next(one for one in media(Sys(tree.root), silent, virtual=True) if one.name == name)


def test_kinds_and_buses(tree: Tree) -> None:
    found = {one.name: (one.kind, one.bus) for one in media(Sys(tree.root), silent)}
    assert found == {
        "sda": (Kind.HDD, "ata"),
        "sdb": (Kind.HDD, "ata"),
        "sdc": (Kind.USB, "usb"),
        "sdd": (Kind.SSD, "ata"),
    }
    assert named(tree, "loop0").bus == "virtual"


def test_the_system_disk_is_the_one_of_the_root_or_of_swap(tree: Tree) -> None:
    assert named(tree, "sda").is_system
    assert named(tree, "sda").uses == ("/",)
    assert named(tree, "sdb").is_system
    assert not named(tree, "sdc").is_system


def test_a_file_system_with_a_number_of_its_own_is_seen_by_its_source(tree: Tree) -> None:
    assert named(tree, "sdc").uses == ("/srv/my data",)


def test_what_is_built_on_a_partition_counts(tree: Tree) -> None:
    part = tree.partition(tree.root / "sys/block/sdd", 1, "8:49")
    raid = tree.disk("md0", "9:0", "virtual")
    (part / "holders").mkdir()
    (part / "holders/md0").symlink_to(raid)
    assert named(tree, "sdd").uses == ("→ md0",)
    file(tree.root / "proc/self/mountinfo", MOUNTS + "40 22 9:0 / /var rw - ext4 /dev/md0 rw")
    assert named(tree, "sdd").is_system
    assert named(tree, "sdd").uses == ("/var", "→ md0")


def test_encryption_of_a_partition_is_read(tree: Tree) -> None:
    tree.partition(tree.root / "sys/block/sdd", 1, "8:49")
    content = bytes(8 * 512) + b"LUKS\xba\xbe\x00\x02" + bytes(4096)
    (tree.root / "dev/sdd").write_bytes(content)
    assert named(tree, "sdd").encryption == ("LUKS2",)


def test_the_drives_own_word_counts(tree: Tree) -> None:
    def asker(disk: Disk, path: Path) -> Answers:
        return ask_scsi(AtaDisk(sectors=2048, native=3000, configured=4000, rotation=1))

    found = next(one for one in media(Sys(tree.root), asker) if one.name == "sda")
    assert (found.kind, found.serial) == (Kind.SSD, "S3R1AL")
    assert found.extent.native == 4000 * 512
    assert found.extent.hidden == (4000 - 2048) * 512
    assert Ability.ATA_SANITIZE_BLOCK in found.abilities


def test_a_medium_is_named_by_its_serial_number(tree: Tree) -> None:
    found = media(Sys(tree.root), silent, virtual=True)
    assert by_token(found, " loop0:1048576 ").name == "loop0"
    with pytest.raises(Refused) as nobody:
        by_token(found, "loop0")
    assert nobody.value.code == "SKS-R010"
    with pytest.raises(Refused) as several:
        by_token([*found, *found], "loop0:1048576")
    assert several.value.code == "SKS-R011"


def test_a_locked_drive_says_so() -> None:
    assert ask_scsi(AtaDisk(mode="locked")).locks == {Lock.ENABLED, Lock.LOCKED}
    assert ask_scsi(AtaDisk(mode="frozen")).locks == {Lock.FROZEN}


class ScsiDisk:
    """A SCSI drive that answers a few questions and no ATA command."""

    def __init__(self, sanitizes: bool) -> None:
        self.sanitizes = sanitizes

    def command(
        self, block: bytes, *, reads: int = 0, writes: bytes = b"", seconds: int = 20
    ) -> ScsiAnswer:
        if block[0] == 0x12:
            if block[1]:
                body = {0x80: b"SAS1", 0xB1: b"\x1c\x20" + bytes(58)}[block[2]]
                return ScsiAnswer(0, data=pages.page(block[2], body))
            return ScsiAnswer(0, data=pages.inquiry("SEAGATE", "ST4000"))
        if block[0] == 0xA3:
            has = self.sanitizes if block[3] == 0x48 else True
            return ScsiAnswer(0, data=bytes([0, 0b011 if has else 0b001, 0, 0]))
        return ScsiAnswer(2, pages.fixed_sense(5, 0x20, 0))

    def close(self) -> None: ...


def test_a_scsi_drive_is_asked_command_by_command() -> None:
    found = ask_scsi(ScsiDisk(sanitizes=False))
    assert (found.serial, found.model, found.rotates) == ("SAS1", "SEAGATE ST4000", True)
    assert found.abilities == {Ability.SCSI_FORMAT}
    assert found.unanswered == ()
    assert len(ask_scsi(ScsiDisk(sanitizes=True)).abilities) == 4


class NvmeDisk:
    """An NVMe drive with one namespace of two."""

    namespace = 1

    def admin(
        self,
        opcode: int,
        *,
        namespace: int = 0,
        dwords: dict[int, int] | None = None,
        reads: int = 0,
        seconds: int = 20,
    ) -> NvmeAnswer:
        if opcode == 0x82:
            return NvmeAnswer(0, data=pages.level_0(0b11))
        kind = (dwords or {})[10]
        ids = b"\x01\0\0\0\x02\0\0\0" + bytes(4088)
        whole = pages.nvme_controller(commands=0b11, total=1 << 20, unallocated=4096)
        return NvmeAnswer(0, data={1: whole, 2: ids}[kind])

    def close(self) -> None: ...


def test_an_nvme_drive_tells_what_belongs_to_no_namespace() -> None:
    found = ask_nvme(NvmeDisk())
    assert (found.unallocated_bytes, found.namespaces, found.opal) == (4096, 2, "on")
    assert found.abilities == {Ability.NVME_FORMAT}


def test_a_drive_that_does_not_answer_is_named_not_guessed() -> None:
    class Mute:
        def command(self, block: bytes, **more: object) -> ScsiAnswer:
            return ScsiAnswer(0, host=7)

        def close(self) -> None: ...

    found = ask_scsi(Mute())
    assert found.abilities == frozenset()
    assert "INQUIRY" in found.unanswered[0]
