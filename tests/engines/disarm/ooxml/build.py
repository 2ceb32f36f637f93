"""Office documents made here, and surgery on them: parts, types, relationships, elements."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections.abc import Iterable

import docx
import pptx
import xlsxwriter
from PIL import Image

CANARY = "canary-7f3a.example"
CALLBACK = f"http://{CANARY}/x"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MS = "http://schemas.microsoft.com/office/2006/relationships"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "application/vnd.openxmlformats-officedocument."
XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


class Surgery:
    """A package whose parts can be changed as an attacker would, without any library's help."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}

    def part(self, name: str, content_type: str, data: bytes | str) -> Surgery:
        """One more part with an override of its content type."""
        self.parts[name] = data.encode() if isinstance(data, str) else data
        row = f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>'
        self.replace("[Content_Types].xml", "</Types>", row)
        return self

    def link(self, source: str, kind: str, target: str, *, external: bool = False) -> str:
        """One more relationship; its id."""
        folder, _, base = source.rpartition("/")
        name = f"{folder}/_rels/{base}.rels".lstrip("/")
        empty = (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
        )
        text = self.parts.get(name, XML + empty).decode()
        if text.rstrip().endswith("/>"):
            text = text.rstrip()[:-2] + "></Relationships>"
        number = f"rIdX{text.count('<Relationship ') + 1}"
        mode = ' TargetMode="External"' if external else ""
        full = kind if ":" in kind else f"{R}/{kind}"
        row = f'<Relationship Id="{number}" Type="{full}" Target="{target}"{mode}/>'
        self.parts[name] = text.replace("</Relationships>", row + "</Relationships>").encode()
        return number

    def replace(self, name: str, old: str, new: str) -> Surgery:
        """Change the first `old` of a part into `new`."""
        text = self.parts[name].decode()
        assert old in text, f"{old} is not in {name}"
        self.parts[name] = text.replace(old, new, 1).encode()
        return self

    def main_type(self, old: str, new: str) -> Surgery:
        """Another content type of the main part."""
        return self.replace("[Content_Types].xml", old, new)

    def bytes(self) -> bytes:
        """The package."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.parts.items():
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        return out.getvalue()


def word(text: str = "本文") -> bytes:
    """A Word document of one paragraph and a table."""
    document = docx.Document()
    document.add_paragraph(text)
    document.add_table(2, 2).cell(0, 0).text = "セル"
    return _saved(document)


def excel(rows: Iterable[Iterable[object]] = (("氏名", 1), ("山田", 2))) -> bytes:
    """A workbook of one sheet 名簿."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("名簿")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def slides(text: str = "題") -> bytes:
    """A presentation of two slides."""
    show = pptx.Presentation()
    for _ in range(2):
        show.slides.add_slide(show.slide_layouts[0]).shapes.title.text = text
    return _saved(show)


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def png(color: str = "red") -> bytes:
    """A small picture with a text chunk that must not come through."""
    from PIL.PngImagePlugin import PngInfo

    out = io.BytesIO()
    info = PngInfo()
    info.add_text("Comment", CANARY)
    Image.new("RGB", (40, 30), color).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def expanded(data: bytes, depth: int = 3) -> bytes:
    """Everything in a package, unpacked by unzip, packages inside it as well."""
    out = [data]
    if data[:2] == b"PK" and depth:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            for name in archive.namelist():
                out.append(name.encode())
                out.append(expanded(archive.read(name), depth - 1))
    return b"\0".join(out)


def assert_gone(data: bytes, *canaries: str) -> None:
    """None of the canaries stands anywhere, in any encoding that programs use here."""
    everything = expanded(data)
    for canary in canaries or (CANARY,):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert canary.encode(encoding) not in everything, canary


def assert_sound(data: bytes) -> None:
    """Every part has a type, every relationship leads somewhere, every part is well-formed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        types = archive.read("[Content_Types].xml").decode()
        defaults = set(re.findall(r'Extension="([^"]+)"', types))
        overrides = set(re.findall(r'PartName="/([^"]+)"', types))
        assert overrides <= names
        for name in names - {"[Content_Types].xml"}:
            assert name in overrides or name.rpartition(".")[2] in defaults, name
            content = archive.read(name)
            if name.endswith((".xml", ".rels", ".vml")):
                _xmllint(content, name)
            if name.endswith(".rels"):
                _check_links(content.decode(), name, names)


def _xmllint(content: bytes, name: str) -> None:
    try:
        done = subprocess.run(
            ["xmllint", "--noout", "--nonet", "-"], input=content, capture_output=True, check=False
        )
    except FileNotFoundError:
        return
    assert done.returncode == 0, (name, done.stderr)


def _check_links(text: str, name: str, names: set[str]) -> None:
    folder = name.partition("_rels/")[0]
    for row in re.findall(r"<Relationship [^>]*>", text):
        target = re.search(r'Target="([^"]*)"', row)
        assert target is not None
        if "External" not in row:
            parts: list[str] = []
            for piece in (folder + target.group(1)).split("/"):
                if piece == "..":
                    parts.pop()
                elif piece:
                    parts.append(piece)
            assert "/".join(parts) in names, row
