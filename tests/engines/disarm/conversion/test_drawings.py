"""SXF and STEP drawings are read in full and written anew; others stop with advice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.disarm.support import run, stopped, through

from sekisho.disarm.account import Act

HEAD = (
    "ISO-10303-21;\r\nHEADER;\r\n"
    "FILE_DESCRIPTION(('SCADEC level2 feature_mode'), '2;1');\r\n"
    "FILE_NAME('平面図.sfc','2026-11-25T10:00:00',('canary-author'),('canary-office'),"
    "'SCADEC_API_Ver3.30$$3.0','test','');\r\n"
    "FILE_SCHEMA(('ASSOCIATIVE_DRAUGHTING'));\r\nENDSEC;\r\nDATA;\r\n"
)
FEATURES = (
    "/*SXF\r\n#10 = drawing_sheet_feature('図面ソ表十','3','1','420','297')\r\nSXF*/\r\n"
    "/*SXF\r\n#20 = line_feature('1','8','1','1','0.000','0.0','100.0','-5.5E+1')\r\nSXF*/\r\n"
    r"/*SXF3" + "\r\n" + r"#30 = layer_feature(\'図郭\',\'1\')" + "\r\nSXF3*/\r\n"
)
TAIL = "ENDSEC;\r\nEND-ISO-10303-21;\r\n"
SFC = (HEAD + FEATURES + TAIL).encode("cp932")
P21 = (
    HEAD.replace("feature_mode", "ambiguous_mode") + "#1=DIRECTION('',(1.,0.E0,-2.5));\r\n"
    "#2=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));\r\n"
    "#3=LABEL('it''s \\X2\\56F3\\X0\\', $, #1, \"0F\");" + TAIL
).encode()


@pytest.mark.parametrize(("content", "kind"), [(SFC, "sfc"), (P21, "p21")])
def test_a_drawing_keeps_its_statements_and_loses_names_of_people(
    content: bytes, kind: str
) -> None:
    out = through(content, f"平面図.{kind}")
    assert (out.said.kind, out.said.kind_out, out.said.name) == (kind, kind, f"平面図.{kind}")
    assert b"canary" not in out.content
    assert out.rows(Act.REMOVED)["drawing-people"] == 2
    assert len(out.content) <= len(content)


def test_features_stay_as_they_are() -> None:
    lines = through(SFC, "x.sfc").content.decode("cp932").split("\r\n")
    for line in FEATURES.split("\r\n"):
        assert line in lines


def test_comments_go() -> None:
    out = through(P21.replace(b"DATA;", b"DATA;/* canary */", 1), "x.p21")
    assert b"canary" not in out.content
    assert out.rows(Act.REMOVED)["drawing-comment"] == 1


@pytest.mark.parametrize(
    "change",
    [
        (b"ENDSEC;\r\nDATA;", b"ENDSEC;\r\n<script>canary</script>\r\nDATA;"),
        (b"#1=", b"#1==" ),
        (b"(1.,", b"((1.,"),
        (b"END-ISO-10303-21;", b""),
        (b"END-ISO-10303-21;", b"END-ISO-10303-21; canary"),
        (b"DIRECTION(''", b"DIRECTION('\x07'"),
        (b"DIRECTION(", b"DIRECTION" + b"(" * 100),
        (b"#2=", b"MZ\x90\0"),
    ],
)  # fmt: skip
def test_what_is_against_the_grammar_stops(change: tuple[bytes, bytes]) -> None:
    stopped(P21.replace(*change), "x.p21", "SKS-D710")


def test_a_feature_that_is_none_stops() -> None:
    stopped(SFC.replace(b"line_feature(", b"line_feature);system("), "x.sfc", "SKS-D710")
    stopped(SFC.replace(b"'8','1'", b"'8',canary,'1'"), "x.sfc", "SKS-D710")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"JwwData.\x58\x02\0\0" + bytes(100), "x.jww"),
        (b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "x.dxf"),
        (b"AutoCAD Binary DXF\r\n\x1a\0", "x.dxf"),
    ],
)
def test_other_drawings_stop_with_advice(content: bytes, name: str) -> None:
    stopped(content, name, "SKS-D711")


def test_long_drawings_take_their_time_and_no_more() -> None:
    line = "/*SXF\r\n#20 = line_feature('1','8','1','1','0.0','0.0','100.0','5.5')\r\nSXF*/\r\n"
    out = through((HEAD + line * 20_000 + TAIL).encode("cp932"), "x.sfc")
    assert out.content.count(b"line_feature") == 20_000


@pytest.mark.parametrize(
    "part", ["(" * 200_000, "/*" * 200_000, "'" * 200_001, "/*SXF\n" * 100_000]
)
def test_traps_for_the_parser_end_quickly(part: str) -> None:
    assert run((HEAD + part).encode(), "x.p21").code == "SKS-D710"


@given(st.sampled_from([SFC, P21]), st.data())
def test_damage_gives_a_code_or_a_fixed_point(sample: bytes, data: st.DataObject) -> None:
    changed = bytearray(sample)
    for _ in range(3):
        changed[data.draw(st.integers(14, len(sample) - 1))] = data.draw(st.integers(0, 255))
    first = run(bytes(changed), "x.sfc")
    if not first.code:
        assert run(first.content, first.said.name).content == first.content
