"""Excel: formulas, names, links, objects, tables, pivot tables, and the text of the cells."""

from __future__ import annotations

import re

from lxml import etree

from sekisho.disarm.formats.ooxml import xmlparts
from sekisho.disarm.formats.ooxml.addresses import reaches_outside
from sekisho.disarm.formats.ooxml.cleaning import Handler, Part
from sekisho.disarm.formats.ooxml.shapes import SHARED, object_stays
from sekisho.disarm.formats.ooxml.tables import R, clark, clarks

_NAME, _F, _CELL = clark("x:definedName"), clark("x:f"), clark("x:c")
_RUNS_BY_ITSELF = re.compile(r"(?:_xlnm\.)?auto_?(?:open|close|activate|deactivate)", re.IGNORECASE)
_MACRO_ATTRIBUTES = ("xlm", "function", "vbProcedure", "macro", "publishToServer", "shortcutKey")


def _reaches(text: str | None, part: Part) -> bool:
    return bool(text) and reaches_outside(text or "", links=part.work.profile.links)


def _formula(element: etree._Element, part: Part) -> bool:
    """A cell's formula; the value calculated last stands beside it and stays."""
    if _reaches(element.text, part):
        part.remove(element, "outer-formula")
        return True
    return False


def _rule(element: etree._Element, part: Part) -> bool:
    """The formula of a rule (a format, a list of choices): the whole rule goes with it."""
    if not _reaches(element.text, part):
        return False
    rules = (
        clark(f"{p}:{n}") for p in ("x", "x14") for n in ("cfRule", "dataValidation", "sparkline")
    )
    rule = next(element.iterancestors(*rules), None)
    part.remove(element if rule is None else rule, "outer-formula")
    return True


def _defined_name(element: etree._Element, part: Part) -> bool:
    is_macro = any(element.get(name) not in (None, "0", "false") for name in _MACRO_ATTRIBUTES)
    if is_macro or _RUNS_BY_ITSELF.match(element.get("name", "")):
        part.remove(element, "macro")
        return True
    if _reaches(element.text, part):
        part.remove(element, "external-workbook")
        return True
    return False


def _hyperlink(element: etree._Element, part: Part) -> bool:
    untrusted_id = element.get(R + "id")
    place = element.get("location", "")
    is_lost = untrusted_id is not None and part.link(untrusted_id) is None
    if is_lost or _reaches(place, part) or "://" in place:
        part.drop(element)
        return True
    return False


def _object(element: etree._Element, part: Part) -> bool:
    """An embedded file stays when it came through; its picture is in the drawing or goes."""
    if "link" not in element.attrib and object_stays(element, part):
        part.work.kept("embedded-file", part.place)
        return False
    above = element.getparent()
    while above is not None and above.tag.endswith(("}Choice", "}Fallback", "}AlternateContent")):
        if len(above) > 1:
            break
        element, above = above, above.getparent()
    part.remove(element, "ole-object")
    return True


def _table(element: etree._Element, part: Part) -> bool:
    """A table filled from elsewhere becomes a plain table."""
    if element.get("tableType") not in (None, "worksheet"):
        del element.attrib["tableType"]
        part.work.removed("data-source", part.place)
    return False


def _table_column(element: etree._Element, part: Part) -> bool:
    xmlparts.take(element, "queryTableFieldId")
    return False


def _sheets(sheets: etree._Element, part: Part) -> bool:
    """When sheets went: what counts sheets by number is put right."""
    root = sheets.getparent()
    stays = [part.link(sheet.get(R + "id")) is not None for sheet in sheets]
    if root is None or all(stays):
        return False
    numbers = {old: sum(stays[:old]) for old, one in enumerate(stays) if one}
    for sheet, one in zip(list(sheets), stays, strict=True):
        if not one:
            part.drop(sheet)
    for name in list(root.iter(_NAME)):
        old = name.get("localSheetId")
        if old is None:
            continue
        new = numbers.get(int(old)) if old.isdecimal() else None
        if new is None:
            part.drop(name)
        else:
            name.set("localSheetId", str(new))
    for view in root.iter(clark("x:workbookView")):
        for key in ("activeTab", "firstSheet"):
            xmlparts.take(view, key)
    return False


HANDLERS: dict[str, Handler] = {
    **SHARED,
    _F: _formula,
    _NAME: _defined_name,
    clark("x:hyperlink"): _hyperlink,
    clark("x:sheets"): _sheets,
    clark("x:oleObject"): _object,
    clark("x:table"): _table,
    clark("x:tableColumn"): _table_column,
    **dict.fromkeys(sorted(clarks("formulas", "elements")), _rule),
}


def leads_outside(root: etree._Element) -> bool:
    """Whether the source of a pivot table is a data base, another workbook or a query."""
    source = root.find(clark("x:cacheSource"))
    if source is None or source.get("type") not in ("worksheet", "consolidation"):
        return True
    ranges = source.iter(clark("x:worksheetSource"), clark("x:rangeSet"))
    return any(one.get(R + "id") is not None for one in ranges)


def is_plain_metadata(root: etree._Element) -> bool:
    """Whether the metadata of cells only marks formulas that spill."""
    kinds = [one.get("name") for one in root.iter(clark("x:metadataType"))]
    return set(kinds) <= {"XLDAPR"}


def settle_shared_formulas(root: etree._Element, part: Part) -> None:
    """Cells that shared a formula that went keep their values only; so do broken spills."""
    if not part.removed_any:
        return
    groups: set[str] = set()
    users: list[tuple[str, etree._Element]] = []
    for formula in root.iter(_F):
        if formula.get("t") == "shared":
            group = formula.get("si", "")
            if formula.get("ref") is not None:
                groups.add(group)
            users.append((group, formula))
    for group, formula in users:
        if group not in groups:
            part.drop(formula)
