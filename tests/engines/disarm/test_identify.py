"""What a file is, by its content."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.disarm.samples import OPEN, SAMPLES, VBA_PART, compound, office, zip_of

from sekisho.disarm.identify import HEAD_BYTES, TAIL_BYTES, ContentType, Glimpse, identify
from sekisho.disarm.kinds import families, kinds

SHEET = OPEN + "spreadsheetml.sheet.main+xml"


def seen(data: bytes) -> ContentType:
    """What a caller sees who gives both ends of the file."""
    return identify(data[:HEAD_BYTES], data[-TAIL_BYTES:], size=len(data))


@pytest.mark.parametrize("what", SAMPLES)
def test_each_sample_is_told_by_its_content(what: str) -> None:
    kind, data = SAMPLES[what]
    assert seen(data).name == kind


def test_the_samples_reach_most_kinds() -> None:
    assert len({kind for kind, _ in SAMPLES.values()}) > 55


@pytest.mark.parametrize(
    ("main", "plain", "with_macros"),
    [
        (OPEN + "wordprocessingml.document.main+xml", "docx", "docm"),
        (OPEN + "wordprocessingml.template.main+xml", "dotx", "dotm"),
        (SHEET, "xlsx", "xlsm"),
        (OPEN + "presentationml.presentation.main+xml", "pptx", "pptm"),
        (OPEN + "presentationml.slideshow.main+xml", "ppsx", "ppsm"),
        ("application/vnd.ms-word.document.macroEnabled.main+xml", "docm", "docm"),
        ("application/vnd.ms-excel.sheet.macroEnabled.main+xml", "xlsm", "xlsm"),
        ("application/vnd.ms-excel.sheet.binary.macroEnabled.main", "xlsb", "xlsb"),
        ("application/vnd.ms-excel.addin.macroEnabled.main+xml", "xlam", "xlam"),
        ("application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml", "pptm", "pptm"),
        ("application/vnd.ms-visio.drawing.main+xml", "vsdx", "vsdm"),
    ],
)
def test_an_office_document_is_told_by_its_main_part(
    main: str, plain: str, with_macros: str
) -> None:
    assert seen(office(main)).name == plain
    assert seen(office(main, types_last=True)).name == plain
    assert seen(office(main, more=VBA_PART)).name == with_macros
    assert seen(office(main, members={"xl/vbaProject.bin": b"x"})).name == with_macros


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(office("application/example+xml"), id="no main part that we know"),
        pytest.param(office(SHEET, more=f'<A ContentType="{OPEN}x"/><!-- -->'), id="a comment"),
        pytest.param(office(SHEET, more='<A ContentType="&#118;ba"/>'), id="a reference"),
        pytest.param(
            office(SHEET, more=f'<A ContentType="{OPEN}wordprocessingml.document.main+xml"/>'),
            id="two main parts",
        ),
        pytest.param(
            office(SHEET, members={"mimetype": b"application/vnd.oasis.opendocument.text"}),
            id="OpenDocument as well",
        ),
        pytest.param(office(SHEET, members={"[content_types].XML": b""}), id="two lists"),
        pytest.param(zip_of({"[Content_Types].xml": bytes(1_100_000)}), id="a list too long"),
    ],
)
def test_an_office_document_that_is_not_clear_is_never_called_harmless(document: bytes) -> None:
    assert seen(document) == ContentType("ooxml", "unknown")


def test_a_large_workbook_with_its_list_at_the_end_needs_the_tail() -> None:
    noise = bytes((i * i * 7919 >> 8) & 255 for i in range(200_000))
    sheet = zip_of({"xl/sheet.bin": noise})
    assert len(sheet) > HEAD_BYTES
    data = office(SHEET, members={"xl/sheet.bin": noise}, types_last=True)
    assert seen(data).name == "xlsx"
    assert identify(data[:HEAD_BYTES], size=len(data)).name == "ooxml"


def test_the_directory_at_the_end_counts_not_the_headers_in_front() -> None:
    harmless, real = office(SHEET), office(SHEET, more=VBA_PART)
    assert seen(harmless + real).name == "xlsm"


@pytest.mark.parametrize("damage", [lambda d: d + bytes(10), lambda d: d[:-5], lambda d: d[:-60]])
def test_without_a_sound_directory_an_office_document_is_never_called_harmless(
    damage: Callable[[bytes], bytes],
) -> None:
    assert seen(damage(office(SHEET))).name == "ooxml"
    assert seen(damage(office(SHEET, types_last=True))).name == "ooxml"


def test_a_document_inside_a_document_does_not_count() -> None:
    inner = compound(["WordDocument"])
    assert seen(compound(["Contents"]) + inner).name == "ole2"


def test_a_compound_file_with_its_directory_at_the_end_needs_the_tail() -> None:
    data = compound(["WordDocument"] + [f"s{i}" for i in range(20)], filler_sectors=100)
    long = compound(["a", "b", "c", "d", "Workbook"], filler_sectors=120)
    assert seen(data).name == "doc"
    assert seen(long).name == "xls"
    assert identify(long[:4_096], size=len(long)).name == "ole2"


def test_a_compound_file_whose_table_of_sectors_is_out_of_view() -> None:
    """LibreOffice writes that table in front of a directory at the end."""
    plain = compound([f"s{i}" for i in range(8)] + ["PowerPoint Document"])
    table, directory = plain[512:1024], plain[1024:]
    head = bytearray(plain[:512]) + bytes(HEAD_BYTES)
    sector = len(head) // 512 - 1
    struct.pack_into("<109L", head, 76, *[sector] * 109)
    struct.pack_into("<L", head, 48, sector + 1 + 1_000)
    long = bytes(head + table + bytes(1_000 * 512) + directory)
    assert identify(long[:HEAD_BYTES], long[-TAIL_BYTES:], size=len(long)).name == "ppt"


def test_a_loop_in_a_compound_file_ends() -> None:
    data = bytearray(compound([f"s{i}" for i in range(12)]))
    for cell in range(1, 4):
        data[512 + 4 * cell : 516 + 4 * cell] = (1).to_bytes(4, "little")
    assert seen(bytes(data)).name == "ole2"


def test_text_with_other_bytes_at_its_end_is_not_text() -> None:
    data = b"a line of text\n" * 10_000
    assert seen(data).name == "text"
    assert seen(data + b"\x1a").name == "text"
    assert seen(data + b"\0\0payload").name == "unknown"


@pytest.mark.parametrize("what", ["png", "old word", "zip", "csv"])
def test_a_glimpse_of_the_stream_says_the_same(what: str) -> None:
    data = SAMPLES[what][1]
    glimpse = Glimpse()
    chunks = [memoryview(data)[i : i + 7] for i in range(0, len(data), 7)]
    assert b"".join(glimpse.watch(chunks)) == data
    assert glimpse.content_type() == seen(data)


@given(st.binary(max_size=400), st.integers(1, 300))
def test_a_glimpse_keeps_both_ends_however_the_stream_is_cut(data: bytes, step: int) -> None:
    data = data * 2_000
    glimpse = Glimpse()
    for _ in glimpse.watch(data[i : i + step * 97] for i in range(0, len(data), step * 97)):
        pass
    assert glimpse.content_type() == seen(data)


@given(st.binary(max_size=2_000), st.binary(max_size=500), st.integers(0, 2**50))
def test_any_bytes_get_an_answer(head: bytes, tail: bytes, size: int) -> None:
    answer = identify(head, tail, size=max(size, 0))
    assert answer.name in kinds()
    assert answer.family in families()


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_damage_never_raises(what: str, data: st.DataObject) -> None:
    sample = bytearray(SAMPLES[what][1][:4_096])
    for _ in range(data.draw(st.integers(1, 6))):
        if sample:
            at = data.draw(st.integers(0, len(sample) - 1))
            sample[at] = data.draw(st.integers(0, 255))
    cut = bytes(sample[: data.draw(st.integers(0, len(sample)))])
    assert seen(cut).name in kinds()
    assert identify(cut, cut[-100:], size=len(cut) + data.draw(st.integers(0, 2**40)))
