"""HTML: an allow-list of tags, a head of our own, and the words as text where asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from tests.engines.disarm.support import run, stopped, through

from sekisho.disarm.account import Act
from sekisho.disarm.profile import STANDARD, STRICT, TEXT

HOSTILE = {
    "script": "<script>canary()</script>",
    "script in svg": "<svg><script>canary()</script></svg>",
    "math": "<math><table><mglyph><style><img src=x onerror=canary()></style></table></math>",
    "event": "<p onclick='canary()'>x</p>",
    "event with slash": "<p/onclick=canary()>x</p>",
    "img event": "<img src=x onerror=canary()>",
    "javascript": "<a href='javascript:canary()'>x</a>",
    "javascript with entities": "<a href='jav&#x09;ascript&colon;canary()'>x</a>",
    "data link": "<a href='data:text/html,canary'>x</a>",
    "file link": "<a href='file://canary/x'>x</a>",
    "protocol-relative": "<a href='//canary/'>x</a>",
    "unc": "<a href='\\\\canary\\x'>x</a>",
    "iframe": "<iframe src='http://canary/'></iframe>",
    "srcdoc": "<iframe srcdoc='<script>canary()</script>'></iframe>",
    "object": "<object data='http://canary/'><embed src='http://canary/'></object>",
    "form": "<form action='http://canary/'><input name=canary><button formaction=canary></form>",
    "refresh": "<meta http-equiv=refresh content='0;url=http://canary/'>",
    "base": "<base href='http://canary/'>",
    "link": "<link rel=stylesheet href='http://canary/'>",
    "style": "<style>@import 'http://canary/';</style>",
    "style url": "<p style=\"background:url('http://canary/')\">x</p>",
    "style expression": "<p style='width:expression(canary())'>x</p>",
    "pixel": "<img src='http://canary/1.gif' width=1 height=1>",
    "srcset": "<img srcset='http://canary/1.gif 1x'>",
    "background": "<table background='http://canary/'><tr><td>x</table>",
    "video": "<video src='http://canary/'><source src='http://canary/'></video>",
    "conditional comment": "<!--[if IE]><script>canary()</script><![endif]-->",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=canary()>'></noscript>",
    "template": "<template><script>canary()</script></template>",
    "bytecode": "<applet code=canary></applet>",
    "xss in title": "<title></title><script>canary()</script>",
    "ping": "<a href='https://example.jp/' ping='http://canary/'>x</a>",
    "custom": "<x-canary>x</x-canary>",
    "namespace": "<svg:script xmlns:svg='x' href='canary'>x</svg:script>",
}  # fmt: skip


def page(body: str, codec: str = "utf-8") -> bytes:
    text = (
        '<!DOCTYPE html>\n<html lang="ja"><head><meta charset="x"><title>市の &amp; 案内</title>'
        f"</head><body>\n<h1>お知らせ</h1>{body}<p>おわりです。</p></body></html>"
    )
    return text.encode(codec)


@pytest.mark.parametrize("profile", [STANDARD, STRICT, TEXT])
@pytest.mark.parametrize("what", HOSTILE)
def test_what_acts_goes(what: str, profile) -> None:  # type: ignore[no-untyped-def]
    result = through(page(HOSTILE[what]), "a.html", profile)
    assert b"canary" not in result.content
    assert "おわりです。" in result.content.decode()


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp", "iso2022_jp"])
def test_encoding_title_and_language_stay(codec: str) -> None:
    result = through(page("<p>♥ &hearts; &#x20bb7;</p>" if "utf" in codec else "", codec), "a.html")
    text = result.content.decode(codec)
    assert text.startswith('<!DOCTYPE html>\n<html lang="ja">\n<head>\n<meta charset=')
    assert "<title>市の &amp; 案内</title>" in text
    assert "<h1>お知らせ</h1>" in text


def test_what_shift_jis_lacks_stays_as_a_reference() -> None:
    result = through(page("<p>&hearts;𠮷</p>".replace("𠮷", "&#x20bb7;"), "cp932"), "a.html")
    assert "&#9829;&#134071;" in result.content.decode("cp932")


def test_words_tables_ruby_and_looks_stay() -> None:
    body = (
        '<table border="1"><tr><th>氏名</th><td colspan="2" style="text-align:right">山田</td></tr>'
        "</table><ruby>漢<rt>かん</rt></ruby>"
        '<a href="https://example.jp/">市</a><a href="#x">下</a>'
        '<p id="x" style="color:#f00; font-size:12pt; position:fixed">赤</p>'
    )
    result = through(page(body), "a.html")
    text = result.content.decode()
    assert 'style="text-align: right"' in text and 'style="color: #f00; font-size: 12pt"' in text
    assert '<a href="https://example.jp/">市</a>' in text and '<a href="#x">下</a>' in text
    words = html.fromstring(result.content).text_content()
    assert "".join(words.split()) == "".join(["市の&案内お知らせ氏名山田漢かん市下赤おわりです。"])


def test_links_go_by_profile() -> None:
    result = through(
        page('<a href="https://example.jp/">市</a><a href="#x">下</a>'), "a.htm", STRICT
    )
    assert "<a>市</a>" in result.content.decode()
    assert '<a href="#x">下</a>' in result.content.decode()


def test_html_to_text() -> None:
    body = "<ul><li>一</li><li>二</li></ul><table><tr><td>a</td><td>b &lt; c</td></tr></table>"
    result = through(page(body), "a.html", TEXT)
    assert result.said.name == "a.txt"
    assert result.said.kind_out == "text"
    assert (
        result.content.decode() == "市の & 案内\n\nお知らせ\n・一\n・二\na\tb < c\n\nおわりです。\n"
    )


@pytest.mark.parametrize("codec", ["cp932", "euc_jp", "iso2022_jp", "ascii"])
def test_words_that_the_encoding_lacks_make_the_text_utf_8(codec: str) -> None:
    body = "<html><p>&hearts;&#x20bb7;</p>" + ("" if codec == "ascii" else "<p>東京都です。</p>")
    result = through(body.encode(codec), "a.html", TEXT)
    assert result.content.decode().startswith("♥𠮷\n")


def test_text_that_reads_as_html_again_is_disarmed_again() -> None:
    result = through(b"<p>&lt;html&gt;&lt;script&gt;canary&lt;/script&gt;x</p>", "a.html", TEXT)
    assert b"canary" not in result.content


def test_the_account_says_what_went() -> None:
    rows = through(page("".join(HOSTILE.values())), "a.html").rows(Act.REMOVED)
    expected = {
        "html-script", "html-embedded", "html-form", "html-head", "html-drawing", "html-event",
        "html-redirect", "html-tag", "link", "remote-picture-gone",
    }  # fmt: skip
    assert expected <= rows.keys()


def test_personal_data_in_a_page_is_found() -> None:
    assert through(page("個人番号<b>1234 5678 9018</b>"), "a.html").rows(Act.FOUND) == {
        "individual-number": 1
    }


def test_line_ends_at_the_start_of_a_block_do_not_wander() -> None:
    through(page("<pre>" + "\n" * 50 + "x</pre>"), "a.html")


@pytest.mark.parametrize(
    "body",
    ["<div>" * 100_000, "<b><p>" * 50_000, "<table>" * 20_000,
     "".join(f"<font size={n}>" for n in range(500)) + "<p>x" * 100_000],
)  # fmt: skip
def test_pages_that_grow_stop(body: str) -> None:
    stopped(page(body), "a.html", "SKS-D440")


_PIECES = st.sampled_from(
    [*HOSTILE.values(), "<p>", "</p>", "<table>", "<tr>", "<td>", "</table>", "<b>", "</i>",
     "<a href=x>", "<pre>\n", "<li>", "<ruby>", "<rt>", "&lt;", "&amp;lt;", "&#x202e;", "&#1;",
     "<!--", "-->", "<![CDATA[",
     "\"", "'", "<", ">", "<select>", "<option>", "</title>", "<body>", "<font color=red>", "文字 "]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=12), st.sampled_from([STANDARD, STRICT, TEXT]))
def test_any_page_is_a_fixed_point_without_scripts(pieces: list[str], profile) -> None:  # type: ignore[no-untyped-def]
    data = page("".join(pieces))
    result = run(data, "a.html", profile)
    if result.code == "":
        through(data, "a.html", profile)
    if result.code == "" and result.said.kind_out == "html":
        tree = html.fromstring(result.content)
        assert not tree.xpath(
            "//script|//iframe|//form|//svg|//object|//@*[starts-with(name(),'on')]"
        )
