"""How fast a PDF is rebuilt: MB of input per second, and CPU against those who draw every page.

Run: python bench/disarm_pdf.py [--runs N]. Everything is measured in one process on one core, by
processor time; pdftoppm in a child of its own, by the time the system charges for it. The documents
are made here from words drawn at random with a seed, so that they pack about as well as real text.
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import reportlab
import typst
from PIL import Image
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from sekisho.disarm.engine import disarm
from sekisho.disarm.profile import STANDARD
from sekisho.disarm.work import Source

DOTS_PER_INCH = 150
PAGES = 12


def words(seed: int, count: int) -> str:
    """Words of random letters, as often as real ones have them."""
    chance = random.Random(seed)
    letters = "eeeeeetttttaaaaooooiiiinnnnssshhhrrrdddlllcuummwfgypbvk"
    lengths = [chance.randint(2, 9) for _ in range(count)]
    return " ".join("".join(chance.choice(letters) for _ in range(n)) for n in lengths)


def kanji(seed: int, count: int) -> str:
    """Japanese characters at random."""
    chance = random.Random(seed)
    return "".join(
        chr(chance.choice((0x3042, 0x4E00)) + chance.randrange(80)) for _ in range(count)
    )


def by_typst(pages: int = PAGES) -> bytes:
    text = "\n\n".join(words(seed, 90) for seed in range(6 * pages))
    return bytes(typst.compile(text.encode(), format="pdf"))


def by_typst_in_japanese(pages: int = PAGES) -> bytes:
    text = "\n\n".join(kanji(seed, 230) + "。" for seed in range(6 * pages))
    return bytes(typst.compile(text.encode(), format="pdf"))


def by_reportlab(font: str, size: int, line: Callable[[int], str]) -> bytes:
    into = io.BytesIO()
    sheet = canvas.Canvas(into, pageCompression=1, invariant=True)
    for page in range(PAGES):
        sheet.setFont(font, size)
        for number in range(50):
            sheet.drawString(50, 800 - 15 * number, line(100 * page + number))
        sheet.showPage()
    sheet.save()
    return into.getvalue()


def packed_again(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, recompress_flate=True)
    return out.getvalue()


def corpus() -> dict[str, bytes]:
    """Name → document."""
    vera = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
    pdfmetrics.registerFont(TTFont("Vera", vera))
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    plain = by_reportlab("Helvetica", 10, lambda seed: words(seed, 14))
    typeset = by_typst()
    return {
        "typst, fonts embedded": typeset,
        "typst, packed by qpdf": packed_again(typeset),
        "typst, Japanese": by_typst_in_japanese(),
        "reportlab, TrueType": by_reportlab("Vera", 10, lambda seed: words(seed, 14)),
        "reportlab, no fonts": packed_again(plain),
        "reportlab, Japanese": packed_again(
            by_reportlab("HeiseiMin-W3", 10, lambda seed: kanji(seed, 45))
        ),
    }


def ours(content: bytes) -> int:
    sink = io.BytesIO()
    result = disarm(Source(memoryview(content), "a.pdf"), sink, STANDARD)
    if result.stopped:
        raise result.stopped
    return len(sink.getvalue())


def drawn(content: bytes) -> None:
    """Every page drawn by PDFium."""
    with pypdfium2.PdfDocument(io.BytesIO(content)) as pdf:
        for page in pdf:
            page.render(scale=DOTS_PER_INCH / 72)


def cpu(work: Callable[[], object], runs: int) -> float:
    """The least processor time of several runs, in seconds."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def by_poppler(content: bytes) -> float:
    """Processor time of pdftoppm, and of putting its pictures into a PDF."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "a.pdf"
        source.write_bytes(content)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ["pdftoppm", "-r", str(DOTS_PER_INCH), str(source), f"{folder}/p"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        charged = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        start = time.process_time()
        pages = [Image.open(one) for one in sorted(Path(folder).glob("p*.ppm"))]
        pages[0].save(io.BytesIO(), "PDF", save_all=True, append_images=pages[1:])
        return charged + time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    rows = []
    head = "KB", "ms", "MB/s", "x poppler", "x PDFium", "out/in"
    print(f"{'document':26}" + "".join(f"{one:>11}" for one in head))
    for name, content in corpus().items():
        size = ours(content)
        seconds = cpu(lambda content=content: ours(content), runs)
        poppler = by_poppler(content) / seconds
        pdfium = cpu(lambda content=content: drawn(content), 2) / seconds
        rate = len(content) / seconds / 1e6
        rows.append((rate, poppler, pdfium, size / len(content)))
        print(
            f"{name:26}{len(content) / 1e3:11.0f}{seconds * 1e3:11.1f}{rate:11.1f}"
            f"{poppler:11.1f}{pdfium:11.1f}{size / len(content):11.2f}"
        )
    median = [statistics.median(column) for column in zip(*rows, strict=True)]
    print(
        f"{'median':26}{'':22}"
        + "".join(f"{one:11.1f}" for one in median[:3])
        + f"{median[3]:11.2f}"
    )


if __name__ == "__main__":
    main()
