"""Kinds of old programs: turned into another first by whoever the pool is given for it."""

from __future__ import annotations

from typing import BinaryIO

import pytest
from tests.engines.disarm.sandbox import hostile
from tests.engines.disarm.sandbox.conftest import BOUNDS

from sekisho.disarm.kinds import kinds
from sekisho.disarm.profile import STANDARD
from sekisho.disarm.report import Outcome
from sekisho.disarm.sandbox.converting import CONVERTED_FIRST, Convert, converted_name
from sekisho.disarm.sandbox.messages import Said, write_short
from sekisho.disarm.sandbox.pool import Done, Pool
from sekisho.disarm.work import Stopped

RTF = rb"{\rtf1\ansi hello}"


def through(convert: Convert | None, content: bytes = RTF, name: str = "a.rtf") -> Done:
    """One file, once, with a converter."""
    with Pool(1, bounds=BOUNDS, boot=hostile.boot(), convert=convert) as pool:
        return pool.disarm(content, name, STANDARD)


def test_what_comes_back_takes_the_way_of_every_file() -> None:
    seen: list[tuple[bytes, str]] = []

    def convert(content: BinaryIO, kind: str) -> bytes:
        seen.append((content.read(), kind))
        return b"made of it"

    done = through(convert)
    assert seen == [(RTF, "rtf")]
    assert done.report.outcome is Outcome.REBUILT
    assert done.report.came_in.kind == "rtf"
    assert done.report.entries[0].what == "converted-first"
    assert done.content is not None
    with done.content as file:
        assert file.read() == b"made of it"


def test_what_comes_back_is_as_untrusted_as_what_went_in() -> None:
    assert through(lambda content, kind: b"DO start exec").report.code == "SKS-D026"
    # Also when it is of a kind that would be converted: it is not done twice.
    assert through(lambda content, kind: content).report.code == "SKS-D701"


def test_a_converter_may_stop_the_file_or_pass() -> None:
    def stop(content: BinaryIO, kind: str) -> bytes:
        raise Stopped("SKS-D010", bytes=1)

    done = through(stop)
    assert (done.report.code, done.content) == ("SKS-D010", None)
    assert through(lambda content, kind: None).report.code == "SKS-D701"
    assert through(None).report.code == "SKS-D701"


def test_only_kinds_of_the_table_reach_the_converter() -> None:
    def convert(content: BinaryIO, kind: str) -> bytes:
        raise AssertionError(kind)

    assert through(convert, b"plain", "a.txt").report.code == ""
    lie = b"DO say " + write_short(Said.CONVERT)
    assert through(convert, lie, "a.txt").report.code == "SKS-D024"


@pytest.mark.parametrize("kind", CONVERTED_FIRST)
def test_every_kind_becomes_another_that_is_known(kind: str) -> None:
    assert kinds()[CONVERTED_FIRST[kind]].extensions


def test_the_extension_follows_where_it_was_right() -> None:
    assert converted_name("年/a.rtf", "rtf") == "年/a.docx"
    assert converted_name("a.DOC", "doc") == "a.docx"
    assert converted_name("a.exe", "doc") == "a.exe"
