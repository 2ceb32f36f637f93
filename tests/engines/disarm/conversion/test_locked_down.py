"""The same formats in children that can open no file: nothing of theirs is loaded too late."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engines.disarm.archives.build import (
    PASSWORD,
    TEXT,
    by_program,
    gzipped,
    lzh,
    members,
    tarred,
    zipped,
)
from tests.engines.disarm.archives.test_locked import office_with, zipcrypto
from tests.engines.disarm.conversion.test_drawings import SFC
from tests.engines.disarm.mail.letters import attached, compound, mail, outlook
from tests.support.parts import need

from sekisho.disarm.profile import STANDARD
from sekisho.disarm.sandbox import office_program
from sekisho.disarm.sandbox.pool import Pool

SAMPLES: dict[str, bytes] = {
    "x.zip": zipped([("ソ表十.txt", TEXT)]),
    "x.tgz": gzipped(tarred([("a.txt", TEXT)])),
    "x.lzh": lzh([("ソ表十.txt".encode("cp932"), TEXT)]),
    "x.eml": attached(mail(html="<p>本文</p>"), "a.txt", TEXT).as_bytes(),
    "x.msg": compound(outlook(html=b"<p>x</p>", files={"a.txt": TEXT})),
    "x.sfc": SFC,
    "locked.zip": zipcrypto(PASSWORD.encode(), TEXT),
    "locked.docx": office_with(PASSWORD),
}


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(1, convert=office_program.convert) as taken:
        if taken.state().sandbox.level != "full":
            need("the full lockdown", str(taken.state().sandbox))
        yield taken


def through(pool: Pool, name: str, content: bytes) -> bytes:
    done = pool.disarm(content, name, STANDARD, PASSWORD)
    assert done.content is not None, (done.report.code, done.report.detail)
    with done.content as file:
        return file.read()


@pytest.mark.parametrize("name", SAMPLES)
def test_it_comes_through(pool: Pool, name: str) -> None:
    assert through(pool, name, SAMPLES[name])


@pytest.mark.parametrize("options", [["-t7z"], ["-tzip", "-mem=AES256", f"-p{PASSWORD}"]])
def test_what_7zip_makes_comes_through(pool: Pool, options: list[str], tmp_path: Path) -> None:
    (tmp_path / "表.txt").write_bytes(TEXT * 100)
    made = by_program(tmp_path, ["7z", "a", "-bd", *options, "x.out", "表.txt"], "x.out")
    assert members(through(pool, "x.out", made)) == {"表.txt": TEXT * 100}


def test_an_old_document_is_converted_first(pool: Pool) -> None:
    if office_program.program() is None:
        need("libreoffice-writer-nogui", "it converts the old formats")
    done = pool.disarm(rb"{\rtf1\ansi hello\par}", "x.rtf", STANDARD)
    assert done.report.code == "", done.report
    assert done.report.went_out is not None
    assert done.report.went_out.name == "x.docx"
    assert done.content is not None
    done.content.close()
