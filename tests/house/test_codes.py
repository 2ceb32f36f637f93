"""Every error has a code, every code its words in both languages, and no code lies idle."""

from __future__ import annotations

import re

from tests.house.catalogue import CODE, TEXTS, entries, error_classes, gaps, mentioned, raises
from tests.house.report import nothing
from tests.house.source import Module, modules

from sekisho.kernel.errors import catalogue

JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
COMMAND = re.compile("`[^`]*`|“[^”]*”")


def test_every_code_in_use_is_explained() -> None:
    unknown = {code: at for code, at in mentioned(modules()).items() if code not in catalogue()}
    assert unknown == {}


def test_every_code_explained_is_in_use() -> None:
    nothing(sorted(catalogue().keys() - mentioned(modules()).keys()))


def test_codes_have_the_form_and_stand_in_order() -> None:
    for file, codes in entries().items():
        assert [code for code in codes if not CODE.fullmatch(code)] == [], file
        assert list(codes) == sorted(codes), file


def test_no_code_is_explained_twice() -> None:
    codes = [code for file in entries().values() for code in file]
    nothing(sorted(code for code in set(codes) if codes.count(code) > 1))


def test_every_code_has_all_its_words() -> None:
    for code, entry in catalogue().items():
        assert set(entry) == set(TEXTS), code
        assert [name for name in TEXTS if not entry[name].strip()] == [], code


def test_each_text_is_in_its_language() -> None:
    for code, entry in catalogue().items():
        assert JAPANESE.search(entry["what"]), code
        assert JAPANESE.search(entry["next"]), code
        assert not [n for n in TEXTS if n.endswith("_en") and JAPANESE.search(_plain(entry[n]))], (
            code
        )
        assert entry["what"].endswith("。"), code
        assert entry["next"].endswith("。"), code


def _plain(text: str) -> str:
    """Without what is quoted: a command or a name may be Japanese in an English sentence."""
    return COMMAND.sub("", text)


def test_both_languages_have_the_same_gaps_and_only_the_first_sentence_has_any() -> None:
    problems = []
    for code, entry in catalogue().items():
        if gaps(entry["what"]) != {name.removesuffix("_en") for name in gaps(entry["what_en"])}:
            problems.append(f"{code}: {entry['what']} / {entry['what_en']}")
        if any(gaps(entry[name]) for name in TEXTS if not name.startswith("what")):
            problems.append(f"{code}: a gap where none is filled")
    nothing(problems)


def test_every_gap_is_filled_where_the_error_is_raised() -> None:
    unfilled = [
        f"{found.where} {found.code}: {sorted(missing)}"
        for found in raises(modules())
        if found.params is not None and found.code in catalogue()
        if (missing := _needed(found.code) - found.params)
    ]
    nothing(unfilled)


def _needed(code: str) -> set[str]:
    entry = catalogue()[code]
    return gaps(entry["what"]) | gaps(entry["what_en"])


def test_the_rules_see_an_offence() -> None:
    text = (
        "class Stale(Refused): ...\n"
        "class Refused(SekishoError): ...\n"
        "raise Stale('SKS-Z001', where=1)\n"
        "fail('SKS-Z002')\n"
    )
    module = Module("sekisho.x", "x.py", text)
    assert error_classes([module]) == {"SekishoError", "Refused", "Stale"}
    assert mentioned([module]) == {"SKS-Z001": "x.py:3", "SKS-Z002": "x.py:4"}
    assert [found.params for found in raises([module])] == [frozenset({"where"})]
    assert gaps("{a} and {b}") == {"a", "b"}
