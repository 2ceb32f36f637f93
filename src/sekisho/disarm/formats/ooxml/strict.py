"""The strict form of the standard (ISO/IEC 29500-1) under the names of the transitional one.

The two differ in their namespaces, in the types of their relationships, and in a mark on the main
part. Every name of the one is made of the other's by one rule, so the tags of a part are written
with the transitional names and read again; what follows judges them like any others.
"""

from __future__ import annotations

import re

from lxml import etree

STRICT = "http://purl.oclc.org/ooxml/"
"""How the names of the strict form begin."""

_TRANSITIONAL = "http://schemas.openxmlformats.org/"
_TAG = re.compile(rb"<[^>]*>")
_NAME = re.compile(rb'="' + re.escape(STRICT.encode()) + rb'([A-Za-z]+)((?:/[A-Za-z-]+)*)"')
_MARK = "conformance"


def is_strict(data: bytes | bytearray | memoryview) -> bool:
    """Whether a part has names of the strict form."""
    return STRICT.encode() in bytes(data)


def transitional(root: etree._Element, parser: etree.XMLParser) -> etree._Element:
    """The same part with the names of the transitional form."""
    # As lxml writes it, `<` and `>` stand nowhere but around tags, and quotes only around values.
    text = etree.tostring(root, encoding="utf-8")
    found = etree.fromstring(_TAG.sub(_renamed_tag, text), parser)
    for name in map(str, found.keys()):
        if name.rpartition("}")[2] == _MARK:
            del found.attrib[name]
    return found


def _renamed_tag(tag: re.Match[bytes]) -> bytes:
    return _NAME.sub(_renamed, tag[0]) if b"purl.oclc.org" in tag[0] else tag[0]


def _renamed(name: re.Match[bytes]) -> bytes:
    """`…/ooxml/A/b` is `…/A/2006/b` of the transitional form."""
    return b'="' + _TRANSITIONAL.encode() + name[1] + b"/2006" + name[2] + b'"'
