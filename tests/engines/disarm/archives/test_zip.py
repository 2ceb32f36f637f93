"""ZIP: what is in it comes out disarmed, in the same order, under names that can exist."""

from __future__ import annotations

import struct
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.disarm.archives.build import EXE, TEXT, members, raw_zip, zipped
from tests.engines.disarm.support import run, stopped, through
from tests.support.parts import need

from sekisho.disarm import limits
from sekisho.disarm.account import Act
from sekisho.disarm.profile import STANDARD, Refusal

NOTICE = replace(STANDARD, refusal=Refusal.NOTICE)
SYMLINK = {"create_system": 3, "external_attr": 0o120777 << 16}


def test_members_stay_in_their_order_with_their_bytes() -> None:
    names = ["b/2.txt", "a.txt", "空/", "b/1.txt"]
    out = through(zipped([(name, b"" if name.endswith("/") else TEXT) for name in names]), "x.zip")
    assert list(members(out.content)) == names
    assert members(out.content)["b/2.txt"] == TEXT


def test_unzip_opens_what_was_written(tmp_path: Path) -> None:
    out = through(zipped([("報告/一.txt", TEXT)]), "x.zip")
    (tmp_path / "out.zip").write_bytes(out.content)
    try:
        done = subprocess.run(["unzip", "-tq", "out.zip"], cwd=tmp_path, capture_output=True)
    except FileNotFoundError:
        need("unzip", "it reads the ZIP files that are written")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["ソ表十.txt", "申請書①.txt", "ﾊﾝｶｸ.txt"])
def test_a_name_in_shift_jis_is_read_as_such(name: str) -> None:
    out = through(raw_zip([(name.encode("cp932"), TEXT)]), "x.zip")
    assert list(members(out.content)) == [name]


def test_the_unicode_name_of_info_zip_counts_where_it_belongs_to_the_name() -> None:
    raw = b"__.txt"
    body = b"\x01" + struct.pack("<L", zlib.crc32(raw)) + "髙橋.txt".encode()
    extra = struct.pack("<HH", 0x7075, len(body)) + body
    assert list(members(through(raw_zip([(raw, TEXT)], extra=extra), "x.zip").content)) == [
        "髙橋.txt"
    ]
    other = extra.replace(struct.pack("<L", zlib.crc32(raw)), b"\1\2\3\4")
    assert list(members(through(raw_zip([(raw, TEXT)], extra=other), "x.zip").content)) == [
        "__.txt"
    ]


@pytest.mark.parametrize(
    "name",
    ["../../etc/cron.d/canary", "/etc/canary", "..\\canary.txt", "C:\\canary.txt", "a/../../x"],
)
def test_a_path_that_leads_out_stops_the_archive(name: str) -> None:
    stopped(raw_zip([(name.encode(), TEXT)]), "x.zip", "SKS-D503")


def test_names_that_cannot_exist_everywhere_are_mended_and_said() -> None:
    out = through(zipped([("con.txt", TEXT), ("a:b?.txt", TEXT), (".bashrc", TEXT)]), "x.zip")
    assert list(members(out.content)) == ["_con.txt", "a_b_.txt", "_bashrc.txt"]
    assert out.rows(Act.CHANGED)["archive-name"] == 3


def test_names_that_fall_together_on_windows_are_numbered() -> None:
    out = through(
        zipped([("A.txt", TEXT), ("a.txt", b"x\r\n"), ("B", TEXT), ("B.txt", TEXT)]), "x.zip"
    )
    assert list(members(out.content)) == ["A.txt", "a (2).txt", "B.txt", "B (2).txt"]
    assert out.rows(Act.CHANGED)["archive-twin"] == 2


def test_links_comments_and_files_of_systems_are_dropped() -> None:
    link = zipped([("link", b"/etc/canary-target")], **SYMLINK)
    assert members(through(link, "x.zip").content) == {}
    mac = zipped(
        [("a.txt", TEXT), ("__MACOSX/._a.txt", EXE), ("b/.DS_Store", EXE), ("Thumbs.db", EXE)]
    )
    out = through(mac[:-2] + b"\x0e\0canary-comment", "x.zip")
    assert list(members(out.content)) == ["a.txt"]
    assert out.rows(Act.REMOVED) == {"archive-system-file": 3, "archive-comment": 1}
    assert b"canary" not in out.content


def test_a_refused_member_stops_the_archive_and_is_named() -> None:
    result = stopped(zipped([("a.txt", TEXT), ("悪い.exe", EXE)]), "x.zip", "SKS-D001")
    assert result.entry("member").where == "悪い.exe"


def test_by_policy_a_notice_stands_in_its_place() -> None:
    out = through(zipped([("b/悪い.exe", EXE), ("a.txt", TEXT)]), "x.zip", NOTICE)
    found = members(out.content)
    assert list(found) == ["b/悪い.exe.無害化できませんでした.txt", "a.txt"]
    assert "SKS-D001" in found["b/悪い.exe.無害化できませんでした.txt"].decode()
    assert b"canary" not in b"".join(found.values())
    assert out.entry("member").code == "SKS-D001"


def test_a_zip_in_a_zip_is_opened_too() -> None:
    inner = zipped([("link", b"canary")], **SYMLINK)
    out = through(zipped([("in.zip", inner)]), "x.zip")
    assert members(members(out.content)["in.zip"]) == {}
    assert out.entry("archive-link").where == "in.zip"


def test_a_zip_that_holds_itself_over_and_over_stops() -> None:
    content = zipped([("a.txt", TEXT)])
    for _ in range(limits.DEPTH_MAX + 1):
        content = zipped([("r.zip", content)])
    stopped(content, "x.zip", "SKS-D013")


def test_overlapping_members_stop_before_anything_is_unpacked() -> None:
    """As in the bomb of D. Fifield: many rows of the directory lead to one packed kernel."""
    kernel = zlib.compress(bytes(1 << 20), 9)[2:-4]
    sizes = (zlib.crc32(bytes(1 << 20)), len(kernel), 1 << 20, 1)
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0x21, *sizes, 0) + b"a" + kernel
    row = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0x21, *sizes, *[0] * 6)
    for names, code in ((b"aa", "SKS-D103"), (b"ab", "SKS-D108")):
        rows = b"".join(row + bytes((name,)) for name in names)
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(rows), len(local), 0)
        found = run(local + rows + end, "x.zip").code
        assert found in (code, "SKS-D104"), found


def test_a_dense_bomb_stops_at_its_declared_size() -> None:
    bomb = zipped([(f"{n}.txt", bytes(200 << 20)) for n in range(1)])
    assert run(bomb, "x.zip").code == "SKS-D010"


def test_a_declared_size_of_ten_to_the_seventeen_stops() -> None:
    content = bytearray(raw_zip([(b"a.txt", TEXT)]))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = b"\xff\xff\xff\xfe"
    assert run(bytes(content), "x.zip").code in ("SKS-D108", "SKS-D110")


def test_more_members_than_allowed_stop_before_they_are_read() -> None:
    row = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    )
    count = limits.MEMBERS_MAX + 1
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(row) * count, 0, 0)
    start = zipped([("a.txt", b"")])[:35]
    content = start + row * count + end
    content = content[:-6] + struct.pack("<LH", len(start), 0)
    stopped(content, "x.zip", "SKS-D011")


_SAMPLE = zipped([("a.txt", TEXT), ("b/c.txt", TEXT * 3), ("d/", b"")])


@given(st.integers(0, len(_SAMPLE) - 1), st.integers(0, 255), st.integers(0, len(_SAMPLE)))
def test_a_changed_byte_or_a_cut_gives_a_code_or_a_file(at: int, byte: int, end: int) -> None:
    changed = bytearray(_SAMPLE)
    changed[at] = byte
    run(bytes(changed), "x.zip")
    run(_SAMPLE[:end], "x.zip")
