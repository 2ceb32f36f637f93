"""What is found for whole pages at a time is what reading statement by statement finds."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engines.disarm.pdf.documents import DOCUMENTS
from tests.engines.disarm.pdf.making import pdf, stream
from tests.engines.disarm.support import run, through

from sekisho.disarm.formats.pdf import grammar, texts
from sekisho.disarm.formats.pdf.builder import Node
from sekisho.disarm.formats.pdf.rules import Rule

SECONDS_MAX = 10
RULE = Rule("test", {})
MAP = (
    b"1 begincodespacerange<0000><ffff>endcodespacerange 1 beginbfrange<0000><0fff><0020>endbfrange"
    b" 2 beginbfchar<0041><00660069><0042><d842dfb7>endbfchar"
)


def node(out: object, text: bytes | None = None) -> Node:
    made = Node(None, RULE, "")
    made.out, made.text = out, text
    return made


FONTS = {
    "F1": node({"Subtype": "Type1", "Encoding": "WinAnsiEncoding"}),
    "F2": node({"Subtype": "Type0", "Encoding": "Identity-H", "ToUnicode": node({}, MAP)}),
    "F3": node({"Subtype": "Type0", "Encoding": "UniJIS-UTF16-H"}),
    "F4": node({"Subtype": "Type0", "Encoding": "Identity-H"}),
    "\xff0": node({"Subtype": "Type1", "Encoding": "MacRomanEncoding"}),
}


def page(data: bytes, fonts: dict[str, Node] | None = None, **forms: Node) -> Node:
    """A page that draws with fonts and forms."""
    resources = {"Font": FONTS if fonts is None else fonts, "XObject": dict(forms)}
    return node({"Contents": node({}, data), "Resources": resources})


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.split("\n") if line.split()]


def same(*pages: Node) -> list[str]:
    """Both ways give the same words in the same lines; returns the texts."""
    out = []
    for source, found in zip(pages, texts.Reader().read_all(list(pages)), strict=True):
        slow = texts.Reader().read(source)
        assert lines(found.text()) == lines(slow.text())
        assert bool(found.unreadable) == bool(slow.unreadable)
        out.append(found.text())
    return out


def is_fast(source: Node) -> bool:
    return texts.Reader()._pieces(source) != []


STRINGS = [
    rb"(plain)",
    rb"(a\(b)",
    rb"(a\)b)",
    rb"(a(b)c)",
    rb"(\\)",
    rb"(\\\\)",
    rb"(\\\()",
    rb"(\101\060)",
    rb"(\n\r\t\b\f)",
    rb"()",
    rb"<>",
    rb"<41>",
    rb"<4142>",
    rb"<00410042>",
    rb"(\000A\000\102)",
    rb"(T* Tj )",
    rb"(ET )",
    rb"(<41>)",
    rb"(<<)",
    rb"(>>)",
    rb"(/F2 9 Tf )",
    rb"(\000\()",
    rb"([-900)",
    rb"(1 0 0 1 5 5 Tm )",
    rb"(\053\101)",
    b"(\xff\xfe)",
    b"(\n)",
    rb"(')",
    rb"(/X Do )",
    rb"(\330B\337\267)",
]
MOVES = [
    b"T*",
    b"0 -12 Td",
    b"0 0 Td",
    b"50 0 Td",
    b"5 0 TD",
    b"5 0.0 Td",
    b"5 -0 Td",
    b"5 00 Td",
    b"ET",
    b"BT",
    b"99 .0 Td",
    b"5 0   Td",
    b"1 0 0 1 7 7 Tm",
    b"1 0 0 1 9 7 Tm",
    b"1 0 0 1 9 70 Tm",
    b"1 0 0 1 9 0 Tm",
    b"1 0 0 1 9 7  Tm",
    b"1 0 0 1 9 123456789.1234567 Tm",
    b"1 0 0 1 9 223456789.1234567 Tm",
    b"q",
    b"Q",
    b"/F1 9 Tf",
    b"/F2 9 Tf",
    b"/F3 9 Tf",
    b"/F4 9 Tf",
    b"/F9 9 Tf",
    b"/F1   40\nTf",
    b"/Tf 9 Tf",
    b"/Tm gs",
    b"/ET gs",
    b"0 Tr",
    b"1 g",
    b"EMC",
    b"/Td /TD BDC",
    b"/P<</MCID 3>>BDC",
    b"/P<</Lang(ja)/MCID 3>>BDC",
    b"/P<</ActualText(x>y)>>BDC",
    b"/P<</Alt<41>>>BDC",
    b"/P<</E(a<<)/BBox[-900 2 3 4]>>BDC",
    b"[1 2]0 d",
]
KERNS = [
    b"",
    b" ",
    b"-7",
    b"-250",
    b" -250 ",
    b"-1000.5",
    b"12",
    b"-199",
    b"-200.5",
    b"-6.9999695",
    b"300",
]

strings = st.sampled_from(STRINGS)
arrays = st.lists(st.tuples(st.sampled_from(KERNS), strings), min_size=1, max_size=5).map(
    lambda parts: b"[" + b"".join(kern + string for kern, string in parts) + b"]TJ"
)
shows = st.one_of(arrays, strings.map(lambda one: one + b"Tj"), strings.map(lambda one: one + b"'"))
statements = st.lists(st.one_of(shows, shows, st.sampled_from(MOVES)), max_size=14)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(statements, min_size=1, max_size=3), st.sampled_from([b"/F1", b"/F2", b"/F3"]))
def test_both_ways_find_the_same(pages: list[list[bytes]], font: bytes) -> None:
    some = [font + b" 10 Tf " + b"\n".join(one) for one in pages]
    assert all(grammar.simple(data) is not None for data in some)
    same(*map(page, some))


@pytest.mark.parametrize(
    "data",
    [
        rb"(\8)Tj",
        rb"(\q)Tj",
        rb"(\1)Tj",
        rb"(\400)Tj",
        b"(\r)Tj",
        b"(\\\n)Tj",
        b"<4>Tj",
        b"<4 1>Tj",
        rb"(\u0041)Tj",
        rb"(\x41)Tj",
        rb"(\N{DIGIT ONE})Tj",
        rb"(\U00000041)Tj",
        rb"(\')Tj",
        rb"(\a)Tj",
        rb'1 2 (a) "',
        b"BI /W 1 ID x EI (a)Tj",
        b"% (a)Tj",
    ],
)
def test_what_python_would_read_otherwise_is_not_simple(data: bytes) -> None:
    assert grammar.simple(data) is None
    source = page(b"/F1 9 Tf " + data)
    assert not is_fast(source)
    same(source)


def test_an_escape_is_not_made_of_a_backslash_and_what_follows_it() -> None:
    assert same(page(rb"/F1 9 Tf (\\u0041)Tj (\\\\101)Tj")) == ["\n\\u0041\\\\101"]


def test_pages_and_forms_do_not_share_fonts() -> None:
    form = node({"Resources": {"Font": {"F1": FONTS["F2"]}}}, b'/F1 9 Tf(\0!\0"\0#)Tj')
    first = page(b"/F1 9 Tf(first)Tj q/X Do Q", X=form)
    second = page(b"(no font)Tj /F1 9 Tf(second)Tj")
    assert is_fast(first)
    assert is_fast(second)
    found = list(texts.Reader().read_all([first, second, first]))
    assert [lines(one.text()) for one in found] == [
        [["first"], ["ABC"]],
        [["second"]],
        [["first"], ["ABC"]],
    ]
    assert [one.unreadable for one in found] == [0, 1, 0]


def test_a_form_that_draws_itself_is_read_once() -> None:
    form = node({}, b"/F1 9 Tf(again)Tj/X Do")
    form.out = {"Resources": {"Font": FONTS, "XObject": {"X": form}}}
    assert lines(same(page(b"/X Do /X Do", X=form))[0]) == [["again"]]


def test_half_a_code_is_read_the_slower_way() -> None:
    odd, even = page(b"/F2 9 Tf(\0!\0)Tj"), page(b"/F2 9 Tf(\0!)Tj")
    assert [one.strip() for one in same(even, odd, even)][::2] == ["A", "A"]


def test_fonts_of_codes_that_differ_in_width_are_read_the_slower_way() -> None:
    fonts = {"F": node({"Subtype": "Type0", "Encoding": "90ms-RKSJ-H"})}
    source = page(b"/F 9 Tf(" + "番号1".encode("cp932") + b")Tj", fonts)
    assert not is_fast(source)
    assert lines(same(source)[0]) == [["番号1"]]


def test_codes_that_mean_several_characters_and_pairs_are_put_in() -> None:
    assert lines(same(page(b"/F2 9 Tf(\0A\0B\0!)Tj"))[0]) == [["fi\U00020bb7A"]]
    assert lines(same(page(b"/F3 9 Tf<D842DFB70031>Tj"))[0]) == [["\U00020bb71"]]


def test_more_fonts_than_a_table_holds_are_read_the_slower_way() -> None:
    wide = b"1 beginbfrange<ffff><ffff><0041>endbfrange"
    sources = []
    for _ in range(70):
        font = {"Subtype": "Type0", "Encoding": "Identity-H", "ToUnicode": node({}, wide)}
        sources.append(page(b"/F 9 Tf<FFFF>Tj", {"F": node(font)}))
    reader = texts.Reader()
    found = list(reader.read_all(sources))
    assert {one.text().strip() for one in found} == {"A"}
    assert reader._pieces(sources[0]) != []
    assert reader._pieces(sources[-1]) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_both_ways_find_the_same_in_documents(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Node] = []
    real = texts.Reader.read_all

    def read_all(self: texts.Reader, sources: list[Node]) -> object:
        seen.extend(sources)
        return real(self, sources)

    monkeypatch.setattr(texts.Reader, "read_all", read_all)
    through(DOCUMENTS[name](), "a.pdf")
    assert seen
    same(*seen)


@pytest.mark.parametrize(
    "shown",
    [
        b"(123456789018)Tj",
        b"[(1234)-7(5678)3(9018)]TJ",
        b"[(1234)-250(5678) -250 (9018)]TJ",
        b"(1234)Tj (5678)Tj 0 0 Td (9018)Tj",
        b"<313233343536373839303138>Tj",
        rb"(\061\062\063456789018)Tj",
        b"(1234567)Tj/P<</Lang(ja)/MCID 1>>BDC(89018)Tj EMC",
        b"(12345678)Tj /X Do" + b" (9018)Tj",
    ],
)
def test_a_number_in_pieces_is_found(shown: bytes) -> None:
    form = stream(b"q Q", b"/Subtype/Form/BBox[0 0 9 9]")
    document = pdf(
        {8: form}, contents=b"BT /F1 9 Tf " + shown + b" ET", resources=b"/XObject<</X 8 0 R>>"
    )
    said = run(document, "a.pdf").said
    assert "individual-number" in {entry.what for entry in said.entries}


HOSTILE = {
    "strings": b"()Tj " * 400_000,
    "hexadecimal": b"<41>Tj " * 250_000,
    "escapes": b"(" + b"\\101" * 450_000 + b")Tj",
    "backslashes": b"(" + b"\\\\" * 900_000 + b")Tj",
    "pairs": b"(" + b"()" * 900_000 + b")Tj",
    "fonts": b"".join(b"/F1 %d Tf(a)Tj " % i for i in range(100_000)),
    "moves": b"99 0.0   Td " * 150_000,
    "blanks": (b"99 0.0" + b" " * 10_000 + b"Td ") * 180,
    "heights": b"".join(b"1 0 0 1 0 %d  Tm " % i for i in range(100_000)),
    "arrays": b"[(a)-999(b)]TJ " * 130_000,
    "dictionaries": b"/P<</Lang(a)/E<41>>>BDC " * 80_000,
    "forms": b"/X Do " * 300_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_statements_take_no_time(name: str) -> None:
    form = node({}, b"/F1 9 Tf(x)Tj")
    source = page(b"/F1 9 Tf " + HOSTILE[name], X=form)
    assert is_fast(source)
    start = time.process_time()
    for _ in texts.Reader().read_all([source]):
        pass
    assert time.process_time() - start < SECONDS_MAX


def test_statements_too_long_are_read_the_slower_way() -> None:
    data = b"/F1 9 Tf" + b" " * texts.PIECES_BYTES_MAX + b"(a)Tj"
    assert not is_fast(page(data))
    assert same(page(data)) == ["a"]
