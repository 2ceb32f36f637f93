"""The package as a file: one form, bounded, nothing unknown, missing, twice or hidden."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.ledger.support import (
    NODE,
    NOW,
    PARCEL_ID,
    READERS,
    START,
    STORY,
    TRANSFER_ID,
    Town,
    packed,
)

from sekisho.kernel.errors import InvalidInput
from sekisho.ledger import archive
from sekisho.ledger.archive import read_archive, write_archive
from sekisho.ledger.package import PERIOD, Earlier, EvidencePackage, prove_period
from sekisho.ledger.unpack import read_package
from sekisho.ledger.verify import verify_package

Members = dict[str, bytes]
TOWN = Town()
INDEXES = TOWN.tell(STORY)
PACKAGE = replace(
    TOWN.package(INDEXES),
    handovers=(b"first", b"second"),
    earlier=Earlier(TOWN.note(4), TOWN.log.consistency_proof(4)),
)
PACKED = packed(PACKAGE)


def members_of(data: bytes) -> Members:
    return dict(read_archive(io.BytesIO(data), lambda name: 10**9))


def repacked(members: Members) -> bytes:
    out = io.BytesIO()
    write_archive(members.items(), out, compress=False)
    return out.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_package(io.BytesIO(data))
    assert "{" not in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize("compress", [True, False])
def test_a_package_is_read_as_it_was_written(compress: bool) -> None:
    data = packed(PACKAGE, compress=compress)
    package = read_package(io.BytesIO(data))
    assert package == PACKAGE
    assert packed(package, compress=compress) == data


def test_a_period_is_read_as_it_was_written() -> None:
    size = TOWN.log.size()
    entries, proof = prove_period(TOWN.log, 1, 6, size, TOWN.disclosures)
    package = replace(
        PACKAGE,
        kind=PERIOD,
        subject="2026-04-01",
        entries=entries,
        range_proof=proof,
        earlier=None,
    )
    assert read_package(io.BytesIO(packed(package))) == package


def test_everybody_can_open_it() -> None:
    with zipfile.ZipFile(io.BytesIO(PACKED)) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
        assert names == sorted(names)
        index = INDEXES[0]
        assert opened.read(f"entries/{index}.json") == PACKAGE.entries[0].entry
        assert {one.date_time for one in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {one.external_attr >> 16 for one in opened.infolist()} == {0o100644}
    assert f"proofs/{index}.tlog-proof" in names
    assert f"disclosures/{index}.json" in names
    assert f"parcels/{PARCEL_ID}.json" in names


def test_a_member_too_many_or_too_few_is_named() -> None:
    members = members_of(PACKED)
    for name in members:
        if name.startswith("disclosures/"):
            continue
        fewer = {other: data for other, data in members.items() if other != name}
        expected = {"earlier/checkpoint.txt": "SKS-L064"}.get(name, "SKS-L065")
        assert refusal(repacked(fewer)) == expected, name
    for name in (
        "readme.txt",
        "entries/999.json",
        "entries/01.json",
        "entries/-1.json",
        "proofs/1.txt",
        "disclosures/999.json",
        "parcels/x.json",
        "earlier/more.txt",
        "handovers/2.json",
    ):
        data = _with_raw_names({**members, name: b"{}"}) if "-1" in name else None
        assert refusal(data or repacked({**members, name: b"{}"})) in ("SKS-L064", "SKS-L060"), name


def _with_raw_names(members: Members) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        for name, data in sorted(members.items()):
            opened.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/passwd",
        "entries/../package.json",
        "entries//1.json",
        "entries\\1.json",
        "C:evil",
        "Package.json",
        "package.json\0",
        "パッケージ",
        "a/b/c",
        "",
        "x" * 101,
    ],
)
def test_path_tricks_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        repacked({name: b""})
    assert caught.value.code == "SKS-L060"
    encoded = name.encode()
    member = archive.Member("x" * len(encoded), 0, 0, 0, 0, 0)
    data = (
        member.local()
        + member.central()
        + archive._end(1, len(member.central()), len(member.local()))
    )
    forged = data.replace(b"x" * len(encoded), encoded) if encoded else data
    if forged != data or not encoded or len(encoded) > 100:
        assert refusal(forged) in ("SKS-L060", "SKS-L064")


def test_archives_of_another_form_are_refused() -> None:
    members = members_of(PACKED)

    def by_zipfile(change: Callable[[zipfile.ZipInfo], None], comment: bytes = b"") -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as opened:
            opened.comment = comment
            for name, data in sorted(members.items()):
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.external_attr = 0o100644 << 16
                change(info)
                opened.writestr(info, data)
        return out.getvalue()

    read_package(io.BytesIO(by_zipfile(lambda info: None)))
    for change in (
        lambda info: setattr(info, "date_time", (2026, 1, 1, 0, 0, 0)),
        lambda info: setattr(info, "external_attr", 0o120777 << 16),
        lambda info: setattr(info, "comment", b"hello"),
        lambda info: setattr(info, "extra", b"\x01\x00\x00\x00"),
        lambda info: setattr(info, "create_system", 0),
        lambda info: setattr(info, "compress_type", zipfile.ZIP_BZIP2),
    ):
        assert refusal(by_zipfile(change)) == "SKS-L060"
    assert refusal(by_zipfile(lambda info: None, b"comment")) == "SKS-L060"
    for hidden in (b"MZ" + PACKED, PACKED + b"trailer", PACKED[:-1], b"", b"PK"):
        assert refusal(hidden) in ("SKS-L060", "SKS-L061")


def test_a_name_twice_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        write_archive([("a", b"1"), ("a", b"2")], io.BytesIO(), compress=False)
    assert caught.value.code == "SKS-L062"
    assert refusal(_joined([("policy.txt", b"1"), ("policy.txt", b"2")])) == "SKS-L062"
    assert refusal(_joined([("policy.txt", b"1"), ("checkpoint.txt", b"2")])) == "SKS-L060"


def _joined(members: list[tuple[str, bytes]]) -> bytes:
    """An archive in the one form except for what the writer would refuse."""
    body, directory = b"", b""
    for name, data in members:
        member = archive.Member(name, 0, zlib.crc32(data), len(data), len(data), len(body))
        body += member.local() + data
        directory += member.central()
    return body + directory + archive._end(len(members), len(directory), len(body))


def test_members_that_overlap_or_hide_bytes_are_refused() -> None:
    one = archive.Member("a", 0, zlib.crc32(b"x"), 1, 1, 0)
    overlapping = replace(one, name="b", offset=0)
    apart = replace(one, name="b", offset=one.end + 5)
    for second in (overlapping, apart):
        body = one.local() + b"x" + bytes(5) + second.local() + b"x"
        directory = one.central() + second.central()
        data = body + directory + archive._end(2, len(directory), len(body))
        assert refusal(data) == "SKS-L060"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed_data = bomb.compress(bytes(50_000_000)) + bomb.flush()
    for claimed in (50_000_000, 100, 2**32 - 1):
        member = archive.Member("package.json", 8, 0, len(packed_data), claimed, 0)
        body = member.local() + packed_data
        data = body + member.central() + archive._end(1, len(member.central()), len(body))
        assert refusal(data) in ("SKS-L061", "SKS-L063")


def test_many_members_that_are_too_much_together_are_refused() -> None:
    part = bytes(8_000_000)
    names = [f"disclosures/{number}.json" for number in range(40)]
    with pytest.raises(InvalidInput) as caught:
        write_archive([(name, part) for name in sorted(names)], io.BytesIO(), compress=True)
    assert caught.value.code == "SKS-L061"
    deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
    small = deflated.compress(part) + deflated.flush()
    body, directory = b"", b""
    for name in sorted(names):
        member = archive.Member(name, 8, zlib.crc32(part), len(small), len(part), len(body))
        body += member.local() + small
        directory += member.central()
    assert refusal(body + directory + archive._end(40, len(directory), len(body))) == "SKS-L061"


def test_a_damaged_member_is_named() -> None:
    plain = packed(PACKAGE, compress=False)
    at = plain.index(PACKAGE.policy)
    damaged = plain[:at] + b"X" + plain[at + 1 :]
    with pytest.raises(InvalidInput) as caught:
        read_package(io.BytesIO(damaged))
    assert (caught.value.code, caught.value.params["name"]) == ("SKS-L063", "policy.txt")


PLAIN = packed(PACKAGE, compress=False)


@given(st.integers(0, len(PLAIN) - 1), st.integers(1, 255))
def test_one_changed_byte_is_always_refused(at: int, change: int) -> None:
    """Every byte of an uncompressed package is under a checksum or in its one form."""
    damaged = PLAIN[:at] + bytes([PLAIN[at] ^ change]) + PLAIN[at + 1 :]
    with pytest.raises(InvalidInput):
        read_package(io.BytesIO(damaged))


@given(st.binary(max_size=400), st.sampled_from(["", "end", "local"]))
def test_hostile_bytes_never_crash(data: bytes, shape: str) -> None:
    if shape == "end":
        data += archive._end(1, len(data), 0)
    elif shape == "local":
        data += b"PK\x01\x02" + data + archive._end(1, len(data) + 4, len(data))
    with pytest.raises(InvalidInput):
        read_package(io.BytesIO(data))
    verdict = verify_package(data, readers=READERS, trusted_admins=None, now=NOW)
    assert not verdict.ok


@given(st.data())
def test_hostile_members_never_crash_the_verifier(data: st.DataObject) -> None:
    """Any member exchanged for anything: a verdict, never an exception, and never ok.

    Nobody signs what `package.json` claims, and of the earlier checkpoint only the log's own
    signature matters.
    """
    members = members_of(PACKED)
    name = data.draw(st.sampled_from(sorted(members)))
    original = members[name]
    at = data.draw(st.integers(0, len(original)))
    members[name] = data.draw(
        st.sampled_from(
            [b"", b"{}", b"[]", b"\xff", original[:at], original[:at] + b"0" + original[at + 1 :]]
        )
    )
    verdict = TOWN.verify(repacked(members))
    unsigned = name in ("package.json", "earlier/checkpoint.txt")
    assert not verdict.ok or members[name] == original or unsigned


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"kind": "other"},
        {"kind": "period"},
        {"node": "No"},
        {"created": "today"},
        {"subject": "a\nname"},
        {"subject": ""},
        {"entries": []},
        {"entries": [4, 3]},
        {"entries": [3, 3]},
        {"entries": [-1]},
        {"entries": ["3"]},
        {"entries": [True]},
        {"handovers": -1},
        {"handovers": 5000},
        {"parcels": ["../x"]},
        {"receipts": [PARCEL_ID, PARCEL_ID]},
        {"extra": 1},
    ],
)
def test_a_description_of_another_form_is_refused(change: dict[str, object]) -> None:
    members = members_of(PACKED)
    said = {**json.loads(members["package.json"]), **change}
    members["package.json"] = json.dumps(said).encode()
    assert refusal(repacked(members)) in ("SKS-K002", "SKS-K004", "SKS-K005", "SKS-L065")


def test_a_package_that_nobody_could_read_is_not_written() -> None:
    for subject in ("", "a\nb", "x" * 201):
        with pytest.raises(InvalidInput) as caught:
            packed(replace(PACKAGE, subject=subject))
        assert caught.value.code == "SKS-K002"
    named = packed(replace(PACKAGE, subject="佐藤花子 sato@example.lg.jp"))
    assert read_package(io.BytesIO(named)).subject == "佐藤花子 sato@example.lg.jp"


def test_the_smallest_headers_are_those_of_the_format() -> None:
    """Sizes from APPNOTE 4.3.7, 4.3.12 and 4.3.16."""
    member = archive.Member("a", 0, 0, 0, 0, 0)
    assert len(member.local()) == 30 + 1
    assert len(member.central()) == 46 + 1
    assert struct.calcsize("<4sHHHHIIH") == len(archive._end(0, 0, 0)) == 22


def test_what_a_package_says_about_itself() -> None:
    package: EvidencePackage = read_package(io.BytesIO(PACKED))
    assert (package.node, package.subject, package.created) == (
        NODE,
        TRANSFER_ID,
        START.replace(hour=12),
    )
