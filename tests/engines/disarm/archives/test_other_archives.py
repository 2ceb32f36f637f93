"""tar, gzip, 7z and LZH become ZIP."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.disarm.archives.build import (
    EXE,
    TEXT,
    by_program,
    gzipped,
    lzh,
    members,
    special,
    tarred,
    zipped,
)
from tests.engines.disarm.support import run, stopped, through
from tests.support.parts import need

from sekisho.disarm.account import Act
from sekisho.disarm.formats.archives import libarchives

LONG = "/".join(["長い名前" * 15] * 3) + "/報告.txt"


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_becomes_zip(form: int) -> None:
    names = ["a/b.txt", "空/", "表.txt"] + ([] if form == tarfile.USTAR_FORMAT else [LONG])
    entries = [special(n, tarfile.DIRTYPE) if n.endswith("/") else (n, TEXT) for n in names]
    out = through(tarred(entries, form), "x.tar")
    assert out.said.name == "x.zip"
    assert list(members(out.content)) == names
    assert out.rows(Act.CHANGED)["archive-as-zip"] == 1


def test_links_and_devices_of_a_tar_are_dropped() -> None:
    entries = [
        special("s", tarfile.SYMTYPE, "/etc/canary"),
        special("h", tarfile.LNKTYPE, "canary"),
        special("d", tarfile.CHRTYPE),
        special("f", tarfile.FIFOTYPE),
        ("a.txt", TEXT),
    ]
    out = through(tarred(entries), "x.tar")
    assert list(members(out.content)) == ["a.txt"]
    assert out.rows(Act.REMOVED) == {"archive-link": 2, "archive-device": 2}


def test_a_path_out_of_a_tar_stops_it() -> None:
    stopped(tarred([("../canary", TEXT)]), "x.tar", "SKS-D503")


def test_a_size_of_ten_to_the_seventeen_stops() -> None:
    block = bytearray(tarred([("a.txt", TEXT)]))
    block[124:136] = b"\x80" + (10**17).to_bytes(11, "big")
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block[:512]):06o}\0 ".encode()
    stopped(bytes(block), "x.tar", "SKS-D501")


def test_tar_in_gzip_is_opened_at_once() -> None:
    out = through(gzipped(tarred([("a.txt", TEXT)])), "x.tgz")
    assert (out.said.name, members(out.content)) == ("x.zip", {"a.txt": TEXT})


def test_a_packed_file_keeps_its_name() -> None:
    out = through(gzipped(TEXT), "住民.txt.gz")
    assert members(out.content) == {"住民.txt": TEXT}


def test_pieces_of_gzip_are_joined() -> None:
    out = through(gzipped(TEXT) + gzipped(TEXT), "a.txt.gz")
    assert members(out.content) == {"a.txt": TEXT * 2}


def test_bytes_behind_a_gzip_stop_it() -> None:
    stopped(gzipped(TEXT) + b"canary", "a.txt.gz", "SKS-D501")


def test_a_gzip_bomb_stops() -> None:
    bomb = gzipped(bytes(100 << 20))
    stopped(bomb, "a.gz", "SKS-D010")
    stopped(gzipped(bomb), "a.gz.gz", "SKS-D010")


def test_a_program_in_a_tar_in_a_gzip_stops_all() -> None:
    stopped(gzipped(tarred([("a.exe", EXE)])), "x.tgz", "SKS-D001")


def test_lzh_with_names_in_shift_jis() -> None:
    out = through(lzh([("ソ表十.txt".encode("cp932"), TEXT), (b"a.txt", TEXT)]), "x.lzh")
    assert members(out.content) == {"ソ表十.txt": TEXT, "a.txt": TEXT}


@pytest.mark.parametrize("level", "012")
def test_packed_lzh_of_every_level_is_unpacked(level: str, tmp_path: Path) -> None:
    if not libarchives.IS_THERE:
        need("libarchive13", "it opens 7z and packed LZH")
    (tmp_path / "a.txt").write_bytes(TEXT * 100)
    made = by_program(tmp_path, ["jlha", f"a{level}", "x.lzh", "a.txt"], "x.lzh")
    assert b"-lh5-" in made
    assert members(through(made, "x.lzh").content) == {"a.txt": TEXT * 100}


def test_7z_as_7zip_makes_it(tmp_path: Path) -> None:
    if not libarchives.IS_THERE:
        need("libarchive13", "it opens 7z and packed LZH")
    (tmp_path / "報告").mkdir()
    (tmp_path / "報告/表.txt").write_bytes(TEXT)
    made = by_program(tmp_path, ["7z", "a", "-bd", "x.7z", "報告"], "x.7z")
    assert members(through(made, "x.7z").content)["報告/表.txt"] == TEXT
    hidden = by_program(tmp_path, ["7z", "a", "-bd", "-mhe=on", "-pabc", "y.7z", "報告"], "y.7z")
    stopped(hidden, "y.7z", "SKS-D507")
    body = by_program(tmp_path, ["7z", "a", "-bd", "-pabc", "z.7z", "報告"], "z.7z")
    stopped(body, "z.7z", "SKS-D507")


def test_without_the_library_there_is_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libarchives, "IS_THERE", False)
    stopped(b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(24), "x.7z", "SKS-D506")
    packed = lzh([(b"a.txt", TEXT)]).replace(b"-lh0-", b"-lh5-")
    stopped(packed, "x.lzh", "SKS-D506")


_TAR = tarred([("a.txt", TEXT), (LONG, TEXT)])
_GZIP = gzipped(_TAR)
_LZH = lzh([(b"a.txt", TEXT), (b"b.txt", TEXT)])


@given(st.sampled_from([_TAR, _GZIP, _LZH, zipped([])]), st.data())
def test_damage_gives_a_code_or_a_file(sample: bytes, data: st.DataObject) -> None:
    changed = bytearray(sample)
    for _ in range(3):
        changed[data.draw(st.integers(0, len(sample) - 1))] = data.draw(st.integers(0, 255))
    run(bytes(changed), "x")
    run(sample[: data.draw(st.integers(0, len(sample)))], "x")
