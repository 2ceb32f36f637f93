"""What other programs say of a PDF: poppler its texts, qpdf its soundness, pikepdf its XMP."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pikepdf
from tests.support.parts import need


def told(pdf: bytes, folder: Path) -> str:
    """The texts as poppler reads them, one cell of a table after the other."""
    return _run("pdftotext", pdf, folder, "-", before=())


def sound(pdf: bytes, folder: Path) -> str:
    """What qpdf says of its syntax; anything wrong is an error."""
    return _run("qpdf", pdf, folder, before=("--check",))


def pages(pdf: bytes, folder: Path) -> int:
    """How many pages it has, counted by poppler."""
    lines = _run("pdfinfo", pdf, folder).splitlines()
    return int(next(line for line in lines if line.startswith("Pages:")).split()[1])


def standards(pdf: bytes, folder: Path) -> dict[str, str]:
    """Which parts of PDF/A and PDF/UA it says it keeps to, and whether it is tagged."""
    with pikepdf.open(_written(pdf, folder)) as opened, opened.open_metadata() as found:
        names = ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")
        said = {name: str(found.get(name, "")) for name in names}
        said["tagged"] = str(bool(opened.Root.MarkInfo.Marked))
        said["language"] = str(opened.Root.Lang)
        return said


def _run(program: str, pdf: bytes, folder: Path, *after: str, before: tuple[str, ...] = ()) -> str:
    if shutil.which(program) is None:
        need(program, "it is not installed")
    words = [program, *before, str(_written(pdf, folder)), *after]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _written(pdf: bytes, folder: Path) -> Path:
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    return path
