# ruff: noqa: E501 — XML as an attacker would write it
"""PowerPoint: what goes, what stays."""

from __future__ import annotations

import io

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from tests.engines.disarm.ooxml.build import (
    CALLBACK,
    CANARY,
    MS,
    OFFICE,
    Surgery,
    assert_gone,
    assert_sound,
    excel,
    png,
    slides,
)
from tests.engines.disarm.support import Result, through

from sekisho.disarm.account import Act
from sekisho.disarm.profile import STRICT

SLIDE = "ppt/slides/slide1.xml"
MEDIA = "http://schemas.microsoft.com/office/2007/relationships/media"


def safe(surgery: Surgery, name: str = "a.pptx", *canaries: str) -> Result:
    """Disarmed; the canary is gone, the package sound, and python-pptx opens it."""
    result = through(surgery.bytes(), name)
    assert_gone(result.content, *canaries)
    assert_sound(result.content)
    pptx.Presentation(io.BytesIO(result.content))
    return result


def slide_of(result: Result) -> str:
    return Surgery(result.content).parts[SLIDE].decode()


def shape(inside: str) -> str:
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="99" name="x">'
        + inside
        + "</p:cNvPr><p:cNvSpPr/><p:nvPr/></p:nvSpPr>"
        "<p:spPr/></p:sp></p:spTree>"
    )


@pytest.mark.parametrize(
    "action",
    [
        "ppaction://program",
        f"ppaction://macro?name={CANARY}",
        "ppaction://ole?verb=0",
        "ppaction://hlinkfile",
        "ppaction://hlinkpres?slideindex=1",
        "ppaction://media",
        f"unknown:{CANARY}",
    ],
)
@pytest.mark.parametrize("element", ["hlinkClick", "hlinkHover"])
def test_actions_that_start_something_go(action: str, element: str) -> None:
    surgery = Surgery(slides())
    number = surgery.link(SLIDE, "hyperlink", f"file:///{CANARY}.exe", external=True)
    xml = shape(f'<a:{element} r:id="{number}" action="{action}"/>')
    result = safe(surgery.replace(SLIDE, "</p:spTree>", xml))
    assert "hlink" not in slide_of(result)
    assert result.rows(Act.REMOVED)["link-action"] == 1


def test_links_stay_where_they_are_only_clicked() -> None:
    surgery = Surgery(slides())
    web = surgery.link(SLIDE, "hyperlink", "https://www.example.jp/", external=True)
    jump = surgery.link(SLIDE, "slide", "slide2.xml")
    xml = shape(f'<a:hlinkClick r:id="{web}"/>').replace("</p:spTree>", "")
    xml += shape(f'<a:hlinkClick r:id="{jump}" action="ppaction://hlinksldjump"/>')
    surgery.replace(SLIDE, "</p:spTree>", xml)
    assert slide_of(safe(surgery)).count("hlinkClick") == 2
    assert slide_of(through(surgery.bytes(), "a.pptx", STRICT)).count("hlinkClick") == 1


def test_film_and_sound_go_their_picture_stays() -> None:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    slide.shapes.add_movie(
        io.BytesIO(b"\0\0\0\x20ftypisom" + CANARY.encode()),
        0,
        0,
        Inches(2),
        Inches(2),
        poster_frame_image=io.BytesIO(png()),
        mime_type="video/mp4",
    )
    out = io.BytesIO()
    show.save(out)
    result = safe(Surgery(out.getvalue()))
    text = slide_of(result)
    assert "<p:pic>" in text
    for gone in ("videoFile", "p14:media", "<p:video", "<p:cmd", "ppaction://media"):
        assert gone not in text
    assert result.rows(Act.REMOVED)["media"] >= 2


def object_frame(number: str, picture: str, kind: str) -> str:
    return (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="9" name="o"/><p:cNvGraphicFramePr/><p:nvPr/>'
        '</p:nvGraphicFramePr><p:xfrm><a:off x="1" y="1"/><a:ext cx="9" cy="9"/></p:xfrm><a:graphic>'
        '<a:graphicData uri="http://schemas.openxmlformats.org/presentationml/2006/ole"><p:oleObj name="x"'
        f' r:id="{number}" imgW="9" imgH="9" progId="Excel.Sheet.12"><p:{kind}/><p:pic><p:nvPicPr>'
        '<p:cNvPr id="8" name="p"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr><p:blipFill>'
        f'<a:blip r:embed="{picture}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill><p:spPr/></p:pic>'
        "</p:oleObj></a:graphicData></a:graphic></p:graphicFrame></p:spTree>"
    )


@pytest.mark.parametrize("kind", ["embed", "link"])
def test_objects_become_their_picture(kind: str) -> None:
    surgery = Surgery(slides())
    surgery.part(
        "ppt/embeddings/o.bin", OFFICE + "oleObject", b"\xd0\xcf\x11\xe0" + CANARY.encode()
    )
    surgery.part("ppt/media/p.png", "image/png", png())
    if kind == "embed":
        number = surgery.link(SLIDE, "oleObject", "../embeddings/o.bin")
    else:
        number = surgery.link(SLIDE, "oleObject", f"file:///{CANARY}", external=True)
    picture = surgery.link(SLIDE, "image", "../media/p.png")
    surgery.replace(SLIDE, "</p:spTree>", object_frame(number, picture, kind))
    text = slide_of(safe(surgery))
    assert "oleObj" not in text
    assert "<p:pic>" in text


def test_an_embedded_workbook_stays_by_policy() -> None:
    surgery = Surgery(slides())
    surgery.part("ppt/embeddings/b.xlsx", OFFICE + "spreadsheetml.sheet", excel([["埋込"]]))
    surgery.part("ppt/media/p.png", "image/png", png())
    number = surgery.link(SLIDE, "package", "../embeddings/b.xlsx")
    picture = surgery.link(SLIDE, "image", "../media/p.png")
    surgery.replace(SLIDE, "</p:spTree>", object_frame(number, picture, "embed"))
    result = safe(surgery)
    assert "oleObj" in slide_of(result)
    assert "ppt/embeddings/b.xlsx" in Surgery(result.content).parts
    strict = through(surgery.bytes(), "a.pptx", STRICT)
    assert_gone(strict.content, "埋込")
    assert "<p:pic>" in slide_of(strict)


def chart_show() -> bytes:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    data = CategoryChartData()
    data.categories = ["東", "西"]
    data.add_series("人口", (1.5, 2.5))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(3), data)
    slide.shapes.add_picture(io.BytesIO(png()), 0, 0)
    slide.shapes.add_table(2, 2, 0, 0, Inches(2), Inches(1)).table.cell(0, 0).text = "表"
    slide.notes_slide.notes_text_frame.text = "ノート 123456789018"
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def test_charts_tables_pictures_and_notes_survive() -> None:
    result = safe(Surgery(chart_show()))
    slide = pptx.Presentation(io.BytesIO(result.content)).slides[0]
    kinds = [shape.shape_type for shape in slide.shapes]
    assert len(kinds) == 4
    chart = next(shape.chart for shape in slide.shapes if shape.has_chart)
    assert list(chart.plots[0].series[0].values) == [1.5, 2.5]
    assert chart.part.chart_workbook.xlsx_part is not None
    assert "ノート" in slide.notes_slide.notes_text_frame.text
    assert result.entry("individual-number").where == "スライド 1のノート"
    assert not {"office-unknown", "office-unknown-attribute"} & result.rows(Act.REMOVED).keys()


def test_the_workbook_of_a_chart_goes_by_policy() -> None:
    result = through(chart_show(), "a.pptx", STRICT)
    parts = Surgery(result.content).parts
    assert not any("embeddings" in name for name in parts)
    assert not any(b"externalData" in data for data in parts.values())


def test_controls_tags_and_macros_go() -> None:
    surgery = Surgery(slides())
    surgery.main_type(
        OFFICE + "presentationml.presentation.main+xml",
        "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
    )
    surgery.part("ppt/vbaProject.bin", "application/vnd.ms-office.vbaProject", CANARY)
    surgery.link("ppt/presentation.xml", f"{MS}/vbaProject", "vbaProject.bin")
    surgery.part("ppt/activeX/a.xml", "application/vnd.ms-office.activeX+xml", f"<a>{CANARY}</a>")
    surgery.part("ppt/tags/t.xml", OFFICE + "presentationml.tags+xml", f"<a>{CANARY}</a>")
    control = surgery.link(SLIDE, "control", "../activeX/a.xml")
    tags = surgery.link(SLIDE, "tags", "../tags/t.xml")
    xml = (
        f'</p:spTree><p:custDataLst><p:tags r:id="{tags}"/></p:custDataLst><p:controls><p:control'
        f' name="{CANARY}" r:id="{control}"/></p:controls>'
    )
    surgery.replace(SLIDE, "</p:spTree>", xml)
    result = safe(surgery, "a.pptm")
    assert result.said.name == "a.pptx"
    assert {"activex", "custom-data", "macro"} <= result.rows(Act.REMOVED).keys()


def test_sound_of_a_change_of_slides_goes() -> None:
    surgery = Surgery(slides())
    surgery.part("ppt/media/s.wav", "audio/wav", b"RIFF\0\0\0\0WAVE" + CANARY.encode())
    number = surgery.link(SLIDE, "audio", "../media/s.wav")
    xml = f'<p:transition><p:fade/><p:sndAc><p:stSnd><p:snd r:embed="{number}" name="{CANARY}"/></p:stSnd></p:sndAc></p:transition></p:sld>'
    text = slide_of(safe(surgery.replace(SLIDE, "</p:sld>", xml)))
    assert "<p:fade/>" in text
    assert "snd" not in text


def test_pictures_from_outside_go() -> None:
    surgery = Surgery(chart_show())
    number = surgery.link(SLIDE, "image", CALLBACK, external=True)
    surgery.replace(SLIDE, "<a:blip ", f'<a:blip r:link="{number}" ')
    assert safe(surgery).rows(Act.REMOVED)["outside-picture"] == 1


def test_namespaces_that_are_declared_but_not_used_go() -> None:
    surgery = Surgery(slides())
    surgery.replace(SLIDE, "<p:sld ", f'<p:sld xmlns:q="http://{CANARY}/" ')
    safe(surgery)


def test_a_jump_without_a_target_keeps_its_empty_reference() -> None:
    xml = shape('<a:hlinkClick r:id="" action="ppaction://hlinkshowjump?jump=nextslide"/>')
    text = slide_of(safe(Surgery(slides()).replace(SLIDE, "</p:spTree>", xml)))
    assert '<a:hlinkClick r:id="" action="ppaction://hlinkshowjump?jump=nextslide"/>' in text
