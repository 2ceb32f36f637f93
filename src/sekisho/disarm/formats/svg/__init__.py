"""SVG: written anew from an allow-list of elements, attributes, properties and their values.

Nothing that runs, loads or leads outwards by itself has a place in the lists. Pictures inside are
disarmed by their own rules.
"""

from __future__ import annotations

from typing import BinaryIO

from lxml import etree

from sekisho.disarm.formats.svg.cleaning import Cleaner
from sekisho.disarm.formats.svg.lists import SVG
from sekisho.disarm.formats.svg.tree import check_cost, written
from sekisho.disarm.profile import Form
from sekisho.disarm.texts import read_text
from sekisho.disarm.work import Source, Stopped, Work

SVG_BYTES_MAX = 64 << 20
NODES_MAX = 300_000
_DECLARES = ("<!ENTITY", "<!ATTLIST", "<!ELEMENT", "<!NOTATION")


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Rebuild one SVG. Raises Stopped SKS-D302, SKS-D305, SKS-D306, SKS-D010."""
    if work.profile.form is Form.TEXT:
        raise Stopped("SKS-D302")
    root = _parsed(source, work)
    if root.tag != f"{{{SVG}}}svg":
        raise Stopped("SKS-D305")
    tree = Cleaner(work).root(root)
    check_cost(tree)
    sink.write(written(tree).encode("utf-8"))
    return "svg"


def _parsed(source: Source, work: Work) -> etree._Element:
    """The tree, by our own reading of the encoding. No entities, no comments, nothing loaded."""
    if source.bytes > SVG_BYTES_MAX:
        raise Stopped("SKS-D306")
    read = read_text(bytes(source.content), is_whole=True)
    if read is None or any(one in read.text for one in _DECLARES):
        raise Stopped("SKS-D305")
    if read.text.count("<") > 2 * NODES_MAX:
        raise Stopped("SKS-D306")
    text = read.text.lstrip("\ufeff \t\r\n")
    if text.startswith("<?xml"):
        text = text.partition("?>")[2].lstrip()
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )
    work.budget.expand(len(text))
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise Stopped("SKS-D305") from error
