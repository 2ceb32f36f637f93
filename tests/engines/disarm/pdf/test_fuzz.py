"""Damaged and random files stop with a code, or come through and are fixed points."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engines.disarm.pdf.documents import DOCUMENTS
from tests.engines.disarm.pdf.test_threats import THREATS
from tests.engines.disarm.support import run

from sekisho.disarm.formats.pdf import cff, cmaps, content, functions, grammar, sfnt, type1
from sekisho.disarm.profile import STANDARD, STRICT, Profile
from sekisho.disarm.work import Budget

CALM = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def holds(data: bytes, profile: Profile = STANDARD) -> None:
    """Through and a fixed point, or stopped."""
    first = run(data, "a.pdf", profile)
    if first.code == "":
        again = run(first.content, "a.pdf", profile)
        assert again.code == "", again.said.stopped
        assert again.content == first.content


def damaged(data: bytes, seed: int) -> bytes:
    """Some bytes changed, pieces cut, doubled or taken from elsewhere."""
    chance = random.Random(seed)
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(out))
        match chance.randrange(5):
            case 0:
                out[at] = chance.randrange(256)
            case 1:
                del out[at : at + chance.randint(1, 40)]
            case 2:
                out[at:at] = out[at : at + chance.randint(1, 60)]
            case 3:
                out[at:at] = chance.choice(WORDS)
            case _:
                other = chance.randrange(len(out))
                length = chance.randint(1, 30)
                out[at : at + length] = out[other : other + length]
    return bytes(out)


WORDS = [
    b"<<",
    b">>",
    b"[",
    b"]",
    b"(",
    b")",
    b"/",
    b"%",
    b" 3 0 R ",
    b" 4 0 R ",
    b"null",
    b"-1",
    b"1e9",
    b"/Kids",
    b"/Parent 3 0 R",
    b"endobj",
    b"stream\n",
    b"99999999999",
    b"/Type/Page",
    b"\0",
    b"<",
]


@pytest.mark.parametrize("what", THREATS)
def test_damage_to_hostile_documents(what: str) -> None:
    for seed in range(4):
        holds(damaged(THREATS[what][0], seed))


@pytest.mark.parametrize("what", sorted(DOCUMENTS.keys() - {"typst", "object streams"}))
def test_damage_to_honest_documents(what: str) -> None:
    document = DOCUMENTS[what]()
    for seed in range(12):
        holds(damaged(document, seed), STRICT if seed % 3 == 0 else STANDARD)


@pytest.mark.long
@pytest.mark.parametrize("what", [*THREATS, *DOCUMENTS])
def test_much_damage(what: str) -> None:
    document = THREATS[what][0] if what in THREATS else DOCUMENTS[what]()
    for seed in range(100, 180):
        holds(damaged(document, seed), STRICT if seed % 3 == 0 else STANDARD)


@CALM
@given(st.binary(max_size=300))
def test_any_bytes_behind_a_header(data: bytes) -> None:
    holds(b"%PDF-1.7\n" + data)


PIECES = [
    b"BT",
    b"ET",
    b"q",
    b"Q",
    b"1 0 0 1 5 5 cm",
    b"(a\\(b) Tj",
    b"<41> Tj",
    b"[(a) -5 (b)] TJ",
    b"[1 2] 0 d",
    b"/F1 12 Tf",
    b"0.5 g",
    b"1 0 0 rg",
    b"/C cs",
    b"0.1 0.2 /P scn",
    b"/X Do",
    b"/S sh",
    b"1 w",
    b"%c\n",
    b"BX",
    b"EX",
    b"foo",
    b"/P <</MCID 1>> BDC",
    b"/P <</JS(x)>> BDC",
    b"EMC",
    b"(",
    b")",
    b"<<",
    b">>",
    b"[",
    b"]",
    b"BI /W 1 /H 1 /BPC 8 /CS /G ID x EI",
    b"BI /W 1",
    b"ID ",
    b" EI",
    b"1.2.3",
    b"--4",
    b"1e5",
    b"/a#20b gs",
    b"true",
    b"null",
    b"'",
    b'1 2 (a) "',
    b"\xff",
    b"\\",
]


@CALM
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from([b" ", b"\n", b""]))
def test_statements_written_anew_stay_as_they_are(pieces: list[bytes], between: bytes) -> None:
    data = between.join(pieces)
    budget = Budget(10_000)
    once = data if grammar.is_regular(data) else content.rewrite(data, budget).data
    again = once if grammar.is_regular(once) else content.rewrite(once, budget).data
    assert again == once
    assert b"foo" not in once or b"(" in data or b"BI" in data or b"/" in data


@CALM
@given(
    st.lists(
        st.sampled_from([b"{", b"}", b"dup", b"0.50", b"-3", b"if", b"exec", b"% c\n"]), max_size=9
    )
)
def test_calculator_functions_written_anew_stay_as_they_are(pieces: list[bytes]) -> None:
    code = functions.canonical_code(b" ".join(pieces))
    if code is not None:
        assert functions.canonical_code(code) == code
        assert b"exec" not in code


CMAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def"
    b" 1 begincodespacerange <0000> <ffff> endcodespacerange"
    b" 2 beginbfchar <0001> <0041> <0002> <3042> endbfchar"
    b" 1 beginbfrange <0010> <0012> <0061> endbfrange endcmap end end"
)


@CALM
@given(st.integers(0, 10_000))
def test_character_maps_written_anew_stay_as_they_are(seed: int) -> None:
    data = damaged(CMAP, seed)
    once = cmaps.checked(data)
    if once is not None:
        assert cmaps.checked(once) == once
        cmaps.unicode_map(once)


def test_a_character_map_gives_its_text() -> None:
    assert cmaps.unicode_map(CMAP) == {1: "A", 2: "あ", 16: "a", 17: "b", 18: "c"}
    hostile = CMAP.replace(b"endcmap", b"(evil) run endcmap")
    checked = cmaps.checked(hostile)
    assert checked is not None
    assert b"evil" not in checked
    assert cmaps.unicode_map(checked) == cmaps.unicode_map(CMAP)


@CALM
@given(
    st.binary(max_size=400), st.sampled_from([b"\0\1\0\0", b"OTTO", b"\1\0\4\1", b"%!PS-AdobeFont"])
)
def test_font_programs_of_any_bytes(data: bytes, head: bytes) -> None:
    for check in (sfnt.rebuilt, cff.checked):
        once = check(head + data)
        assert once is None or check(once) == once
    type1.rebuilt(head + data, len(data), 0)
