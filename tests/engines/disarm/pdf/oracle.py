"""What others say about a PDF: qpdf, poppler and PDFium."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageStat
from tests.support.parts import need


def _tool(name: str, package: str) -> str:
    return shutil.which(name) or need(package, f"apt-get install {package}")


def _said(command: list[str], content: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.pdf"
        file.write_bytes(content)
        full = [one if one != "FILE" else str(file) for one in command]
        return subprocess.run(full, capture_output=True, check=False).stdout


def expanded(content: bytes) -> bytes:
    """Everything unpacked, as qpdf writes it."""
    out = _said([_tool("qpdf", "qpdf"), "--qdf", "--object-streams=disable", "FILE", "-"], content)
    assert out, "qpdf cannot read it"
    return out


def is_clean(content: bytes) -> bool:
    """Whether qpdf has nothing to complain about."""
    said = _said([_tool("qpdf", "qpdf"), "--check", "FILE"], content)
    return b"No syntax or stream encoding errors found" in said


def script(content: bytes) -> bytes:
    """The scripts that poppler finds."""
    return _said([_tool("pdfinfo", "poppler-utils"), "-js", "FILE"], content)


def text(content: bytes) -> str:
    """The text that poppler finds."""
    return _said([_tool("pdftotext", "poppler-utils"), "FILE", "-"], content).decode()


def pages(content: bytes, scale: float = 1.0) -> list[Image.Image]:
    """Every page as PDFium draws it."""
    with pypdfium2.PdfDocument(io.BytesIO(content)) as pdf:
        pdf.init_forms()
        return [page.render(scale=scale).to_pil().convert("RGB") for page in pdf]


def difference(before: bytes, after: bytes) -> float:
    """The largest mean difference of a page's dots, 0 to 255."""
    first, second = pages(before), pages(after)
    assert [one.size for one in first] == [one.size for one in second]
    diffs = [ImageChops.difference(a, b) for a, b in zip(first, second, strict=True)]
    return max(max(ImageStat.Stat(one).mean) for one in diffs)
