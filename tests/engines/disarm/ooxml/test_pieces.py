"""The quick ways through a part say the same as the slow ones, and fall back where they cannot."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.engines.disarm.ooxml.build import CANARY, Surgery, W, assert_sound, excel, slides, word
from tests.engines.disarm.support import through

from sekisho.disarm.formats.ooxml import scanning, tables, xmlparts
from sekisho.disarm.formats.ooxml.pieces import as_it_came, take_apart

HEAD = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
MC = tables.MC[1:-1]
VML = "urn:schemas-microsoft-com:vml"
NS = f'xmlns:w="{W}" xmlns:mc="{MC}" xmlns:v="{VML}"'
WORDS = tables.vocabulary(("word", "vml"))


def part(inside: str, root: str = "") -> bytes:
    """A document with this in its body."""
    space = f"{NS} {root}".strip()
    return f"{HEAD}<w:document {space}><w:body>{inside}</w:body></w:document>".encode()


def parsed(data: bytes) -> etree._Element:
    return xmlparts.parse(data, "a.xml")


def test_what_is_spelled_as_we_spell_it_is_taken_as_it_came() -> None:
    data = part('<w:p w:rsidR="1"><w:t xml:space="preserve">甲 &amp; 乙 </w:t></w:p>\n <w:p/>')
    found = as_it_came(data, parsed(data), {"mc"})
    assert found is not None
    assert found.data == xmlparts.write(parsed(data), {"mc"})
    assert b"xmlns:v=" not in found.data
    assert b"xmlns:mc=" in found.data


@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
def test_line_ends_around_the_root_do_not_matter(end: str) -> None:
    data = part("<w:p/>").replace(b"?>\n", b"?>" + end.encode()) + end.encode()
    found = as_it_came(data, parsed(data), set())
    assert found is not None
    assert found.data == xmlparts.write(parsed(data))


NEAR_MISSES = {
    "single quotes": "<w:p w:rsidR='1'/>",
    "two spaces": '<w:p  w:rsidR="1"/>',
    "space before the end": '<w:p w:rsidR="1" />',
    "space in an end tag": "<w:p></w:p >",
    "spaces around =": '<w:p w:rsidR = "1"/>',
    "tab in a value": '<w:p w:rsidR="1\t2"/>',
    "line end in a value": '<w:p w:rsidR="1\n2"/>',
    "carriage return": "<w:p>\r\n</w:p>",
    "number of a character": "<w:t>&#65;</w:t>",
    "number in a value": '<w:p w:rsidR="&#x41;"/>',
    "quote as a reference": "<w:t>&quot;</w:t>",
    "apostrophe as a reference": '<w:p w:rsidR="&apos;"/>',
    "a bare >": "<w:t>a > b</w:t>",
    "a bare > in a value": '<w:p w:rsidR="a>b"/>',
    "section": "<w:t><![CDATA[<w:object/>]]></w:t>",
    "comment": "<w:p><!-- <w:p> --></w:p>",
    "comment that hides a tag": "<!-- > --><w:p/><!-- < -->",
    "instruction": "<w:p><?mso-a b?></w:p>",
    "namespace inside": f'<x:p xmlns:x="{W}"/>',
    "namespace of another inside": '<w:p xmlns:w="urn:other"/>',
}


@pytest.mark.parametrize("inside", NEAR_MISSES.values(), ids=NEAR_MISSES)
def test_near_misses_are_written_anew(inside: str) -> None:
    data = part(inside)
    assert as_it_came(data, parsed(data), set()) is None


@pytest.mark.parametrize(
    "prologue",
    ["", "<?xml version='1.1'?>", '<?xml version="1.0" encoding="UTF-16"?>', f"{HEAD}<!-- a -->"],
)
def test_another_beginning_is_written_anew(prologue: str) -> None:
    data = part("<w:p/>")
    root = parsed(data)
    assert as_it_came(data.replace(HEAD.encode(), prologue.encode()), root, set()) is None


def test_two_prefixes_for_one_namespace_are_written_anew() -> None:
    data = part("<w:p/><x:p/>", f'xmlns:x="{W}"')
    assert as_it_came(data, parsed(data), set()) is None


_TEXT = st.sampled_from(["", "甲", " ", "a b", "&amp;", "&lt;", "&gt;", "&quot;", "\n", "'", '"'])
_VALUE = st.sampled_from(
    ["", "1", "甲", "&quot;", "&amp;", "'", "a/b", "x=", "url (a)", "/=", "\\"]
)
_NAMES = ("w:p", "w:r", "w:t", "w:tab", "v:shape", "w:nothing", "mc:Choice")
_ATTRIBUTES = ("w:val", "w:rsidR", "style", "mc:Ignorable", "xml:space", "w:nothing", "id")


@st.composite
def _element(draw: Callable[..., str], depth: int = 3) -> str:
    name = draw(st.sampled_from(_NAMES))
    names = draw(st.lists(st.sampled_from(_ATTRIBUTES), max_size=3, unique=True))
    rest = "".join(f' {one}="{draw(_VALUE)}"' for one in names)
    inside = draw(_TEXT)
    if depth:
        for _ in range(draw(st.integers(0, 3))):
            inside += draw(_element(depth - 1)) + draw(_TEXT)
    return f"<{name}{rest}>{inside}</{name}>" if inside else f"<{name}{rest}/>"


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(st.lists(_element(), max_size=4), st.sampled_from(["", 'mc:Ignorable="v w"']))
def test_both_ways_write_the_same(inside: list[str], root: str) -> None:
    data = part("".join(inside), root)
    found = as_it_came(data, parsed(data), {"v"})
    if found is not None:
        written = xmlparts.write(parsed(data), {"v"})
        assert xmlparts.write(parsed(found.data), {"v"}) == written
        assert found == take_apart(found.data)
        for one in (found.data, written):
            again = as_it_came(one, parsed(one), {"v"})
            assert again is not None
            assert again.data == one


def _slowly(data: bytes, root: etree._Element, special: frozenset[str]) -> set[str]:
    """The elements to be worked on, each asked of the tree; the root's `Ignorable` is settled."""
    names = set()
    for element in root.iter():
        known = WORDS.elements.get(str(element.tag))
        stays = known is not None and element.tag not in special
        for name, value in xmlparts.attributes(element):
            if element is root and name == tables.MC + "Ignorable":
                continue
            raw = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
            stays = stays and known is not None and scanning.attribute_stays(name, raw, known)
        if not stays:
            names.add(str(element.tag))
    return names


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(st.lists(_element(), max_size=4), st.sampled_from(["", 'mc:Ignorable="w"']))
@example(['<v:shape style="url (a)"/>'], "")
@example(['<v:shape id="1" style="x:expression(a)"/>'], "")
@example(['<w:p w:rsidR="/=" w:nothing="/"/>'], "")
def test_tags_by_their_form_are_judged_as_each_by_itself(inside: list[str], root: str) -> None:
    data = xmlparts.write(parsed(part("".join(inside), root)), {"w"})
    tree = parsed(data)
    special = frozenset((tables.clark("w:tab"),))
    seen = scanning.scan(take_apart(data), tree, WORDS, special)
    assert seen.names == _slowly(data, tree, special)


def test_an_element_that_looks_like_the_root_is_no_root() -> None:
    """Only what is settled at the root may stand unjudged."""
    twin = f'<w:document {NS} mc:Ignorable="w"/>'
    data = part(twin, 'mc:Ignorable="w"')
    other = data.replace(b"/></w:body>", b"></w:document></w:body>")
    for one in (data, other):
        root = parsed(one)
        seen = scanning.scan(take_apart(one, len(HEAD)), root, WORDS)
        assert tables.clark("w:document") in seen.names


@pytest.mark.parametrize("made", [word, excel, slides])
def test_a_canary_in_any_quiet_place_goes(made: Callable[[], bytes]) -> None:
    """An attribute that is not known, among thousands that are, in every part at once."""
    surgery = Surgery(made())
    for name, data in surgery.parts.items():
        if name.endswith(".xml") and name.startswith(("word/", "xl/", "ppt/")):
            first = data.index(b">", data.index(b"?>") + 2)
            at = data.find(b"/>", first)
            if at > 0 and data[:at].count(b"<!") == 0:
                surgery.parts[name] = data[:at] + f' quiet="{CANARY}"'.encode() + data[at:]
    kind = {word: "docx", excel: "xlsx", slides: "pptx"}[made]
    result = through(surgery.bytes(), f"a.{kind}")
    assert not any(CANARY.encode() in one for one in Surgery(result.content).parts.values())


@pytest.mark.parametrize("prologue", ["", HEAD])
def test_line_breaks_that_office_leaves_open_are_closed(prologue: str) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet().write_comment("A1", "甲")
    book.close()
    surgery, name = Surgery(out.getvalue()), "xl/drawings/vmlDrawing1.vml"
    text = surgery.parts[name].decode().partition("?>")[2] or surgery.parts[name].decode()
    text = text.replace("></div>", ">甲<br></div>")
    surgery.parts[name] = (prologue + text).encode()
    result = through(surgery.bytes(), "a.xlsx")
    assert "甲<br/>".encode() in Surgery(result.content).parts[name]
    assert_sound(result.content)


def test_text_behind_an_element_is_seen() -> None:
    for inside in ("<w:p/>甲", "<w:p><w:t>甲</w:t>乙</w:p>", "<w:p>甲</w:p>"):
        data = part(inside)
        assert scanning.scan(take_apart(data, len(HEAD)), parsed(data), WORDS).text_astray
    data = part("<w:p><w:t>甲</w:t> \n</w:p>")
    assert not scanning.scan(take_apart(data, len(HEAD)), parsed(data), WORDS).text_astray
