"""Both spellings of a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.dnscheck import to_ascii, to_unicode
from sekisho.dnscheck.names import NAME_BYTES_MAX
from sekisho.kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("given_text", "ascii_name", "shown"),
    [
        ("WWW.City.Example.LG.JP.", "www.city.example.lg.jp", "www.city.example.lg.jp"),
        ("_dmarc.example.jp", "_dmarc.example.jp", "_dmarc.example.jp"),
        ("*.example.jp", "*.example.jp", "*.example.jp"),
        ("日本語。ＪＰ.", "xn--wgv71a119e.jp", "日本語.jp"),
        ("www.例え.jp", "www.xn--r8jz45g.jp", "www.例え.jp"),
        (" example.jp ", "example.jp", "example.jp"),
        ("xn--99999.jp", "xn--99999.jp", "xn--99999.jp"),
    ],
)
def test_both_spellings(given_text: str, ascii_name: str, shown: str) -> None:
    assert to_ascii(given_text) == ascii_name
    assert to_unicode(ascii_name) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "a..jp", ".jp", "https://example.jp/", "a@example.jp", "a b.jp", "a\x00.jp"),
        *("x" * 64 + ".jp", ".".join(["x" * 60] * 5), "例え\u202e.jp", "あ" * 10_000),
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        to_ascii(text)
    assert refused.value.code == "SKS-Q001"
    assert len(refused.value.params["name"]) <= 80


@given(st.text(max_size=300))
def test_any_text_is_a_name_or_refused(text: str) -> None:
    try:
        name = to_ascii(text)
    except InvalidInput:
        return
    assert name.isascii() and 0 < len(name) <= NAME_BYTES_MAX
    assert to_ascii(name) == name
    assert to_unicode(name)


@given(st.lists(st.text("あいうえお漢字仮名ー", min_size=1, max_size=10), min_size=1, max_size=4))
def test_japanese_names_come_back(labels: list[str]) -> None:
    shown = ".".join(labels)
    assert to_unicode(to_ascii(shown)) == shown
