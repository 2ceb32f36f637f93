"""How files begin: one row for each kind that its first bytes give away.

The first row that matches wins. A signature that could begin a plain text asks for more than its
letters (`BM` alone begins "BMW" as well).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ROWS: tuple[tuple[str, int, bytes], ...] = (
    # kind, offset, pattern
    ("png", 0, rb"\x89PNG\r\n\x1a\n"),
    ("jpeg", 0, rb"\xff\xd8\xff"),
    ("gif", 0, rb"GIF8[79]a"),
    ("bmp", 0, rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"),
    ("tiff", 0, rb"II[*+]\0|MM\0[*+]"),
    ("webp", 0, rb"RIFF.{4}WEBP"),
    ("heif", 4, rb"ftyp(?:hei[cxms]|hev[cxms]|mif[12]|msf1|avi[fs])"),
    ("jp2", 0, rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"),
    ("ico", 0, rb"\0\0[\x01\x02]\0[^\0]\0"),
    ("psd", 0, rb"8BPS\0[\x01\x02]"),
    ("emf", 0, rb"\x01\0\0\0.{36} EMF"),
    ("wmf", 0, rb"\xd7\xcd\xc6\x9a|[\x01\x02]\0\x09\0\0[\x01\x03]"),
    ("mp4", 4, rb"ftyp|moov|mdat(?=.{0,32}\0)"),
    ("mp3", 0, rb"ID3[\x02-\x04]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"),
    ("wav", 0, rb"RIFF.{4}WAVE"),
    ("avi", 0, rb"RIFF.{4}AVI "),
    ("ogg", 0, rb"OggS\0"),
    ("flac", 0, rb"fLaC"),
    ("matroska", 0, rb"\x1a\x45\xdf\xa3"),
    ("asf", 0, rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    ("zip", 0, rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"),
    ("ole2", 0, rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("rtf", 0, rb"\{\\rt"),
    ("postscript", 0, rb"\x04?%!PS|\xc5\xd0\xd3\xc6"),
    ("7z", 0, rb"7z\xbc\xaf\x27\x1c"),
    ("rar", 0, rb"Rar!\x1a\x07"),
    ("gzip", 0, rb"\x1f\x8b\x08"),
    ("bzip2", 0, rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"),
    ("xz", 0, rb"\xfd7zXZ\0"),
    ("zstd", 0, rb"\x28\xb5\x2f\xfd"),
    ("lzh", 2, rb"-l[hz][0-9ds]-"),
    ("cab", 0, rb"MSCF\0\0\0\0"),
    ("exe", 0, rb"MZ(?=.{0,62}\0)"),
    ("elf", 0, rb"\x7fELF"),
    ("java", 0, rb"\xca\xfe\xba\xbe..(?:[\x01-\xff].|\0[\x2d-\xff])"),
    ("mach-o", 0, rb"\xca\xfe\xba[\xbe\xbf]|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe"),
    ("shortcut", 0, rb"\x4c\0\0\0\x01\x14\x02\0"),
    ("flash", 0, rb"[FCZ]WS[\x01-\x32](?=.{0,3}\0)"),
    ("help", 0, rb"ITSF[\x02-\x04]\0\0\0"),
    ("script", 0, rb"#!"),
    ("sqlite", 0, rb"SQLite format 3\0"),
    ("jww", 0, rb"JwwData\."),
    ("dwg", 0, rb"AC10[0-9]{2}\0"),
    ("sfc", 0, rb"ISO-10303-21;(?=.{0,4000}feature_mode)"),
    ("p21", 0, rb"ISO-10303-21;"),
    ("dxf", 0, rb"AutoCAD Binary DXF\r\n\x1a\0"),
    ("dxf", 0, rb"(?:[ \t]*999[ \t]*\r?\n[^\n]*\n)*[ \t]*0[ \t]*\r?\nSECTION[ \t]*\r?\n"),
    ("tar", 257, rb"ustar(?:\0|  \0)"),
    ("iso", 32_769, rb"CD001[\x01\x02]"),
)

_COMPILED = tuple((kind, offset, re.compile(pattern, re.DOTALL)) for kind, offset, pattern in _ROWS)


def by_signature(head: bytes) -> str | None:
    """The kind that the first bytes give away, or None."""
    return next(_matches(head), None)


def _matches(head: bytes) -> Iterator[str]:
    for kind, offset, pattern in _COMPILED:
        if pattern.match(head, offset):
            yield kind
