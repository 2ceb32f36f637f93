"""The automaton for content streams says of every stream what the older expression said of it."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.disarm.formats.pdf import grammar

_S = rb"[\0\t\n\f\r ]"
_N = rb"[+-]?(?:[0-9]{1,10}+(?:\.[0-9]{0,16}+)?+|\.[0-9]{1,16}+)" + _S + rb"++"
_N_LAST = rb"[+-]?(?:[0-9]{1,10}+(?:\.[0-9]{0,16}+)?+|\.[0-9]{1,16}+)(?![0-9.+-])"
_FLAT = rb"[^()\\]*+(?:\\.[^()\\]*+)*+"
_INSIDE = rb"[^()\\]*+(?:(?:\\.|\(" + _FLAT + rb"\))[^()\\]*+)*+"  # one pair in a pair
_STR = rb"(?:\(" + _INSIDE + rb"\)|<[0-9A-Fa-f\0\t\n\f\r ]*+>)"
_NAME = rb"/[^\0-\x20\x7f-\xff()<>\[\]{}/%#]{1,127}+"
_END = rb"(?![^\0\t\n\f\r ()<>\[\]{}/])"

_PROPERTY = (
    rb"(?:MCID"
    + _S
    + rb"++[0-9]{1,9}+|(?:Lang|Alt|ActualText|E)"
    + _S
    + rb"*+"
    + _STR
    + rb"|(?:Type|Subtype)"
    + _S
    + rb"*+"
    + _NAME
    + rb"|(?:BBox|Attached)"
    + _S
    + rb"*+\["
    + rb"(?:"
    + _S
    + rb"*+(?:"
    + _NAME
    + rb"|"
    + _N_LAST
    + rb"))*+"
    + _S
    + rb"*+\])"
)
_PROPERTIES = rb"<<(?:" + _S + rb"*+/" + _PROPERTY + rb")*+" + _S + rb"*+>>"

_STATEMENT = (
    rb"(?:"
    + _N
    + rb"(?:(?:w|J|j|M|i|g|G|sc|SC|scn|SCN|Tc|Tw|Tz|TL|Tr|Ts)"
    + _END
    + rb"|"
    + _N
    + rb"(?:(?:m|l|Td|TD|d0|sc|SC|scn|SCN)"
    + _END
    + rb"|"
    + _N
    + rb"(?:(?:rg|RG|sc|SC|scn|SCN)"
    + _END
    + rb"|"
    + _N
    + rb"(?:(?:re|k|K|v|y|sc|SC|scn|SCN)"
    + _END
    + rb"|"
    + _N
    + _N
    + rb"(?:c|cm|Tm|d1)"
    + _END
    + rb"))))"
    + rb"|(?:BT|ET|q|Q|S|s|f\*|f|F|B\*|B|b\*|b|n|h|W\*|W|T\*|EMC)"
    + _END
    + rb"|\[(?:"
    + _S
    + rb"*+(?:"
    + _N_LAST
    + rb"|"
    + _STR
    + rb"))*+"
    + _S
    + rb"*+\]"
    + _S
    + rb"*+(?:TJ|"
    + _N
    + rb"d)"
    + _END
    + rb"|"
    + _STR
    + _S
    + rb"*+(?:Tj|')"
    + _END
    + rb"|"
    + _NAME
    + _S
    + rb"*+(?:"
    + _N
    + rb"Tf|(?:gs|Do|cs|CS|scn|SCN|sh|ri|BMC|MP)"
    + rb"|(?:"
    + _NAME
    + rb"|"
    + _PROPERTIES
    + rb")"
    + _S
    + rb"*+(?:BDC|DP))"
    + _END
    + rb")"
)
REGULAR = re.compile(rb"(?:" + _S + rb"++|" + _STATEMENT + rb")*+", re.DOTALL)

SECONDS_MAX = 3

PIECES = [
    *(b"1", b"-2.5", b".5", b"+7.", b"12345678901", b"1.12345678901234567", b"1.2.3", b"--1"),
    *(
        b" ",
        b" ",
        b" ",
        b"\n",
        b"\0",
        b"%",
        b"(",
        b")",
        b"(a)",
        b"(\\)",
        b"\\)",
        b"(a(b)c)",
        b"((()))",
    ),
    *(b"<41>", b"<4g>", b"<", b">", b"<<", b">>", b"[", b"]", b"[1 2]", b"[(a)-7(b)]", b"/N", b"/"),
    *(b"/a#20b", b"/MCID 3", b"/Lang(ja)", b"/BBox[1 /T 2]"),
    *(b"TJ", b"Tj", b"'", b'"', b"BI", b"ID", b"EI", b"re", b"c", b"rg", b"BDC", b"BMC"),
    *(b"DP", b"Do", b"Tf", b"d", b"d0", b"scn"),
    *(b"sc", b"q", b"Q", b"f*", b"BT", b"ET", b"PS", b"\xff", b"{", b"}"),
    *(b"/N gs", b"/F 9 Tf", b"/P <</MCID 1>> BDC", b"1 2 m", b"0 0 1 rg", b"[3] 0 d", b"/JS(x)"),
]
NEAR_MISSES = [
    b"(",
    b"(a Tj",
    b"(a)) Tj",
    b"(a(b(c)d)e) Tj",
    b"(a\\) Tj",
    b"q(a)Tj BI /W 1 ID x EI",
    b"% (a) Tj",
    b"(a) Tj % /X PS",
    b"1 0 0 1 0 0 cm/X PS",
    b"/X PS",
    b"/XDo",
    b"/X Dox",
    b"12 34m",
    b"1 2 mq",
    b"12345678901 w",
    b"1.12345678901234567 w",
    b"1e5 w",
    b"1.2.3 w",
    b"[12.5.5] 0 d",
    b"[1234567890123] 0 d",
    b"[1-2]TJ",
    b"/P <</JS(x)>> BDC",
    b"/P <</MCID 1/AA<<>>>> BDC",
    b"/P <</BBox[/" + b"n" * 130 + b"1]>> BDC",
    b"/P <</MCID 1234567890>> BDC",
    b"/" + b"n" * 128 + b" gs",
    b"/a#53 gs",
    b"<4x> Tj",
    b"<41 Tj",
    b"1 2 3 4 5 scn",
    b"1 2 3 c",
    b"\xff",
]


def agree(data: bytes) -> bool:
    """Both say the same; returns what."""
    found = grammar.is_regular(data)
    assert found == (REGULAR.fullmatch(data) is not None), data
    return found


def test_a_name_too_long_is_not_cut_in_two() -> None:
    """The older expression read the rest of it as the operator."""
    assert REGULAR.fullmatch(b"/" + b"n" * 127 + b"gs")
    assert not grammar.is_regular(b"/" + b"n" * 127 + b"gs")
    assert grammar.is_regular(b"/" + b"n" * 127 + b" gs")


@settings(max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_pieces_in_any_order_are_judged_alike(pieces: list[bytes]) -> None:
    agree(b"".join(pieces))


@settings(max_examples=1_000, deadline=None)
@given(st.lists(st.sampled_from([one for one in PIECES if one.strip()]), max_size=9))
def test_pieces_with_blanks_are_judged_alike(pieces: list[bytes]) -> None:
    agree(b" ".join(pieces))


@pytest.mark.parametrize("data", NEAR_MISSES, ids=range(len(NEAR_MISSES)))
def test_what_is_almost_a_statement_is_not_regular(data: bytes) -> None:
    assert not agree(data)
    assert not agree(b"q " + data + b" Q")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  q\nQ",
        b"[(a)-7.5(b)12<41> ]TJ",
        b"q 1 0 0 1 0 0 cm/X Do Q",
        b"BT/F1 9 Tf(a(b)c)Tj(\\()' ET",
        b"/P<</MCID 1/Lang(ja)/BBox[1 2 /T/U 3]>>BDC EMC",
        b"(BI /W 1 ID x EI) Tj",
        b"/N cs .5 -.5 0 scn/P scn [] 0 d",
    ],
)
def test_statements_are_regular(data: bytes) -> None:
    assert agree(data)


def test_real_statements_with_one_byte_changed_are_judged_alike() -> None:
    page = (
        b"q 1 0 0 -1 70.8 763.7 cm/c0 cs 0 scn\nBT 0 Tr/f0 11 Tf[(\\000a)-6.9(b)]TJ\nET"
        b"/S<</MCID 0>>BDC EMC"
    )
    chance = random.Random(7)
    for _ in range(20_000):
        data = bytearray(page)
        data[chance.randrange(len(data))] = chance.choice(b" ()<>[]/%\\'0.-TJqw#{\xff")
        agree(bytes(data))


HOSTILE = {
    "opened": b"(" * 2_000_000,
    "escapes": b"(\\" * 1_000_000,
    "pairs": b"(" + b"()" * 1_000_000,
    "digits": b"1" * 2_000_000,
    "numbers": b"1 " * 1_000_000,
    "half statements": b"1 0 0 1 0 0 c" * 200_000,
    "dictionaries": b"/A<<" * 500_000,
    "arrays": b"[(a)" * 500_000,
    "array of numbers": b"[" + b"1 " * 1_000_000,
    "boxes": b"/P<</BBox[" + b"/a 1" * 500_000,
    "hexadecimal": b"<" + b"41 " * 700_000,
    "a name": b"/" + b"n" * 2_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_stream_takes_no_time(name: str) -> None:
    start = time.process_time()
    assert not grammar.is_regular(HOSTILE[name])
    assert not grammar.is_regular(b"q\n" * 1_000 + HOSTILE[name])
    assert time.process_time() - start < SECONDS_MAX


def test_many_different_statements_do_not_wear_the_automaton_out() -> None:
    chance = random.Random(3)
    letters = b"abcTJ1."
    lines = []
    for _ in range(30_000):
        name = bytes(chance.choice(letters) for _ in range(chance.randint(1, 127)))
        numbers = b" ".join(
            b"%.*f" % (chance.randint(0, 16), chance.random() * 10 ** chance.randint(0, 9))
            for _ in range(6)
        )
        lines.append(b"/P<</BBox[1 /%b 2]>>BDC %b cm" % (name, numbers))
    start = time.process_time()
    assert grammar.is_regular(b"\n".join(lines))
    assert time.process_time() - start < SECONDS_MAX
