"""Bombs, loops and towers end soon, with a code or with the rest of the document."""

from __future__ import annotations

import io
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from functools import cache

import pikepdf
import pytest
from tests.engines.disarm.pdf import oracle
from tests.engines.disarm.pdf.making import TEXT, assembled, pdf, stream, updated
from tests.engines.disarm.support import run, stopped, through

SECONDS_MAX = 15
MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS_MAX


@cache
def deflated(count: int, times: int = 1) -> bytes:
    data = b" " * count
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data


def test_a_stream_that_grows_out_of_proportion_stops() -> None:
    bomb = stream(deflated(300 * MIB), b"/Filter/FlateDecode")
    document = pdf({4: bomb})
    tracemalloc.start()
    stopped(document, "a.pdf", "SKS-D010")
    assert tracemalloc.get_traced_memory()[1] < 500 * MIB
    tracemalloc.stop()


def test_filters_upon_filters_stop() -> None:
    bomb = stream(deflated(300 * MIB, 3), b"/Filter[/FlateDecode/FlateDecode/FlateDecode]")
    stopped(pdf({4: bomb}), "a.pdf", "SKS-D010")


def test_too_many_filters_are_no_stream() -> None:
    document = pdf({8: stream(TEXT, b"/Filter[" + b"/AHx" * 9 + b"]/Subtype/Form/BBox[0 0 9 9]")},
                   resources=b"/XObject<</X 8 0 R>>")  # fmt: skip
    assert b"/X " not in oracle.expanded(through(document, "a.pdf").content)


@pytest.mark.parametrize("kind", [b"ObjStm", b"Obj#53tm"])
def test_a_stream_of_objects_that_grows_stops(kind: bytes) -> None:
    holder = b"/Type/%b/N 1/First 4/Filter/FlateDecode" % kind
    packed = pdf({9: stream(deflated(300 * MIB), holder)})
    table = b"/Type/XRef/Size 11/W[1 4 2]/Root 1 0 R/Length 77"
    rows = b"".join(
        bytes([1]) + packed.index(b"%d 0 obj" % number).to_bytes(4, "big") + b"\0\0"
        if number in (1, 3, 4, 5, 9)
        else (b"\2\0\0\0\x09\0\0" if number == 2 else bytes(7))
        for number in range(11)
    )
    body = packed[: packed.index(b"xref\n")]
    end = b"10 0 obj\n<<%b>>\nstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
    result = run(body + end % (table, rows, len(body)), "a.pdf")
    assert result.code in ("SKS-D010", "SKS-D200")


def test_a_declared_length_of_ten_to_the_seventeen_is_of_no_use() -> None:
    document = pdf().replace(b"/Length 43", b"/Length 99999999999999999")
    assert b"Visible text" in oracle.expanded(through(document, "a.pdf").content)


def test_a_picture_of_enormous_size_stops() -> None:
    image = stream(
        b"", b"/Subtype/Image/Width 90000/Height 90000/ColorSpace/DeviceGray/BitsPerComponent 8"
    )
    stopped(pdf({8: image}, resources=b"/XObject<</I 8 0 R>>"), "a.pdf", "SKS-D012")


@pytest.mark.parametrize("opening", [b"[", b"<</A "])
def test_deep_nesting_ends(opening: bytes) -> None:
    result = run(pdf(page=b"/Annots " + opening * 100_000), "a.pdf")
    assert result.code in ("", "SKS-D200")
    close = b"]" if opening == b"[" else b">>"
    result = run(pdf(page=b"/Annots " + opening * 2_000 + b"0" + close * 2_000), "a.pdf")
    assert result.code in ("", "SKS-D200")


def test_deep_nesting_in_statements_ends() -> None:
    through(pdf(contents=b"[" * 100_000 + TEXT), "a.pdf")
    through(pdf(contents=b"/P " + b"<</A " * 50_000 + b" BDC " + TEXT), "a.pdf")
    through(pdf(contents=b"q " * 100_000 + TEXT), "a.pdf")
    through(pdf(contents=b"(" * 100_000 + TEXT), "a.pdf")
    through(pdf(contents=b"\\(" * 100_000 + TEXT), "a.pdf")


def test_a_long_string_of_escapes_is_read_once() -> None:
    label = b"/Span<</ActualText(" + b"\\(" * 300_000 + b")>>BDC EMC "
    through(pdf(contents=label + TEXT), "a.pdf")


@pytest.mark.parametrize("count", [11_000, pytest.param(200_000, marks=pytest.mark.long)])
def test_a_tree_of_too_many_pages_stops(count: int) -> None:
    bodies = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    bodies[2] = b"<</Type/Pages/Kids[" + kids + b"]>>"
    for number in range(3, count + 3):
        bodies[number] = b"<</Type/Page/Parent 2 0 R>>"
    stopped(assembled(bodies), "a.pdf", "SKS-D206")


def test_a_tree_of_pages_that_leads_back_ends() -> None:
    document = pdf(
        {2: b"<</Type/Pages/Kids[3 0 R 2 0 R 6 0 R]>>", 6: b"<</Type/Pages/Kids[2 0 R 6 0 R]>>"}
    )
    with pikepdf.open(io.BytesIO(through(document, "a.pdf").content)) as after:
        assert len(after.pages) == 1


def test_a_tower_of_page_trees_ends() -> None:
    bodies = {n: b"<</Type/Pages/Kids[%d 0 R]>>" % (n + 1) for n in range(10, 5_010)}
    bodies[2] = b"<</Type/Pages/Kids[10 0 R 3 0 R]>>"
    bodies[5010] = b"<</Type/Pages/Kids[]>>"
    through(pdf(bodies), "a.pdf")


def test_tables_that_lead_to_one_another_end() -> None:
    document = pdf()
    start = document.rsplit(b"startxref\n", 1)[1].split()[0]
    looped = document.replace(b"/Size 6", b"/Prev %b/Size 6" % start)
    through(looped, "a.pdf")


def test_references_that_lead_to_one_another_end() -> None:
    document = pdf({8: b"9 0 R", 9: b"8 0 R"}, page=b"/Rotate 8 0 R/CropBox 9 0 R")
    through(document, "a.pdf")


def test_a_length_that_is_its_own_stream_ends() -> None:
    document = pdf({4: b"<</Length 4 0 R>>\nstream\n%b\nendstream" % TEXT})
    assert b"Visible text" in oracle.expanded(through(document, "a.pdf").content)


def test_a_form_that_draws_itself_stops() -> None:
    form = stream(b"/X Do", b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 8 0 R>>>>")
    stopped(pdf({8: form}, resources=b"/XObject<</X 8 0 R>>"), "a.pdf", "SKS-D207")


def test_forms_that_multiply_stop() -> None:
    bodies = {}
    for number in range(10, 22):
        more = b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (number + 1)
        bodies[number] = stream(b"/X Do " * 10, more)
    bodies[22] = stream(b"0 0 1 1 re f", b"/Subtype/Form/BBox[0 0 9 9]")
    stopped(pdf(bodies, resources=b"/XObject<</X 10 0 R>>"), "a.pdf", "SKS-D207")


def test_an_outline_that_leads_back_ends() -> None:
    bodies = {
        8: b"<</First 9 0 R/Last 9 0 R>>",
        9: b"<</Title(a)/Parent 8 0 R/Next 10 0 R/First 8 0 R>>",
        10: b"<</Title(b)/Parent 8 0 R/Next 9 0 R/First 10 0 R>>",
    }
    through(pdf(bodies, catalog=b"/Outlines 8 0 R"), "a.pdf")


def test_a_field_that_is_its_own_parent_ends() -> None:
    field = {9: b"<</Subtype/Widget/Rect[0 0 9 9]/Parent 9 0 R/Kids[9 0 R]>>"}
    through(pdf(field, catalog=b"/AcroForm<</Fields[9 0 R]>>", page=b"/Annots[9 0 R]"), "a.pdf")


def test_a_mask_that_is_its_own_mask_ends() -> None:
    image = stream(
        b"\0",
        b"/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/SMask 8 0 R",
    )
    through(pdf({8: image}, resources=b"/XObject<</I 8 0 R>>"), "a.pdf")


def test_a_hundred_saves_are_read() -> None:
    document = pdf()
    for _ in range(100):
        document = updated(document, {4: stream(TEXT)})
    through(document, "a.pdf")


def test_a_colour_space_in_itself_ends() -> None:
    document = pdf({8: b"[/Indexed 8 0 R 1 <00ff>]"}, resources=b"/ColorSpace<</C 8 0 R>>")
    through(document, "a.pdf")


def test_functions_and_names_in_themselves_end() -> None:
    bodies = {
        8: b"<</FunctionType 3/Domain[0 1]/Functions[8 0 R 8 0 R]/Bounds[.5]/Encode[0 1 0 1]>>",
        9: b"<</Kids[9 0 R 9 0 R]/Names[(a) [3 0 R /Fit]]>>",
    }
    shading = (
        b"/Shading<</S<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 1 1]/Function 8 0 R>>>>"
    )
    document = pdf(bodies, resources=shading, catalog=b"/Names<</Dests 9 0 R>>")
    assert run(document, "a.pdf").code in ("", "SKS-D204")


def test_numbers_of_ten_thousand_digits_are_no_numbers() -> None:
    digits = b"9" * 10_000
    for number in (digits, b"-" + digits, digits + b".5", b"." + digits):
        document = pdf(
            page=b"/Rotate %b/CropBox[0 0 %b 9]" % (number, number),
            contents=TEXT + b" %b w" % number,
        )
        assert run(document, "a.pdf").code in ("", "SKS-D200")
        function = b"{ %b }" % number
        more = b"/FunctionType 4/Domain[0 1]/Range[0 1]"
        shading = b"/Shading<</S<</ShadingType 1/ColorSpace/DeviceGray/Function 8 0 R>>>>"
        through(pdf({8: stream(function, more)}, resources=shading), "a.pdf")
