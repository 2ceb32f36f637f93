"""XML: written anew without what acts; signed documents stay byte for byte."""

from __future__ import annotations

import subprocess
from shutil import which

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from tests.engines.disarm.support import Result, run, stopped, through
from tests.support.parts import need

from sekisho.disarm.account import Act
from sekisho.disarm.profile import STANDARD, STRICT

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
XHTML = 'xmlns:h="http://www.w3.org/1999/xhtml"'
SVG = 'xmlns:s="http://www.w3.org/2000/svg" xmlns:l="http://www.w3.org/1999/xlink"'
SIGNED = HEAD + (
    '<申請 id = "a" >\n  <氏名>山田</氏名><ds:Signature'
    ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature></申請>'
)


def xmllint(result: Result) -> str:
    """What a parser that is not ours reads, with every entity expanded."""
    if which("xmllint") is None:
        need("xmllint", "libxml2-utils is not installed")
    command = ["xmllint", "--nonet", "--encode", "utf-8", "-"]
    done = subprocess.run(command, input=result.content, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("what", "body", "rows"),
    [
        (
            "style sheet",
            '<?xml-stylesheet href="http://canary/a.xsl"?><a/>',
            "processing-instruction",
        ),
        ("php", "<a><?php canary() ?></a>", "processing-instruction"),
        ("script", f"<a {XHTML}><h:script>canary()</h:script>x</a>", "xml-active-element"),
        ("iframe", f'<a {XHTML}><h:p><h:iframe src="//canary"/></h:p></a>', "xml-active-element"),
        ("event", f'<a {XHTML}><h:p onclick="canary()">x</h:p></a>', "xml-active-attribute"),
        ("url", '<a href="java&#10;script:canary()">x</a>', "xml-active-attribute"),
        (
            "svg script",
            f"<a {SVG}><s:svg><s:script>canary</s:script></s:svg></a>",
            "xml-active-element",
        ),
        ("svg event", f'<a {SVG}><s:svg onload="canary()"/></a>', "xml-active-attribute"),
        (
            "svg use",
            f'<a {SVG}><s:svg><s:use l:href="http://canary/"/></s:svg></a>',
            "xml-active-element",
        ),
        (
            "svg style",
            f'<a {SVG}><s:g style="fill:url(http://canary)"/></a>',
            "xml-active-attribute",
        ),
        (
            "include",
            '<a><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///canary"/></a>',
            "xml-active-element",
        ),
    ],
)
@pytest.mark.parametrize("profile", [STANDARD, STRICT])
def test_what_acts_goes(what: str, body: str, rows: str, profile) -> None:  # type: ignore[no-untyped-def]
    result = through((HEAD + body).encode(), "a.xml", profile)
    assert "canary" not in xmllint(result)
    assert b"canary" not in result.content
    assert rows in result.rows(Act.REMOVED)


@pytest.mark.parametrize("codec", ["utf-8", "cp932", "utf-16", "euc_jp", "iso2022_jp"])
def test_words_and_encoding_stay(codec: str) -> None:
    name = {"cp932": "Shift_JIS", "euc_jp": "EUC-JP", "iso2022_jp": "ISO-2022-JP"}.get(codec, codec)
    text = f'<?xml version="1.0" encoding="{name}"?>\r\n<a x="1 &lt; 2">東京&amp;<b/>\r\n大阪</a>'
    result = through(text.encode(codec), "a.xml")
    tree = etree.fromstring(result.content)
    assert tree.text == "東京&" and tree[0].tail == "\n大阪" and tree.get("x") == "1 < 2"
    assert result.content.decode(codec).count("\r\n") >= 2


def test_a_wrong_declaration_is_put_right() -> None:
    text = '<?xml version="1.0" encoding="UTF-7"?><a>東京+ADw-script+AD4-</a>'
    result = through(text.encode(), "a.xml")
    assert result.content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')


def test_what_shift_jis_lacks_stays_as_a_reference() -> None:
    text = '<?xml version="1.0" encoding="Shift_JIS"?><a>東京都の&#x20bb7;野</a>'
    result = through(text.encode("cp932"), "a.xml")
    assert etree.fromstring(result.content).text == "東京都の𠮷野"


def test_a_signed_document_stays_byte_for_byte() -> None:
    result = through(SIGNED.encode(), "申請.xml")
    assert result.content == SIGNED.encode()
    assert result.rows(Act.KEPT) == {"xml-signature": 1}


def test_a_signature_that_breaks_is_said() -> None:
    text = SIGNED.replace("<氏名>", '<?xml-stylesheet href="canary"?><氏名>')
    result = through(text.encode(), "申請.xml")
    assert b"canary" not in result.content
    assert result.rows(Act.CHANGED)["xml-signature-broken"] == 1


def test_places_of_schemas_stay_as_links_do() -> None:
    text = HEAD + (
        '<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
        ' i:schemaLocation="urn:a http://canary/a.xsd"/>'
    )
    assert b"canary" in through(text.encode(), "a.xml").content
    assert b"canary" not in through(text.encode(), "a.xml", STRICT).content


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD + LAUGHS + "<a>&b;</a>", "SKS-D431"),
        (HEAD + '<!DOCTYPE a SYSTEM "http://canary/a.dtd"><a/>', "SKS-D431"),
        (HEAD + '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "SKS-D431"),
        (HEAD + "<a><b></a>", "SKS-D430"),
        (HEAD + "<a>&unknown;</a>", "SKS-D430"),
        (HEAD + "<a>" * 300 + "</a>" * 300, "SKS-D432"),
        (HEAD + "<a>" * 1_000_000, "SKS-D430"),
        (
            HEAD + '<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"/>',
            "SKS-D433",
        ),
    ],
)
def test_what_loads_multiplies_or_runs_stops(text: str, code: str) -> None:
    stopped(text.encode(), "a.xml", code)


_NAMES = st.sampled_from(["a", "h:p", "h:script", "s:svg", "s:path", "b"])
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=8)


@st.composite
def _elements(draw: st.DrawFn, depth: int = 0) -> str:
    name, text = draw(_NAMES), draw(_TEXTS)
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "")
    attribute = draw(st.sampled_from(["", ' onload="x"', ' href="javascript:x"', " id='1'"]))
    inner = "".join(draw(st.lists(_elements(depth + 1), max_size=2))) if depth < 3 else ""
    return f"<{name}{attribute}>{escaped}<!-- c -->{inner}</{name}>{escaped}"


@given(_elements())
def test_any_tree_is_a_fixed_point(body: str) -> None:
    data = f"{HEAD}<root {XHTML} {SVG}>{body}</root>".encode()
    for profile in (STANDARD, STRICT):
        if run(data, "a.xml", profile).code == "":
            result = through(data, "a.xml", profile)
            assert b"script" not in result.content.replace(b"http", b"")


@given(st.text(alphabet="<>/!?[]&;:='\" abx-", max_size=60))
def test_any_markup_comes_through_or_stops(text: str) -> None:
    run((HEAD + "<a>" + text).encode(), "a.xml")
    run((HEAD + text).encode(), "a.xml")
