"""Small files of many kinds, made here byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

TYPES_XML = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/main.xml" ContentType="{main}"/>{more}</Types>'
)
OPEN = "application/vnd.openxmlformats-officedocument."
VBA_PART = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'


def zip_of(members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these members in this order; `mimetype` is stored, as OpenDocument asks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else method
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=kind)
    return out.getvalue()


def office(
    main: str,
    *,
    more: str = "",
    members: Mapping[str, bytes] | None = None,
    types_last: bool = False,
) -> bytes:
    """An Office document whose main part has the content type `main`."""
    types = {"[Content_Types].xml": TYPES_XML.format(main=main, more=more).encode()}
    rest = {"_rels/.rels": b"<Relationships/>", "xl/workbook.xml": b"<w/>", **(members or {})}
    return zip_of({**rest, **types} if types_last else {**types, **rest})


def compound(names: list[str], *, class_id: bytes = bytes(16), filler_sectors: int = 0) -> bytes:
    """A compound file whose root holds streams of these names; the directory comes last."""
    rows = [_row("Root Entry", 5, child=1 if names else 0xFFFFFFFF, class_id=class_id)]
    for index, name in enumerate(names, start=1):
        right = index + 1 if index < len(names) else 0xFFFFFFFF
        rows.append(_row(name, 2, right=right))
    while len(rows) % 4:
        rows.append(bytes(128))
    directory = b"".join(rows)
    first = 1 + filler_sectors
    sectors = len(directory) // 512
    fat = [0xFFFFFFFD] + [0xFFFFFFFE] * filler_sectors
    fat += [first + i + 1 for i in range(sectors - 1)] + [0xFFFFFFFE]
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<HHH", header, 26, 3, 0xFFFE, 9)
    struct.pack_into("<L", header, 48, first)
    struct.pack_into("<109L", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack(f"<{len(fat)}L", *fat).ljust(512, b"\xff")[:512]
    return bytes(header) + table + bytes(512 * filler_sectors) + directory


def _row(
    name: str,
    kind: int,
    *,
    right: int = 0xFFFFFFFF,
    child: int = 0xFFFFFFFF,
    class_id: bytes = bytes(16),
) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    row = bytearray(128)
    row[: len(text)] = text
    struct.pack_into("<HBBLLL", row, 64, len(text), kind, 1, 0xFFFFFFFF, right, child)
    row[80:96] = class_id
    return bytes(row)


def locked_zip() -> bytes:
    """A ZIP whose member has the flag of encryption set in both headers."""
    data = bytearray(zip_of({"a.txt": b"secret"}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def tar_header() -> bytes:
    """The first block of a tar archive."""
    block = bytearray(1024)
    block[:5] = b"a.txt"
    block[257:265] = b"ustar\x0000"
    return bytes(block)


def iso_image() -> bytes:
    """A disc image up to its first volume descriptor."""
    return bytes(32_768) + b"\x01CD001\x01" + bytes(2_041)


SAMPLES: dict[str, tuple[str, bytes]] = {
    # what it is: (kind, bytes)
    "pdf": ("pdf", b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF"),
    "pdf after junk": ("pdf", b"junk " * 100 + b"%PDF-1.4\n%%EOF"),
    "locked pdf": ("pdf-locked", b"%PDF-1.7\n\xff trailer << /Encrypt 12 0 R >>\n%%EOF"),
    "png": ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    "jpeg": ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
    "gif": ("gif", b"GIF89a\x01\0\x01\0"),
    "bmp": ("bmp", b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" + bytes(36)),
    "little tiff": ("tiff", b"II*\0\x08\0\0\0"),
    "big tiff": ("tiff", b"MM\0*\0\0\0\x08"),
    "webp": ("webp", b"RIFF\x1a\0\0\0WEBPVP8 "),
    "heic": ("heif", b"\0\0\0\x18ftypheic\0\0\0\0mif1"),
    "avif": ("heif", b"\0\0\0\x18ftypavif\0\0\0\0"),
    "svg": ("svg", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "svg with prefix": ("svg", b"<!-- a --><s:svg xmlns:s='http://www.w3.org/2000/svg'/>"),
    "mp4": ("mp4", b"\0\0\0\x20ftypisom\0\0\x02\0"),
    "mp3": ("mp3", b"ID3\x03\0\0\0\0\0\0"),
    "wav": ("wav", b"RIFF\x24\0\0\0WAVEfmt "),
    "zip": ("zip", zip_of({"a.txt": b"hello", "word.txt": b""})),
    "empty zip": ("zip", zip_of({})),
    "locked zip": ("zip-locked", locked_zip()),
    "odt": ("odt", zip_of({"mimetype": b"application/vnd.oasis.opendocument.text"})),
    "ods": ("ods", zip_of({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})),
    "epub": ("epub", zip_of({"mimetype": b"application/epub+zip", "a": b""})),
    "other odf": ("odf", zip_of({"mimetype": b"application/vnd.oasis.opendocument.chart"})),
    "jar": ("java", zip_of({"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0"})),
    "old word": ("doc", compound(["\x01CompObj", "1Table", "WordDocument", "Data"])),
    "old excel": ("xls", compound(["Workbook"])),
    "older excel": ("xls", compound(["Book"])),
    "old powerpoint": ("ppt", compound(["Current User", "PowerPoint Document"])),
    "outlook": ("msg", compound(["__nameid_version1.0", "__properties_version1.0"])),
    "ichitaro": ("jtd", compound(["DocumentText"])),
    "locked office": ("ooxml-locked", compound(["EncryptionInfo", "EncryptedPackage"])),
    "installer": (
        "msi",
        compound(["x"], class_id=bytes.fromhex("84100c0000000000c000000000000046")),
    ),
    "compound of two kinds": ("ole2", compound(["WordDocument", "Workbook"])),
    "compound of no known kind": ("ole2", compound(["Contents"])),
    "compound with an empty root": ("ole2", compound([])),
    "rtf": ("rtf", rb"{\rtf1\ansi hello}"),
    "postscript": ("postscript", b"%!PS-Adobe-3.0\n"),
    "7z": ("7z", b"7z\xbc\xaf\x27\x1c\0\x04"),
    "rar": ("rar", b"Rar!\x1a\x07\x01\0"),
    "gzip": ("gzip", b"\x1f\x8b\x08\0\0\0\0\0"),
    "lzh": ("lzh", b"\x22\x8f-lh5-\x10\0\0\0"),
    "tar": ("tar", tar_header()),
    "cab": ("cab", b"MSCF\0\0\0\0\x2c\0\0\0"),
    "iso": ("iso", iso_image()),
    "exe": ("exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff"),
    "elf": ("elf", b"\x7fELF\x02\x01\x01\0"),
    "mach-o": ("mach-o", b"\xcf\xfa\xed\xfe\x07\0\0\x01"),
    "mach-o for two machines": ("mach-o", b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07"),
    "java class": ("java", b"\xca\xfe\xba\xbe\0\0\0\x37\0\x1d"),
    "shortcut": ("shortcut", b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F"),
    "shell script": ("script", b"#!/bin/sh\necho hello\n"),
    "batch file": ("script", b"@echo off\r\ndel *.*\r\n"),
    "php": ("script", b"<?php echo 1; ?>"),
    "jww": ("jww", b"JwwData.\x58\x02\0\0"),
    "p21": ("p21", b"ISO-10303-21;\nHEADER;\n"),
    "dwg": ("dwg", b"AC1032\0\0\0\0"),
    "sqlite": ("sqlite", b"SQLite format 3\0\x10\0"),
    "html": ("html", b"<!DOCTYPE html>\n<html><body>hi</body></html>"),
    "html without doctype": ("html", b"\n <script>alert(1)</script>"),
    "xhtml": ("html", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'),
    "xml": ("xml", b'<?xml version="1.0"?><!-- c --><!DOCTYPE a [<!ENTITY b "c">]><a/>'),
    "word in xml": (
        "office-xml",
        b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>',
    ),
    "json": ("json", '{"名": [1, 2.5, null]}'.encode()),
    "json list": ("json", b"[]"),
    "not quite json": ("text", b'{"a": }'),
    "csv": ("csv", '氏名,住所\r\n"山田, 太郎",東京\r\n'.encode("cp932")),
    "tsv": ("tsv", b"a\tb\n1\t2\n"),
    "mail": ("eml", b"From: a@example.jp\nDate: Mon\nSubject: x\n\nbody\n"),
    "text": ("text", b"hello\n"),
    "text that begins BM": ("text", b"BMW is a maker of cars.\n"),
    "text that begins MZ": ("text", b"MZ are two letters.\n"),
    "one line with a comma": ("text", b"Hello, world\n"),
    "ragged commas": ("text", b"a,b\nc\nd,e,f\n"),
    "empty": ("empty", b""),
    "noise": ("unknown", bytes(range(256))),
    "zeros": ("unknown", bytes(100)),
    "latin-1": ("unknown", b"caf\xe9 \xfc\n\xff"),
    "utf-32": ("unknown", "text".encode("utf-32")),
}
