"""XML: read without document types and entities, and written anew from its tree.

Data in namespaces of its own is only data and stays. Namespaces that browsers and processors act
on (XHTML, SVG, XInclude, …) are held to allow-lists, processing instructions go, stylesheets stop.
A signed document stays as it is byte for byte when nothing has to go; else its signature breaks,
and the account says so. Whether a signature holds is found out as the document came in (`xmlsigs`).
"""

from __future__ import annotations

import re
from typing import BinaryIO

from lxml import etree

from sekisho.disarm import limits
from sekisho.disarm.formats.htmls import ATTRIBUTES, TAGS, allowed_link, allowed_style
from sekisho.disarm.formats.letters import Letters, rebuild_text
from sekisho.disarm.formats.xmlsigs import note_signatures
from sekisho.disarm.sets import names
from sekisho.disarm.work import Source, Stopped, Work

PLACE = "XML"
_XHTML = "http://www.w3.org/1999/xhtml"
_SVG = "http://www.w3.org/2000/svg"
_STYLESHEETS = frozenset(
    {"http://www.w3.org/1999/XSL/Transform", "http://www.w3.org/1999/XSL/Format"}
)
_ACTIVE = names(
    "http://www.w3.org/2001/XInclude http://www.w3.org/2003/XInclude"
    " http://www.w3.org/1998/Math/MathML http://www.w3.org/2001/xml-events"
    " http://www.w3.org/2002/xforms"
    " http://www.mozilla.org/keymaster/gatekeeper/there.is.only.xul http://www.mozilla.org/xbl"
    " urn:schemas-microsoft-com:xslt urn:schemas-microsoft-com:vml"
)
_SVG_TAGS = names(
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs"
    " linearGradient radialGradient stop clipPath"
)
_XHTML_TAGS = TAGS | {"html", "head", "title", "body"}
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_SCHEMA_PLACES = frozenset({f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"})
_DOCTYPE = re.compile("<!(?:DOCTYPE|ENTITY)")
_DECLARATION = re.compile(r"<\?xml(\s[^?<>]{0,200})\?>")
_ENCODING = re.compile(r"""\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_SCRIPT_URL = re.compile(r"(?:javascript|vbscript|data|file|mhtml):", re.IGNORECASE)

_NAMES: dict[str, tuple[str, ...]] = {
    # encoding → what a declaration may call it; the first is written where another stands
    "ascii": ("UTF-8", "US-ASCII", "SHIFT_JIS", "WINDOWS-31J", "EUC-JP"),
    "utf-8": ("UTF-8",),
    "utf-16": ("UTF-16",),
    "cp932": ("Shift_JIS", "SHIFT-JIS", "WINDOWS-31J", "CP932", "MS932", "X-SJIS", "MS_KANJI"),
    "euc-jp": ("EUC-JP", "EUCJP"),
    "iso-2022-jp": ("ISO-2022-JP",),
}


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Write the document again. Raises Stopped SKS-D430 to SKS-D433."""
    if source.bytes > limits.MARKUP_BYTES_MAX:
        raise Stopped("SKS-D400", bytes=source.bytes, allowed=limits.MARKUP_BYTES_MAX)
    return rebuild_text(source, sink, work, _rebuild)


def _rebuild(letters: Letters, source: Source, work: Work) -> tuple[bytes, str]:
    declaration = _DECLARATION.match(letters.text)
    rest = letters.text[declaration.end() :] if declaration else letters.text
    tree = _parsed(rest)
    signed = next(tree.iter(_SIGNATURE), None) is not None
    work.look(letters.having(_words(tree)).plain, PLACE)
    note_signatures(tree, work, PLACE)
    gone = _Pruning(work).prune(tree)
    head = _head(declaration, letters.encoding)
    if signed and not gone:
        written = letters.text if _is_declared(declaration, letters.encoding) else head + rest
        work.kept("xml-signature", PLACE)
    else:
        written = head + _serialised(tree, "\r\n" if "\r\n" in rest else "\n")
    if signed and letters.having(written).encoded(references=True) != source.content:
        work.changed("xml-signature-broken", PLACE)
    return letters.having(written).encoded(references=True), "xml"


def _parsed(text: str) -> etree._ElementTree:
    """The tree of a text without declaration. Raises Stopped SKS-D430, SKS-D431, SKS-D432."""
    if _DOCTYPE.search(text):
        raise Stopped("SKS-D431")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=True,
        strip_cdata=False,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(text.lstrip().encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Stopped("SKS-D430") from None
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limits.XML_DEPTH_MAX:
            raise Stopped("SKS-D432", allowed=limits.XML_DEPTH_MAX)
    return root.getroottree()


def _words(tree: etree._ElementTree) -> str:
    """All text, each element's on its own line; attributes too."""
    lines: list[str] = []
    for element in tree.iter(etree.Element):
        lines += [value for value in (element.text, *element.attrib.values()) if value]
        if element.tail and element.tail.strip():
            lines.append(element.tail)
    return "\n".join(line.strip() for line in map(str, lines) if line.strip())


class _Pruning:
    """Takes out of a tree what could act."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._gone = 0

    def prune(self, tree: etree._ElementTree) -> int:
        """How many nodes and attributes went. Raises Stopped SKS-D433."""
        root = tree.getroot()
        for node in (*reversed(list(root.itersiblings(preceding=True))), *root.itersiblings()):
            self._outside(node)
        for node in list(root.iter()):
            if node is not root and node.getparent() is None:
                continue
            self._inside(node, root)
        return self._gone

    def _outside(self, node: etree._Element) -> None:
        """What stands before and after the root is written by `_serialised`, comments only."""
        if not _is_comment(node):
            self._note("processing-instruction")
        elif not self._work.profile.comments:
            self._note("xml-comment")

    def _inside(self, node: etree._Element, root: etree._Element) -> None:
        if _is_comment(node):
            if not self._work.profile.comments:
                self._drop(node, "xml-comment")
        elif not isinstance(node.tag, str):
            self._drop(node, "processing-instruction")
        else:
            self._element(node, root)

    def _element(self, node: etree._Element, root: etree._Element) -> None:
        name = etree.QName(node)
        space, tag = name.namespace or "", name.localname
        if space in _STYLESHEETS:
            raise Stopped("SKS-D433")
        refused = (
            space in _ACTIVE
            or (space == _XHTML and tag not in _XHTML_TAGS)
            or (space == _SVG and tag not in _SVG_TAGS)
        )
        if refused and node is root:
            raise Stopped("SKS-D433")
        if refused:
            self._drop(node, "xml-active-element")
            return
        for key, value in list(node.attrib.items()):
            if not self._keeps(space, tag, str(key), str(value)):
                del node.attrib[key]
                self._note("xml-active-attribute")

    def _keeps(self, space: str, tag: str, key: str, value: str) -> bool:
        plain = "".join(value.split())
        if key in _SCHEMA_PLACES:
            return self._work.profile.links
        if _SCRIPT_URL.match(plain):
            return False
        if space == _XHTML:
            allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, frozenset())
            if key == "href":
                return allowed_link(value, self._work)
            return (
                key in allowed
                and key != "src"
                and (key != "style" or value == allowed_style(value))
            )
        if space == _SVG:
            if key.startswith(_XLINK) or key == "href":
                return plain.startswith("#")
            return not key.lower().startswith("on") and "url(" not in plain.replace("url(#", "")
        return True

    def _drop(self, node: etree._Element, what: str) -> None:
        parent = node.getparent()
        if parent is None:
            return
        if node.tail:
            before = node.getprevious()
            if before is not None:
                before.tail = (before.tail or "") + node.tail
            else:
                parent.text = (parent.text or "") + node.tail
        parent.remove(node)
        self._note(what)

    def _note(self, what: str) -> None:
        self._gone += 1
        self._work.removed(what, PLACE)


def _head(declaration: re.Match[str] | None, encoding: str) -> str:
    """The declaration of a document, with the encoding that it is in."""
    declared = _ENCODING.search(declaration[1]) if declaration else None
    names = _NAMES[encoding]
    name = names[0]
    if declared and declared[1].upper() in map(str.upper, names):
        name = declared[1]
    return f'<?xml version="1.0" encoding="{name}"?>'


def _is_declared(declaration: re.Match[str] | None, encoding: str) -> bool:
    """Whether a document may stay as it is: what it says of its encoding is so."""
    declared = _ENCODING.search(declaration[1]) if declaration else None
    if declared is None:
        return encoding in ("ascii", "utf-8", "utf-16")
    return declared[1].upper() in map(str.upper, _NAMES[encoding])


def _serialised(tree: etree._ElementTree, line_end: str) -> str:
    """Root and the comments around it, each on a line."""
    root = tree.getroot()
    before = [node for node in root.itersiblings(preceding=True) if _is_comment(node)]
    after = [node for node in root.itersiblings() if _is_comment(node)]
    parts = [
        etree.tostring(node, encoding="unicode", with_tail=False)
        for node in (*reversed(before), root, *after)
    ]
    return "\n".join(("", *parts, "")).replace("\n", line_end)


def _is_comment(node: etree._Element) -> bool:
    return isinstance(node, etree._Comment)
