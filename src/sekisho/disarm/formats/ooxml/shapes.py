"""What is the same in Word, Excel and PowerPoint: pictures, links of shapes, charts, objects."""

from __future__ import annotations

import re

from lxml import etree

from sekisho.disarm.formats.ooxml.addresses import reaches_outside
from sekisho.disarm.formats.ooxml.cleaning import Handler, Part
from sekisho.disarm.formats.ooxml.tables import R, clark

_ACTIONS = re.compile(
    r"|ppaction://(?:noaction|hlinksldjump|hlinkshowjump\?jump=[a-z]+|customshow\?id=[0-9]+(?:&return=true)?)"
)
PROGRAMS = {
    "docx": "Word.Document.12",
    "xlsx": "Excel.Sheet.12",
    "pptx": "PowerPoint.Show.12",
    "ppsx": "PowerPoint.SlideShow.12",
}
"""Kind of an embedded file → the program that edits it."""


def _link(element: etree._Element, part: Part) -> bool:
    """`a:hlinkClick` and its kin: an action that is only a jump, a target that stays."""
    action = element.get("action", "")
    untrusted_id = element.get(R + "id", "")
    if not _ACTIONS.fullmatch(action):
        part.remove(element, "link-action")
        return True
    if untrusted_id and part.link(untrusted_id) is None:
        part.drop(element)
        return True
    if not untrusted_id and not action:
        part.drop(element)
        return True
    return False


def _shape(element: etree._Element, part: Part) -> bool:
    """Shapes of sheets and charts may start a macro or show a cell."""
    if element.get("macro"):
        element.set("macro", "")
        part.work.removed("macro", part.place)
    if reaches_outside(element.get("textlink", ""), links=False):
        del element.attrib["textlink"]
        part.work.removed("outer-formula", part.place)
    return False


def _chart_formula(element: etree._Element, part: Part) -> bool:
    """The cells of a chart; the values drawn last stand beside them."""
    if reaches_outside(element.text or "", links=False):
        element.text = "#REF!"
        part.work.removed("external-workbook", part.place)
    return False


def _diagram_drawing(element: etree._Element, part: Part) -> bool:
    if part.link(element.get("relId")) is None:
        above = element.getparent()
        part.drop(above if above is not None and above.tag.endswith("}ext") else element)
        return True
    return False


def _extension(element: etree._Element, part: Part) -> bool:
    """`a:ext` is a size, too; without either it is an extension that lost what was in it."""
    if element.get("uri") is not None and not any(
        child.tag in part.words.elements for child in element
    ):
        part.remove(element, "office-extension")
        return True
    return False


def object_stays(element: etree._Element, part: Part) -> bool:
    """Whether an embedded file came through; its program is put right then."""
    link = part.link(element.get(R + "id"))
    program = PROGRAMS.get(link.kind_out) if link else None
    if program is None:
        return False
    for name in ("progId", "ProgID"):
        if name in element.attrib:
            element.set(name, program)
    return True


SHARED: dict[str, Handler] = {
    clark("a:hlinkClick"): _link,
    clark("a:hlinkHover"): _link,
    clark("a:hlinkMouseOver"): _link,
    clark("c:f"): _chart_formula,
    clark("cx:f"): _chart_formula,
    clark("c15:f"): _chart_formula,
    clark("c15:sqref"): _chart_formula,
    clark("dsp:dataModelExt"): _diagram_drawing,
    clark("a:ext"): _extension,
    **{
        clark(f"{prefix}:{name}"): _shape
        for prefix in ("xdr", "cdr")
        for name in ("sp", "pic", "cxnSp", "graphicFrame")
    },
}
