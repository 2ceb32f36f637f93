"""Word: fields, links, objects, comments."""

from __future__ import annotations

from lxml import etree

from sekisho.disarm.formats.ooxml import xmlparts
from sekisho.disarm.formats.ooxml.addresses import NESTED, field_stays
from sekisho.disarm.formats.ooxml.cleaning import Handler, Part
from sekisho.disarm.formats.ooxml.shapes import SHARED, object_stays
from sekisho.disarm.formats.ooxml.tables import R, clark

_P, _R, _T = clark("w:p"), clark("w:r"), clark("w:t")
_DELETED, _TAB, _BREAK = clark("w:delText"), clark("w:tab"), clark("w:br")
_CHAR, _INSTRUCTION = clark("w:fldChar"), clark("w:instrText")
_OLD_INSTRUCTION, _SIMPLE = clark("w:delInstrText"), clark("w:fldSimple")
_OBJECT, _PICT = clark("w:object"), clark("w:pict")
_OLE, _IMAGE = clark("o:OLEObject"), clark("v:imagedata")


def _simple_field(element: etree._Element, part: Part) -> bool:
    instruction = element.get(clark("w:instr"), "")
    if _stays(instruction, part):
        return False
    part.work.removed("field", part.place)
    xmlparts.unwrap(element)
    part.removed_any = True
    return True


def _hyperlink(element: etree._Element, part: Part) -> bool:
    untrusted_id = element.get(R + "id")
    if untrusted_id is None or part.link(untrusted_id):
        return False
    xmlparts.unwrap(element)
    part.removed_any = True
    return True


def _ole(element: etree._Element, part: Part) -> bool:
    """An embedded file stays when it came through; else the picture of it stays alone."""
    if element.get("Type") == "Embed" and object_stays(element, part):
        part.work.kept("embedded-file", part.place)
        return False
    above = element.getparent()
    part.drop(element)
    part.work.replaced("ole-object", part.place)
    if above is not None and above.tag == _OBJECT:
        above.tag = _PICT
        for name in list(above.attrib):
            del above.attrib[name]
    return True


def _comment_mark(element: etree._Element, part: Part) -> bool:
    if part.work.profile.comments:
        return False
    part.drop(element)
    return True


def _piece_of_field(_element: etree._Element, _part: Part) -> bool:
    """Pieces of fields are judged together, by `settle_fields`."""
    return False


def _content_control(element: etree._Element, part: Part) -> bool:
    """What can be filled in stays by policy; else its content stays alone."""
    if part.work.profile.forms:
        return False
    for child in list(element):
        if child.tag == clark("w:sdtContent"):
            xmlparts.unwrap(child)
        else:
            part.drop(child)
    part.work.changed("form-field", part.place)
    xmlparts.unwrap(element)
    part.removed_any = True
    return True


def _stays(instruction: str, part: Part) -> bool:
    is_form = instruction.lstrip().upper().startswith("FORM")
    if is_form and not part.work.profile.forms:
        return False
    return field_stays(instruction, links=part.work.profile.links)


HANDLERS: dict[str, Handler] = {
    **SHARED,
    clark("w:sdt"): _content_control,
    _CHAR: _piece_of_field,
    _INSTRUCTION: _piece_of_field,
    _OLD_INSTRUCTION: _piece_of_field,
    _SIMPLE: _simple_field,
    clark("w:hyperlink"): _hyperlink,
    _OLE: _ole,
    clark("w:commentRangeStart"): _comment_mark,
    clark("w:commentRangeEnd"): _comment_mark,
    clark("w:commentReference"): _comment_mark,
}


class _Field:
    """A field that is open while its pieces are gathered over the runs."""

    def __init__(self, begin: etree._Element) -> None:
        self.marks = [begin]
        self.instructions: list[etree._Element] = []
        self.inside: list[etree._Element] = []
        self.text = ""
        self.has_result = False


def settle_fields(root: etree._Element, part: Part) -> None:
    """Fields whose instruction is spread over runs: what is not known keeps its result only."""
    open_fields: list[_Field] = []
    found = list(root.iter(_CHAR, _INSTRUCTION, _OLD_INSTRUCTION, _T))
    for element in found:
        if element.tag == _CHAR:
            _field_mark(element, open_fields, part)
        elif element.tag != _T:
            if open_fields and not open_fields[-1].has_result:
                open_fields[-1].instructions.append(element)
                open_fields[-1].text += element.text or ""
            else:
                part.remove(element, "field")
        else:
            for one in open_fields:
                if not one.has_result:
                    one.inside.append(element)
    while open_fields:
        _drop_field(open_fields.pop(), part)


def _field_mark(element: etree._Element, open_fields: list[_Field], part: Part) -> None:
    kind = element.get(clark("w:fldCharType"))
    if kind == "begin":
        open_fields.append(_Field(element))
    elif not open_fields or (kind == "separate" and open_fields[-1].has_result):
        part.remove(element, "field")
    elif kind == "separate":
        open_fields[-1].marks.append(element)
        open_fields[-1].has_result = True
    elif kind == "end":
        field = open_fields.pop()
        field.marks.append(element)
        if open_fields and not open_fields[-1].has_result:
            open_fields[-1].text += NESTED
        if not _stays(field.text, part):
            _drop_field(field, part)
    else:
        part.remove(element, "field")


def _drop_field(field: _Field, part: Part) -> None:
    part.work.removed("field", part.place)
    for element in [*field.marks, *field.instructions, *field.inside]:
        if element.getparent() is not None:
            part.drop(element)


def texts(root: etree._Element) -> str:
    """The paragraphs of a part, one a line, the runs of each joined; deleted text as well."""
    pieces: list[str] = []
    for element in root.iter(_P, _T, _DELETED, _TAB, _BREAK, _INSTRUCTION):
        if element.tag == _P:
            pieces.append("\n")
        elif element.tag in (_TAB, _BREAK):
            pieces.append("\t")
        else:
            pieces.append(element.text or "")
    return "".join(pieces).strip()
