"""Reports in words: nothing is lost, nothing is believed, nothing is fetched."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.disarm.account import Act, Entry
from sekisho.disarm.report import Content, Outcome, Report, Sandbox
from sekisho.disarm.sandbox.lockdown import NEEDED, Level
from sekisho.disarm.telling import sentences
from sekisho.disarm.telling.page import page

EVIL = "<img src=//evil.example/x onerror=alert(1)>\"'&</style></p><script>"
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40) | st.just(EVIL)


def report(
    outcome: Outcome = Outcome.REBUILT, *, code: str = "", text: str = "a", **changes: object
) -> Report:
    """A report in which every text that a stranger may choose is `text`."""
    before = Content(text, "docm", 1200, "1" * 64)
    after = None if outcome is Outcome.STOPPED else Content(text, "docx", 1000, "2" * 64)
    entries = tuple(Entry(act, "name", text, 2, (text,)) for act in Act if act is not Act.STOPPED)
    stopped = Entry(Act.STOPPED, "member", text, 1, (), "SKS-D001")
    base: dict[str, object] = {
        "profile": text,
        "rules": "1",
        "came_in": before,
        "outcome": outcome,
        "sandbox": Sandbox("full", ("limits", "landlock-7", text)),
        "went_out": after,
        "code": code,
        "detail": {"type": text, "type_en": text, "fault": text},
        "entries": (*entries, stopped),
        "tools": {"pikepdf": text},
    }
    return Report(**{**base, **changes})  # type: ignore[arg-type]


class Reader(HTMLParser):
    """Every tag with its attributes, and all text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


KNOWN_TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "ul"}
KNOWN_TAGS |= {
    "li",
    "b",
    "span",
    "article",
    "header",
    "section",
    "dl",
    "dt",
    "dd",
    "footer",
    "code",
}
KNOWN_ATTRIBUTES = {"lang", "class", "charset", "content", "http-equiv", "name"}


@given(TEXTS, st.sampled_from(["ja", "en"]), st.sampled_from(list(Outcome)))
def test_whatever_a_report_says_the_page_stays_ours(
    text: str, language: str, outcome: Outcome
) -> None:
    code = "SKS-D020" if outcome is Outcome.STOPPED else ""
    made = page([report(outcome, code=code, text=text)], language=language, when=text)
    reader = Reader(made)
    assert {tag for tag, _ in reader.tags} <= KNOWN_TAGS
    assert {name for _, attributes in reader.tags for name in attributes} <= KNOWN_ATTRIBUTES
    assert reader.open == []


def test_the_page_asks_for_nothing() -> None:
    made = page([report(text=EVIL)], language="ja", when="今")
    assert "default-src 'none'" in made
    for word in ("url(", "@import", "http://", "https://", "src=", "href="):
        assert word not in made.replace(EVIL, "").replace("src=//evil", "")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_says_all_there_is(language: str) -> None:
    reports = [
        report(),
        report(Outcome.SAME, entries=()),
        report(Outcome.REBUILT, entries=(), left_out=7),
        report(Outcome.STOPPED, code="SKS-D001", entries=()),
    ]
    text = Reader(page(reports, language=language, when="いつ", kept=False)).text
    for pair in sentences.ACTS.values():
        assert sentences.pick(pair, language) in text
    assert "1" * 64 in text
    assert "2" * 64 in text
    assert "SKS-D001" in text
    assert "いつ" in text
    assert sentences.pick(("ほか 7 件", "and 7 more"), language) in text
    assert sentences.pick(("試しに", "a trial"), language) in text
    assert "Word" in text


def test_what_was_stopped_stands_first() -> None:
    quiet = report(entries=(), came_in=Content("quiet", "text", 1, "1" * 64))
    stopped = report(
        Outcome.STOPPED, code="SKS-D001", came_in=Content("stopped", "text", 1, "1" * 64)
    )
    made = page([quiet, stopped], language="ja", when="")
    assert made.index("stopped</h2>") < made.index("quiet")


def test_rows_of_one_thing_stand_together() -> None:
    rows = tuple(Entry(Act.REMOVED, "name", f"{number}ページ", 2) for number in range(9))
    (line,) = sentences.lines(report(entries=rows), Act.REMOVED, "ja")
    assert line.count == 18
    assert line.text.endswith("×18")
    assert line.places == tuple(f"{number}ページ" for number in range(5))


def test_a_summary_is_short() -> None:
    names = ("name", "name-direction", "name-double-extension", "name-mismatch", "member")
    found = sentences.lines(
        report(entries=tuple(Entry(Act.FOUND, name) for name in names)), Act.FOUND, "ja"
    )
    assert sentences.summary(found, "ja").endswith("ほか 1 種類")
    assert sentences.summary([], "ja") == "—"
    assert sentences.summary(found[:1], "en") == found[0].words


def test_reports_of_a_newer_version_can_be_shown() -> None:
    newer = report(
        Outcome.STOPPED,
        code="SKS-D999",
        came_in=Content("a", "hologram", 1, "1" * 64),
        sandbox=Sandbox("better", ("mirror",)),
        entries=(Entry(Act.FOUND, "future-thing"), Entry(Act.STOPPED, "member", code="SKS-D998")),
    )
    text = Reader(page([newer], language="ja", when="")).text
    for word in ("SKS-D999", "SKS-D998", "future-thing", "better", "mirror", "不明"):
        assert word in text


def test_every_act_outcome_level_and_part_has_words() -> None:
    assert set(sentences.ACTS) == set(Act)
    assert set(sentences.OUTCOMES) == set(Outcome)
    assert set(sentences.LEVELS) == set(Level)
    assert set(NEEDED) <= set(sentences.PARTS)
    assert sentences.part_words("landlock-7", "ja") == sentences.part_words("landlock", "ja")


def test_every_part_that_can_be_in_force_has_words() -> None:
    from sekisho.disarm.sandbox import seclusion

    own = set(seclusion._NAMESPACES) | {"empty-root", "no-capabilities"}
    assert set(sentences.PARTS) == own | set(NEEDED)
