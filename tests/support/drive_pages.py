"""Pages as drives answer them, built field by field from the standards, apart from our parsers."""

from __future__ import annotations

import struct
from collections.abc import Mapping


def identify(
    *,
    model: str = "TEST DISK",
    serial: str = "S3R1AL",
    sectors: int = 2048,
    security: int = 0,
    sanitize: int = 0,
    hidden: Mapping[str, bool] | None = None,
    rotation: int = 7200,
    sector_bytes: int = 512,
    trusted: bool = False,
) -> bytes:
    """IDENTIFY DEVICE. `security` is word 128, `sanitize` word 59; `hidden`: hpa, dco, ama."""
    has = hidden or {}
    words = [0] * 256
    _text(words, 10, 10, serial)
    _text(words, 23, 4, "FW1")
    _text(words, 27, 20, model)
    words[48] = 0x4000 | trusted
    words[59] = sanitize
    words[60], words[61] = sectors & 0xFFFF, sectors >> 16 & 0xFFFF
    words[82] = 0x0400 if has.get("hpa") else 0
    words[83] = 0x4400 | (0x0800 if has.get("dco") else 0)
    words[89], words[90] = 60, 0x8000 | 300
    for place in range(4):
        words[100 + place] = sectors >> 16 * place & 0xFFFF
    if sector_bytes != 512:
        words[106] = 0x5000
        words[117], words[118] = sector_bytes // 2 & 0xFFFF, sector_bytes // 2 >> 16
    words[119] = 0x4000 | (0x0100 if has.get("ama") else 0)
    words[128] = security
    words[217] = rotation
    return checked(struct.pack("<256H", *words))


def configuration(sectors: int) -> bytes:
    """DEVICE CONFIGURATION IDENTIFY of a drive that was made with so many sectors."""
    body = bytearray(512)
    body[6:14] = (sectors - 1).to_bytes(8, "little")
    return checked(bytes(body))


def checked(body: bytes) -> bytes:
    """With signature and checksum in the last word."""
    start = body[:510] + b"\xa5"
    return start + bytes([-sum(start) % 256])


def _text(words: list[int], first: int, count: int, text: str) -> None:
    padded = text.ljust(2 * count).encode()
    for place in range(count):
        words[first + place] = padded[2 * place] << 8 | padded[2 * place + 1]


def inquiry(vendor: str = "ATA", product: str = "TEST DISK", kind: int = 0) -> bytes:
    """Standard INQUIRY data."""
    head = bytes([kind, 0, 6, 2, 91, 0, 0, 0])
    return head + f"{vendor:<8}{product:<16}{'1.0':<4}".encode() + bytes(60)


def page(code: int, body: bytes) -> bytes:
    """A VPD page."""
    return bytes([0, code]) + len(body).to_bytes(2) + body


def ata_return(*, status: int = 0x50, error: int = 0, count: int = 0, lba: int = 0) -> bytes:
    """Sense data with the ATA Status Return descriptor."""
    octets = lba.to_bytes(6, "little")
    descriptor = bytes([0x09, 0x0C, 0x01, error, count >> 8, count & 0xFF])
    descriptor += bytes([octets[3], octets[0], octets[4], octets[1], octets[5], octets[2], 0x40])
    key = 0x0B if status & 1 else 0x01
    return bytes([0x72, key, 0x00, 0x1D, 0, 0, 0, 14]) + descriptor + bytes([status])


def fixed_sense(key: int, code: int, qualifier: int, progress: int | None = None) -> bytes:
    """Sense data in the fixed format."""
    body = bytearray(18)
    body[0], body[2], body[7], body[12], body[13] = 0x70, key, 10, code, qualifier
    if progress is not None:
        body[15], body[16:18] = 0x80, progress.to_bytes(2)
    return bytes(body)


def nvme_controller(
    *,
    serial: str = "NV1",
    model: str = "TEST NVME",
    commands: int = 0b10,
    fna: int = 0,
    sanitizes: int = 0,
    total: int = 0,
    unallocated: int = 0,
) -> bytes:
    """Identify Controller."""
    body = bytearray(4096)
    body[4:24], body[24:64] = serial.ljust(20).encode(), model.ljust(40).encode()
    body[256:258] = commands.to_bytes(2, "little")
    body[280:296], body[296:312] = total.to_bytes(16, "little"), unallocated.to_bytes(16, "little")
    body[328:332] = sanitizes.to_bytes(4, "little")
    body[516:520], body[524] = (32).to_bytes(4, "little"), fna
    return bytes(body)


def nvme_namespace(*, blocks: int, bits: int = 9, format_: int = 0) -> bytes:
    """Identify Namespace."""
    body = bytearray(4096)
    body[0:8] = body[8:16] = blocks.to_bytes(8, "little")
    body[26] = format_
    body[128 + 4 * format_ : 132 + 4 * format_] = (bits << 16).to_bytes(4, "little")
    return bytes(body)


def level_0(flags: int) -> bytes:
    """Level 0 Discovery with a TPer feature and a Locking feature."""
    features = b"\x00\x01\x10\x0c" + bytes(12) + b"\x00\x02\x10\x0c" + bytes([flags]) + bytes(11)
    return (44 + len(features)).to_bytes(4) + bytes(44) + features
