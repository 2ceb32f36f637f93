"""ZIP files: one reading only, one form of writing."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.disarm.samples import locked_zip, zip_of

from sekisho.disarm import limits
from sekisho.disarm.work import Budget, Stopped
from sekisho.disarm.zipfiles import ZipListing, ZipWriter, read_zip


def listing(data: bytes) -> ZipListing:
    return read_zip(memoryview(data), Budget(len(data)))


def contents(data: bytes) -> dict[str, bytes]:
    return {member.untrusted_name: bytes(member.read()) for member in listing(data).members}


def written(members: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    writer = ZipWriter(sink)
    for name, data in members.items():
        writer.add(name, data)
    writer.finish()
    return sink.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(Stopped) as stopped:
        contents(data)
    return stopped.value.code


def test_what_zipfile_writes_is_read() -> None:
    members = {"a.txt": b"hello" * 100, "名簿/一覧.csv": b"1,2\n", "empty": b"", "d/": b""}
    assert contents(zip_of(members)) == members
    assert contents(zip_of(members, method=zipfile.ZIP_STORED)) == members


def test_what_we_write_zipfile_reads_and_it_is_always_the_same() -> None:
    members = {"a.txt": b"hello" * 100, "名簿.csv": b"1,2\n", "empty": b""}
    data = written(members)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == members
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any(info.extra for info in archive.infolist())
    assert written(contents(data)) == data


def test_streamed_and_zip64_members_are_read() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += data  # type: ignore[operator]
            return len(data)  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a.txt", "w") as member:
            member.write(b"streamed")
        with archive.open("b.txt", "w", force_zip64=True) as member:
            member.write(b"wide")
    assert contents(bytes(pipe.data)) == {"a.txt": b"streamed", "b.txt": b"wide"}


def test_names_of_japanese_windows_are_read() -> None:
    data = zip_of({"x" * 8: b"1"}).replace(b"x" * 8, "表組.txt".encode("cp932")[:8])
    assert list(contents(data)) == ["表組.txt"]


def _patched(data: bytes, at_local: int, at_central: int, form: str, value: int) -> bytes:
    out = bytearray(data)
    central = data.index(b"PK\x01\x02")
    if at_local >= 0:
        struct.pack_into(form, out, at_local, value)
    if at_central >= 0:
        struct.pack_into(form, out, central + at_central, value)
    return bytes(out)


ONE = zip_of({"a.txt": b"hello" * 50})
TWO = zip_of({"a.txt": b"1" * 50, "b.txt": b"2" * 50})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"PK\x03\x04", "SKS-D100", id="no directory"),
        pytest.param(ONE[:-10], "SKS-D100", id="cut off"),
        pytest.param(ONE + b"more", "SKS-D105", id="trailing"),
        pytest.param(b"MZ stub" + ONE, "SKS-D105", id="leading"),
        pytest.param(locked_zip(), "SKS-D101", id="encrypted"),
        pytest.param(_patched(ONE, 8, 10, "<H", 12), "SKS-D102", id="bzip2"),
        pytest.param(_patched(ONE, 8, -1, "<H", 0), "SKS-D108", id="methods differ"),
        pytest.param(_patched(ONE, 22, -1, "<L", 7), "SKS-D108", id="sizes differ"),
        pytest.param(_patched(ONE, 14, 16, "<L", 7), "SKS-D106", id="wrong checksum"),
        pytest.param(_patched(ONE, 22, 24, "<L", 249), "SKS-D106", id="more than it says"),
        pytest.param(_patched(ONE, 22, 24, "<L", 251), "SKS-D106", id="less than it says"),
        pytest.param(ONE.replace(b"a.txt", b"b.exe", 1), "SKS-D108", id="names differ"),
        pytest.param(TWO.replace(b"b.txt", b"a.txt"), "SKS-D104", id="a name twice"),
        pytest.param(ONE.replace(b"a.txt", b"\xff\xfe\xfd\xa0\x81"), "SKS-D107", id="no encoding"),
        pytest.param(
            _patched(ONE, 22, 24, "<L", limits.MEMBER_BYTES_MAX + 1), "SKS-D110", id="huge"
        ),
    ],
)
def test_what_two_programs_could_read_differently_stops(data: bytes, code: str) -> None:
    assert code_of(data) == code


def _overlapping() -> bytes:
    """Two names for one and the same local header and its bytes."""
    out = bytearray(ONE)
    at = ONE.index(b"PK\x01\x02")
    row = ONE[at : ONE.index(b"PK\x05\x06")]
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 2 * len(row), at, 0)
    return bytes(out[:at]) + row + row + end


def test_members_on_each_other_stop() -> None:
    assert code_of(_overlapping()) in {"SKS-D103", "SKS-D104"}
    data = _overlapping()
    second = data.rindex(b"PK\x01\x02")
    assert code_of(data[: second + 46] + b"b.txt" + data[second + 51 :]) in {
        "SKS-D103",
        "SKS-D108",
    }


def test_a_bomb_is_not_unpacked() -> None:
    data = zip_of({f"{i}": bytes(60_000_000) for i in range(3)})
    assert code_of(data) == "SKS-D010"


def test_hidden_bytes_are_counted() -> None:
    at = ONE.index(b"PK\x01\x02")
    end = bytearray(ONE[at:])
    struct.pack_into("<L", end, len(end) - 6, at + 9)
    assert listing(ONE[:at] + b"in hiding" + bytes(end)).hidden_bytes == 9


@given(st.data())
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    sample = bytearray(TWO)
    for _ in range(data.draw(st.integers(1, 5))):
        sample[data.draw(st.integers(0, len(sample) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Stopped):
        contents(bytes(sample[: data.draw(st.integers(0, len(sample)))]))


@given(st.dictionaries(st.text(min_size=1, max_size=9), st.binary(max_size=300), max_size=5))
def test_what_is_written_reads_back(members: dict[str, bytes]) -> None:
    if all(name.isprintable() for name in members):
        data = written(members)
        assert contents(data) == members
