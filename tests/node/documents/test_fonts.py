"""Which of a machine's fonts documents are drawn in."""

from __future__ import annotations

import pytest

from sekisho.kernel.errors import Unavailable
from sekisho.node.documents.fonts import even_family, japanese_family, system_fonts

WINDOWS = ["Arial", "BIZ UDGothic", "Meiryo", "MS Gothic", "MS PGothic", "Yu Gothic"]


@pytest.mark.parametrize(
    ("there", "family"),
    [
        (["DejaVu Sans", "Noto Sans CJK JP"], "Noto Sans CJK JP"),
        (WINDOWS, "BIZ UDGothic"),
        (["Arial", "MS Gothic", "MS PGothic"], "MS PGothic"),
        (["Arial", "ms gothic"], "ms gothic"),
        (["Arial", "游ゴシック"], "游ゴシック"),
    ],
)
def test_the_first_that_is_there_counts(there: list[str], family: str) -> None:
    assert japanese_family(there) == family


def test_without_any_it_says_what_would_do() -> None:
    with pytest.raises(Unavailable) as refused:
        japanese_family(["Arial", "DejaVu Sans"])
    said = refused.value.explain("ja")
    assert refused.value.code == "SKS-E001" and "MS Gothic" in said.what
    assert "Windows" in said.next_step


def test_digests_stand_in_letters_of_one_width_where_there_are_some() -> None:
    assert even_family(WINDOWS, "Meiryo") == "BIZ UDGothic"
    assert even_family(["Arial"], "Meiryo") == "Meiryo"


def test_this_machine_has_one() -> None:
    assert japanese_family(system_fonts().families())
