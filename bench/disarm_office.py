"""Disarm Office documents, against LibreOffice converting the same files, in one run.

    PYTHONPATH=src:. python bench/disarm_office.py [rounds]

Both take turns, file by file. Processor time of LibreOffice is that of its processes with a
profile that is warm; ours is that of this process. Medians over the rounds.
"""

from __future__ import annotations

import io
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import docx
import pptx
import xlsxwriter
from docx.shared import Inches
from PIL import Image

from sekisho.disarm.engine import disarm
from sekisho.disarm.profile import STANDARD
from sekisho.disarm.work import Source

WORDS = [
    "市民課",
    "住民票",
    "写し",
    "交付",
    "申請書",
    "東西南北",
    "課税",
    "証明",
    "納付",
    "保険",
    "年金",
    "介護",
]
SEED = random.Random(20)


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def letter() -> bytes:
    """Two pages of text."""
    document = docx.Document()
    for _ in range(40):
        document.add_paragraph("".join(SEED.choices(WORDS, k=30)))
    return _saved(document)


def report(paragraphs: int = 2_000) -> bytes:
    """A long document."""
    document = docx.Document()
    for _ in range(paragraphs):
        paragraph = document.add_paragraph()
        for bold in (False, True, False):
            paragraph.add_run("".join(SEED.choices(WORDS, k=12))).bold = bold
    return _saved(document)


def photograph() -> io.BytesIO:
    """A picture that does not shrink when it is packed."""
    picture = Image.frombytes("RGB", (900, 600), SEED.randbytes(900 * 600 * 3))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    out.seek(0)
    return out


def illustrated() -> bytes:
    """A document with photographs, as most large ones are."""
    document = docx.Document()
    for _ in range(12):
        document.add_paragraph("".join(SEED.choices(WORDS, k=60)))
        document.add_picture(photograph(), width=Inches(5))
    return _saved(document)


def register(rows: int) -> bytes:
    """A sheet of ten columns, half of them numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("名簿")
    for row in range(rows):
        for column in range(0, 10, 2):
            sheet.write(row, column, f"氏名{SEED.randrange(5_000)}")
            sheet.write(row, column + 1, SEED.randrange(1_000_000))
    book.close()
    return out.getvalue()


def talk() -> bytes:
    """Thirty slides, every third with a photograph."""
    show = pptx.Presentation()
    for number in range(30):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = f"{number} {SEED.choice(WORDS)}"
        slide.placeholders[1].text = "\n".join("".join(SEED.choices(WORDS, k=8)) for _ in range(6))
        if number % 3 == 0:
            slide.shapes.add_picture(photograph(), 0, 0)
    return _saved(show)


def files() -> dict[str, bytes]:
    """What is measured."""
    return {
        "letter.docx": letter(),
        "report.docx": report(),
        "photos.docx": illustrated(),
        "small.xlsx": register(500),
        "large.xlsx": register(20_000),
        "talk.pptx": talk(),
    }


def ours(data: bytes, name: str) -> tuple[float, int]:
    """Processor seconds, and bytes that came out."""
    sink = io.BytesIO()
    start = time.process_time()
    said = disarm(Source(memoryview(data), name), sink, STANDARD)
    spent = time.process_time() - start
    if said.stopped:
        raise SystemExit(f"{name}: {said.stopped}")
    return spent, len(sink.getvalue())


def theirs(data: bytes, name: str, folder: Path) -> float:
    """Processor seconds of a conversion to the same format by LibreOffice."""
    (folder / name).write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    kind = name.rpartition(".")[2]
    command = ["soffice", "--headless", profile, "--convert-to", kind, "--outdir", f"{folder}/out"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*command, str(folder / name)], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not (folder / "out" / name).exists():
        raise SystemExit(done.stderr.decode())
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Measure and print one table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {rounds} rounds")
    print("| file | bytes | size out | ours, CPU s | MB/s | LibreOffice, CPU s | times |")
    rates, factors = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        theirs(letter(), "warm.docx", folder)
        for title, data in files().items():
            mine, other, size = [], [], 0
            for _ in range(rounds):
                spent, size = ours(data, title)
                mine.append(spent)
                other.append(theirs(data, title, folder))
            quick, slow = statistics.median(mine), statistics.median(other)
            rates.append(len(data) / 1e6 / quick)
            factors.append(slow / quick)
            row = f"{len(data)} | {size / len(data):.2f} | {quick:.4f} | {rates[-1]:.1f}"
            print(f"| {title} | {row} | {slow:.2f} | {factors[-1]:.0f} |")
    print(f"median {statistics.median(rates):.1f} MB/s, {statistics.median(factors):.0f} times")


if __name__ == "__main__":
    main()
