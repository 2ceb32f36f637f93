"""What drives answer, read from pages built by hand; and from bytes that nobody built."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import drive_pages as pages

from sekisho.erase.drives import ata, nvme, opal, scsi
from sekisho.erase.drives.sense import Registers, sense
from sekisho.erase.finding.signatures import encryption
from sekisho.erase.media import Ability, Lock
from sekisho.kernel.errors import InvalidInput


def test_identify_says_who_the_drive_is() -> None:
    found = ata.identify(pages.identify(model="ST1000", serial="Z1D", sectors=1 << 33, rotation=1))
    assert (found.model, found.serial, found.sectors) == ("ST1000", "Z1D", 1 << 33)
    assert (found.rotates, found.sector_bytes) == (False, 512)
    assert (found.erase_minutes, found.erase_enhanced_minutes) == (120, 600)


def test_sectors_of_4096_bytes_are_seen() -> None:
    assert ata.identify(pages.identify(sector_bytes=4096)).sector_bytes == 4096


@pytest.mark.parametrize(
    ("security", "abilities", "locks"),
    [
        (0x00, set(), set()),
        (0x01, {Ability.ATA_ERASE}, set()),
        (0x21, {Ability.ATA_ERASE, Ability.ATA_ERASE_ENHANCED}, set()),
        (0x20, set(), set()),
        (0x0F, {Ability.ATA_ERASE}, {Lock.ENABLED, Lock.LOCKED, Lock.FROZEN}),
        (0x11, {Ability.ATA_ERASE}, {Lock.EXPIRED}),
    ],
)
def test_word_128_is_security(security: int, abilities: set[Ability], locks: set[Lock]) -> None:
    found = ata.identify(pages.identify(security=security))
    assert (found.abilities, found.locks) == (abilities, locks)


def test_sanitize_counts_only_with_its_own_bit() -> None:
    everything = ata.identify(pages.identify(sanitize=0xF000)).abilities
    assert everything == {
        Ability.ATA_SANITIZE_BLOCK,
        Ability.ATA_SANITIZE_CRYPTO,
        Ability.ATA_SANITIZE_OVERWRITE,
    }
    assert ata.identify(pages.identify(sanitize=0xE000)).abilities == frozenset()


def test_a_wrong_checksum_is_refused() -> None:
    damaged = bytearray(pages.identify())
    damaged[20] ^= 1
    with pytest.raises(InvalidInput) as caught:
        ata.identify(bytes(damaged))
    assert caught.value.code == "SKS-R003"


def test_the_size_a_drive_was_made_with() -> None:
    assert ata.configured_sectors(pages.configuration(5_000_000)) == 5_000_000


def test_scsi_pages() -> None:
    found = scsi.inquiry(pages.inquiry("SEAGATE", "ST4000", 0))
    assert (found.vendor, found.product, found.is_ata) == ("SEAGATE", "ST4000", False)
    assert scsi.serial(pages.page(0x80, b"  ABC123 ")) == "ABC123"
    assert scsi.rotates(pages.page(0xB1, b"\x1c\x20" + bytes(58))) is True
    assert scsi.rotates(pages.page(0xB1, b"\x00\x01" + bytes(58))) is False
    assert scsi.rotates(pages.page(0x80, b"x")) is None
    assert scsi.capacity((99).to_bytes(8) + (4096).to_bytes(4)).total == 409_600
    assert scsi.is_supported(bytes([0, 0b011, 0, 10]))
    assert not scsi.is_supported(bytes([0, 0b001, 0, 0]))
    inner = pages.identify(serial="INNER")
    assert scsi.identify_data(pages.page(0x89, bytes(56) + inner)) == inner


def test_nvme_pages() -> None:
    found = nvme.controller(
        pages.nvme_controller(commands=0b1011, fna=0b110, sanitizes=0b011, total=1 << 40)
    )
    assert found.abilities == {
        Ability.NVME_FORMAT,
        Ability.NVME_FORMAT_CRYPTO,
        Ability.NVME_SANITIZE_CRYPTO,
        Ability.NVME_SANITIZE_BLOCK,
    }
    assert (found.total_bytes, found.security, found.formats_all) == (1 << 40, True, True)
    assert found.manages_namespaces
    space = nvme.namespace(pages.nvme_namespace(blocks=1000, bits=12, format_=3))
    assert (space.blocks, space.block_bytes, space.format) == (1000, 4096, 3)
    ids = b"".join(n.to_bytes(4, "little") for n in (1, 3, 0, 9))
    assert nvme.namespace_ids(ids + bytes(4096 - 16)) == (1, 3)


def test_a_format_that_is_not_offered_is_no_ability() -> None:
    assert nvme.controller(pages.nvme_controller(commands=0, fna=0b111)).abilities == frozenset()


def test_the_log_of_a_sanitize() -> None:
    status = nvme.sanitize_status(b"\x00\x80\x02\x00" + bytes(508))
    assert (status.state, status.share, status.all_erased) == (nvme.Sanitized.GOING_ON, 0.5, False)
    done = nvme.sanitize_status(b"\xff\xff\x01\x01" + bytes(508))
    assert (done.state, done.all_erased) == (nvme.Sanitized.DONE, True)
    assert nvme.sanitize_status(b"\x00\x00\x07\x00").state is None


@pytest.mark.parametrize(
    ("flags", "said"), [(0b0000, ""), (0b0001, "off"), (0b0011, "on"), (0b0111, "locked")]
)
def test_opal(flags: int, said: str) -> None:
    assert opal.locking(pages.level_0(flags)) == said


def test_sense_in_both_forms() -> None:
    found = sense(pages.fixed_sense(2, 4, 0x1B, progress=0x4000))
    assert (found.text, found.progress) == ("2/04/1B", 0x4000)
    told = sense(pages.ata_return(status=0x51, error=4, count=0x8123, lba=0x123456789ABC))
    assert told.registers == Registers(0x51, 4, 0x8123, 0x123456789ABC)
    assert told.registers.failed


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"LUKS\xba\xbe\x00\x01", "LUKS1"),
        (b"LUKS\xba\xbe\x00\x02", "LUKS2"),
        (b"LUKS\xba\xbe\x00\x07", ""),
        (b"\xeb\x58\x90-FVE-FS-", "BitLocker"),
        (b"\xeb\x58\x90NTFS    ", ""),
        (b"", ""),
    ],
)
def test_encryption_by_first_bytes(start: bytes, said: str) -> None:
    assert encryption(start + bytes(4088)) == said


def test_bitlocker_to_go_is_seen_by_its_guid() -> None:
    head = bytearray(512)
    head[3:11] = b"MSWIN4.1"
    assert encryption(bytes(head)) == ""
    head[424:440] = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")
    assert encryption(bytes(head)) == "BitLocker"


PARSERS: list[Callable[[bytes], object]] = [
    ata.identify,
    ata.configured_sectors,
    scsi.inquiry,
    scsi.serial,
    scsi.rotates,
    scsi.identify_data,
    scsi.capacity,
    scsi.is_supported,
    nvme.controller,
    nvme.namespace,
    nvme.namespace_ids,
    nvme.sanitize_status,
    opal.locking,
    sense,
    encryption,
]
BYTES = st.binary(max_size=600) | st.binary(min_size=4096, max_size=4096)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: f"{parser.__module__[-4:]}")
@given(data=BYTES)
def test_any_bytes_are_read_or_refused(parser: Callable[[bytes], object], data: bytes) -> None:
    try:
        parser(data)
    except InvalidInput as refusal:
        assert refusal.code in ("SKS-R001", "SKS-R003")


@given(data=st.binary(min_size=512, max_size=512))
def test_whatever_a_drive_calls_itself_can_be_printed(data: bytes) -> None:
    try:
        found = ata.identify(data)
    except InvalidInput:
        return
    assert (found.model + found.serial + found.firmware).isprintable()
    assert found.sector_bytes & (found.sector_bytes - 1) == 0
