"""The table of kinds."""

from __future__ import annotations

import pytest

from sekisho.disarm.kinds import agrees, families, kinds, label


def test_every_kind_has_words_in_both_languages() -> None:
    for name, kind in kinds().items():
        assert kind.name == name
        assert kind.ja, name
        assert kind.en, name


def test_no_two_families_or_kinds_share_their_words() -> None:
    for language in ("ja", "en"):
        words = [label(name, language) for name in kinds()]
        assert len(set(words)) == len(words)
        words = [label(name, language) for name in families()]
        assert len(set(words)) == len(words)


def test_a_name_that_is_kind_and_family_means_the_same_either_way() -> None:
    for name in kinds().keys() & families().keys():
        assert [kind.name for kind in kinds().values() if kind.family == name].count(name) == 1


def test_labels() -> None:
    assert label("pdf", "ja") == "PDF 文書"
    assert label("image", "en") == "picture"
    with pytest.raises(KeyError):
        label("nothing", "ja")


@pytest.mark.parametrize(
    ("kind", "file_name", "expected"),
    [
        ("pdf", "通知.PDF", True),
        ("exe", "通知.pdf", False),
        ("text", "run.bat", False),
        ("text", "memo.txt", True),
        ("pdf", "pdf", False),
    ],
)
def test_a_name_agrees_with_its_content_or_not(kind: str, file_name: str, expected: bool) -> None:
    assert agrees(kind, file_name) is expected
