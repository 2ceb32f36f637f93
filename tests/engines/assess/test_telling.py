"""What is told: whole sentences in both languages, pictures whose words stay in their boxes."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from sekisho.assess.assessing import Assessor
from sekisho.assess.catalogue import shipped_steps
from sekisho.assess.model import study
from sekisho.assess.result import Result, assess
from sekisho.assess.telling.card import BOX_COLUMNS, card
from sekisho.assess.telling.page import body, page
from sekisho.assess.telling.sentences import ESTIMATE, HEADINGS, told
from sekisho.kernel.speech import Pair
from sekisho.kernel.widths import width

JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
JA_CHARS_MAX = 60
SUBJECT = re.compile("^[^。]*(?:が|は)[^。]*。$")


@pytest.fixture(scope="module")
def result() -> Result:
    return assess(Assessor.of(study(), shipped_steps(), draws=40), ("alpha-usb", "beta-share"))


@pytest.mark.parametrize("step", shipped_steps(), ids=lambda step: step.name)
def test_each_sentence_of_the_catalogue_is_whole(step) -> None:
    ja, en = step.words
    assert SUBJECT.match(ja), ja
    assert len(ja) <= JA_CHARS_MAX
    assert "{" not in ja + en
    assert en[0].isupper() and en.endswith(".")
    assert not JAPANESE.search(en)


def test_each_sentence_of_a_card_is_whole(result: Result) -> None:
    checked = 0
    for found in result.found:
        for one in found.sequences:
            for sentences in told(result.assessor, found.model, one):
                assert sentences
                checked += sum(_is_whole(pair) for pair in sentences)
    assert checked > 50


def _is_whole(pair: Pair) -> bool:
    ja, en = pair
    assert ja.endswith("。") and len(ja) <= JA_CHARS_MAX, ja
    assert en.endswith(".") and en[0].isupper() and not JAPANESE.search(en), en
    return True


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_says_it_is_an_estimate_with_inputs_seed_and_version(
    result: Result, language: str
) -> None:
    text = page(result, language=language, version="9.9")
    side = 1 if language == "en" else 0
    assert text.count(ESTIMATE[side]) >= 2
    assert "Sekisho 9.9" in text
    assert all(heading[side] in text for heading in HEADINGS)
    assert ("種 1、" if side == 0 else "seed 1;") in text
    assert "://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert side == 0 or not JAPANESE.search(text.replace("住民課", ""))


def test_the_same_seed_gives_the_same_page() -> None:
    pages = [
        page(
            assess(Assessor.of(study(), shipped_steps(), draws=40), ("alpha-post",)),
            language="ja",
            version="1",
        )
        for _ in range(2)
    ]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_word_of_a_picture_leaves_its_box(result: Result, language: str) -> None:
    for one in result.found[0].sequences:
        marks: dict[int, list[Pair]] = {1: [("多要素認証", "several factors at sign-in")]}
        svg = etree.fromstring(card(one.steps, marks, language).encode())
        texts = [node for node in svg.iter("{*}text") if node.get("font-size") is None]
        assert texts
        assert all(width(node.text) <= BOX_COLUMNS + 2 for node in texts)
        whole = float(svg.get("width"))
        assert all(float(n.get("x")) + float(n.get("width")) <= whole for n in svg.iter("{*}rect"))


def test_what_another_page_takes_in_has_no_style_and_no_script(result: Result) -> None:
    content = body(result, "ja")
    assert content in page(result, language="ja", version="1")
    assert "<svg" in content
    assert not re.search(r"<style|<script|\sstyle=|\son[a-z]+=", content)


def test_each_link_leads_to_a_heading(result: Result) -> None:
    content = body(result, "en")
    marks = re.findall(r'href="#([^"]+)"', content)
    assert len(marks) == len(result.found) + 2
    assert all(content.count(f'<h2 id="{mark}">') == 1 for mark in marks)


def test_markup_in_a_model_stays_text() -> None:
    text = '[threat.money]\nja = "<script>x</script>"\n'
    found = assess(Assessor.of(study(text, "x"), shipped_steps(), draws=20), ("alpha-usb",))
    assert "<script>" not in page(found, language="ja", version="1")
