"""LibreOffice converts old formats from inside a closed room, and what comes out is disarmed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from tests.engines.disarm.archives.build import zipped
from tests.engines.disarm.samples import compound
from tests.engines.disarm.support import run, stopped, through
from tests.support.parts import need

from sekisho.disarm.sandbox import office_program
from sekisho.disarm.work import Stopped

RTF = rb"{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}\f0 Hello \b bold\b0\par}"


@pytest.fixture(autouse=True)
def _office(request: pytest.FixtureRequest) -> None:
    if "without" not in request.node.name and office_program.program() is None:
        need("libreoffice-writer-nogui", "it converts the old formats")


def converted(content: bytes, kind: str) -> bytes:
    found = office_program.convert(io.BytesIO(content), kind)
    assert found is not None
    return found


def made(folder: Path, name: str, content: bytes, target: str) -> bytes:
    """What LibreOffice itself, unconfined, makes of a file: the samples in old formats."""
    (folder / name).write_bytes(content)
    binary = office_program.program()
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [
        str(binary),
        profile,
        "--headless",
        "--convert-to",
        target,
        "--outdir",
        str(folder),
        name,
    ]
    for _ in range(2):
        subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    return (folder / name).with_suffix(f".{target}").read_bytes()


def test_rich_text_becomes_a_word_document_that_is_a_fixed_point() -> None:
    out = through(converted(RTF, "rtf"), "x.docx")
    assert docx.Document(io.BytesIO(out.content)).paragraphs[0].text == "Hello bold"


def test_old_word_and_opendocument_text(tmp_path: Path) -> None:
    for kind in ("doc", "odt"):
        sample = made(tmp_path, f"{kind}.rtf", RTF, kind)
        assert run(sample, f"x.{kind}").said.kind == kind
        out = through(converted(sample, kind), "x.docx")
        assert docx.Document(io.BytesIO(out.content)).paragraphs[0].text == "Hello bold"


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_old_excel_keeps_cells_and_formulas(kind: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["A3"] = 2, 3, "=SUM(A1:A2)"
    plain = io.BytesIO()
    book.save(plain)
    sample = made(tmp_path, "x.xlsx", plain.getvalue(), kind)
    out = through(converted(sample, kind), "x.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(out.content)).active
    assert [sheet[cell].value for cell in ("A1", "A2", "A3")] == [2, 3, "=SUM(A1:A2)"]


def test_nothing_is_left_in_memory_folders() -> None:
    before = {path.name for path in office_program.MEMORY_FOLDER.glob("sekisho-*")}
    converted(RTF, "rtf")
    with pytest.raises(Stopped):
        converted(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "ppt")
    after = {path.name for path in office_program.MEMORY_FOLDER.glob("sekisho-*")}
    assert not [name for name in after - before if "faults" not in name]


def test_it_is_ended_when_time_is_up() -> None:
    with pytest.raises(Stopped, match="SKS-D703"):
        office_program.convert(io.BytesIO(RTF), "rtf", wall_seconds_max=0.05)


def test_a_file_that_asks_for_another_gets_nothing(tmp_path: Path) -> None:
    """A text section linked to a file of this machine: what stands there must not come through."""
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-from-the-disk")
    content = (
        '<?xml version="1.0"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.3"><office:body>'
        f'<office:text><text:section text:name="s"><text:section-source xlink:href="file://{secret}"/>'
        "<text:p>here</text:p></text:section></office:text></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest'
        ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/"'
        ' manifest:media-type="application/vnd.oasis.opendocument.text"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    sample = zipped(
        [
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            ("content.xml", content.encode()),
            ("META-INF/manifest.xml", manifest.encode()),
        ]
    )
    with zipfile.ZipFile(io.BytesIO(converted(sample, "odt"))) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist())
    assert b"canary" not in parts


_PROBE = """
import ctypes, os, socket, sys
from pathlib import Path
from sekisho.disarm.sandbox import office_child
has_its_own = office_child._separate(Path(sys.argv[1]))
office_child._shut_in(Path(sys.argv[1]), has_its_own)
said = []
for path in ("/etc/shadow", "/root", "/work", "/home"):
    try:
        os.listdir(path) if os.path.isdir(path) else open(path).read()
        said.append(path)
    except OSError:
        pass
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):
    try:
        socket.socket(family)
        said.append(str(family))
    except OSError:
        pass
for name, arguments in (("unshare", (0x10000000,)), ("ptrace", (0, 0, 0, 0)), ("setsid", ())):
    if getattr(ctypes.CDLL(None), name)(*arguments) >= 0:
        said.append(name)
try:
    open("/usr/canary", "w")
    said.append("/usr")
except OSError:
    pass
open(sys.argv[1] + "/said", "w").write(repr(said))
"""


def test_the_room_is_closed() -> None:
    with tempfile.TemporaryDirectory(dir=office_program.MEMORY_FOLDER) as folder:
        (Path(folder) / "tmp").mkdir()
        assert _said_inside(folder) == "[]"


def _said_inside(folder: str) -> str:
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, folder], env=environment, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
    return (Path(folder) / "said").read_text()


def test_without_a_conversion_there_is_advice() -> None:
    stopped(zipped([("a.rtf", RTF)]), "x.zip", "SKS-D704")
    stopped(RTF, "x.rtf", "SKS-D701")
    stopped(compound(["DocumentText"]), "x.jtd", "SKS-D700")
    assert office_program.convert(io.BytesIO(b""), "jtd") is None
