"""Files of our own that the zygote works on once, so that its children do not begin cold.

What a library or we ourselves make ready at the first use (compiled patterns, tables, codecs)
would otherwise be made anew for every file, or could not be had at all behind the lockdown.
"""

from __future__ import annotations

import base64
import contextlib
import io
import zipfile

from sekisho.disarm.engine import disarm
from sekisho.disarm.profile import PROFILES
from sekisho.disarm.work import Source

_TEXT = "令和8年 通知 電話 03-0000-0000 番号 123456789018 a@example.jp 〒100-0000\n"
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
_GIF = base64.b64decode("R0lGODdhAQABAIAAAAAAAP///ywAAAAAAQABAAACAkQBADs=")
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org"
_WORD = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>',
    "word/document.xml": f'<w:document xmlns:w="{_OFFICE}/wordprocessingml/2006/main"><w:body>'
    f"<w:p><w:r><w:t>{_TEXT}</w:t></w:r></w:p></w:body></w:document>",
}


def samples() -> dict[str, bytes]:
    """Name → content of a small file of each of the common kinds."""
    text = _TEXT.encode()
    return {
        "a.txt": text,
        "b.txt": _TEXT.encode("cp932"),
        "c.txt": text * 200,
        "a.csv": f"氏名,番号\n{_TEXT.strip()},=1\n".encode(),
        "a.json": b'{"a": ["b", 1]}',
        "a.xml": b'<?xml version="1.0"?><a b="c">d</a>',
        "a.html": b"<!DOCTYPE html><html><body><p>a</p></body></html>",
        "a.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1"/></svg>',
        "a.eml": b"From: a@example.jp\r\nTo: b@example.jp\r\nSubject: c\r\n"
        b"Date: Wed, 1 Apr 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\n"
        b"Message-ID: <a@example.jp>\r\nContent-Type: text/plain\r\n\r\n" + text,
        "a.png": _PNG,
        "a.gif": _GIF,
        "a.pdf": _PDF,
        "a.docx": _zip(_WORD),
        "a.zip": _zip({"a.txt": _TEXT}),
    }


def rehearse() -> None:
    """Work on all of them. How it goes does not matter: a fault shows again where it counts."""
    for name, content in samples().items():
        for profile in PROFILES.values():
            with contextlib.suppress(Exception):
                disarm(Source(memoryview(content), name), io.BytesIO(), profile)


def _zip(members: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in members.items():
            packed.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()
