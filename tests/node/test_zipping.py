"""One archive, never a file: read back by another program, and over 4 GiB."""

from __future__ import annotations

import shutil
import subprocess
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from tests.support.parts import need

from sekisho.node.zipping import Entry, zip_pieces

MIB = 1 << 20
NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


def entry(path: str, content: bytes) -> Entry:
    return Entry(path, len(content), NOW, [content])


def test_names_times_and_contents() -> None:
    contents = {"税務/通知.txt": b"x" * 10, "空": b""}
    data = b"".join(zip_pieces(entry(*one) for one in contents.items()))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert {one: archive.read(one) for one in archive.namelist()} == contents
        for one in archive.infolist():
            assert one.date_time == (2026, 4, 1, 9, 30, 0)
            assert one.flag_bits & 0x800, "the name is not marked as UTF-8"
            assert one.external_attr >> 16 == 0o100600


def test_another_program_reads_it(tmp_path: Path) -> None:
    program = shutil.which("bsdtar")
    if program is None:
        need("bsdtar", "not installed")
        return
    made = tmp_path / "made.zip"
    made.write_bytes(b"".join(zip_pieces([entry("税務/通知.txt", b"content"), entry("b", b"")])))
    subprocess.run([program, "-xf", made, "-C", tmp_path], check=True)
    assert (tmp_path / "税務/通知.txt").read_bytes() == b"content"


class Zeros:
    """So many bytes, a MiB at a time."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __iter__(self) -> Iterator[bytes]:
        piece = bytes(MIB)
        for _ in range(self.size // MIB):
            yield piece


@pytest.mark.parametrize("gib", [pytest.param(5, marks=pytest.mark.long)])
def test_over_four_gib_by_zip64_in_bounded_memory(gib: int, tmp_path: Path) -> None:
    size = gib << 30
    tracemalloc.start()
    count, tail = 0, b""
    for piece in zip_pieces([Entry("大.bin", size, NOW, Zeros(size)), entry("b", b"x")]):
        count, tail = count + len(piece), (tail + piece)[-400:]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * MIB
    assert count > size
    assert b"PK\x06\x06" in tail and b"PK\x06\x07" in tail


def test_what_a_source_raises_goes_through() -> None:
    class Broken(Exception):
        pass

    def content() -> Iterator[bytes]:
        yield b"a"
        raise Broken

    with pytest.raises(Broken):
        list(zip_pieces([Entry("a", 2, NOW, content())]))
