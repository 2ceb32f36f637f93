"""What people read beside the body of a part: texts for those who do not see a picture, and what
is printed above and below a sheet."""

from __future__ import annotations

import re

from lxml import etree

from sekisho.disarm.formats.ooxml.tables import clark

_HINTS = (b'descr="', b' title="', b"Header<", b"Footer<", b"tblCaption", b"tblDescription")
_SPOKEN = ("descr", "title")
_W_VALUE = clark("w:val")
_TABLE_TEXTS = (clark("w:tblCaption"), clark("w:tblDescription"))
_PRINT_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f+-]{5,6}|[0-9]{1,3}|.)')
"""Where and how it is printed (ECMA-376 part 1, 18.3.1.46)."""

_PRINTED = tuple(
    clark(f"x:{which}{place}")
    for which in ("odd", "even", "first")
    for place in ("Header", "Footer")
)


def texts_beside(root: etree._Element, tags: bytes) -> str:
    """These texts of a part, one a line; `tags` as `pieces.Pieces` has them."""
    if not any(hint in tags for hint in _HINTS):
        return ""
    lines: list[str] = []
    for element in root.iter(etree.Element):
        lines += [str(element.get(name, "")) for name in _SPOKEN]
        if element.tag in _TABLE_TEXTS:
            lines.append(str(element.get(_W_VALUE, "")))
        elif element.tag in _PRINTED:
            lines.append(_PRINT_CODE.sub(" ", element.text or ""))
    return "\n".join(line for line in lines if line.strip())
