# ruff: noqa: E501 — XML as an attacker would write it
"""Excel: what goes, what stays."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
import xlsxwriter
from tests.engines.disarm.ooxml.build import (
    CALLBACK,
    CANARY,
    MS,
    OFFICE,
    R,
    Surgery,
    assert_gone,
    assert_sound,
    excel,
    png,
)
from tests.engines.disarm.support import Result, stopped, through

from sekisho.disarm import engine
from sekisho.disarm.account import Act
from sekisho.disarm.formats.ooxml import rebuilding
from sekisho.disarm.formats.ooxml.rows import usual_rows
from sekisho.disarm.profile import STRICT

SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def safe(surgery: Surgery, name: str = "a.xlsx", *canaries: str) -> Result:
    """Disarmed; the canary is gone, the package sound, and openpyxl opens it."""
    result = through(surgery.bytes(), name)
    assert_gone(result.content, *canaries)
    assert_sound(result.content)
    openpyxl.load_workbook(io.BytesIO(result.content))
    return result


def sheet_of(result: Result) -> str:
    return Surgery(result.content).parts[SHEET].decode()


def with_cell(formula: str, value: str = "7") -> Surgery:
    cell = f'<row r="9"><c r="A9"><f>{formula}</f><v>{value}</v></c></row></sheetData>'
    return Surgery(excel()).replace(SHEET, "</sheetData>", cell)


def behind_cells(xml: str) -> Surgery:
    return Surgery(excel()).replace(SHEET, "</sheetData>", "</sheetData>" + xml)


FORMULA_TRAPS = [
    f"cmd|'/c {CANARY}'!A1",
    f'WEBSERVICE("{CALLBACK}")',
    f'_xlfn.WEBSERVICE("{CALLBACK}")',
    f'HYPERLINK("file://{CANARY}/x","押す")',
    f'HYPERLINK("\\\\{CANARY}\\x")',
    f'HYPERLINK("javas"&amp;"cript:{CANARY}")',
    f'CALL("Kernel32","WinExec","JFJ","{CANARY}",0)',
    f'REGISTER("{CANARY}")',
    f'EXEC("{CANARY}")',
    f'RTD("{CANARY}",,"x")',
    f"'[1]{CANARY}'!A1",
    f'[1]Sheet1!A1+N("{CANARY}")',
    f"'\\\\{CANARY}\\[b.xlsx]S'!A1",
    f'IF(1,_xlfn.IMAGE("{CALLBACK}"))',
    f'CUBEVALUE("{CANARY}")',
]


@pytest.mark.parametrize("formula", FORMULA_TRAPS)
def test_formulas_that_reach_outside_keep_their_value_only(formula: str) -> None:
    result = safe(with_cell(formula))
    assert result.rows(Act.REMOVED)["outer-formula"] == 1
    assert '<c r="A9"><v>7</v></c>' in sheet_of(result)


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(B1:B2)*2",
        'IF(A1="a|b [1] cmd","x","y")',
        'HYPERLINK("https://www.example.jp/","町")',
        'HYPERLINK("#名簿!A1","先頭")',
        "_xlfn.XLOOKUP(A1,A:A,B:B)",
        "VLOOKUP(A1,名簿!$A$1:$B$2,2,FALSE)",
        "SUM(表1[[#This Row],[1]])",
        "PHONETIC(A1)",
        "DATEDIF(A1,B1,&quot;Y&quot;)",
    ],
)
def test_formulas_that_only_calculate_stay(formula: str) -> None:
    result = safe(with_cell(formula))
    assert "outer-formula" not in result.rows(Act.REMOVED)
    assert "<f>" in sheet_of(result)


def test_a_shared_formula_that_goes_takes_those_who_share_it_along() -> None:
    rows = (
        f'<row r="9"><c r="A9"><f t="shared" ref="A9:A10" si="0">[1]{CANARY}!A1</f><v>7</v></c></row>'
        '<row r="10"><c r="A10"><f t="shared" si="0"/><v>8</v></c></row></sheetData>'
    )
    result = safe(Surgery(excel()).replace(SHEET, "</sheetData>", rows))
    assert "<f" not in sheet_of(result)
    assert '<c r="A10"><v>8</v></c>' in sheet_of(result)


@pytest.mark.parametrize("kind", ["xlMacrosheet", "xlIntlMacrosheet", "dialogsheet"])
def test_macro_sheets_go_and_names_count_anew(kind: str) -> None:
    surgery = Surgery(excel())
    surgery.part(
        "xl/macrosheets/sheet9.xml",
        "application/vnd.ms-excel.macrosheet+xml",
        f'<xm:macrosheet xmlns:xm="{MS}"><x>{CANARY}</x></xm:macrosheet>',
    )
    number = surgery.link(BOOK, f"{MS}/{kind}", "macrosheets/sheet9.xml")
    surgery.replace(
        BOOK, "<sheets>", f'<sheets><sheet name="{CANARY}" sheetId="9" r:id="{number}"/>'
    )
    names = (
        f'</sheets><definedNames><definedName name="_xlnm.Auto_Open">{CANARY}!$A$1</definedName>'
        '<definedName name="範囲" localSheetId="1">名簿!$A$1</definedName>'
        f'<definedName name="x" localSheetId="0">{CANARY}</definedName>'
        f'<definedName name="m" function="1" vbProcedure="1">{CANARY}</definedName></definedNames>'
    )
    surgery.replace(BOOK, "</sheets>", names)
    result = safe(surgery)
    book = Surgery(result.content).parts[BOOK].decode()
    assert 'name="範囲" localSheetId="0"' in book
    assert "Auto_Open" not in book
    assert {"macro-sheet", "macro"} <= result.rows(Act.REMOVED).keys()


def test_macros_go() -> None:
    surgery = Surgery(excel())
    surgery.main_type(
        OFFICE + "spreadsheetml.sheet.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    surgery.part("xl/vbaProject.bin", "application/vnd.ms-office.vbaProject", CANARY)
    surgery.link(BOOK, f"{MS}/vbaProject", "vbaProject.bin")
    result = safe(surgery, "a.xlsm")
    assert result.said.name == "a.xlsx"


def test_links_to_other_workbooks_go_with_names_and_charts_that_use_them() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("名簿")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=名簿!$A$1:$A$3"})
    sheet.insert_chart("C3", chart)
    book.close()
    surgery = Surgery(out.getvalue())
    surgery.part(
        "xl/externalLinks/externalLink1.xml",
        OFFICE + "spreadsheetml.externalLink+xml",
        f'<externalLink xmlns="{MAIN}"><ddeLink ddeService="cmd" ddeTopic="{CANARY}"/></externalLink>',
    )
    surgery.link("xl/externalLinks/externalLink1.xml", "externalLinkPath", CALLBACK, external=True)
    number = surgery.link(BOOK, "externalLink", "externalLinks/externalLink1.xml")
    more = (
        f'</sheets><externalReferences><externalReference r:id="{number}"/></externalReferences>'
        f'<definedNames><definedName name="x">[1]{CANARY}!$A$1</definedName></definedNames>'
    )
    surgery.replace(BOOK, "</sheets>", more)
    text = surgery.parts["xl/charts/chart1.xml"].decode()
    surgery.parts["xl/charts/chart1.xml"] = re.sub(
        r"<c:f>[^<]*</c:f>", f"<c:f>[1]{CANARY}!$A$1</c:f>", text
    ).encode()
    result = safe(surgery)
    assert "#REF!" in Surgery(result.content).parts["xl/charts/chart1.xml"].decode()
    assert "externalReferences" not in Surgery(result.content).parts[BOOK].decode()
    assert result.rows(Act.REMOVED)["external-workbook"] >= 3


def test_rules_with_formulas_that_reach_outside_go_others_stay() -> None:
    xml = (
        '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>'
        f"[1]{CANARY}!A1</formula></cfRule></conditionalFormatting>"
        '<conditionalFormatting sqref="B1"><cfRule type="expression" priority="2"><formula>B1&gt;1'
        "</formula></cfRule></conditionalFormatting>"
        '<dataValidations count="2"><dataValidation type="list" sqref="A1"><formula1>'
        f'WEBSERVICE("{CALLBACK}")</formula1></dataValidation><dataValidation type="list" sqref="B1">'
        '<formula1>"甲,乙"</formula1></dataValidation></dataValidations>'
    )
    result = safe(behind_cells(xml))
    text = sheet_of(result)
    assert text.count("<cfRule") == 1
    assert text.count("<dataValidation ") == 1
    assert "甲,乙" in text


def test_links_of_cells() -> None:
    surgery = Surgery(excel())
    good = surgery.link(SHEET, "hyperlink", "https://www.example.jp/", external=True)
    bad = surgery.link(SHEET, "hyperlink", f"file:///{CANARY}", external=True)
    xml = (
        f'<hyperlinks><hyperlink ref="A1" r:id="{good}"/><hyperlink ref="A2" r:id="{bad}"/>'
        f'<hyperlink ref="A3" location="cmd|{CANARY}!A1"/><hyperlink ref="A4" location="名簿!A1"/>'
        "</hyperlinks>"
    )
    surgery.replace(SHEET, "</sheetData>", "</sheetData>" + xml)
    text = sheet_of(safe(surgery))
    assert 'ref="A1"' in text
    assert 'ref="A4"' in text
    assert 'ref="A2"' not in text
    assert 'ref="A3"' not in text
    strict = through(surgery.bytes(), "a.xlsx", STRICT)
    assert 'ref="A1"' not in sheet_of(strict)


@pytest.mark.parametrize(
    ("kind", "name", "content_type"),
    [
        ("connections", "xl/connections.xml", OFFICE + "spreadsheetml.connections+xml"),
        ("xmlMaps", "xl/xmlMaps.xml", "application/xml"),
        (f"{R}/powerPivotData", "xl/model/item.data", OFFICE + "model+data"),
        (f"{MS}/vbaProject", "xl/v.bin", "application/vnd.ms-office.vbaProject"),
        (
            "http://schemas.microsoft.com/office/2017/10/relationships/person",
            "xl/persons/person.xml",
            "application/vnd.ms-excel.person+xml",
        ),
        ("customXml", "customXml/item1.xml", "application/xml"),
        ("calcChain", "xl/calcChain.xml", OFFICE + "spreadsheetml.calcChain+xml"),
    ],
)
def test_parts_of_the_book_that_are_not_in_the_list_go(
    kind: str, name: str, content_type: str
) -> None:
    surgery = Surgery(excel()).part(name, content_type, f"<a>{CANARY}</a>")
    surgery.link(BOOK, kind, "/" + name)
    safe(surgery)


@pytest.mark.parametrize(
    ("kind", "xml"),
    [
        ("printerSettings", '<pageSetup orientation="landscape" r:id="{id}"/>'),
        ("oleObject", '<oleObjects><oleObject progId="x" shapeId="1" r:id="{id}"/></oleObjects>'),
        ("control", '<controls><control shapeId="1" r:id="{id}"/></controls>'),
        ("customProperty", '<customProperties><customPr name="x" r:id="{id}"/></customProperties>'),
    ],
)
def test_parts_of_a_sheet_that_are_not_in_the_list_go(kind: str, xml: str) -> None:
    surgery = Surgery(excel()).part("xl/x/part.bin", "application/octet-stream", CANARY)
    number = surgery.link(SHEET, kind, "../x/part.bin")
    surgery.replace(SHEET, "<pageMargins", xml.format(id=number) + "<pageMargins")
    result = safe(surgery)
    assert number not in sheet_of(result)
    if kind == "printerSettings":
        assert 'orientation="landscape"' in sheet_of(result)


def test_a_table_from_a_query_becomes_plain() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet("名簿").add_table(
        "A1:B3", {"columns": [{"header": "氏名"}, {"header": "値"}]}
    )
    book.close()
    surgery = Surgery(out.getvalue())
    table = "xl/tables/table1.xml"
    surgery.part(
        "xl/queryTables/q.xml", OFFICE + "spreadsheetml.queryTable+xml", f"<a>{CANARY}</a>"
    )
    surgery.link(table, "queryTable", "../queryTables/q.xml")
    surgery.replace(table, "<table ", '<table tableType="queryTable" connectionId="1" ')
    text = Surgery(safe(surgery).content).parts[table].decode()
    assert "queryTable" not in text
    assert "connectionId" not in text
    assert "氏名" in text


def test_a_pivot_table_of_an_outside_source_goes_one_of_a_sheet_stays() -> None:
    for source, stays in (
        (
            '<cacheSource type="worksheet"><worksheetSource ref="A1:B2" sheet="名簿"/></cacheSource>',
            True,
        ),
        (f'<cacheSource type="external" connectionId="1"/><x>{CANARY}</x>', False),
    ):
        surgery = Surgery(excel())
        surgery.part(
            "xl/pivotCache/d1.xml",
            OFFICE + "spreadsheetml.pivotCacheDefinition+xml",
            f'<pivotCacheDefinition xmlns="{MAIN}">{source}<cacheFields count="0"/></pivotCacheDefinition>',
        )
        surgery.part(
            "xl/pivotTables/p1.xml",
            OFFICE + "spreadsheetml.pivotTable+xml",
            f'<pivotTableDefinition xmlns="{MAIN}" name="p" cacheId="1" dataCaption="v">'
            '<location ref="A5:B6" firstHeaderRow="1" firstDataRow="1" firstDataCol="0"/>'
            "</pivotTableDefinition>",
        )
        surgery.link("xl/pivotTables/p1.xml", "pivotCacheDefinition", "../pivotCache/d1.xml")
        surgery.link(SHEET, "pivotTable", "../pivotTables/p1.xml")
        number = surgery.link(BOOK, "pivotCacheDefinition", "pivotCache/d1.xml")
        caches = f'<pivotCaches><pivotCache cacheId="1" r:id="{number}"/></pivotCaches></workbook>'
        surgery.replace(BOOK, "</workbook>", caches)
        result = safe(surgery)
        parts = Surgery(result.content).parts
        assert ("xl/pivotTables/p1.xml" in parts) is stays
        assert ("pivotCaches" in parts[BOOK].decode()) is stays


def rich_book() -> bytes:
    """Charts, formats, validations, comments, a picture, a table, names, ruby."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("名簿")
    bold = book.add_format({"bold": True, "num_format": "#,##0円"})
    for row in range(20):
        sheet.write(row, 0, f"氏名{row}")
        sheet.write(row, 1, row * 1000, bold)
        sheet.write_formula(row, 2, f"=B{row + 1}*1.1", None, row * 1100)
    sheet.write_rich_string("D1", "赤", bold, "太", "細")
    sheet.write_comment("A1", "コメントです")
    sheet.data_validation("E1", {"validate": "list", "source": ["甲", "乙"]})
    sheet.conditional_format("B1:B20", {"type": "data_bar_2010" if False else "data_bar"})
    sheet.insert_image("F1", "p.png", {"image_data": io.BytesIO(png())})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": "=名簿!$A$1:$A$5", "values": "=名簿!$B$1:$B$5"})
    sheet.insert_chart("H3", chart)
    sheet.merge_range("A25:C25", "結合")
    sheet.freeze_panes(1, 0)
    other = book.add_worksheet("集計")
    other.add_table("A1:B4", {"columns": [{"header": "項目"}, {"header": "値"}]})
    book.define_name("範囲", "=名簿!$A$1:$A$5")
    other.add_sparkline("D1", {"range": "名簿!B1:B5"})
    book.close()
    return out.getvalue()


def test_what_a_workbook_is_made_of_survives() -> None:
    before = rich_book()
    result = safe(Surgery(before))
    one = openpyxl.load_workbook(io.BytesIO(before))
    two = openpyxl.load_workbook(io.BytesIO(result.content))
    for name in one.sheetnames:
        for row, other in zip(one[name].iter_rows(), two[name].iter_rows(), strict=True):
            for cell, same in zip(row, other, strict=True):
                assert (cell.value, cell.number_format, cell.font.b) == (
                    same.value,
                    same.number_format,
                    same.font.b,
                )
                assert (cell.comment and cell.comment.text) == (same.comment and same.comment.text)
    assert two.defined_names.keys() == one.defined_names.keys()
    assert len(two["名簿"]._charts) == len(two["名簿"]._images) == 1
    assert list(two["集計"].tables) == list(one["集計"].tables)
    assert "sparkline" in Surgery(result.content).parts["xl/worksheets/sheet2.xml"].decode()
    assert not {"office-unknown", "office-unknown-attribute"} & result.rows(Act.REMOVED).keys()


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ([["x", 123456789018]], "シート「名簿」!B1"),
        ([["x"], ["番号は123456789018です"]], "シート「名簿」!A2"),
        ([["", "", "123456789018"]], "シート「名簿」!C1"),
    ],
)
def test_numbers_in_cells_are_found_with_their_place(rows: list[list[object]], where: str) -> None:
    result = through(excel(rows), "a.xlsx")
    assert result.entry("individual-number").where == where


def test_comments_stay_or_go_by_policy() -> None:
    kept = through(rich_book(), "a.xlsx")
    assert "コメントです" in "".join(
        p.decode("utf-8", "ignore")
        for n, p in Surgery(kept.content).parts.items()
        if "comments" in n
    )
    assert_gone(through(rich_book(), "a.xlsx", STRICT).content, "コメントです")


def test_a_binary_workbook_stops_with_advice() -> None:
    surgery = Surgery(excel())
    surgery.main_type(
        OFFICE + "spreadsheetml.sheet.main+xml",
        "application/vnd.ms-excel.sheet.binary.macroEnabled.main",
    )
    stopped(surgery.bytes(), "a.xlsb", "SKS-D701")


def test_macros_of_shapes_go() -> None:
    surgery = Surgery(rich_book())
    name = "xl/drawings/drawing1.xml"
    text = surgery.parts[name].decode()
    surgery.parts[name] = text.replace("<xdr:pic>", f'<xdr:pic macro="{CANARY}">', 1).encode()
    assert safe(surgery).rows(Act.REMOVED)["macro"] == 1


def test_macros_of_form_controls_go() -> None:
    surgery = Surgery(rich_book())
    name = "xl/drawings/vmlDrawing1.vml"
    surgery.replace(
        name,
        "<x:ClientData",
        f"<x:ClientData ObjectType='Button'><x:FmlaMacro>{CANARY}</x:FmlaMacro></x:ClientData><x:ClientData",
    )
    assert safe(surgery).rows(Act.REMOVED)["macro"] == 1


SHELL = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="' + MAIN + '">'
    "<sheetData>{}</sheetData></worksheet>"
)


@pytest.mark.parametrize(
    ("rows", "is_usual"),
    [
        ('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"/></row>', True),
        (
            '<row r="1" spans="1:2" ht="15.5" customHeight="1"><c r="A1"><f>B1*2</f><v>4</v></c></row>',
            True,
        ),
        ('<row r="1"/>', True),
        ('<row r="1"><c r="A1"><f>WEBSERVICE("x")</f><v>4</v></c></row>', False),
        ('<row r="1"><c r="A1"><f>[1]S!A1</f><v>4</v></c></row>', False),
        ('<row r="1"><c r="A1" s="1" s="2"><v>4</v></c></row>', False),
        ('<row r="1" evil="1"><c r="A1"><v>4</v></c></row>', False),
        ('<row r="1"><c r="A1"><v>4</v></c>text</row>', False),
        ('<row r="1"><c r="A1"><v>&#52;</v></c></row>', False),
        ('<row r="1"><c r="A1"><v>\x01</v></c></row>', False),
        ('<row r="1"><c r="A1"><v>\ufffe</v></c></row>', False),
        ('<row r="1"><c r="A1"><v><![CDATA[4]]></v></c></row>', False),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>', False),
        ('<row r="1"><x:c xmlns:x="y" r="A1"/></row>', False),
        ("", False),
    ],
)
def test_only_rows_of_the_usual_form_take_the_short_way(rows: str, is_usual: bool) -> None:
    assert (usual_rows(SHELL.format(rows).encode(), links=True) is not None) is is_usual


@pytest.mark.parametrize(
    "shell",
    [
        SHELL.replace("<sheetData>", "<!-- <sheetData> --><sheetData>"),
        SHELL.replace("<sheetData>", "<!-- --><sheetData>"),
        SHELL.replace("UTF-8", "UTF-16"),
        SHELL.replace("<worksheet", "<!DOCTYPE a><worksheet"),
        SHELL.replace("<sheetData>", "<?pi x?><sheetData>"),
    ],
)
def test_a_shell_that_could_hide_rows_takes_the_long_way(shell: str) -> None:
    rows = '<row r="1"><c r="A1"><v>4</v></c></row>'
    assert usual_rows(shell.format(rows).encode(), links=True) is None


def test_the_short_way_and_the_long_way_write_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data = rich_book()
    short = through(data, "a.xlsx").content
    monkeypatch.setattr(rebuilding, "usual_rows", lambda data, links: None)
    assert through(data, "a.xlsx").content == short


def test_rows_under_another_namespace_do_not_come_through() -> None:
    surgery = Surgery(excel())
    surgery.replace(SHEET, "<sheetData>", f'<x xmlns="http://{CANARY}/"><sheetData>')
    surgery.replace(SHEET, "</sheetData>", "</sheetData></x>")
    assert "<c r=" not in sheet_of(safe(surgery))


def test_text_that_no_cell_shows_is_looked_at() -> None:
    surgery = Surgery(excel())
    surgery.replace("xl/sharedStrings.xml", "</sst>", "<si><t>123456789018</t></si></sst>")
    result = through(surgery.bytes(), "a.xlsx")
    assert result.entry("individual-number").where == "どのセルにも出ない文字列"


def test_a_row_of_single_digits_is_handed_over_as_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    look = lambda account, text, where: seen.append(text)  # noqa: E731
    monkeypatch.setattr(engine, "looks", lambda: (look,))
    through(excel([list(map(int, "123456789018")), list("123456789018")]), "a.xlsx")
    line = "\t".join("123456789018")
    assert any(f"{line}\n{line}" in text for text in seen)


def test_inline_text_of_several_lines_is_found() -> None:
    cell = '<row r="9"><c r="B9" t="inlineStr"><is><r><t>番号\n123456789018</t></r></is></c></row></sheetData>'
    result = through(Surgery(excel()).replace(SHEET, "</sheetData>", cell).bytes(), "a.xlsx")
    assert result.entry("individual-number").where == "シート「名簿」!B9"
