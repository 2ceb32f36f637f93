"""PowerPoint: objects, media, what starts by itself, comments."""

from __future__ import annotations

from lxml import etree

from sekisho.disarm.formats.ooxml.cleaning import Handler, Part
from sekisho.disarm.formats.ooxml.shapes import SHARED, object_stays
from sekisho.disarm.formats.ooxml.tables import clark, element_things

_PIC, _FRAME = clark("p:pic"), clark("p:graphicFrame")
_TREE, _CHILDREN = clark("p:spTree"), clark("p:childTnLst")
_SCHEDULED = frozenset(clark(f"p:{name}") for name in ("par", "seq", "excl"))
_P, _T, _BREAK, _VALUE = clark("a:p"), clark("a:t"), clark("a:br"), clark("c:v")


def _object(element: etree._Element, part: Part) -> bool:
    """An embedded file stays when it came through; else its picture takes its place."""
    if element.find(clark("p:embed")) is not None and object_stays(element, part):
        part.work.kept("embedded-file", part.place)
        return False
    part.work.replaced("ole-object", part.place)
    frame = next(element.iterancestors(_FRAME), None)
    picture = next(element.iter(_PIC), None)
    if frame is None:
        part.drop(element)
    elif picture is None:
        # Of the two alternatives for old and new programs only the new one has the picture.
        choice = next(element.iterancestors("{*}Choice"), None)
        part.drop(choice if choice is not None else frame)
    else:
        above = frame.getparent()
        if above is not None:
            above.insert(above.index(frame), picture)
        part.drop(frame)
    return True


def _controls(element: etree._Element, part: Part) -> bool:
    """Controls go; the pictures of them stay on the slide."""
    pictures = list(element.iter(_PIC))
    slide = element.getparent()
    tree = slide.find(_TREE) if slide is not None else None
    part.remove(element, "activex")
    if tree is not None:
        for picture in pictures:
            tree.append(picture)
    return True


def _timed(element: etree._Element, part: Part) -> bool:
    """What plays or sends commands goes, and the steps that hold nothing else."""
    above = element.getparent()
    part.remove(element, element_things()[element.tag])
    while above is not None and len(above) == 0 and above.tag == _CHILDREN:
        step = next(above.iterancestors(*_SCHEDULED), None)
        if step is None or step.getparent() is None:
            break
        above = step.getparent()
        part.drop(step)
    if above is not None and len(above) == 0 and above.tag == clark("p:tnLst"):
        timing = above.getparent()
        part.drop(above if timing is None else timing)
    return True


HANDLERS: dict[str, Handler] = {
    **SHARED,
    clark("p:oleObj"): _object,
    clark("p:controls"): _controls,
    clark("p:audio"): _timed,
    clark("p:video"): _timed,
    clark("p:cmd"): _timed,
}


def texts(root: etree._Element) -> str:
    """The paragraphs of a part, one a line."""
    pieces: list[str] = []
    for element in root.iter(_P, _T, _BREAK, clark("p:text"), _VALUE):
        if element.tag == _P:
            pieces.append("\n")
        elif element.tag == _VALUE:
            pieces.append(f"\n{element.text or ''}")
        elif element.tag == _BREAK:
            pieces.append("\t")
        else:
            pieces.append(element.text or "")
    return "".join(pieces).strip()
