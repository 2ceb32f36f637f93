"""Archives made byte by byte, the honest ones and the others."""

from __future__ import annotations

import gzip
import io
import struct
import subprocess
import tarfile
import zipfile
import zlib
from pathlib import Path

from tests.support.parts import need

TEXT = "本日の予定です。\r\n".encode()
EXE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff canary-in-a-program"
PASSWORD = "himitsu-9"


def zipped(members: list[tuple[str, bytes]], **fields: int) -> bytes:
    """A ZIP as Python writes it; `fields` are set on every member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for field, value in fields.items():
                setattr(info, field, value)
            archive.writestr(info, data)
    return out.getvalue()


def raw_zip(members: list[tuple[bytes, bytes]], *, extra: bytes = b"", flags: int = 0) -> bytes:
    """A ZIP of stored members whose names are bytes of any encoding."""
    body, rows = b"", b""
    for name, data in members:
        facts = struct.pack(
            "<5H3L2H", 20, flags, 0, 0, 0x21, zlib.crc32(data), len(data), len(data), len(name), 0
        )
        rows += b"PK\x01\x02" + struct.pack("<H", 20) + facts[:-2]
        rows += struct.pack("<4H2L", len(extra), 0, 0, 0, 0, len(body)) + name + extra
        body += b"PK\x03\x04" + facts + name + data
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, len(members), len(members), len(rows), len(body), 0
    )
    return body + rows + end


def tarred(
    entries: list[tarfile.TarInfo | tuple[str, bytes]], form: int = tarfile.PAX_FORMAT
) -> bytes:
    """A tar archive; a `TarInfo` goes in as it is, without content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                archive.addfile(entry)
                continue
            info = tarfile.TarInfo(entry[0])
            info.size = len(entry[1])
            archive.addfile(info, io.BytesIO(entry[1]))
    return out.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """A link, a device, a folder."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def gzipped(data: bytes) -> bytes:
    """One gzip member without a name."""
    return gzip.compress(data, mtime=0)


def lzh(members: list[tuple[bytes, bytes]]) -> bytes:
    """An LZH archive of stored members (-lh0-, header level 0)."""
    out = b""
    for name, data in members:
        body = b"-lh0-" + struct.pack(
            "<LLLBBB", len(data), len(data), 0x21 << 16, 0x20, 0, len(name)
        )
        body += name + struct.pack("<H", _crc16(data))
        out += bytes((len(body), sum(body) & 0xFF)) + body + data
    return out + b"\0"


def _crc16(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


def by_program(folder: Path, command: list[str], result: str) -> bytes:
    """What a program of the system makes of the files in `folder`."""
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        need(command[0], "it makes the archives that this test opens")
    return (folder / result).read_bytes()


def members(content: bytes) -> dict[str, bytes]:
    """Name → bytes, as Python's own zipfile reads it; the order is that of the file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}
